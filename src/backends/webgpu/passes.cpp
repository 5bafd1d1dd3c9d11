#include "backends/webgpu/passes.hpp"

#include <algorithm>
#include <utility>

namespace gerbil::webgpu {

std::vector<Pass> split(const Batch& batch) {
  Pass decoded;
  Pass prompts;
  std::size_t output = 0;
  for (std::size_t row = 0; row < batch.tokens.size(); ++row) {
    const SequenceView& view = batch.views[static_cast<std::size_t>(batch.sequences[row])];
    Pass& pass = view.phase == Phase::decode ? decoded : prompts;
    if (output < batch.outputs.size() && static_cast<std::size_t>(batch.outputs[output]) == row) {
      pass.selected.push_back(static_cast<std::uint32_t>(pass.rows.size()));
      pass.selected.push_back(static_cast<std::uint32_t>(output++));
    }
    pass.rows.push_back(row);
  }
  decoded.way = decoded_way(decoded.rows.size());
  const bool near = std::ranges::all_of(decoded.rows, [&](std::size_t row) {
    return batch.views[static_cast<std::size_t>(batch.sequences[row])].length <= near_pages * kv_block_tokens;
  });
  if (near) decoded.reach = near_reach;
  std::vector<Pass> passes;
  if (!decoded.rows.empty()) passes.push_back(std::move(decoded));
  if (!prompts.rows.empty()) passes.push_back(std::move(prompts));
  return passes;
}

namespace {

// The tables of the groups, one after the other, of equal length. Kernels that look at a page of which they use nothing
// must find one.
void add_tables(const SequenceView& view, std::vector<std::uint32_t>& words) {
  const auto pages = static_cast<std::size_t>((view.length + kv_block_tokens - 1) / kv_block_tokens);
  for (const std::vector<std::int32_t>& blocks : view.blocks) {
    for (std::size_t page = 0; page < pages; ++page) {
      words.push_back(static_cast<std::uint32_t>(page < blocks.size() ? std::max(blocks[page], 0) : 0));
    }
  }
}

}  // namespace

std::vector<std::uint32_t> step_words(const Batch& batch, const Pass& pass) {
  std::vector<std::uint32_t> words(static_cast<std::size_t>(step_token_words) * pass.rows.size());
  std::vector<std::size_t> begun(batch.views.size(), 0);  // rows of each sequence before this one
  std::vector<std::size_t> table(batch.views.size(), 0);  // where each sequence's pages begin; 0: not there yet
  for (std::size_t i = 0; i < pass.rows.size(); ++i) {
    const std::size_t row = pass.rows[i];
    const auto sequence = static_cast<std::size_t>(batch.sequences[row]);
    const SequenceView& view = batch.views[sequence];
    if (table[sequence] == 0) {
      words.push_back(static_cast<std::uint32_t>(view.skipped));
      words.push_back(static_cast<std::uint32_t>(view.length));
      table[sequence] = words.size();
      add_tables(view, words);
    }
    std::uint32_t* token = &words[static_cast<std::size_t>(step_token_words) * i];
    token[0] = static_cast<std::uint32_t>(batch.tokens[row]);
    token[1] = static_cast<std::uint32_t>(batch.positions[row]);
    token[2] = static_cast<std::uint32_t>(table[sequence]);
    const std::int32_t type = batch.types.empty() ? 0 : batch.types[row];
    token[3] = (view.long_rope ? 1u : 0u) + (static_cast<std::uint32_t>(type) << 1) +
               (static_cast<std::uint32_t>(batch.task) << 16);
    token[4] = batch.ordinals.empty() ? 0 : static_cast<std::uint32_t>(batch.ordinals[row]);
    const std::size_t number = begun[sequence]++;
    token[5] = static_cast<std::uint32_t>(view.row_slots.empty() ? view.slot : view.row_slots[number]);
  }
  return words;
}

}  // namespace gerbil::webgpu
