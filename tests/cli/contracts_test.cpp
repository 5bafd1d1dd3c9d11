// What other programs rely on: the commands' JSON and what stands on stdout.
#include <gmock/gmock.h>

#include <cmath>
#include <fstream>

#include "program.hpp"

namespace gerbil::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kStory = "Tell me a story about a fox";

Json golden(const std::string& name) {
  std::ifstream file(fixture("goldens/manifest.json"));
  for (const Json& entry : Json::parse(file).at("cases"))
    if (entry.at("name") == name) return entry;
  ADD_FAILURE() << "no case " << name;
  return {};
}

std::vector<float> golden_logits(const Json& entry) {
  std::ifstream file(fixture("goldens") / entry.at("folder").get<std::string>() / entry.at("logits").get<std::string>(),
                     std::ios::binary);
  std::vector<float> values(entry.at("tokens").size() * entry.at("vocabulary_size").get<std::size_t>());
  file.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(float)));
  EXPECT_TRUE(file.good());
  return values;
}

std::size_t prompt_tokens(const Json& answer) { return answer.at("prompt_tokens"); }

std::string list(const Json& ids) {
  std::string text;
  for (const Json& id : ids) text += (text.empty() ? "" : ",") + id.dump();
  return text;
}

TEST(Logits, AreThoseOfTransformers) {
  const Json entry = golden("llama_config");
  const std::string folder = (fixture("goldens") / entry.at("folder").get<std::string>()).string();
  const Json json = gerbil_json({"logits", folder, "--tokens", list(entry.at("tokens")), "--device", "cpu", "--exact"});
  const std::vector<float> expected = golden_logits(entry);
  const std::size_t rows = entry.at("tokens").size(), width = entry.at("vocabulary_size");
  EXPECT_THAT(json.at("shape"), ElementsAre(rows, width));
  ASSERT_EQ(json.at("logits").size(), rows);
  double largest = 0, error = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    ASSERT_EQ(json.at("logits")[row].size(), width);
    for (std::size_t i = 0; i < width; ++i) {
      largest = std::max(largest, std::abs(double{expected[row * width + i]}));
      error = std::max(error, std::abs(json.at("logits")[row][i].get<double>() - expected[row * width + i]));
    }
  }
  EXPECT_LE(error, entry.at("tolerance").get<double>() * largest);
}

TEST(Logits, QuantiseOnRequest) {
  const Json entry = golden("llama_config");
  const std::string folder = (fixture("goldens") / entry.at("folder").get<std::string>()).string();
  const Arguments common{"logits", folder, "--tokens", "1,2,3", "--device", "cpu"};
  Arguments int8 = common;
  int8.insert(int8.end(), {"--quantize", "int8", "--group", "32"});
  Arguments int4 = common;
  int4.insert(int4.end(), {"--quantize", "int4", "--group", "32"});
  const Json dense = gerbil_json(common), eight = gerbil_json(int8), four = gerbil_json(int4);
  EXPECT_EQ(eight.at("shape"), dense.at("shape"));
  EXPECT_NE(eight.at("logits"), dense.at("logits"));
  EXPECT_NE(four.at("logits"), eight.at("logits"));
}

std::size_t ids_of(const std::string& text) {
  return gerbil_json({"tokenize", nano(), "--text", text}).at("ids").size();
}

TEST(Tokenize, ThereAndBack) {
  const std::string text = "Hello, world! Zwölf Boxkämpfer 🦊\n\ttwo  spaces";
  const Json json = gerbil_json({"tokenize", nano(), "--text", text});
  EXPECT_FALSE(json.at("ids").empty());
  EXPECT_EQ(json.at("ids").size(), json.at("tokens").size());
  EXPECT_EQ(gerbil_json({"tokenize", nano(), "--decode", list(json.at("ids"))}), (Json{{"text", text}}));
  const TemporaryFolder folder;
  EXPECT_EQ(gerbil_json({"tokenize", nano(), "--file", folder.write("text", text)}), json);
  EXPECT_EQ(gerbil_json({"tokenize", nano()}, text), json);
}

