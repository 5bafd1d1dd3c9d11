#include "models/registry.hpp"

#include <array>
#include <vector>

#include "gerbil/error.hpp"

namespace gerbil::models {
namespace {

using enum Head::Kind;
using graph::Pooling;

constexpr std::array families{
    Family{"LlamaForCausalLM", build_llama, token, "model.", Pooling::last},
    Family{"Qwen2ForCausalLM", build_qwen2, token, "model.", Pooling::last},
    Family{"Qwen3ForCausalLM", build_qwen3, token, "model.", Pooling::last},
    Family{"SmolLM3ForCausalLM", build_smollm3, token, "model.", Pooling::last},
    Family{"Phi3ForCausalLM", build_phi3, token, "model.", Pooling::last},
    Family{"Gemma3TextModel", build_gemma3, embedding, "model.", Pooling::mean},
    Family{"Qwen3Model", build_qwen3, embedding, "model.", Pooling::last},
    Family{"BertModel", build_bert, embedding, "bert.", Pooling::mean},
    Family{"RobertaModel", build_roberta, embedding, "roberta.", Pooling::mean},
    Family{"XLMRobertaLoRA", build_jina, embedding, "roberta.", Pooling::mean},
    Family{"XLMRobertaModel", build_roberta, embedding, "roberta.", Pooling::mean},
    Family{"ModernBertModel", build_modernbert, embedding, "model.", Pooling::mean},
    Family{"NomicBertModel", build_nomic, embedding, "model.", Pooling::mean},
    Family{"NewModel", build_new, embedding, "new.", Pooling::first},
    Family{"GteModel", build_new, embedding, "new.", Pooling::first},
    Family{"StaticModel", build_static, embedding, "", Pooling::mean, false},
    Family{"BertForSequenceClassification", build_bert, classes, "bert."},
    Family{"RobertaForSequenceClassification", build_roberta, classes, "roberta."},
    Family{"XLMRobertaForSequenceClassification", build_roberta, classes, "roberta."},
    Family{"ModernBertForSequenceClassification", build_modernbert, classes, "model."},
    Family{"NewForSequenceClassification", build_new, classes, "new."},
};

}  // namespace

std::string architecture(const Json& config) {
  const auto names = json_value<std::vector<std::string>>(config, "architectures", {});
  if (names.empty()) {
    throw Error(ErrorCode::corrupt, "config.json has no \"architectures\", so the model's family is unknown.");
  }
  return names.front();
}

const Family& family(const Json& config) {
  const std::string name = architecture(config);
  std::string known;
  for (const Family& family : families) {
    if (family.architecture == name) return family;
    known += (known.empty() ? "" : ", ") + std::string(family.architecture);
  }
  throw Error(ErrorCode::unsupported,
              "The architecture \"" + name + "\" is not supported; gerbil knows " + known + ".");
}

graph::Graph build(const Json& config, const Head& head) {
  const Family& found = family(config);
  if (head.kind != found.kind && !(head.kind == Head::Kind::embedding && found.kind == Head::Kind::token)) {
    throw Error(ErrorCode::invalid_argument, "The architecture \"" + std::string(found.architecture) + "\" " +
                                                 (found.kind == Head::Kind::token       ? "generates tokens"
                                                  : found.kind == Head::Kind::embedding ? "makes embeddings"
                                                                                        : "classifies texts") +
                                                 ", and has no head for something else.");
  }
  return found.build(config, head);
}

}  // namespace gerbil::models
