#include "server/response_output.hpp"

#include <format>
#include <optional>
#include <utility>

namespace gerbil::server {

void ResponseOutput::say(std::string_view type, Json members) {
  members["output_index"] = items_.size() - 1;
  if (!type.starts_with("response.output_item")) members["item_id"] = item()["id"];
  on_event_(type, std::move(members));
}

void ResponseOutput::open(Kind kind, Json item) {
  close(true);
  kind_ = kind;
  const std::string_view prefix = kind == Kind::reasoning ? "rs" : kind == Kind::message ? "msg" : "fc";
  item["id"] = std::format("{}_{}_{}", prefix, suffix_, items_.size());
  item["status"] = "in_progress";
  items_.push_back(std::move(item));
  say("response.output_item.added", {{"item", items_.back()}});
}

// Items of one part of text.
void ResponseOutput::open_text(Kind kind) {
  if (kind_ == kind) return;
  Json part{{"type", "reasoning_text"}, {"text", ""}};
  if (kind == Kind::reasoning) {
    open(kind, {{"type", "reasoning"}, {"summary", Json::array()}, {"content", Json::array()}});
  } else {
    open(kind, {{"type", "message"}, {"role", "assistant"}, {"content", Json::array()}});
    part = {{"type", "output_text"}, {"text", ""}, {"annotations", Json::array()}, {"logprobs", Json::array()}};
  }
  say("response.content_part.added", {{"content_index", 0}, {"part", part}});
  item()["content"].push_back(std::move(part));
}

void ResponseOutput::add_text(const std::string& text, Json log_probabilities) {
  open_text(Kind::message);
  Json& part = item()["content"].back();
  part["text"].get_ref<std::string&>() += text;
  part["logprobs"].insert(part["logprobs"].end(), log_probabilities.begin(), log_probabilities.end());
  say("response.output_text.delta",
      {{"content_index", 0}, {"delta", text}, {"logprobs", std::move(log_probabilities)}});
}

void ResponseOutput::add_reasoning(const std::string& text) {
  open_text(Kind::reasoning);
  item()["content"].back()["text"].get_ref<std::string&>() += text;
  say("response.reasoning_text.delta", {{"content_index", 0}, {"delta", text}});
}

void ResponseOutput::add_call(const CallPiece& next) {
  const std::optional<CallPiece> piece = held_.push(next);
  if (!piece) return;
  if (!piece->name.empty()) {
    open(Kind::call, {{"type", "function_call"}, {"call_id", piece->id}, {"name", piece->name}, {"arguments", ""}});
    call_is_whole_ = false;
  }
  if (!piece->arguments.empty()) {
    item()["arguments"].get_ref<std::string&>() += piece->arguments;
    say("response.function_call_arguments.delta", {{"delta", piece->arguments}});
  }
  call_is_whole_ = piece->whole;
  if (piece->whole) close(true);
}

Json ResponseOutput::items() const {
  Json whole = Json::array();
  for (const Json& each : items_)
    if (each.value("type", "") != "function_call" || each.value("status", "") == "completed") whole.push_back(each);
  return whole;
}

void ResponseOutput::finish(bool whole) { close(whole); }

void ResponseOutput::close_text(std::string_view done, bool whole) {
  const Json part = item()["content"].back();
  Json members{{"content_index", 0}, {"text", part["text"]}};
  if (part.contains("logprobs")) members["logprobs"] = part["logprobs"];
  say(done, std::move(members));
  say("response.content_part.done", {{"content_index", 0}, {"part", part}});
  item()["status"] = whole ? "completed" : "incomplete";
}

void ResponseOutput::close(bool whole) {
  switch (std::exchange(kind_, Kind::none)) {
    case Kind::none:
      return;
    case Kind::reasoning:
      close_text("response.reasoning_text.done", whole);
      break;
    case Kind::message:
      close_text("response.output_text.done", whole);
      break;
    case Kind::call:
      // A call that was cut off is never passed off as one.
      item()["status"] = call_is_whole_ ? "completed" : "incomplete";
      if (call_is_whole_)
        say("response.function_call_arguments.done", {{"name", item()["name"]}, {"arguments", item()["arguments"]}});
      break;
  }
  say("response.output_item.done", {{"item", item()}});
}

}  // namespace gerbil::server
