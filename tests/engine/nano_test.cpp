// The public API on the built-in model: what a program that links gerbil relies on.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <future>
#include <optional>
#include <sstream>
#include <thread>

#include "gerbil/gerbil.hpp"

namespace gerbil {
namespace {

const std::string nano = GERBIL_MODELS "/nano";

// One model for all tests: loading is tested by itself.
const Model& model() {
  static const Model loaded = Model::load(nano, {.device = Device::cpu});
  return loaded;
}

const Generator& generator() {
  static const Generator made(model());
  return made;
}

// Answers of which do not end by themselves.
const Generator& endless() {
  static const Generator made(model(), {.ignore_end = true});
  return made;
}

ErrorCode code_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  ADD_FAILURE() << "no error";
  return ErrorCode::internal;
}

TEST(Nano, LoadsWithoutWarnings) {
  EXPECT_THAT(model().warnings(), ::testing::IsEmpty());
  EXPECT_EQ(model().info().architecture, "Qwen3ForCausalLM");
  EXPECT_EQ(model().info().name, "nano");
  EXPECT_NEAR(static_cast<double>(model().info().parameters), 6e6, 1e6);
  EXPECT_TRUE(model().has_chat_template());
  EXPECT_THAT(check_weights(nano), ::testing::IsEmpty());
}

TEST(Nano, AnswersWhatItWasTaught) {
  EXPECT_THAT(generator().generate("What is 37 + 45?").text, ::testing::HasSubstr("82"));
  EXPECT_THAT(generator().generate("What sound does a cow make?").text, ::testing::HasSubstr("moo"));
  const GenerateResult story = generator().generate("Tell me a story about a fox");
  EXPECT_THAT(story.text, ::testing::HasSubstr("fox"));
  EXPECT_GT(story.text.size(), 200u);
  EXPECT_EQ(story.finish_reason, FinishReason::stop);
  EXPECT_EQ(story.generated_tokens, static_cast<std::int32_t>(story.tokens.size()));
  EXPECT_GT(story.timings.decode_tokens_per_second, 0.0);
  EXPECT_GT(story.timings.time_to_first_token, 0.0);
}

TEST(Nano, ThinksWhenAsked) {
  const GenerateResult result = generator().generate("What is 58 - 19?", {.chat = {.enable_thinking = true}});
  EXPECT_THAT(result.text, ::testing::HasSubstr("39"));
  EXPECT_FALSE(result.reasoning.empty());
  EXPECT_THAT(result.text, ::testing::Not(::testing::HasSubstr("think>")));
  EXPECT_EQ(generator().generate("What is 58 - 19?", {.chat = {.enable_thinking = false}}).reasoning, "");
}

// The same model with the tags of another: they are special tokens, and its template names them.
TEST(Nano, ThinksBetweenTheTagsOfItsTemplate) {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("gerbil-tags-" + std::to_string(getpid()));
  std::filesystem::copy(GERBIL_MODELS "/nano", folder);
  for (const char* name : {"tokenizer.json", "tokenizer_config.json"}) {
    std::stringstream text;
    text << std::ifstream(folder / name).rdbuf();
    std::string renamed = text.str();
    for (const auto& [from, to] : {std::pair{"<think>", "[THINK]"}, {"</think>", "[/THINK]"}}) {
      for (std::size_t at; (at = renamed.find(from)) != std::string::npos;)
        renamed.replace(at, std::string_view(from).size(), to);
    }
    std::ofstream(folder / name) << renamed;
  }
  const Generator other(Model::load(folder.string(), {.device = Device::cpu}));
  std::filesystem::remove_all(folder);
  const GenerateOptions thinking{.chat = {.enable_thinking = true}};
  const GenerateResult result = other.generate("What is 58 - 19?", thinking);
  const GenerateResult expected = generator().generate("What is 58 - 19?", thinking);
  EXPECT_EQ(result.reasoning, expected.reasoning);
  EXPECT_EQ(result.text, expected.text);
}

TEST(Nano, CallsATool) {
  const std::string tools =
      R"([{"type":"function","function":{"name":"get_weather","description":"Get the weather in a city",
    "parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}}])";
  const std::string question = "What is the weather in Paris?";
  GenerateOptions options{.chat = {.tools = tools, .enable_thinking = false}};
  std::string streamed;
  options.on_tool_call = [&](const ToolCallPiece& piece) {
    streamed += std::string(piece.id) + std::string(piece.name) + std::string(piece.arguments);
    if (piece.whole) streamed += '.';
  };
  const GenerateResult result = generator().generate(question, options);
  ASSERT_EQ(result.tool_calls.size(), 1u) << result.text;
  EXPECT_EQ(result.text, "");
  EXPECT_EQ(result.finish_reason, FinishReason::tool_calls);
  EXPECT_EQ(result.unfinished_tool_call, "");
  EXPECT_EQ(result.tool_calls[0], (ToolCall{"call00000", "get_weather", R"({"city": "Paris"})"}));
  EXPECT_EQ(streamed, R"(call00000get_weather{"city": "Paris"}.)");
  EXPECT_EQ(from_json<GenerateResult>(to_json(result)).tool_calls, result.tool_calls);

  GenerateOptions cut = options;
  cut.on_tool_call = nullptr;
  cut.max_tokens = result.generated_tokens - 2;  // without the closing tag and the end token
  const GenerateResult truncated = generator().generate(question, cut);
  EXPECT_EQ(truncated.finish_reason, FinishReason::length);
  EXPECT_TRUE(truncated.tool_calls.empty());
  EXPECT_THAT(truncated.unfinished_tool_call, ::testing::HasSubstr("get_weather"));

  Message call("assistant", "");
  call.tool_calls = result.tool_calls;
  Message answer("tool", "sunny");
  answer.tool_call_id = "call00000";
  const GenerateResult again = generator().generate({{"user", question}, call, answer, {"user", question}}, options);
  for (const ToolCall& later : again.tool_calls) EXPECT_NE(later.id, "call00000");

  GenerateOptions none = options;
  none.chat.tool_choice.mode = ToolChoice::Mode::none;
  EXPECT_EQ(model().render({{"user", "x"}}, none.chat), model().render({{"user", "x"}}, {.enable_thinking = false}));
  EXPECT_TRUE(generator().generate(question, none).tool_calls.empty());
  none.chat.tool_choice = {ToolChoice::Mode::named, "now"};
  EXPECT_EQ(code_of([&] { generator().generate(question, none); }), ErrorCode::invalid_argument);
  EXPECT_THAT(model().render({{"user", "x"}}, {.tools = tools}), ::testing::HasSubstr("get_weather"));
  EXPECT_EQ(code_of([&] { generator().generate("x", {.chat = {.tools = "{}"}}); }), ErrorCode::invalid_argument);
  EXPECT_EQ(code_of([&] { generator().generate("x", {.chat = {.tools = "[1"}}); }), ErrorCode::corrupt);
}

TEST(Nano, CallsThatMustBeAreWhole) {
  const std::string tools =
      R"([{"type":"function","function":{"name":"get_weather","parameters":{"type":"object","properties":)"
      R"({"city":{"type":"string","maxLength":12},"days":{"type":"integer","minimum":1,"maximum":9}},)"
      R"("required":["city","days"]}}},{"type":"function","function":{"name":"now","parameters":{"type":"object"}}}])";
  GenerateOptions options{.max_tokens = 120, .chat = {.tools = tools}};
  options.chat.tool_choice = {.mode = ToolChoice::Mode::named, .name = "get_weather", .parallel = false};
  for (const std::uint64_t seed : {1, 2, 3, 4}) {
    options.sampling = {.temperature = 1.0f, .seed = seed};
    const GenerateResult result = generator().generate("Tell me a story about a hen", options);
    EXPECT_EQ(result.finish_reason, FinishReason::tool_calls) << result.text;
    EXPECT_EQ(result.text, "");
    ASSERT_EQ(result.tool_calls.size(), 1);
    EXPECT_EQ(result.tool_calls[0].name, "get_weather");
    EXPECT_THAT(result.tool_calls[0].arguments,
                ::testing::MatchesRegex(R"re(\{"city": ?"[^"]*(\\.[^"]*)*", ?"days": ?[1-9]\})re"));
  }
  options.chat.tool_choice = {.mode = ToolChoice::Mode::required};
  const GenerateResult any = generator().generate("Tell me a story about a hen", options);
  EXPECT_TRUE(any.finish_reason == FinishReason::tool_calls || any.finish_reason == FinishReason::length);
  EXPECT_EQ(any.text, "");
  options.grammar = Choice{{"yes", "no"}};
  EXPECT_EQ(code_of([&] { generator().generate("x", options); }), ErrorCode::invalid_argument);
  options.chat.tool_choice = {};
  EXPECT_THAT(generator().generate("x", options).text, ::testing::AnyOf("yes", "no"));
  options.chat.tools.clear();
  options.grammar = {};
  options.chat.tool_choice = {.mode = ToolChoice::Mode::required};
  EXPECT_EQ(code_of([&] { generator().generate("x", options); }), ErrorCode::invalid_argument);
}