// Reference: getopt_long(3), for which "--name=" is an empty value.
TEST(CommandLine, AnEmptyValueIsAValue) {
  const Json nothing{{"ids", Json::array()}, {"tokens", Json::array()}};
  for (const Arguments& option : {Arguments{"--text="}, Arguments{"--text", ""}}) {
    Arguments arguments{"tokenize", nano()};
    arguments.insert(arguments.end(), option.begin(), option.end());
    EXPECT_EQ(gerbil_json(arguments, "not read"), nothing);
  }
  EXPECT_EQ(gerbil_json({"embed", nano(), "--text=", "--text=the", "--task="}).at("embeddings").size(), 2u);
  const Json plain = gerbil_json({"run", nano(), kStory, "-n", "4"});
  EXPECT_EQ(gerbil_json({"run", nano(), "--system=", "--stop=", kStory, "-n", "4"}).at("tokens"), plain.at("tokens"));
  const Outcome number = gerbil({"run", nano(), "--seed=", kStory});
  EXPECT_EQ(number.status, 2);
  EXPECT_THAT(number.err, HasSubstr("not ''"));
  EXPECT_EQ(prompt_tokens(gerbil_json({"run", nano(), "", "-n", "1"}, kStory)) + ids_of(kStory), prompt_tokens(plain));
}

TEST(CommandLine, AValueThatLooksLikeAnOptionIsAValue) {
  const auto tokens = [](const Arguments& options) {
    Arguments arguments{"tokenize", nano()};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return gerbil_json(arguments);
  };
  EXPECT_EQ(tokens({"--text", "--file="}), tokens({"--text=--file="}));
  const Outcome outcome = gerbil({"run", "--raw", "--json", "-n", "1", nano(), "--", "--system="});
  EXPECT_EQ(prompt_tokens(Json::parse(outcome.out)), tokens({"--text=--system="}).at("ids").size());
}

TEST(Tokenize, SpecialTokensAreAddedUnlessUnwanted) {
  // Llama 3 begins every text with a special token.
  const TemporaryFolder folder;
  std::filesystem::copy_file(fixture("tokenizers/llama3.json"), folder.path() / "tokenizer.json");
  const Json with = gerbil_json({"tokenize", folder.path().string(), "--text", "Hello"});
  const Json without = gerbil_json({"tokenize", folder.path().string(), "--text", "Hello", "--no-special"});
  ASSERT_GT(with.at("ids").size(), without.at("ids").size());
  EXPECT_EQ(gerbil_json({"tokenize", folder.path().string(), "--decode", list(with.at("ids"))}).at("text"), "Hello");
  EXPECT_THAT(gerbil_json({"tokenize", folder.path().string(), "--decode", list(with.at("ids")), "--keep-special"})
                  .at("text")
                  .get<std::string>(),
              StartsWith("<|"));
}

TEST(Tokenize, FindsTheTokenizerWhereTheModulesHaveIt) {
  const TemporaryFolder folder;
  folder.write("modules.json",
               R"([{"idx": 0, "name": "0", "path": "0_StaticEmbedding",
                    "type": "sentence_transformers.models.StaticEmbedding"}])");
  std::filesystem::create_directory(folder.path() / "0_StaticEmbedding");
  const auto tokenizer = fixture("tokenizers/llama3.json");
  std::filesystem::copy_file(tokenizer, folder.path() / "0_StaticEmbedding/tokenizer.json");
  const TemporaryFolder plain;
  std::filesystem::copy_file(tokenizer, plain.path() / "tokenizer.json");
  EXPECT_EQ(gerbil_json({"tokenize", folder.path().string(), "--text", "Hello"}),
            gerbil_json({"tokenize", plain.path().string(), "--text", "Hello"}));
}

