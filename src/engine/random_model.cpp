#include "engine/random_model.hpp"

#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "base/float16.hpp"
#include "engine/model_weights.hpp"

namespace gerbil {
namespace {

// Sizes as published in each model's config.json.
constexpr std::array<std::pair<std::string_view, std::string_view>, 9> shapes{{
    {"qwen3-0.6b",
     R"({"architectures":["Qwen3ForCausalLM"],"hidden_size":1024,"intermediate_size":3072,"num_hidden_layers":28,
         "num_attention_heads":16,"num_key_value_heads":8,"head_dim":128,"vocab_size":151936,"rope_theta":1000000,
         "max_position_embeddings":40960,"rms_norm_eps":1e-6,"tie_word_embeddings":true})"},
    {"qwen3-1.7b",
     R"({"architectures":["Qwen3ForCausalLM"],"hidden_size":2048,"intermediate_size":6144,"num_hidden_layers":28,
         "num_attention_heads":16,"num_key_value_heads":8,"head_dim":128,"vocab_size":151936,"rope_theta":1000000,
         "max_position_embeddings":40960,"rms_norm_eps":1e-6,"tie_word_embeddings":true})"},
    {"llama-3.2-1b",
     R"({"architectures":["LlamaForCausalLM"],"hidden_size":2048,"intermediate_size":8192,"num_hidden_layers":16,
         "num_attention_heads":32,"num_key_value_heads":8,"head_dim":64,"vocab_size":128256,"rope_theta":500000,
         "max_position_embeddings":131072,"rms_norm_eps":1e-5,"tie_word_embeddings":true,
         "rope_scaling":{"factor":32.0,"high_freq_factor":4.0,"low_freq_factor":1.0,
                         "original_max_position_embeddings":8192,"rope_type":"llama3"}})"},
    {"gemma3-270m",
     R"({"architectures":["Gemma3ForCausalLM"],"model_type":"gemma3_text","hidden_size":640,"intermediate_size":2048,
         "num_hidden_layers":18,"num_attention_heads":4,"num_key_value_heads":1,"head_dim":256,"vocab_size":262144,
         "query_pre_attn_scalar":256,"sliding_window":512,"_sliding_window_pattern":6,"rope_theta":1000000,
         "rope_local_base_freq":10000,"rms_norm_eps":1e-6,"max_position_embeddings":32768,
         "hidden_activation":"gelu_pytorch_tanh","tie_word_embeddings":true})"},
    {"gemma4-e2b",
     R"({"architectures":["Gemma4ForCausalLM"],"model_type":"gemma4_text","hidden_size":1536,"intermediate_size":6144,
         "num_hidden_layers":35,"num_attention_heads":8,"num_key_value_heads":1,"head_dim":256,"global_head_dim":512,
         "vocab_size":262144,"vocab_size_per_layer_input":262144,"hidden_size_per_layer_input":256,
         "num_kv_shared_layers":20,"use_double_wide_mlp":true,"sliding_window":512,"final_logit_softcapping":30.0,
         "rms_norm_eps":1e-6,"max_position_embeddings":131072,"hidden_activation":"gelu_pytorch_tanh",
         "tie_word_embeddings":true,"layer_types":[
         "sliding_attention","sliding_attention","sliding_attention","sliding_attention","full_attention",
         "sliding_attention","sliding_attention","sliding_attention","sliding_attention","full_attention",
         "sliding_attention","sliding_attention","sliding_attention","sliding_attention","full_attention",
         "sliding_attention","sliding_attention","sliding_attention","sliding_attention","full_attention",
         "sliding_attention","sliding_attention","sliding_attention","sliding_attention","full_attention",
         "sliding_attention","sliding_attention","sliding_attention","sliding_attention","full_attention",
         "sliding_attention","sliding_attention","sliding_attention","sliding_attention","full_attention"]})"},
    {"qwen3.5-0.8b",
     R"({"architectures":["Qwen3_5ForCausalLM"],"model_type":"qwen3_5_text","hidden_size":1024,"intermediate_size":3584,
         "num_hidden_layers":24,"num_attention_heads":8,"num_key_value_heads":2,"head_dim":256,"vocab_size":248320,
         "linear_num_key_heads":16,"linear_num_value_heads":16,"linear_key_head_dim":128,"linear_value_head_dim":128,
         "mtp_num_hidden_layers":1,"linear_conv_kernel_dim":4,"full_attention_interval":4,"max_position_embeddings":262144,"rms_norm_eps":1e-6,
         "rope_parameters":{"rope_type":"default","rope_theta":10000000,"partial_rotary_factor":0.25},
         "tie_word_embeddings":true})"},
    {"minilm",
     R"({"architectures":["BertModel"],"hidden_size":384,"intermediate_size":1536,"num_hidden_layers":6,
         "num_attention_heads":12,"vocab_size":30522,"max_position_embeddings":512,"type_vocab_size":2,
         "layer_norm_eps":1e-12,"hidden_act":"gelu"})"},
    {"bge-base",
     R"({"architectures":["BertModel"],"hidden_size":768,"intermediate_size":3072,"num_hidden_layers":12,
         "num_attention_heads":12,"vocab_size":30522,"max_position_embeddings":512,"type_vocab_size":2,
         "layer_norm_eps":1e-12,"hidden_act":"gelu"})"},
    {"embeddinggemma",
     R"({"architectures":["Gemma3TextModel"],"hidden_size":768,"intermediate_size":1152,"num_hidden_layers":24,
         "num_attention_heads":3,"num_key_value_heads":1,"head_dim":256,"vocab_size":262144,
         "query_pre_attn_scalar":256,"sliding_window":512,"_sliding_window_pattern":6,"rope_theta":1000000,
         "rope_local_base_freq":10000,"rms_norm_eps":1e-6,"max_position_embeddings":2048,
         "use_bidirectional_attention":true,"hidden_activation":"gelu_pytorch_tanh"})"},
}};