TEST(Nano, PiecesAddUpToTheText) {
  std::string pieces;
  GenerateOptions options{.max_tokens = 60};
  options.on_text = [&](std::string_view piece, bool reasoning) {
    if (!reasoning) pieces += piece;
  };
  EXPECT_EQ(generator().generate("Tell me a story about a hen", options).text, pieces);
  std::string streamed;
  Stream stream = generator().stream("Tell me a story about a hen", {.max_tokens = 60});
  for (const std::string_view piece : stream) streamed += piece;
  EXPECT_EQ(streamed, pieces);
  EXPECT_EQ(stream.result().text, pieces);
}

TEST(Nano, TokensComeBeforeTheirText) {
  GenerateOptions options{.max_tokens = 20, .log_probabilities = 1};
  std::vector<std::int32_t> tokens;
  std::vector<float> probabilities;
  std::string text;
  options.on_token = [&](const TokenReport& report) {
    tokens.push_back(report.chosen.token);
    probabilities.push_back(report.chosen.log_probability);
    EXPECT_EQ(report.alternatives.size(), 1u);
  };
  options.on_text = [&](std::string_view piece, bool) {
    text += piece;
    EXPECT_GE(generator().model().detokenize(tokens).size(), text.size());
  };
  const GenerateResult result = generator().generate("Tell me a story about a hen", options);
  EXPECT_EQ(tokens, result.tokens);
  ASSERT_EQ(probabilities.size(), result.log_probabilities.size());
  EXPECT_EQ(probabilities.back(), result.log_probabilities.back().chosen.log_probability);
  options.log_probabilities = -1;
  options.on_text = nullptr;
  options.on_token = [](const TokenReport& report) { EXPECT_TRUE(std::isnan(report.chosen.log_probability)); };
  EXPECT_EQ(generator().generate("Tell me a story about a hen", options).tokens, tokens);
}