TEST(Tokenize, SaysWhatIsOddInTheFiles) {
  const TemporaryFolder folder;
  std::filesystem::copy_file(fixture("tokenizers/llama3.json"), folder.path() / "tokenizer.json");
  folder.write("tokenizer_config.json", R"({"model_max_length": 1, "model_max_length": 2})");
  const Outcome outcome = gerbil({"tokenize", folder.path().string(), "--text", "Hello", "--json"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.err,
              ::testing::AllOf(HasSubstr("tokenizer_config.json"), HasSubstr("occurs twice in one object")));
}

TEST(Run, TellsAStoryWithoutAModelName) {
  const Outcome outcome = gerbil({"run", kStory, "-n", "120"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.out, HasSubstr("fox"));
  EXPECT_TRUE(outcome.out.ends_with('\n'));
  EXPECT_THAT(outcome.err, IsEmpty());
}

TEST(Run, PromptFromArgumentFileAndPipeAreTheSame) {
  const TemporaryFolder folder;
  const std::string file = folder.write("prompt", std::string(kStory) + "\n");
  const std::string answer = gerbil({"run", nano(), kStory, "-n", "120"}).out;
  EXPECT_GT(answer.size(), 20u);
  EXPECT_EQ(gerbil({"run", nano(), "-f", file, "-n", "120"}).out, answer);
  EXPECT_EQ(gerbil({"run", "-f", file, "-n", "120"}).out, answer);
  EXPECT_EQ(gerbil({"run", nano(), "-n", "120"}, std::string(kStory) + "\n").out, answer);
  EXPECT_EQ(gerbil({"run", "-n", "120"}, kStory).out, answer);
  EXPECT_EQ(gerbil({"run", kStory, "-n", "120", "--threads", "1"}).out, answer);
}

TEST(Run, JsonSaysWhatHappened) {
  const Json json = gerbil_json({"run", nano(), kStory, "-n", "12", "--log-probabilities", "3"});
  EXPECT_EQ(json.at("text").get<std::string>() + "\n", gerbil({"run", nano(), kStory, "-n", "12"}).out);
  EXPECT_EQ(json.at("finish_reason"), "length");
  EXPECT_EQ(json.at("generated_tokens"), 12);
  EXPECT_EQ(json.at("tokens").size(), 12u);
  EXPECT_GT(prompt_tokens(json), 5u);
  EXPECT_EQ(json.at("model"), "nano");
  ASSERT_EQ(json.at("log_probabilities").size(), 12u);
  for (const Json& token : json.at("log_probabilities")) {
    EXPECT_LE(token.at("log_probability").get<double>(), 0.0);
    // Greedy: the chosen token is the most likely of the alternatives.
    ASSERT_EQ(token.at("alternatives").size(), 3u);
    EXPECT_EQ(token.at("token"), token.at("alternatives")[0].at("token"));
  }
  for (const char* time :
       {"time_to_first_token", "prefill", "decode", "prefill_tokens_per_second", "decode_tokens_per_second"})
    EXPECT_GT(json.at("timings").at(time).get<double>(), 0.0) << time;
  EXPECT_GT(json.at("load_seconds").get<double>(), 0.0);
}

TEST(Run, RawContinuesThePromptAsItIs) {
  const Json ids = gerbil_json({"tokenize", nano(), "--text", "Once upon a time"}).at("ids");
  EXPECT_EQ(prompt_tokens(gerbil_json({"run", nano(), "Once upon a time", "--raw", "-n", "4"})), ids.size());
  EXPECT_GT(prompt_tokens(gerbil_json({"run", nano(), "Once upon a time", "-n", "4"})), ids.size());
}

TEST(Run, SystemMessageReachesTheModel) {
  const auto length = [](const Arguments& more) {
    Arguments arguments{"run", nano(), kStory, "-n", "2"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return prompt_tokens(gerbil_json(arguments));
  };
  EXPECT_GT(length({"--system", "Answer with one short sentence, please."}), length({}));
}

TEST(Run, FlagsThatChangeNothingAreSaid) {
  const Outcome outcome = gerbil({"run", nano(), "Once", "--raw", "-n", "1", "--system", "Be kind.", "--no-think"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.err, HasSubstr("--system changes nothing"));
  EXPECT_THAT(outcome.err, HasSubstr("--no-think changes nothing"));
}

TEST(Run, ASeedRepeatsASample) {
  const auto sample = [](const std::string& seed) {
    return gerbil({"run", nano(), kStory, "-n", "40", "-t", "1.5", "--seed", seed}).out;
  };
  EXPECT_EQ(sample("7"), sample("7"));
  EXPECT_NE(sample("7"), sample("8"));
}

TEST(Run, StopsBeforeTheStopText) {
  const std::string answer = gerbil({"run", nano(), kStory, "-n", "60"}).out;
  const std::size_t dot = answer.find('.');
  ASSERT_NE(dot, std::string::npos);
  const Json json = gerbil_json({"run", nano(), kStory, "-n", "60", "--stop", "."});
  EXPECT_EQ(json.at("text"), answer.substr(0, dot));
  EXPECT_EQ(json.at("finish_reason"), "stop");
}

TEST(Run, ABiasForcesAToken) {
  const Json ids = gerbil_json({"tokenize", nano(), "--text", "fox"}).at("ids");
  const Json json = gerbil_json({"run", nano(), kStory, "-n", "3", "--logit-bias", ids[0].dump() + "=500"});
  EXPECT_THAT(json.at("tokens"), ElementsAre(ids[0], ids[0], ids[0]));
}

TEST(Chat, TakesALineAMessageFromAPipe) {
  const Outcome outcome = gerbil({"chat", nano(), "-n", "60"}, std::string(kStory) + "\n\n/stats\n/exit\nnot read\n");
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.out, gerbil({"run", nano(), kStory, "-n", "60"}).out);
  EXPECT_THAT(outcome.err, HasSubstr("first token after"));
}

TEST(Chat, SavesTheConversation) {
  const TemporaryFolder folder;
  const std::string file = (folder.path() / "chat.json").string();
  EXPECT_EQ(gerbil({"chat", nano(), "-n", "20", "--system", "Be kind."}, "Hello\n/save " + file + "\n").status, 0);
  std::ifstream saved(file);
  const Json messages = Json::parse(saved);
  ASSERT_EQ(messages.size(), 3u);
  EXPECT_EQ(messages[0], (Json{{"role", "system"}, {"content", "Be kind."}}));
  EXPECT_EQ(messages[1], (Json{{"role", "user"}, {"content", "Hello"}}));
  EXPECT_EQ(messages[2].at("role"), "assistant");
}

class Bench : public ::testing::TestWithParam<const char*> {};

TEST_P(Bench, MeasuresEveryRepetition) {
  const Json json =
      gerbil_json({"bench", nano(), "-p", "32", "-n", "8", "-r", "2", "--device", GetParam(), "--threads", "1"});
  for (const char* kind : {"prefill_tokens_per_second", "decode_tokens_per_second"}) {
    ASSERT_EQ(json.at(kind).size(), 2u);
    for (const Json& speed : json.at(kind)) EXPECT_GT(speed.get<double>(), 0.0);
  }
  for (const char* number : {"bytes_per_token", "operations_per_token", "weight_bytes", "read_bytes_per_second",
                             "operations_per_second", "decode_share", "prefill_share"})
    EXPECT_GT(json.at(number).get<double>(), 0.0) << number;
  EXPECT_TRUE(json.at("dispatches_per_token").is_number_integer());
  EXPECT_TRUE(json.at("readbacks_per_token").is_number_integer());
}

TEST_P(Bench, ProfilesEveryOperation) {
  const Json json = gerbil_json({"bench", nano(), "--profile", "-p", "32", "-n", "8", "-d", "16", "-r", "2", "--device",
                                 GetParam(), "--threads", "1"});
  EXPECT_EQ(json.at("prompt").at("steps"), 2);
  EXPECT_EQ(json.at("prompt").at("tokens"), 32);
  EXPECT_EQ(json.at("decode").at("steps"), 16);
  EXPECT_EQ(json.at("decode").at("tokens"), 1);
  for (const char* kind : {"prompt", "decode"}) {
    double seconds = json.at(kind).at("rest_seconds");
    for (const Json& operation : json.at(kind).at("operations")) {
      seconds += operation.at("seconds").get<double>();
      const bool projection = operation.at("name").get<std::string>().starts_with("linear");
      for (const char* rate : {"bytes_per_second", "read_share", "operations_per_second", "arithmetic_share"})
        EXPECT_EQ(operation.at(rate).is_number(), projection) << operation;
    }
    EXPECT_NEAR(seconds / json.at(kind).at("seconds").get<double>(), 1, 0.01);
  }
}

TEST(BenchProfile, PrintsATableForEachKindOfStep) {
  const Arguments common{"bench", nano(), "--profile", "-r", "1", "--device", "cpu", "--threads", "1"};
  Arguments both = common;
  both.insert(both.end(), {"-p", "600", "-n", "4", "-d", "3"});
  const Outcome outcome = gerbil(both);
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  for (const char* part : {"prompt of 600 tokens", "step of 1 decoded token after 3, mean of 4 steps", "attend",
                           "linear embed_tokens 4096x256", "of peak", "rest: choice, submission, host"})
    EXPECT_THAT(outcome.out, HasSubstr(part));
  Arguments decode = common;
  decode.insert(decode.end(), {"-p", "0", "-n", "4"});
  EXPECT_THAT(gerbil(decode).out, Not(HasSubstr("prompt of")));
}

INSTANTIATE_TEST_SUITE_P(Devices, Bench, ::testing::Values("cpu", "webgpu"),
                         [](const auto& device) { return std::string(device.param); });

TEST(Inspect, DescribesTheCheckpoint) {
  const Json json = gerbil_json({"inspect", nano(), "--tensors", "--graph", "--optimized", "--check"});
  EXPECT_EQ(json.at("architecture"), "Qwen3ForCausalLM");
  EXPECT_EQ(json.at("vocabulary_size"), 4096);
  EXPECT_GT(json.at("parameters"), 4'000'000);
  EXPECT_THAT(json.at("quantization").get<std::string>(), HasSubstr("4"));
  EXPECT_THAT(json.at("tensors").dump(), HasSubstr("model.embed_tokens.weight"));
  EXPECT_THAT(json.at("graph").get<std::string>(), Not(IsEmpty()));
  EXPECT_NE(json.at("graph"), json.at("optimized_graph"));
  EXPECT_GT(json.at("cache_bytes_per_token"), 0);
  EXPECT_THAT(json.at("findings"), IsEmpty());
}

TEST(Doctor, KnowsTheProcessor) {
  const Json json = gerbil_json({"doctor"});
  bool usable = false;
  for (const Json& device : json.at("devices")) {
    if (device.at("backend") == "cpu") usable = device.at("usable");
    // Whatever is not used has a reason.
    EXPECT_EQ(device.at("usable").get<bool>(), device.at("reason").get<std::string>().empty());
  }
  EXPECT_TRUE(usable);
  EXPECT_THAT(gerbil({"doctor"}).out, HasSubstr("cpu"));
}

TEST(Program, HelpAndVersionAreResults) {
  EXPECT_THAT(gerbil({"--version"}).out, StartsWith("gerbil 0."));
  const Outcome help = gerbil({"run", "--help"});
  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.out, HasSubstr("Examples:"));
  EXPECT_THAT(help.out, HasSubstr("Ask the model to think first; not with --no-think"));
  EXPECT_THAT(help.out, HasSubstr("Weights that share a scale; only with --quantize"));
  EXPECT_THAT(help.err, IsEmpty());
}

}  // namespace
}  // namespace gerbil::testing
