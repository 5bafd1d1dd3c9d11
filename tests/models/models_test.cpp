#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "gerbil/error.hpp"
#include "graph/passes/passes.hpp"
#include "models/registry.hpp"
#include "models/rope.hpp"

namespace gerbil::models {
namespace {

Json small(const std::string& architecture) {
  return Json{{"architectures", {architecture}}, {"hidden_size", 64},    {"intermediate_size", 96},
              {"num_hidden_layers", 2},          {"vocab_size", 100},    {"num_attention_heads", 4},
              {"num_key_value_heads", 2},        {"rms_norm_eps", 1e-6}, {"max_position_embeddings", 256}};
}

std::string message_of(const Json& config) {
  try {
    build(config);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Models, EveryFamilyFusesToFiveNodesALayer) {
  for (const char* name :
       {"LlamaForCausalLM", "Qwen2ForCausalLM", "Qwen3ForCausalLM", "SmolLM3ForCausalLM", "Phi3ForCausalLM"}) {
    auto graph = build(small(name));
    graph::optimize(graph);
    // embedding, five nodes and an attention input for each of two layers, row selection, head
    EXPECT_EQ(graph.nodes.size(), 1u + 2 * 6 + 2) << name << "\n" << graph::to_string(graph);
  }
}

TEST(Models, TheLayerThatDraftsIsOneThatSharesTheTable) {
  Json config = small("Qwen3_5ForCausalLM");
  config["head_dim"] = 16;
  auto graph = build_draft(config);
  graph::optimize(graph);
  // Table, input, two norms side by side, projection; a layer of full attention with a gate; norm, row, head.
  EXPECT_EQ(graph.nodes.size(), 6u + 7 + 3) << graph::to_string(graph);
  EXPECT_TRUE(graph.handed.has_value());
  const auto refusal = [](const Json& refused) -> std::string {
    try {
      build_draft(refused);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  config["mtp_num_hidden_layers"] = 2;
  EXPECT_THAT(refusal(config), ::testing::HasSubstr("\"mtp_num_hidden_layers\" is 2"));
  config["mtp_num_hidden_layers"] = 1;
  config["mtp_use_dedicated_embeddings"] = true;
  EXPECT_THAT(refusal(config), ::testing::HasSubstr("mtp_use_dedicated_embeddings"));
  EXPECT_THAT(refusal(small("LlamaForCausalLM")), ::testing::HasSubstr("no layers that draft tokens"));
}

TEST(Models, Gemma4FusesWhatItsNormsSurround) {
  Json config = small("Gemma4ForCausalLM");
  config["num_kv_shared_layers"] = 1;
  config["layer_types"] = {"full_attention", "full_attention"};
  auto graph = build(config);
  graph::optimize(graph);
  // Two embeddings, and of the layers' own a projection and a norm with the sum. A layer: projections, their input to
  // attention, attention, output, norm; gate and up, down, norm; gate, slice, product, projection, norm.
  EXPECT_EQ(graph.nodes.size(), 4u + 2 * 13 + 2) << graph::to_string(graph);
  config = small("Gemma4UnifiedForCausalLM");
  config["attention_k_eq_v"] = true;
  graph = build(config);
  graph::optimize(graph);
  EXPECT_EQ(graph.nodes.size(), 1u + 2 * 8 + 2) << graph::to_string(graph);
}

TEST(Models, LinearLayersFuseToFiveNodesAndGatedOnesToSeven) {
  Json config = small("Qwen3_5ForCausalLM");
  config.update({{"head_dim", 16},
                 {"num_hidden_layers", 4},
                 {"linear_num_key_heads", 2},
                 {"linear_num_value_heads", 4},
                 {"linear_key_head_dim", 8},
                 {"linear_value_head_dim", 12}});
  auto graph = build(config);
  graph::optimize(graph);
  std::string text = graph::to_string(graph);
  EXPECT_EQ(graph.nodes.size(), 1u + 3 * 5 + 7 + 2) << text;
  EXPECT_EQ(graph.slots.size(), 3u);
  EXPECT_EQ(graph.step_multiple, 64);
  for (const char* part : {"weight=model.layers.0.linear_attn.in_proj_qkv+model.layers.0.linear_attn.in_proj_z+"
                           "model.layers.0.linear_attn.in_proj_b+model.layers.0.linear_attn.in_proj_a[136, 64]",
                           "delta_net(%1) slot=0 key_heads=2 value_heads=4 key_dim=8 value_dim=12 taps=4",
                           "weight=model.layers.3.self_attn.q_proj<0+16/32>+model.layers.3.self_attn.k_proj+"
                           "model.layers.3.self_attn.v_proj+model.layers.3.self_attn.q_proj<16+16/32>[192, 64]",
                           "activation=sigmoid begin=128\n", "rope 0 = 4 columns"}) {
    EXPECT_THAT(text, testing::HasSubstr(part));
  }
  graph = build(config);
  graph::optimize(graph, [](const auto&, const auto&) { return false; });
  text = graph::to_string(graph);
  EXPECT_THAT(text, testing::HasSubstr("[T, 136] = concatenate(")) << "projections that stay apart";
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("gate(")));
}

TEST(Models, UnknownArchitecturesAreNamed) {
  EXPECT_EQ(
      message_of(small("MambaForCausalLM")),
      "The architecture \"MambaForCausalLM\" is not supported; gerbil knows LlamaForCausalLM, Qwen2ForCausalLM, "
      "Qwen3ForCausalLM, Qwen3_5ForCausalLM, Qwen3_5ForConditionalGeneration, SmolLM3ForCausalLM, Phi3ForCausalLM, "
      "Gemma3ForCausalLM, Gemma3ForConditionalGeneration, "
      "Gemma3TextModel, Gemma4ForCausalLM, Gemma4ForConditionalGeneration, Gemma4UnifiedForCausalLM, "
      "Gemma4UnifiedForConditionalGeneration, BertModel, RobertaModel, "
      "XLMRobertaModel, XLMRobertaLoRA, ModernBertModel, NomicBertModel, NewModel, GteModel, StaticModel, "
      "BertForSequenceClassification, RobertaForSequenceClassification, XLMRobertaForSequenceClassification, "
      "ModernBertForSequenceClassification, NewForSequenceClassification.");
  EXPECT_EQ(message_of({{"model_type", "mamba"}}).substr(0, 41), "The model type \"mamba\" is not supported; ");
  EXPECT_EQ(message_of(Json::object()),
            "config.json has neither \"architectures\" nor \"model_type\", so the model's family is unknown.");
}

TEST(Models, ModelTypeDecidesTheFamily) {
  const auto found = [](Json architectures, const char* type) {
    return std::string(family({{"architectures", std::move(architectures)}, {"model_type", type}}).architecture);
  };
  for (const Json& none : {Json(), Json::array(), Json::array({nullptr}), Json("LlamaModel")}) {
    EXPECT_EQ(found(none, "llama"), "LlamaForCausalLM");
    EXPECT_EQ(found(none, "bert"), "BertModel");
  }
  EXPECT_EQ(family({{"model_type", "xlm-roberta"}}).architecture, "XLMRobertaModel");
  EXPECT_EQ(found({"Qwen3Model"}, "qwen3"), "Qwen3ForCausalLM");
  EXPECT_EQ(found({"Qwen2PreTrainedModel"}, "qwen2"), "Qwen2ForCausalLM");
  EXPECT_EQ(found({"Gemma3Model"}, "gemma3"), "Gemma3ForConditionalGeneration");
  EXPECT_EQ(found({"Gemma3TextModel"}, "gemma3_text"), "Gemma3TextModel");
  EXPECT_EQ(found(Json(), "gemma3_text"), "Gemma3ForCausalLM");
  EXPECT_EQ(found({"Gemma4Model"}, "gemma4"), "Gemma4ForConditionalGeneration");
  EXPECT_EQ(found({"Gemma4UnifiedForConditionalGeneration"}, "gemma4_unified"),
            "Gemma4UnifiedForConditionalGeneration");
  EXPECT_EQ(found({"BertForMaskedLM"}, "bert"), "BertModel");
  EXPECT_EQ(found({"BertLMHeadModel"}, "bert"), "BertModel");
  EXPECT_EQ(found({"XLMRobertaForMaskedLM"}, "xlm-roberta"), "XLMRobertaModel");
  EXPECT_EQ(found({"ModernBertForTokenClassification"}, "modernbert"), "ModernBertModel");
  EXPECT_EQ(found({"NomicBertForMaskedLM"}, "nomic_bert"), "NomicBertModel");
  EXPECT_EQ(found({"RobertaForSequenceClassification"}, "xlm-roberta"), "XLMRobertaForSequenceClassification");
  EXPECT_EQ(found({"LlamaForCausalLM"}, "qwen2"), "Qwen2ForCausalLM") << "as AutoModelForCausalLM does";
  EXPECT_EQ(found({"LlamaForCausalLM"}, "something-of-its-own"), "LlamaForCausalLM");
  EXPECT_EQ(architecture({{"architectures", {"BertForMaskedLM"}}, {"model_type", "bert"}}), "BertForMaskedLM");
  EXPECT_EQ(architecture({{"model_type", "bert"}}), "BertModel");
}

TEST(Models, MissingKeysMeanWhatTheFamilySays) {
  Json config = small("Qwen3ForCausalLM");
  EXPECT_NE(graph::to_string(build(config)).find("q_proj[512, 64]"), std::string::npos) << "128 columns a head";
  config["head_dim"] = nullptr;
  EXPECT_NE(graph::to_string(build(config)).find("q_proj[64, 64]"), std::string::npos);
  config = small("SmolLM3ForCausalLM");
  config.erase("num_key_value_heads");
  EXPECT_NE(graph::to_string(build(config)).find("k_proj[64, 64]"), std::string::npos);
}

TEST(Models, AModelOfSeveralPartsIsBuiltFromItsOwn) {
  // All that google/gemma-3-4b-it says of its language model.
  const Json config{{"architectures", {"Gemma3ForConditionalGeneration"}},
                    {"eos_token_id", {1, 106}},
                    {"model_type", "gemma3"},
                    {"text_config",
                     {{"hidden_size", 2560},
                      {"intermediate_size", 10240},
                      {"model_type", "gemma3_text"},
                      {"eos_token_id", 1},
                      {"num_hidden_layers", 34},
                      {"rope_scaling", {{"factor", 8.0}, {"rope_type", "linear"}}},
                      {"sliding_window", 1024}}},
                    {"vision_config", {{"hidden_size", 1152}}}};
  const graph::Graph graph = build(config);
  const std::string text = graph::to_string(graph);
  EXPECT_THAT(text, testing::HasSubstr("embed_tokens[262208, 2560]"));
  EXPECT_THAT(text, testing::HasSubstr("q_proj[2048, 2560]"));
  EXPECT_THAT(text, testing::HasSubstr("k_proj[1024, 2560]"));
  EXPECT_EQ(graph.context_length, 131072);
  EXPECT_EQ(std::ranges::count(graph.pages, 1024, &graph::Pages::window), 29);
  EXPECT_EQ(std::ranges::count(graph.pages, 0, &graph::Pages::window), 5);
  const Json own = own_config(config);
  EXPECT_EQ(own["eos_token_id"], Json({1, 106})) << "the whole's";
  EXPECT_EQ(own["architectures"], config["architectures"]);
  EXPECT_EQ(own_config(own), own);
  EXPECT_EQ(graph::to_string(build(own)), text);
  EXPECT_EQ(own_config(small("LlamaForCausalLM")), small("LlamaForCausalLM"));
}

TEST(Models, LogitsAreBoundedWhereThereAreLogits) {
  Json config = small("Gemma3ForCausalLM");
  config["final_logit_softcapping"] = 30.0;
  EXPECT_THAT(graph::to_string(build(config)), testing::HasSubstr("softcap=30"));
  const Head embedding{.kind = Head::Kind::embedding, .pooling = {graph::Pooling::mean}};
  EXPECT_THAT(graph::to_string(build(config, embedding)), testing::Not(testing::HasSubstr("softcap")));
  config["final_logit_softcapping"] = -1;
  EXPECT_THAT(message_of(config), testing::HasSubstr("\"final_logit_softcapping\" in config.json is -1"));
}

// All that google/gemma-4-e2b-it and google/gemma-4-31b-it say of attention.
TEST(Models, Gemma4SharesKeysAndValues) {
  Json config{{"architectures", {"Gemma4ForCausalLM"}},
              {"model_type", "gemma4_text"},
              {"hidden_size", 1536},
              {"intermediate_size", 6144},
              {"num_hidden_layers", 35},
              {"num_attention_heads", 8},
              {"num_key_value_heads", 1},
              {"num_kv_shared_layers", 20},
              {"use_double_wide_mlp", true},
              {"layer_types", Json::array()}};
  for (int layer = 1; layer <= 35; ++layer) {
    config["layer_types"].push_back(layer % 5 == 0 ? "full_attention" : "sliding_attention");
  }
  const graph::Graph small = build(config);
  EXPECT_EQ(small.pages.size(), 15U);
  EXPECT_EQ(std::ranges::count(small.pages, 512, &graph::Pages::head_dim), 3);
  const std::string text = graph::to_string(small);
  EXPECT_THAT(text, testing::HasSubstr("host_embedding() table=model.embed_tokens_per_layer[262144, 8960] scale=16"));
  EXPECT_THAT(text, testing::HasSubstr("model.layers.14.mlp.gate_proj[6144, 1536]"));
  EXPECT_THAT(text, testing::HasSubstr("model.layers.15.mlp.gate_proj[12288, 1536]"));
  EXPECT_EQ(std::ranges::count_if(small.nodes,
                                  [](const graph::Node& node) {
                                    const auto* attend = std::get_if<graph::Attend>(&node.operation);
                                    return attend != nullptr && attend->pages == graph::PagesId{13};
                                  }),
            17)
      << "layer 13 and the 16 sliding ones after layer 14";
  config["use_bidirectional_attention"] = "all";
  const graph::Graph encoder = build(config, {.kind = Head::Kind::embedding, .pooling = {graph::Pooling::mean}});
  EXPECT_EQ(encoder.pages.size(), 4U) << "two shapes, and of each what layers share";
  for (const graph::Pages& pages : encoder.pages) {
    EXPECT_FALSE(pages.causal);
    EXPECT_EQ(pages.window, pages.head_dim == 512 ? 0 : 258) << "257 to either side";
  }
}

TEST(Models, ImpossibleSizesAreErrors) {
  const auto with = [](const char* key, Json value) {
    Json config = small("LlamaForCausalLM");
    config[key] = std::move(value);
    return message_of(config);
  };
  EXPECT_EQ(with("num_key_value_heads", 3),
            "\"num_attention_heads\" in config.json is 4, which is not a multiple of \"num_key_value_heads\", 3.");
  EXPECT_EQ(with("hidden_size", -1), "\"hidden_size\" in config.json is -1, but should be between 1 and 4194304.");
  EXPECT_EQ(with("num_hidden_layers", 100000),
            "\"num_hidden_layers\" in config.json is 100000, but should be between 1 and 1024.");
  EXPECT_EQ(with("hidden_act", "cosine"),
            "\"hidden_act\" in config.json is \"cosine\", but gerbil knows silu, swish, gelu, gelu_python, gelu_new, "
            "gelu_fast, gelu_accurate, gelu_pytorch_tanh, gelu_python_tanh, gelu_10, quick_gelu, relu, relu2, relu6, "
            "leaky_relu, tanh, sigmoid, hardswish, mish, sqrtsoftplus, laplace, linear.");
  EXPECT_EQ(with("vocab_size", "many"), "\"vocab_size\" is \"many\", but should be a whole number.");
  EXPECT_NE(with("rope_scaling", {{"rope_type", "spiral"}}).find("\"spiral\""), std::string::npos);
  EXPECT_NE(with("rope_scaling", {{"rope_type", "linear"}, {"factor", 0}}).find("should be positive"),
            std::string::npos);
  EXPECT_NE(with("rope_theta", 0).find("should be positive"), std::string::npos);
}

TEST(Models, BothSpellingsOfRopeAreEqual) {
  Json published = small("LlamaForCausalLM");
  published["rope_theta"] = 500000.0;
  published["rope_scaling"] = {{"rope_type", "llama3"},
                               {"factor", 8.0},
                               {"low_freq_factor", 1.0},
                               {"high_freq_factor", 4.0},
                               {"original_max_position_embeddings", 64}};
  Json rewritten = small("LlamaForCausalLM");
  rewritten["rope_parameters"] = published["rope_scaling"];
  rewritten["rope_parameters"]["rope_theta"] = 500000.0;
  const auto a = read_rope(published, 16);
  const auto b = read_rope(rewritten, 16);
  EXPECT_EQ(a.inverse_frequencies, b.inverse_frequencies);
  EXPECT_EQ(a.inverse_frequencies.front(), 1.0f) << "the highest frequency is not scaled";
  EXPECT_FLOAT_EQ(a.inverse_frequencies.back(), std::pow(500000.0f, -14.0f / 16.0f) / 8.0f)
      << "the lowest is divided by the factor";
}

TEST(Models, RopeScalingWinsOverRopeParameters) {
  Json config = small("LlamaForCausalLM");
  config["rope_parameters"] = {{"rope_type", "default"}, {"rope_theta", 1e6}};
  const auto plain = read_rope(config, 16);
  config["rope_scaling"] = {{"type", "linear"}, {"factor", 2.0}};
  const auto scaled = read_rope(config, 16);
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_EQ(scaled.inverse_frequencies[i], plain.inverse_frequencies[i] / 2) << "the base stays";
  }
  config["rope_scaling"] = Json::object();
  EXPECT_EQ(read_rope(config, 16).inverse_frequencies, plain.inverse_frequencies);
  config["partial_rotary_factor"] = 0.5;
  EXPECT_EQ(read_rope(config, 16).inverse_frequencies, plain.inverse_frequencies) << "of no meaning to Llama";
  EXPECT_EQ(read_rope(config, 16, 1e4, true).rotary_dim(), 8);
  config["rope_scaling"] = {{"type", "default"}, {"partial_rotary_factor", 0.25}};
  EXPECT_EQ(read_rope(config, 16, 1e4, true).rotary_dim(), 4) << "the rope's own factor counts";
}

// Heads of 16 columns, theta 10000: modeling_rope_utils.py of transformers 5.12.
TEST(Models, ProportionalRopeRotatesTheHighestFrequencies) {
  Json config;
  config["rope_scaling"] = {{"rope_type", "proportional"}, {"partial_rotary_factor", 0.6}};
  EXPECT_THAT(read_rope(config, 16).inverse_frequencies,
              testing::Pointwise(testing::FloatEq(), {1.0f, 0.31622776f, 0.1f, 0.031622775f, 0.0f, 0.0f, 0.0f, 0.0f}));
  config["rope_scaling"]["factor"] = 2.0;
  config["rope_scaling"]["partial_rotary_factor"] = 0.25;
  EXPECT_THAT(read_rope(config, 16).inverse_frequencies,
              testing::Pointwise(testing::FloatEq(), {0.5f, 0.15811388f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f}));
}

TEST(Models, TiedAndUntiedHeads) {
  Json config = small("Qwen3ForCausalLM");
  config["tie_word_embeddings"] = true;
  EXPECT_EQ(graph::to_string(build(config)).find("lm_head"), std::string::npos);
  config["tie_word_embeddings"] = false;
  EXPECT_NE(graph::to_string(build(config)).find("weight=lm_head[100, 64]"), std::string::npos);
}

}  // namespace
}  // namespace gerbil::models
