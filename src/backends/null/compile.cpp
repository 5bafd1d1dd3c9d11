#include "backends/null/compile.hpp"

#include <deque>
#include <utility>

#include "backends/weights.hpp"

namespace gerbil::null {
namespace {

class NullProgram final : public Program {
 public:
  NullProgram(const graph::Graph& graph, const ProgramOptions& options)
      : options_(options),
        vocabulary_(static_cast<std::size_t>(graph.value(graph.output).width)),
        handed_(graph.handed ? static_cast<std::size_t>(graph.value(*graph.handed).width) : 0) {
    info_.device = "null";
    info_.arena_bytes = graph::plan_memory(graph).peak * options.max_tokens * static_cast<std::int64_t>(sizeof(float));
    const std::int64_t element = options.exact ? 4 : 2;
    const graph::PageGroups groups = graph::page_groups(graph);
    const auto blocks = block_counts(groups, options);
    for (std::size_t id = 0; id < graph.pages.size(); ++id) {
      const graph::Pages& pages = graph.pages[id];
      info_.kv_bytes += blocks[groups.of[id]] * kv_block_tokens * 2 * pages.kv_heads * pages.head_dim * element;
    }
    for (const graph::Slot& slot : graph.slots) info_.slot_bytes += options.slots * slot.elements * 4;
    const Operations operations = count_operations(graph);
    info_.operations_per_token = operations.token;
    info_.operations_per_prompt_token = operations.prompt_token;
  }

  void begin(const Batch& batch) override { check_rows(batch, options_); }
  void choose(const Choices& choices) override {
    StepResult& result = results_.emplace_back();
    result.tokens.resize(choices.chosen.size());
    result.probabilities.resize(choices.chosen.size());
    result.rows.resize(choices.read.size() * vocabulary_);
    result.handed.resize(choices.handed.size() * handed_);
  }
  bool ready() override { return true; }
  StepResult finish() override {
    StepResult result = std::move(results_.front());
    results_.pop_front();
    return result;
  }
  void copy_block(const BlockCopy&) override {}
  void copy_slot(std::int32_t, std::int32_t) override {}
  const ProgramInfo& info() const override { return info_; }

 private:
  ProgramOptions options_;
  std::size_t vocabulary_;
  std::size_t handed_;  // columns
  std::deque<StepResult> results_;
  ProgramInfo info_;
};

}  // namespace

std::unique_ptr<Program> compile(const graph::Graph& graph, const ProgramOptions& options) {
  graph::validate(graph);
  return std::make_unique<NullProgram>(graph, options);
}

}  // namespace gerbil::null
