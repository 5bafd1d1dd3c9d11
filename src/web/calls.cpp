// The methods that a page calls by name.
#include <emscripten/heap.h>

#include <array>
#include <format>
#include <utility>

#include "base/json.hpp"
#include "gerbil/json.hpp"
#include "web/model.hpp"

namespace gerbil::web {
namespace {

// A class of the public API on the model, made once.
template <typename T>
T& made(std::optional<T>& place, const Model& model) {
  if (!place) place.emplace(model);
  return *place;
}

// What `take` takes from a request that is read here; what is wrong there is the caller's fault.
template <typename Take>
auto from_request(std::string_view json, const Take& take) {
  try {
    return take(parse_strict_json(json, "The request"));
  } catch (const Error& error) {
    throw Error(ErrorCode::invalid_argument, error.what());
  }
}

// A result that ends the call.
auto ends(Calls& calls, CallId call) {
  return [&calls, call](const auto& result, const std::exception_ptr& error) {
    calls.erase(call);
    if (error) return tell_error(call, error);
    tell(call, "result", to_json(result));
  };
}

void generate(LoadedModel& loaded, Calls& calls, CallId call, std::string_view json) {
  GenerateRequest request = from_json<GenerateRequest>(json);
  GenerateOptions& options = request.options;
  options.cancellation = calls[call];
  options.on_text = [call](std::string_view piece, bool reasoning) {
    const Json event{{"text", piece}, {"reasoning", reasoning}};
    tell(call, "text", event.dump(-1, ' ', false, Json::error_handler_t::replace));
  };
  options.on_tool_call = [call](const ToolCallPiece& piece) { tell(call, "tool_call", to_json(piece)); };
  const Generator& generator = made(loaded.generator, loaded.model);
  if (request.messages.empty()) {
    generator.submit(request.prompt, options, ends(calls, call));
  } else {
    generator.submit(request.messages, options, ends(calls, call));
  }
}

void logits(LoadedModel& loaded, Calls& calls, CallId call, std::string_view json) {
  const auto tokens = from_request(
      json, [](const Json& request) { return json_required<std::vector<std::int32_t>>(request, "tokens"); });
  made(loaded.generator, loaded.model)
      .submit_logits(tokens, [&calls, call](const std::vector<float>& rows, const std::exception_ptr& error) {
        calls.erase(call);
        if (error) return tell_error(call, error);
        tell(call, "rows", rows);
        tell(call, "result", "{}");
      });
}

void embed(LoadedModel& loaded, Calls& calls, CallId call, std::string_view json) {
  EmbedRequest request = from_json<EmbedRequest>(json);
  request.options.cancellation = calls[call];
  made(loaded.embedder, loaded.model)
      .submit(request.input, request.options, [&calls, call](EmbedResult result, const std::exception_ptr& error) {
        calls.erase(call);
        if (error) return tell_error(call, error);
        std::vector<float> numbers;
        for (const std::vector<float>& vector : result.vectors) numbers.append_range(vector);
        tell(call, "vectors", numbers);
        result.vectors.clear();
        tell(call, "result", to_json(result));
      });
}

void rank(LoadedModel& loaded, Calls& calls, CallId call, std::string_view json) {
  RankRequest request = from_json<RankRequest>(json);
  request.options.cancellation = calls[call];
  made(loaded.ranker, loaded.model).submit(request.query, request.documents, request.options, ends(calls, call));
}

void classify(LoadedModel& loaded, Calls& calls, CallId call, std::string_view json) {
  ClassifyRequest request = from_json<ClassifyRequest>(json);
  request.options.cancellation = calls[call];
  made(loaded.classifier, loaded.model).submit(request.input, request.options, ends(calls, call));
}

// Those that are answered at once.

void answer(Calls& calls, CallId call, const Json& result) {
  calls.erase(call);
  tell(call, "result", result.dump(-1, ' ', false, Json::error_handler_t::replace));
}

void tokenize(LoadedModel& loaded, Calls& calls, CallId call, std::string_view json) {
  const auto [text, add_special] = from_request(json, [](const Json& request) {
    return std::pair(json_required<std::string>(request, "text"), json_value<bool>(request, "add_special", true));
  });
  answer(calls, call, {{"tokens", loaded.model.tokenize(text, add_special)}});
}

void detokenize(LoadedModel& loaded, Calls& calls, CallId call, std::string_view json) {
  const auto [tokens, skip_special] = from_request(json, [](const Json& request) {
    return std::pair(json_required<std::vector<std::int32_t>>(request, "tokens"),
                     json_value<bool>(request, "skip_special", true));
  });
  answer(calls, call, {{"text", loaded.model.detokenize(tokens, skip_special)}});
}

void render(LoadedModel& loaded, Calls& calls, CallId call, std::string_view json) {
  const GenerateRequest request = from_json<GenerateRequest>(json);
  answer(calls, call, {{"prompt", loaded.model.render(request.messages, request.options.chat)}});
}

void statistics(LoadedModel& loaded, Calls& calls, CallId call, std::string_view) {
  Json result = Json::parse(to_json(loaded.model.statistics()));
  result["wasm_bytes"] = emscripten_get_heap_size();
  answer(calls, call, result);
}

using Method = void (*)(LoadedModel&, Calls&, CallId, std::string_view);
constexpr std::array<std::pair<std::string_view, Method>, 9> methods{{{"generate", generate},
                                                                      {"embed", embed},
                                                                      {"rank", rank},
                                                                      {"classify", classify},
                                                                      {"logits", logits},
                                                                      {"tokenize", tokenize},
                                                                      {"detokenize", detokenize},
                                                                      {"render", render},
                                                                      {"statistics", statistics}}};

}  // namespace

void submit(LoadedModel& model, Calls& calls, CallId call, std::string_view method, std::string_view json) {
  for (const auto& [name, run] : methods)
    if (name == method) return run(model, calls, call, json);
  throw Error(ErrorCode::invalid_argument,
              std::format("There is no method \"{}\"; there are generate, embed, rank, classify, logits, tokenize, "
                          "detokenize, render and statistics.",
                          method));
}

}  // namespace gerbil::web