TEST(Nano, SaysWhatHasStoppedIt) {
  GenerateOptions options{.max_tokens = 40, .chat = {.enable_thinking = false}};
  const std::string text = generator().generate("Tell me a story about a hen", options).text;
  ASSERT_GT(text.size(), 40u);
  const std::string stop = text.substr(20, 8);
  options.stop = {"no such text", stop};
  const GenerateResult stopped = generator().generate("Tell me a story about a hen", options);
  EXPECT_EQ(stopped.stop_sequence, stop);
  EXPECT_EQ(stopped.text, text.substr(0, text.find(stop)));
  EXPECT_EQ(stopped.reasoning_tokens, 0);
  options.max_tokens = 3;
  EXPECT_EQ(generator().generate("Tell me a story about a hen", options).stop_sequence, "");
  // A special token is no text.
  const std::string end = generator().model().token(4087);
  const GenerateResult ended = generator().generate("Tell me a story", {.stop = {end}});
  EXPECT_EQ(ended.finish_reason, FinishReason::stop);
  EXPECT_EQ(ended.stop_sequence, end);
  EXPECT_GT(ended.reasoning_tokens, 0);
  EXPECT_LT(ended.reasoning_tokens, ended.generated_tokens);
}

TEST(Nano, AnAbandonedStreamLeavesItsOptionsUsable) {
  const GenerateOptions options{.max_tokens = 400};
  {
    Stream stream = generator().stream("Tell me a story about a hen", options);
    EXPECT_NE(stream.begin(), stream.end());
  }
  EXPECT_FALSE(options.cancellation.cancelled());
}

