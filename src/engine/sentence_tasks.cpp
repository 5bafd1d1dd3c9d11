#include "engine/sentence_tasks.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "gerbil/error.hpp"

namespace gerbil {

void read_prompts(const Json& config, const char* key, SentencePipeline& pipeline) {
  const auto prompts = config.find(key);
  if (prompts != config.end() && prompts->is_object()) {
    for (const auto& [task, prompt] : prompts->items()) {
      if (prompt.is_string() || prompt.is_null()) {
        pipeline.prompts.emplace_back(task, prompt.is_null() ? "" : prompt.get<std::string>());
      }
    }
  }
  const auto wanted = json_value<std::string>(config, "default_prompt_name", "");
  if (wanted.empty()) return;
  const auto has_name = [&](const auto& prompt) { return prompt.first == wanted; };
  if (wanted == "query" || wanted == "document" || std::ranges::any_of(pipeline.prompts, has_name)) {
    pipeline.default_task = wanted;
  } else {
    pipeline.warnings.push_back("\"default_prompt_name\" is \"" + wanted +
                                "\", but there is no such prompt; without a task there is none.");
  }
}

TaskPlan plan_task(const SentencePipeline& pipeline, const std::string& task) {
  const std::string& wanted = task.empty() ? pipeline.default_task : task;
  TaskPlan plan;
  plan.max_tokens = pipeline.texts.max_tokens;
  const std::int32_t own_limit = task == "query"      ? pipeline.texts.query_tokens
                                 : task == "document" ? pipeline.texts.document_tokens
                                                      : 0;
  if (own_limit > 0) plan.max_tokens = own_limit;
  if (wanted.empty()) return plan;
  // What other toolkits and checkpoints call the two sides of a search.
  static constexpr std::array<std::string_view, 3> queries{"query", "retrieval.query", "search_query"};
  static constexpr std::array<std::string_view, 5> documents{"document", "passage", "corpus", "retrieval.passage",
                                                             "search_document"};
  std::span<const std::string_view> names;
  if (wanted == "query") names = queries;
  if (wanted == "document") names = documents;
  const std::string_view own = wanted;
  if (names.empty()) names = {&own, 1};

  bool known = names.size() > 1;
  for (const std::string_view name : names) {
    const auto prompt = std::ranges::find(pipeline.prompts, name, &std::pair<std::string, std::string>::first);
    const auto adapter = std::ranges::find(pipeline.adapters, name);
    if (prompt == pipeline.prompts.end() && adapter == pipeline.adapters.end()) continue;
    if (prompt != pipeline.prompts.end()) plan.prompt = prompt->second;
    if (adapter != pipeline.adapters.end()) {
      plan.adapter = static_cast<std::int32_t>(adapter - pipeline.adapters.begin()) + 1;
    }
    known = true;
    break;
  }
  if (known) return plan;
  std::vector<std::string> tasks{"query", "document"};
  for (const auto& [name, prompt] : pipeline.prompts) tasks.push_back(name);
  tasks.insert(tasks.end(), pipeline.adapters.begin(), pipeline.adapters.end());
  std::string list;
  for (auto name = tasks.begin(); name != tasks.end(); ++name) {
    if (std::find(tasks.begin(), name, *name) == name) list += (list.empty() ? "" : ", ") + *name;
  }
  throw Error(ErrorCode::invalid_argument, "The task is \"" + wanted + "\", but this model knows " + list + ".");
}

}  // namespace gerbil
