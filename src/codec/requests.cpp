#include <format>

#include "base/boundary.hpp"
#include "codec/codec.hpp"

namespace gerbil {
namespace {

using namespace codec;

void read_model(Fields& fields, std::string& model) { fields.read("model", model, JsonLimits::name_bytes); }

void write_model(Json& json, const std::string& model) {
  if (!model.empty()) json["model"] = model;
}

std::vector<Message> read_conversation(const Json& json) {
  if (json.empty()) refuse("messages", json, "a list of at least one message");
  return read_messages(json, "messages");
}

GenerateRequest read_generate(const Json& json) {
  GenerateRequest request;
  if (json.is_array()) {
    request.messages = read_conversation(json);
    return request;
  }
  Fields fields(json, "");
  read_model(fields, request.model);
  const Json* messages = fields.find("messages");
  if (messages) request.messages = read_conversation(*messages);
  const Json* prompt = fields.find("prompt");
  if (prompt && messages) refuse("prompt", *prompt, "left out where there are \"messages\"");
  if (!prompt && !messages)
    throw Error(ErrorCode::invalid_argument,
                "There is neither \"messages\" nor \"prompt\", but should be one of them.");
  if (prompt) request.prompt = read_string("prompt", *prompt, JsonLimits::text_bytes);
  read_options(fields, request.options);
  fields.refuse_others();
  return request;
}

// A text, or a list of them.
std::vector<std::string> read_texts(const std::string& path, const Json& json) {
  if (json.is_string()) return {json.get<std::string>()};
  if (!json.is_array()) refuse(path, json, "a string or a list of strings");
  std::vector<std::string> texts;
  for (const Json& text : require_list(path, json, JsonLimits::texts, "strings"))
    texts.push_back(read_string(std::format("{}[{}]", path, texts.size()), text, JsonLimits::text_bytes));
  return texts;
}

// For tasks that are given texts and nothing else.
template <typename Request>
Request read_input(const Json& json) {
  Fields fields(json, "");
  Request request;
  read_model(fields, request.model);
  request.input = read_texts("input", fields.require("input", "a string or a list of strings"));
  read_options(fields, request.options);
  fields.refuse_others();
  return request;
}

std::string written_input(const auto& request) {
  Json json = Json::object();
  write_model(json, request.model);
  json["input"] = request.input;
  write_options(json, request.options);
  return text_of(json);
}

RankRequest read_rank(const Json& json) {
  Fields fields(json, "");
  RankRequest request;
  read_model(fields, request.model);
  request.query = read_string("query", fields.require("query", "a string"), JsonLimits::text_bytes);
  const Json& documents = fields.require("documents", "a list of strings");
  request.documents = read_texts("documents", require_list("documents", documents, JsonLimits::texts, "strings"));
  read_options(fields, request.options);
  fields.refuse_others();
  return request;
}

template <typename Options>
Options read_alone(std::string_view text) {
  const Json json = parse(text, "The options");
  Fields fields(json, "");
  Options options;
  read_options(fields, options);
  fields.refuse_others();
  return options;
}

std::string written_alone(const auto& options) {
  Json json = Json::object();
  write_options(json, options);
  return text_of(json);
}

}  // namespace

std::string to_json(const Message& message) {
  return guarded([&] { return text_of(write(message)); });
}
std::string to_json(const std::vector<Message>& messages) {
  return guarded([&] { return text_of(write(messages)); });
}
std::string to_json(const GenerateOptions& options) {
  return guarded([&] { return written_alone(options); });
}
std::string to_json(const EmbedOptions& options) {
  return guarded([&] { return written_alone(options); });
}
std::string to_json(const RankOptions& options) {
  return guarded([&] { return written_alone(options); });
}

std::string to_json(const GenerateRequest& request) {
  return guarded([&] {
    Json json = Json::object();
    write_model(json, request.model);
    if (request.messages.empty()) {
      json["prompt"] = request.prompt;
    } else {
      json["messages"] = write(request.messages);
    }
    write_options(json, request.options);
    return text_of(json);
  });
}

std::string to_json(const EmbedRequest& request) {
  return guarded([&] { return written_input(request); });
}

std::string to_json(const RankRequest& request) {
  return guarded([&] {
    Json json = Json::object();
    write_model(json, request.model);
    json["query"] = request.query;
    json["documents"] = request.documents;
    write_options(json, request.options);
    return text_of(json);
  });
}

std::string to_json(const ClassifyRequest& request) {
  return guarded([&] { return written_input(request); });
}

template <>
Message from_json<Message>(std::string_view text) {
  return guarded([&] { return read_message(parse(text, "The message"), ""); });
}
template <>
std::vector<Message> from_json<std::vector<Message>>(std::string_view text) {
  return guarded([&] { return read_messages(parse(text, "The conversation"), "messages"); });
}
template <>
GenerateOptions from_json<GenerateOptions>(std::string_view text) {
  return guarded([&] { return read_alone<GenerateOptions>(text); });
}
template <>
EmbedOptions from_json<EmbedOptions>(std::string_view text) {
  return guarded([&] { return read_alone<EmbedOptions>(text); });
}
template <>
RankOptions from_json<RankOptions>(std::string_view text) {
  return guarded([&] { return read_alone<RankOptions>(text); });
}
template <>
GenerateRequest from_json<GenerateRequest>(std::string_view text) {
  return guarded([&] { return read_generate(parse(text, "The request")); });
}
template <>
EmbedRequest from_json<EmbedRequest>(std::string_view text) {
  return guarded([&] { return read_input<EmbedRequest>(parse(text, "The request")); });
}
template <>
RankRequest from_json<RankRequest>(std::string_view text) {
  return guarded([&] { return read_rank(parse(text, "The request")); });
}
template <>
ClassifyRequest from_json<ClassifyRequest>(std::string_view text) {
  return guarded([&] { return read_input<ClassifyRequest>(parse(text, "The request")); });
}

}  // namespace gerbil