// splitmix64 (Steele et al. 2014): the same number for the same place on every machine.
std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ull;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
  return x ^ (x >> 31);
}

// The same variance in f32.
formats::Weight random_floats(const graph::WeightDeclaration& declaration) {
  const std::uint64_t seed = mix(std::hash<std::string>{}(declaration.parts.front()));
  const std::int64_t columns = declaration.columns;
  const float scale = std::sqrt(12.0f / static_cast<float>(columns)) / 65535.0f;
  const auto read = [=](std::int64_t row, std::int64_t count, float* out) {
    for (std::int64_t i = 0; i < count * columns; i += 4) {
      const std::uint64_t random = mix(seed + static_cast<std::uint64_t>(row * columns + i));
      for (std::int64_t j = 0; j < std::min<std::int64_t>(4, count * columns - i); ++j) {
        out[i + j] = scale * (static_cast<float>((random >> (16 * j)) & 0xffff) - 32767.5f);
      }
    }
  };
  return {declaration.parts.front(), declaration.rows, columns, formats::Dense{DType::f32, read}};
}

formats::Weight random_matrix(const graph::WeightDeclaration& declaration, int bits, int group) {
  const std::uint64_t seed = mix(std::hash<std::string>{}(declaration.parts.front()));
  const std::int64_t columns = declaration.columns;
  // Uniform codes around zero with a variance of 1 / columns keep activations of ordinary size through all layers.
  const auto steps = static_cast<float>((1 << bits) - 1);
  // In half precision, as checkpoints have them.
  const auto half = [](float value) { return f16_to_f32(f32_to_f16(value)); };
  const float scale = half(std::sqrt(12.0f / static_cast<float>(columns)) / steps);
  const float bias = half(-scale * steps / 2.0f);
  const auto read = [=](std::int64_t row, std::int64_t count, const formats::CodedSpan& out) {
    const std::int64_t total = count * columns;
    for (std::int64_t i = 0; i < total; i += 8) {
      const std::uint64_t random = mix(seed + static_cast<std::uint64_t>(row * columns + i));
      for (std::int64_t j = 0; j < std::min<std::int64_t>(8, total - i); ++j) {
        out.codes[i + j] = static_cast<std::uint8_t>((random >> (8 * j)) & ((1u << bits) - 1));
      }
    }
    for (std::int64_t i = 0; i < total / group; ++i) {
      out.scales[i] = scale;
      out.biases[i] = bias;
    }
  };
  return {declaration.parts.front(), declaration.rows, columns,
          formats::Coded{.bits = bits, .group = group, .read = read}};
}

}  // namespace

Json random_config(const std::string& model) {
  const std::string name = model.substr(random_prefix.size());
  std::string known;
  for (const auto& [shape, config] : shapes) {
    if (shape == name) return parse_json(config, model);
    known += (known.empty() ? "" : ", ") + std::string(shape);
  }
  throw Error(ErrorCode::not_found, "There is no random model '" + name + "'; known shapes are " + known + ".");
}

WeightSource random_weights(const LoadOptions& options, bool dense) {
  const Quantization quantize = options.quantize;
  const int group = options.group_size == 0 ? 32 : options.group_size;
  return [quantize, group, dense](const graph::WeightDeclaration& declaration) {
    if (!declaration.values.empty()) return constant(declaration);
    // What quantising while loading would make of it; without that, 4 bits everywhere, as many checkpoints have.
    const bool fine = quantize == Quantization::int8 || (quantize == Quantization::int4 && declaration.fine);
    const int bits = fine ? 8 : 4;
    if (!declaration.vector) return dense ? random_floats(declaration) : random_matrix(declaration, bits, group);
    return formats::weight_from_floats(declaration.parts.front(), 1, declaration.columns,
                                       std::vector<float>(static_cast<std::size_t>(declaration.columns), 1.0f));
  };
}

}  // namespace gerbil
