// Families by what config.json says of them: "model_type" decides, as it does in transformers, and "architectures" says
// what the model was made for.
#pragma once

#include <string>
#include <string_view>

#include "base/json.hpp"
#include "graph/graph.hpp"
#include "models/head.hpp"

namespace gerbil::models {

// Where a model of several parts keeps the one that gerbil runs; empty for a model that is one part.
struct Part {
  std::string_view config;  // the member of config.json that is its configuration
  std::string_view prefix;  // of its tensors: before all of their names, or behind the prefix of the family
};

// What an architecture is made for, as its name says: the next token, an embedding of a text, or classes of it.
struct Family {
  std::string_view architecture;
  std::string_view model_type;
  graph::Graph (*build)(const Json& config, const Head& head) = nullptr;
  Head::Kind kind = Head::Kind::token;
  // Checkpoints name their tensors with this in front or without it, and both are the same model (base_model_prefix in
  // transformers).
  std::string_view prefix;
  // How a text's rows become its embedding where no file of the checkpoint says it.
  graph::Pooling pooling = graph::Pooling::mean;
  // Whether texts get the tokens that the tokenizer puts around them, and unknown words have a meaning.
  bool special_tokens = true;
  Part part = {};
  // The layers that draft tokens, where checkpoints may have some: a graph of its own on the same tables, whose input
  // is what the model hands over.
  graph::Graph (*build_draft)(const Json& config) = nullptr;
};

// A key that no config.json has: who opens a checkpoint sets it where norms that published files store without the 1
// that is added to them were converted with it (MLX).
inline constexpr const char* norms_are_whole = "norms_are_whole";

// The family of the model that config.json describes. The architecture may be missing, or name the bare model or one
// with a head that gerbil has no use for (BertForMaskedLM): then model_type decides, and where both are known and
// disagree, too. Throws Error{unsupported} naming what was found and what is known.
// Reference: transformers 5.12, models/auto/auto_factory.py: a class is chosen by the type of the configuration.
const Family& family(const Json& config);

// The configuration of the part that gerbil runs, with what the whole says of it (architecture, end tokens, whether the
// head is tied); `config` itself when the model is one part. Throws as family() does, and Error{corrupt} when the part
// is not an object. Reference: transformers 5.12, PreTrainedConfig.get_text_config.
Json own_config(const Json& config);

// The graph of the model. Throws as family() does, and Error{corrupt} for values that make no model. The head must be
// one that the family has: an embedding of any, tokens of a language model, classes of a classifier.
graph::Graph build(const Json& config, const Head& head = {});

// The graph of the layers that draft tokens. Throws as build() does, and Error{invalid_argument} for a family that has
// none.
graph::Graph build_draft(const Json& config);

// "architectures"[0], for people; the family's where there is none.
std::string architecture(const Json& config);

// Each family: one file, one declaration here, its lines in registry.cpp.
graph::Graph build_bert(const Json& config, const Head& head);
graph::Graph build_gemma3(const Json& config, const Head& head);
graph::Graph build_gemma4(const Json& config, const Head& head);
graph::Graph build_gemma4_unified(const Json& config, const Head& head);
graph::Graph build_jina(const Json& config, const Head& head);
graph::Graph build_llama(const Json& config, const Head& head);
graph::Graph build_modernbert(const Json& config, const Head& head);
graph::Graph build_new(const Json& config, const Head& head);
graph::Graph build_nomic(const Json& config, const Head& head);
graph::Graph build_phi3(const Json& config, const Head& head);
graph::Graph build_qwen2(const Json& config, const Head& head);
graph::Graph build_qwen3(const Json& config, const Head& head);
graph::Graph build_qwen3_5(const Json& config, const Head& head);
graph::Graph build_qwen3_5_draft(const Json& config);
graph::Graph build_roberta(const Json& config, const Head& head);
graph::Graph build_smollm3(const Json& config, const Head& head);
graph::Graph build_static(const Json& config, const Head& head);

}  // namespace gerbil::models