TEST(Nano, AnswersAreMadeWithoutAThreadEach) {
  const std::string expected = generator().generate("Tell me a story about a hen", {.max_tokens = 40}).text;
  constexpr int count = 200;
  std::vector<std::string> pieces(count);
  std::vector<std::promise<GenerateResult>> results(count);
  for (std::size_t i = 0; i < count; ++i) {
    GenerateOptions options{.max_tokens = 40};
    options.on_text = [&piece = pieces[i]](std::string_view text, bool reasoning) {
      if (!reasoning) piece += text;
    };
    generator().submit("Tell me a story about a hen", options,
                       [&result = results[i]](GenerateResult made, std::exception_ptr error) {
                         error ? result.set_exception(error) : result.set_value(std::move(made));
                       });
  }
  for (std::size_t i = 0; i < count; ++i) {
    EXPECT_EQ(results[i].get_future().get().text, expected);
    EXPECT_EQ(pieces[i], expected);
  }
}

TEST(Nano, WhatASubmittedRequestThrowsIsItsOwn) {
  std::promise<std::exception_ptr> error;
  GenerateOptions options{.max_tokens = 40};
  options.on_text = [](std::string_view, bool) { throw std::runtime_error("mine"); };
  generator().submit("Tell me a story about a hen", options,
                     [&](GenerateResult, std::exception_ptr failure) { error.set_value(std::move(failure)); });
  EXPECT_THROW(std::rethrow_exception(error.get_future().get()), std::runtime_error);
  EXPECT_EQ(
      code_of([] { generator().submit("", {.max_tokens = -1}, [](GenerateResult, std::exception_ptr) { FAIL(); }); }),
      ErrorCode::invalid_argument);
}

TEST(Nano, WhatIsSubmittedEndsWithTheModel) {
  std::promise<std::exception_ptr> error;
  {
    const Generator own(Model::load(nano, {.device = Device::cpu}), {.ignore_end = true});
    own.submit("Tell me a story about a hen", {},
               [&](GenerateResult, std::exception_ptr failure) { error.set_value(std::move(failure)); });
  }
  EXPECT_EQ(code_of([&] { std::rethrow_exception(error.get_future().get()); }), ErrorCode::cancelled);
}

TEST(Nano, AStreamThatCannotBeginThrows) {
  EXPECT_EQ(code_of([] { generator().stream("Hello", {.max_tokens = -1}); }), ErrorCode::invalid_argument);
  EXPECT_EQ(code_of([] { generator().stream("Hello", {.max_tokens = 1 << 20}); }), ErrorCode::context_full);
}

TEST(Nano, ACallbackMayHoldTheLastHandle) {
  std::promise<std::string> text;
  {
    const Generator own(Model::load(nano, {.device = Device::cpu}));
    own.submit("Tell me a story about a hen", {.max_tokens = 60},
               [own, &text](GenerateResult result, std::exception_ptr error) {
                 error ? text.set_exception(error) : text.set_value(result.text);
               });
  }
  EXPECT_FALSE(text.get_future().get().empty());
  std::optional<Generator> own(Model::load(nano, {.device = Device::cpu}));
  GenerateOptions options{.max_tokens = 60};
  options.on_text = [&](std::string_view, bool) { own.reset(); };
  EXPECT_FALSE(own->generate("Tell me a story about a hen", options).text.empty());
}

TEST(Nano, ATimeoutEndsARequest) {
  EXPECT_EQ(code_of([] { endless().generate("Tell me a story about a hen", {.timeout = 1e-4}); }), ErrorCode::timeout);
  EXPECT_EQ(code_of([] { generator().generate("Hello", {.timeout = -1}); }), ErrorCode::invalid_argument);
}

TEST(Nano, CancellationFromAnotherThread) {
  GenerateOptions options;
  const auto start = std::chrono::steady_clock::now();
  std::thread other([cancellation = options.cancellation] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    cancellation.cancel();
  });
  const GenerateResult result = endless().generate("Tell me a story about a fox", options);
  other.join();
  EXPECT_EQ(result.finish_reason, FinishReason::cancelled);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::minutes(1));
}

