#include "web/model.hpp"

#include "base/json.hpp"
#include "gerbil/json.hpp"

namespace gerbil::web {
namespace {

std::string description(const Model& model) {
  Json json = Json::parse(to_json(model.info()));
  json["warnings"] = model.warnings();
  json["has_chat_template"] = model.has_chat_template();
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

bool LoadedModel::poll() const {
  bool more = model.poll();
  if (embedder) more = embedder->model().poll() || more;  // a language model's has a program of its own
  return more;
}

void warm_up(LoadedModel& loaded, CallId call) {
  const auto end = [call, model = loaded.model](const auto&, const std::exception_ptr& error) {
    if (error) return tell_error(call, error);
    tell(call, "result", description(model));
  };
  if (loaded.model.can(Task::generate)) {
    loaded.generator.emplace(loaded.model);
    loaded.generator->submit(std::vector<std::int32_t>{0}, {.max_tokens = 1}, end);
  } else if (loaded.model.can(Task::embed)) {
    loaded.embedder.emplace(loaded.model);
    loaded.embedder->submit({TokenizedText{.ids = {0}}}, {}, end);
  } else if (loaded.model.can(Task::rank)) {
    loaded.ranker.emplace(loaded.model);
    loaded.ranker->submit("a", {"b"}, {}, end);
  } else {
    loaded.classifier.emplace(loaded.model);
    loaded.classifier->submit({"a"}, {}, end);
  }
}

}  // namespace gerbil::web
