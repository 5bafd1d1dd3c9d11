// What a model can do, and what is said when it is asked for something else.
#include <algorithm>
#include <format>
#include <string_view>

#include "engine/judge.hpp"
#include "engine/loaded_model.hpp"

namespace gerbil {
namespace {

using Head = models::Head::Kind;

std::string_view doing(Task task) {
  switch (task) {
    case Task::generate:
      return "generate text";
    case Task::embed:
      return "make embeddings";
    case Task::rank:
      return "rank documents";
    case Task::classify:
      return "classify texts";
  }
  return "do that";
}

// What the model is, and what it is for.
std::pair<std::string, std::string_view> what_it_is(const LoadedModel& model) {
  if (model.can(Task::generate)) return {"was loaded to generate text", "a Generator (gerbil run)"};
  if (model.can(Task::embed)) {
    return {model.language_model ? "was loaded to make embeddings" : "makes embeddings", "an Embedder (gerbil embed)"};
  }
  if (model.can(Task::rank)) return {"scores pairs of texts", "a Ranker (gerbil rerank)"};
  return {std::format("classifies texts into {} classes", model.info.classes), "a Classifier"};
}

}  // namespace

std::vector<Task> find_tasks(const LoadedModel& model) {
  if (model.pipeline.head.kind == Head::token) {
    const bool judges = model.files.tokenizer && judgement_tokens(*model.files.tokenizer);
    return judges ? std::vector{Task::generate, Task::embed, Task::rank} : std::vector{Task::generate, Task::embed};
  }
  if (model.pipeline.head.kind == Head::embedding && !model.pipeline.scores) return {Task::embed};
  return model.row_width == 1 ? std::vector{Task::classify, Task::rank} : std::vector{Task::classify};
}

std::shared_ptr<LoadedModel> LoadedModel::for_embeddings(const std::shared_ptr<LoadedModel>& loaded) {
  loaded->require(Task::embed);
  if (!loaded->load_embedder) return loaded;
  const std::lock_guard lock(loaded->embedder_mutex);
  if (!loaded->embedder) loaded->embedder = loaded->load_embedder();
  return loaded->embedder;
}

bool LoadedModel::can(Task task) const { return std::ranges::contains(info.tasks, task); }

void LoadedModel::require(Task task) const {
  if (can(task)) return;
  const auto [is, fits] = what_it_is(*this);
  std::string rest = std::format("it is for {}.", fits);
  if (task == Task::rank && can(Task::generate)) {
    rest = "its vocabulary lacks the tokens \"yes\" and \"no\", which a language model that ranks answers with.";
  } else if (language_model && task != Task::classify) {
    rest = std::format("it is for {}, or is loaded with LoadOptions::task = Task::{}.", fits, to_string(task));
  }
  throw Error(ErrorCode::unsupported, std::format("The model '{}' ({}) {}, so it cannot {}: {}", info.name,
                                                  info.architecture, is, doing(task), rest));
}

}  // namespace gerbil