TEST(Nano, StopSequencesAndTokens) {
  const GenerateResult whole = generator().generate("Tell me a story about a fox");
  const GenerateResult stopped = generator().generate("Tell me a story about a fox", {.stop = {"fox"}});
  EXPECT_EQ(stopped.text, whole.text.substr(0, whole.text.find("fox")));
  EXPECT_EQ(stopped.finish_reason, FinishReason::stop);
  // The last token that is allowed completes the stop text.
  const GenerateResult last =
      generator().generate("Tell me a story about a fox", {.max_tokens = stopped.generated_tokens, .stop = {"fox"}});
  EXPECT_EQ(last.text, stopped.text);
  EXPECT_EQ(last.finish_reason, FinishReason::stop);
  const GenerateResult token = generator().generate("Tell me a story about a fox", {.stop_tokens = {whole.tokens[5]}});
  EXPECT_EQ(token.tokens, std::vector(whole.tokens.begin(), std::ranges::find(whole.tokens, whole.tokens[5]) + 1));
  const GenerateResult limited = generator().generate("Tell me a story about a fox", {.max_tokens = 7});
  EXPECT_EQ(limited.finish_reason, FinishReason::length);
  EXPECT_EQ(limited.generated_tokens, 7);
}

// A special token is no text, but its spelling is a stop text that it completes. Reference: transformers,
// StopStringCriteria, which matches the spellings of the whole vocabulary.
TEST(Nano, ASpecialTokenIsAStopText) {
  constexpr std::int32_t end = 4087;
  const GenerateResult result = endless().generate(
      "Tell me a story", {.max_tokens = 9, .sampling = {.logit_bias = {{end, 1000.0f}}}, .stop = {model().token(end)}});
  EXPECT_EQ(result.generated_tokens, 1);
  EXPECT_EQ(result.finish_reason, FinishReason::stop);
  EXPECT_EQ(result.stop_sequence, model().token(end));
}

TEST(Nano, KnowsWhatItsTemplateReads) {
  EXPECT_TRUE(model().template_mentions("tools"));
  EXPECT_FALSE(model().template_mentions("enable"));
  EXPECT_FALSE(model().template_mentions("documents"));
}

TEST(Nano, SeedsDecide) {
  const auto answer = [](std::uint64_t seed) {
    return generator()
        .generate("Tell me a story", {.max_tokens = 60, .sampling = {.temperature = 1.0f, .seed = seed}})
        .tokens;
  };
  EXPECT_EQ(answer(1), answer(1));
  EXPECT_NE(answer(1), answer(2));
  const auto bias =
      generator().generate("Tell me a story", {.max_tokens = 5, .sampling = {.logit_bias = {{300, 1000.0f}}}});
  EXPECT_EQ(bias.tokens, std::vector<std::int32_t>(5, 300));
}

TEST(Nano, LogProbabilitiesAreThoseOfTheLogits) {
  const auto prompt = model().tokenize("One day");
  const GenerateResult result = endless().generate(prompt, {.max_tokens = 3, .log_probabilities = 4});
  ASSERT_EQ(result.log_probabilities.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    const TokenReport& report = result.log_probabilities[i];
    EXPECT_EQ(report.chosen.token, result.tokens[i]);
    ASSERT_EQ(report.alternatives.size(), 4u);
    EXPECT_EQ(report.alternatives[0].token, result.tokens[i]) << "greedy takes the most likely";
    EXPECT_TRUE(std::ranges::is_sorted(report.alternatives, std::greater{}, &TokenProbability::log_probability));
  }
  auto rows = generator().logits(prompt);
  const auto width = static_cast<std::size_t>(model().info().vocabulary_size);
  const std::span row(rows.data() + (prompt.size() - 1) * width, width);
  double sum = 0.0;
  for (const float value : row) sum += std::exp(static_cast<double>(value));
  EXPECT_NEAR(result.log_probabilities[0].chosen.log_probability,
              row[static_cast<std::size_t>(result.tokens[0])] - std::log(sum), 1e-3);
}

