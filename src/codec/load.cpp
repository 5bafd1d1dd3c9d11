// The options that a model is loaded with.
#include <array>
#include <utility>

#include "base/boundary.hpp"
#include "codec/codec.hpp"

namespace gerbil {
namespace {

using namespace codec;

constexpr std::array<std::pair<std::string_view, Device>, 3> device_words{
    {{"auto", Device::automatic}, {"cpu", Device::cpu}, {"webgpu", Device::webgpu}}};
constexpr std::array<std::pair<std::string_view, Quantization>, 3> quantizations{
    {{"none", Quantization::none}, {"int4", Quantization::int4}, {"int8", Quantization::int8}}};
constexpr std::array<std::pair<std::string_view, std::optional<Task>>, 4> tasks{
    {{"generate", Task::generate}, {"embed", Task::embed}, {"rank", Task::rank}, {"classify", Task::classify}}};

template <typename Value, std::size_t N>
void read_word(Fields& fields, std::string_view key, const std::array<std::pair<std::string_view, Value>, N>& words,
               Value& target) {
  const Json* json = fields.find(key);
  if (!json) return;
  std::string known;
  for (const auto& [word, value] : words) {
    known += (known.empty() ? "one of \"" : "\", \"") + std::string(word);
    if (*json != word) continue;
    target = value;
    return;
  }
  refuse(fields.path(key), *json, known + '"');
}

template <typename Value, std::size_t N>
void write_word(Json& json, const char* key, const std::array<std::pair<std::string_view, Value>, N>& words,
                const Value& value, const Value& usual) {
  if (value == usual) return;
  for (const auto& [word, meaning] : words)
    if (meaning == value) json[key] = word;
}

LoadRequest read_load(const Json& json) {
  Fields fields(json, "");
  LoadRequest request;
  LoadOptions& options = request.options;
  request.model = read_string("model", fields.require("model", "a string"), JsonLimits::name_bytes);
  read_word(fields, "device", device_words, options.device);
  read_word(fields, "task", tasks, options.task);
  read_word(fields, "quantize", quantizations, options.quantize);
  fields.read("group_size", options.group_size, 0);
  fields.read("threads", options.threads, 0);
  fields.read("context_length", options.context_length, 0, LoadOptions::most_tokens);
  fields.read("cache_tokens", options.cache_tokens, 0, LoadOptions::most_tokens);
  fields.read("speculate", options.speculate);
  fields.read("draft", options.draft, JsonLimits::name_bytes);
  fields.read("check", options.check);
  fields.read("max_waiting", options.max_waiting, 0);
  fields.read("exact", request.diagnostics.exact);
  fields.refuse_others();
  return request;
}

}  // namespace

std::string to_json(const LoadRequest& request) {
  return guarded([&] {
    const LoadOptions& options = request.options;
    const LoadOptions usual;
    Json json{{"model", request.model}};
    const auto put = [&](const char* key, const auto& value, const auto& normal) {
      if (value != normal) json[key] = value;
    };
    write_word(json, "device", device_words, options.device, usual.device);
    write_word(json, "task", tasks, options.task, usual.task);
    write_word(json, "quantize", quantizations, options.quantize, usual.quantize);
    put("group_size", options.group_size, usual.group_size);
    put("threads", options.threads, usual.threads);
    put("context_length", options.context_length, usual.context_length);
    put("cache_tokens", options.cache_tokens, usual.cache_tokens);
    put("speculate", options.speculate, usual.speculate);
    put("draft", options.draft, usual.draft);
    put("check", options.check, usual.check);
    put("max_waiting", options.max_waiting, usual.max_waiting);
    put("exact", request.diagnostics.exact, false);
    return text_of(json);
  });
}

template <>
LoadRequest from_json<LoadRequest>(std::string_view text) {
  return guarded([&] { return read_load(parse(text, "The request")); });
}

}  // namespace gerbil
