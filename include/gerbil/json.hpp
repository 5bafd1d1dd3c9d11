// Requests, results and errors as JSON text: the one schema that every surface of gerbil speaks. A request's names are
// those of OpenAI's API where it has the thing; a result's are those of its struct. docs/library.md lists them.
//
// Requests are strict: a field that is not known and a value of the wrong type are Error{invalid_argument}, which names
// the field and what would be right; null is the same as no field. Results may grow: readers leave out what they do not
// know. What is written can be read, and is then equal.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "gerbil/classifier.hpp"
#include "gerbil/device.hpp"
#include "gerbil/diagnostics.hpp"
#include "gerbil/embedder.hpp"
#include "gerbil/error.hpp"
#include "gerbil/generator.hpp"
#include "gerbil/inspect.hpp"
#include "gerbil/message.hpp"
#include "gerbil/model.hpp"
#include "gerbil/ranker.hpp"

namespace gerbil {

// What a request may hold; more is Error{invalid_argument}. Lists and objects lie in each other 128 deep at most.
struct JsonLimits {
  static constexpr std::size_t text_bytes = 32 << 20;  // of the whole text
  static constexpr std::size_t messages = 16384;
  static constexpr std::size_t parts = 4096;      // of a message
  static constexpr std::size_t tool_calls = 256;  // of a message
  static constexpr std::size_t tools = 1024;
  static constexpr std::size_t stops = 256;  // and stop_tokens
  static constexpr std::size_t logit_bias = 4096;
  static constexpr std::size_t choices = 65536;    // that an answer may be
  static constexpr std::size_t variables = 256;    // of a template
  static constexpr std::size_t texts = 1 << 20;    // to embed, and documents
  static constexpr std::size_t name_bytes = 4096;  // of a role, name, id, task, stop text or variable's name
};

// {"model": a directory or the id of a model, and the options, side by side; of the diagnostics only "exact"}
struct LoadRequest {
  std::string model;
  LoadOptions options;
  LoadDiagnostics diagnostics;
};

// {"model", "messages" or "prompt", and the options, side by side}
struct GenerateRequest {
  std::string model;  // empty: not said
  std::vector<Message> messages;
  std::string prompt;  // instead of messages
  GenerateOptions options;
};

// {"model", "input": a text or a list of them, and the options}
struct EmbedRequest {
  std::string model;
  std::vector<std::string> input;
  EmbedOptions options;
};

// {"model", "query", "documents", and the options}
struct RankRequest {
  std::string model;
  std::string query;
  std::vector<std::string> documents;
  RankOptions options;
};

// {"model", "input": a text or a list of them, and the options}
struct ClassifyRequest {
  std::string model;
  std::vector<std::string> input;
  ClassifyOptions options;
};

// Callbacks and cancellation are not part of it, and options that are as they always are, are left out.
std::string to_json(const Message& message);
std::string to_json(const std::vector<Message>& messages);
std::string to_json(const GenerateOptions& options);
std::string to_json(const EmbedOptions& options);
std::string to_json(const RankOptions& options);
std::string to_json(const LoadRequest& request);
std::string to_json(const GenerateRequest& request);
std::string to_json(const EmbedRequest& request);
std::string to_json(const RankRequest& request);
std::string to_json(const ClassifyRequest& request);
std::string to_json(const GenerateResult& result);
std::string to_json(const EmbedResult& result);
std::string to_json(const RankResult& result);
std::string to_json(const ClassifyResult& result);
std::string to_json(const Error& error);  // {"error":{"message","type","code"}}
// For people and tools to look at; there is nothing that reads them.
std::string to_json(const ModelInfo& info);
std::string to_json(const Inspection& inspection);  // without tensors and graphs where these are empty
std::string to_json(const DeviceReport& device);
std::string to_json(const ModelStatistics& statistics);
std::string to_json(const ToolCallPiece& piece);

// The same, handed over piece by piece: the vectors of many texts are gigabytes of JSON.
void write_json(const EmbedResult& result, const std::function<void(std::string_view)>& write);

// T is one of the types above, up to Error. Throws Error{invalid_argument}.
template <typename T>
T from_json(std::string_view text);
template <>
Message from_json<Message>(std::string_view text);
template <>
std::vector<Message> from_json<std::vector<Message>>(std::string_view text);
template <>
GenerateOptions from_json<GenerateOptions>(std::string_view text);
template <>
EmbedOptions from_json<EmbedOptions>(std::string_view text);
template <>
RankOptions from_json<RankOptions>(std::string_view text);
template <>
LoadRequest from_json<LoadRequest>(std::string_view text);
template <>
GenerateRequest from_json<GenerateRequest>(std::string_view text);  // also a list: the messages alone
template <>
EmbedRequest from_json<EmbedRequest>(std::string_view text);
template <>
RankRequest from_json<RankRequest>(std::string_view text);
template <>
ClassifyRequest from_json<ClassifyRequest>(std::string_view text);
template <>
GenerateResult from_json<GenerateResult>(std::string_view text);
template <>
EmbedResult from_json<EmbedResult>(std::string_view text);
template <>
RankResult from_json<RankResult>(std::string_view text);
template <>
ClassifyResult from_json<ClassifyResult>(std::string_view text);
template <>
Error from_json<Error>(std::string_view text);

}  // namespace gerbil
