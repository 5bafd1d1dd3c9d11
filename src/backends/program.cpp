#include "backends/program.hpp"

#include <format>
#include <string_view>

#include "gerbil/error.hpp"

namespace gerbil {

std::vector<std::int64_t> block_counts(const graph::PageGroups& groups, const ProgramOptions& options) {
  std::vector<std::int64_t> counts;
  for (std::size_t group = 0; group < groups.windows.size(); ++group) {
    const std::int64_t tokens = options.group_tokens.empty() ? options.kv_tokens : options.group_tokens.at(group);
    counts.push_back((tokens + kv_block_tokens - 1) / kv_block_tokens);
  }
  return counts;
}

void check_rows(const Batch& batch, const ProgramOptions& options) {
  const auto check = [](std::size_t count, std::int32_t most, std::string_view what) {
    if (count <= static_cast<std::size_t>(most)) return;
    throw Error(
        ErrorCode::invalid_argument,
        std::format("The batch has {} {}; this program was compiled for at most {} in a step.", count, what, most));
  };
  check(batch.tokens.size(), options.max_tokens, "tokens");
  check(batch.views.size(), options.max_sequences, "sequences");
  check(batch.outputs.size(), options.max_outputs, "wanted rows");
}

}  // namespace gerbil
