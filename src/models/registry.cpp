#include "models/registry.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "gerbil/error.hpp"

namespace gerbil::models {
namespace {

using enum Head::Kind;
using graph::Pooling;

// How transformers nests the language model of one that also sees or hears.
constexpr Part language_part{"text_config", "language_model."};

constexpr std::array families{
    Family{"LlamaForCausalLM", "llama", build_llama, token, "model.", Pooling::last},
    Family{"Qwen2ForCausalLM", "qwen2", build_qwen2, token, "model.", Pooling::last},
    Family{"Qwen3ForCausalLM", "qwen3", build_qwen3, token, "model.", Pooling::last},
    Family{"Qwen3_5ForCausalLM", "qwen3_5_text", build_qwen3_5, token, "model.", Pooling::last, true, Part(),
           build_qwen3_5_draft},
    Family{"Qwen3_5ForConditionalGeneration", "qwen3_5", build_qwen3_5, token, "model.", Pooling::last, true,
           language_part, build_qwen3_5_draft},
    Family{"SmolLM3ForCausalLM", "smollm3", build_smollm3, token, "model.", Pooling::last},
    Family{"Phi3ForCausalLM", "phi3", build_phi3, token, "model.", Pooling::last},
    Family{"Gemma3ForCausalLM", "gemma3_text", build_gemma3, token, "model.", Pooling::last},
    Family{"Gemma3ForConditionalGeneration", "gemma3", build_gemma3, token, "model.", Pooling::last, true,
           language_part},
    Family{"Gemma3TextModel", "gemma3_text", build_gemma3, embedding, "model.", Pooling::mean},
    Family{"Gemma4ForCausalLM", "gemma4_text", build_gemma4, token, "model.", Pooling::last},
    Family{"Gemma4ForConditionalGeneration", "gemma4", build_gemma4, token, "model.", Pooling::last, true,
           language_part},
    Family{"Gemma4UnifiedForCausalLM", "gemma4_unified_text", build_gemma4_unified, token, "model.", Pooling::last},
    Family{"Gemma4UnifiedForConditionalGeneration", "gemma4_unified", build_gemma4_unified, token, "model.",
           Pooling::last, true, language_part},
    Family{"BertModel", "bert", build_bert, embedding, "bert.", Pooling::mean},
    Family{"RobertaModel", "roberta", build_roberta, embedding, "roberta.", Pooling::mean},
    Family{"XLMRobertaModel", "xlm-roberta", build_roberta, embedding, "roberta.", Pooling::mean},
    Family{"XLMRobertaLoRA", "xlm-roberta", build_jina, embedding, "roberta.", Pooling::mean},
    Family{"ModernBertModel", "modernbert", build_modernbert, embedding, "model.", Pooling::mean},
    Family{"NomicBertModel", "nomic_bert", build_nomic, embedding, "model.", Pooling::mean},
    Family{"NewModel", "new", build_new, embedding, "new.", Pooling::first},
    Family{"GteModel", "gte", build_new, embedding, "new.", Pooling::first},
    Family{"StaticModel", "model2vec", build_static, embedding, "", Pooling::mean, false},
    Family{"BertForSequenceClassification", "bert", build_bert, classes, "bert."},
    Family{"RobertaForSequenceClassification", "roberta", build_roberta, classes, "roberta."},
    Family{"XLMRobertaForSequenceClassification", "xlm-roberta", build_roberta, classes, "roberta."},
    Family{"ModernBertForSequenceClassification", "modernbert", build_modernbert, classes, "model."},
    Family{"NewForSequenceClassification", "new", build_new, classes, "new."},
};

// What the whole configuration says of its parts, too.
constexpr std::array<std::string_view, 5> keys_of_the_whole{"architectures", "model_type", "eos_token_id",
                                                            "tie_word_embeddings", "tokenizer_class"};

// The family called `architecture`; null when there is none.
const Family* named(std::string_view architecture) {
  const auto found = std::ranges::find(families, architecture, &Family::architecture);
  return found == families.end() ? nullptr : &*found;
}

// The first family of this type and, where one is given, of this kind; null when there is none.
const Family* typed(std::string_view model_type, std::optional<Head::Kind> kind = {}) {
  const auto found = std::ranges::find_if(families, [&](const Family& family) {
    return family.model_type == model_type && (!kind || family.kind == *kind);
  });
  return found == families.end() ? nullptr : &*found;
}

// "BertForMaskedLM" -> "Bert"
std::string_view stem(std::string_view architecture) {
  for (const std::string_view suffix : {"PreTrainedModel", "LMHeadModel", "Model"}) {
    if (architecture.ends_with(suffix)) return architecture.substr(0, architecture.size() - suffix.size());
  }
  return architecture.substr(0, architecture.find("For"));
}

// The family of this type that an architecture without a line of its own is; null when it is something else. Of an
// encoder with another head the encoder is read, as AutoModel does; a language model with another head, and code of a
// checkpoint's own (JinaBertModel has the type "bert"), is something else.
const Family* related(const std::string& architecture, std::string_view model_type) {
  const Family* first = typed(model_type);
  if (first == nullptr || architecture.empty()) return first;
  if (stem(architecture) != stem(first->architecture)) return nullptr;
  if (architecture.ends_with("ForCausalLM")) return typed(model_type, token);
  if (architecture.ends_with("ForSequenceClassification")) return typed(model_type, classes);
  return first->kind == token && architecture.contains("For") ? nullptr : first;
}

// "architectures"[0]; empty when there is none.
std::string own_architecture(const Json& config) {
  const auto names = config.find("architectures");
  if (names == config.end() || !names->is_array() || names->empty() || !names->front().is_string()) return {};
  return names->front().get<std::string>();
}

}  // namespace

std::string architecture(const Json& config) {
  const std::string own = own_architecture(config);
  return own.empty() ? std::string(family(config).architecture) : own;
}

const Family& family(const Json& config) {
  const std::string name = own_architecture(config);
  const auto type = json_value<std::string>(config, "model_type", "");
  const Family* found = named(name);
  if (found == nullptr) {
    found = related(name, type);
  } else if (found->model_type != type) {
    if (const Family* other = typed(type, found->kind)) found = other;
  }
  if (found != nullptr) return *found;
  if (name.empty() && type.empty()) {
    throw Error(ErrorCode::corrupt,
                "config.json has neither \"architectures\" nor \"model_type\", so the model's family is unknown.");
  }
  std::string known;
  for (const Family& family : families) known += (known.empty() ? "" : ", ") + std::string(family.architecture);
  throw Error(ErrorCode::unsupported, (name.empty() ? "The model type \"" + type : "The architecture \"" + name) +
                                          "\" is not supported; gerbil knows " + known + ".");
}

Json own_config(const Json& config) {
  const Part& part = family(config).part;
  const auto member = part.config.empty() ? config.end() : config.find(part.config);
  if (member == config.end() || member->is_null()) return config;
  if (!member->is_object()) {
    throw Error(ErrorCode::corrupt, "\"" + std::string(part.config) + "\" in config.json is " + json_shown(*member) +
                                        ", but should be an object.");
  }
  Json own = *member;
  own.erase(part.config);  // or it would be looked into again
  for (const std::string_view key : {"architectures", "model_type"}) own.erase(key);
  for (const std::string_view key : keys_of_the_whole) {
    if (const auto value = config.find(key); value != config.end() && !value->is_null()) own[key] = *value;
  }
  return own;
}

graph::Graph build(const Json& config, const Head& head) {
  const Family& found = family(config);
  if (head.kind != found.kind && !(head.kind == Head::Kind::embedding && found.kind == Head::Kind::token)) {
    throw Error(ErrorCode::invalid_argument, "The architecture \"" + architecture(config) + "\" " +
                                                 (found.kind == Head::Kind::token       ? "generates tokens"
                                                  : found.kind == Head::Kind::embedding ? "makes embeddings"
                                                                                        : "classifies texts") +
                                                 ", and has no head for something else.");
  }
  return found.build(own_config(config), head);
}

graph::Graph build_draft(const Json& config) {
  const Family& found = family(config);
  if (found.build_draft == nullptr) {
    throw Error(ErrorCode::invalid_argument,
                "The architecture \"" + architecture(config) + "\" has no layers that draft tokens.");
  }
  return found.build_draft(own_config(config));
}

}  // namespace gerbil::models