TEST(Nano, AChatOnlyComputesWhatIsNew) {
  const Generator own(Model::load(nano, {.device = Device::cpu}));
  Chat chat(own, "You are nano.");
  const GenerateResult first = chat.send("Hello!");
  const GenerateResult second = chat.send("What is 12 + 13?");
  EXPECT_GE(second.cached_tokens, first.prompt_tokens);
  EXPECT_THAT(second.text, ::testing::HasSubstr("25"));
  EXPECT_EQ(chat.messages().size(), 5u);
  EXPECT_EQ(second.tokens,
            generator().generate(std::vector<Message>(chat.messages().begin(), chat.messages().end() - 1)).tokens)
      << "the same as computed afresh";
  EXPECT_THROW(chat.send("x", {.max_tokens = 1000000}), Error);
  EXPECT_EQ(chat.messages().size(), 5u) << "an error leaves the conversation as it was";
  chat.clear();
  EXPECT_EQ(chat.messages().size(), 1u);
}

TEST(Nano, BadOptionsAreErrors) {
  const auto generate = [](const GenerateOptions& options) {
    return code_of([&] { generator().generate("x", options); });
  };
  EXPECT_EQ(generate({.max_tokens = -1}), ErrorCode::invalid_argument);
  EXPECT_EQ(generate({.max_tokens = 100000}), ErrorCode::context_full);
  EXPECT_EQ(generate({.sampling = {.temperature = -1.0f}}), ErrorCode::invalid_argument);
  EXPECT_EQ(generate({.sampling = {.temperature = std::nanf("")}}), ErrorCode::invalid_argument);
  EXPECT_EQ(generate({.sampling = {.top_k = -1}}), ErrorCode::invalid_argument);
  EXPECT_EQ(generate({.sampling = {.top_p = 0.0f}}), ErrorCode::invalid_argument);
  EXPECT_EQ(generate({.sampling = {.min_p = 2.0f}}), ErrorCode::invalid_argument);
  EXPECT_EQ(generate({.sampling = {.repetition_penalty = 0.0f}}), ErrorCode::invalid_argument);
  EXPECT_EQ(generate({.sampling = {.logit_bias = {{-5, 1.0f}}}}), ErrorCode::invalid_argument);
  EXPECT_EQ(generate({.stop_tokens = {1 << 30}}), ErrorCode::invalid_argument);
  EXPECT_EQ(code_of([] { generator().generate(std::vector<Message>{}); }), ErrorCode::invalid_argument);
  EXPECT_EQ(code_of([] { generator().generate(std::vector<std::int32_t>{}); }), ErrorCode::invalid_argument);
  EXPECT_EQ(code_of([] { generator().logits({4096}); }), ErrorCode::invalid_argument);
  EXPECT_EQ(code_of([] { Model::load(nano, {.group_size = 7}); }), ErrorCode::invalid_argument);
  EXPECT_EQ(code_of([] { Model::load("no/such-model"); }), ErrorCode::not_found);
  EXPECT_EQ(code_of([] { Model::load("random:gpt-9"); }), ErrorCode::not_found);
  EXPECT_EQ(code_of([] { Model::load(nano + "/config.json"); }), ErrorCode::unsupported);
}

TEST(Nano, ABrokenCheckpointIsNoticed) {
  const auto broken = std::filesystem::temp_directory_path() / "gerbil-broken-nano";
  std::filesystem::remove_all(broken);
  std::filesystem::copy(nano, broken);
  {
    // Overwrite the second half of the weights, as an interrupted download that was padded would.
    std::fstream file(broken / "model.safetensors", std::ios::in | std::ios::out | std::ios::binary);
    const auto size = static_cast<std::streamoff>(std::filesystem::file_size(broken / "model.safetensors"));
    file.seekp(size / 2);
    const std::vector<char> zeros(static_cast<std::size_t>(size - size / 2), 0);
    file.write(zeros.data(), static_cast<std::streamsize>(zeros.size()));
  }
  EXPECT_FALSE(Model::load(broken.string(), {.device = Device::cpu}).warnings().empty());
  EXPECT_TRUE(Model::load(broken.string(), {.device = Device::cpu, .check = false}).warnings().empty());
  EXPECT_FALSE(check_weights(broken.string()).empty());
  std::filesystem::remove_all(broken);
}

TEST(Random, ModelsNeedNoFiles) {
  const Inspection inspection = inspect("random:qwen3-0.6b");
  EXPECT_EQ(inspection.parameters, 596049920);
  EXPECT_EQ(inspection.vocabulary_size, 151936);
}

}  // namespace
}  // namespace gerbil
