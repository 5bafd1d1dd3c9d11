// Any text as config.json: the JSON itself, the quantisation it may announce, the patterns in that, and the model's
// graph.
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "formats/format.hpp"
#include "formats/gptq.hpp"
#include "formats/pattern.hpp"
#include "gerbil/error.hpp"
#include "models/registry.hpp"

namespace {

using namespace gerbil;

// Runs `action`; an Error is a good answer, and the next question is asked all the same.
template <typename Action>
void attempt(const Action& action) {
  try {
    action();
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): a refusal is what is wanted
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Json config;
  attempt([&] { (void)formats::Pattern(std::string(text)).matches_begin("model.layers.0.mlp.down_proj"); });
  attempt([&] { config = parse_json(text, "config.json"); });
  attempt([&] { config = parse_python_json(text, "config.json"); });
  if (!config.is_object()) return 0;
  attempt([&] { (void)formats::parse_gptq(config).parameters("model.layers.0.self_attn.q_proj"); });
  const std::filesystem::path nowhere = "/nonexistent";
  std::vector<std::string> warnings;
  const formats::Source source{config, nowhere, std::make_shared<const formats::TensorTable>(), warnings};
  attempt([&] { (void)formats::recognize_gptq(source); });
  attempt([&] { (void)formats::recognize_mlx(source); });
  attempt([&] { formats::refuse_unknown_quantization(source); });
  for (const auto kind : {models::Head::Kind::token, models::Head::Kind::embedding, models::Head::Kind::classes}) {
    const models::Head head{.kind = kind, .before_pooling = {}, .pooling = {graph::Pooling::mean}, .after_pooling = {}};
    attempt([&] { (void)models::build(config, head); });
  }
  attempt([&] { (void)models::build(config, {.hands_over = true}); });
  attempt([&] { (void)models::build_draft(config); });
  for (const auto& [key, value] : config.items()) {
    attempt([&] { (void)json_value<int>(config, key, 0); });
    attempt([&] { (void)json_value<std::vector<float>>(config, key, {}); });
    attempt([&] { (void)json_required<std::string>(config, key); });
  }
  return 0;
}
