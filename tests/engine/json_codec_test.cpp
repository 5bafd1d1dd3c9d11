// The JSON of requests, results and errors: there and back, what is refused, and where the bounds are.
#include <gmock/gmock.h>

#include <cmath>
#include <string>

#include "gerbil/json.hpp"

namespace gerbil {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// The sentence of the error; empty without one.
template <typename T>
std::string refusal(const std::string& text) {
  try {
    from_json<T>(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument) << error.what();
    EXPECT_LT(std::string_view(error.what()).size(), 2000u);
    return error.what();
  }
  return "";
}

// `count` times `element`, with commas between.
std::string many(std::size_t count, const std::string& element) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "" : ",") + element;
  return text;
}

std::string user(const std::string& more) { return R"({"role":"user",)" + more + "}"; }

std::vector<Message> conversation() {
  Message call;
  call.role = "assistant";
  call.reasoning = "I need the weather.";
  call.tool_calls = {{"c1", "get_weather", R"({"city":"Zürich","days":9007199254740993})"}, {"", "now", ""}};
  Message result("tool", "sunny");
  result.tool_call_id = "c1";
  result.name = "get_weather";
  Message parts("user", "Look:");
  parts.content.emplace_back(TextPart{" there"});
  return {{"system", ""}, {"user", "Weather?\n\"\\"}, call, result, parts};
}

TEST(JsonCodec, MessagesComeBack) {
  const std::vector<Message> messages = conversation();
  EXPECT_EQ(from_json<std::vector<Message>>(to_json(messages)), messages);
  for (const Message& message : messages) EXPECT_EQ(from_json<Message>(to_json(message)), message);
}

TEST(JsonCodec, MessagesAreWrittenAsOpenAiHasThem) {
  EXPECT_EQ(to_json(Message("user", "Hi")), R"({"role":"user","content":"Hi"})");
  EXPECT_EQ(
      to_json(conversation()[2]),
      R"({"role":"assistant","reasoning_content":"I need the weather.","tool_calls":[{"type":"function","id":"c1",)"
      R"("function":{"name":"get_weather","arguments":"{\"city\":\"Zürich\",\"days\":9007199254740993}"}},)"
      R"({"type":"function","function":{"name":"now"}}]})");
  EXPECT_EQ(to_json(conversation()[4]),
            R"({"role":"user","content":[{"type":"text","text":"Look:"},{"type":"text","text":" there"}]})");
}

TEST(JsonCodec, ArgumentsAreATextOrAnObject) {
  const auto arguments = [](const std::string& json) {
    return from_json<Message>(
               R"({"role":"assistant","content":null,"refusal":null,"tool_calls":[{"function":{"name":"f","arguments":)" +
               json + "}}]}")
        .tool_calls.at(0)
        .arguments;
  };
  EXPECT_EQ(arguments(R"({"b": 1, "a": [1.5]})"), R"({"b":1,"a":[1.5]})");
  EXPECT_EQ(arguments(R"("{\"b\": 1}")"), R"({"b": 1})");
  EXPECT_EQ(arguments(R"("")"), "");
  const auto refused = [](const std::string& json) {
    return refusal<Message>(R"({"role":"a","tool_calls":[{"function":{"name":"f","arguments":)" + json + "}}]}");
  };
  for (const char* json : {"5", "[]", R"("[]")", R"("5")"})
    EXPECT_THAT(refused(json), HasSubstr("\"tool_calls[0].function.arguments\" is")) << json;
  EXPECT_THAT(refused(R"("{")"), HasSubstr("\"tool_calls[0].function.arguments\" is not valid JSON"));
}

GenerateRequest full_request() {
  GenerateRequest request{.model = "nano", .messages = conversation()};
  request.options = {.max_tokens = 64,
                     .sampling = {.temperature = 0.7f,
                                  .top_k = 40,
                                  .top_p = 0.9f,
                                  .min_p = 0.05f,
                                  .repetition_penalty = 1.1f,
                                  .presence_penalty = -0.5f,
                                  .frequency_penalty = 0.25f,
                                  .seed = 18446744073709551615u,
                                  .logit_bias = {{3, -100.0f}, {17, 0.1f}}},
                     .stop = {".", "\n"},
                     .stop_tokens = {7, 0},
                     .log_probabilities = 5,
                     .raw = true,
                     .chat = {.tools = R"([{"type":"function","function":{"name":"f"}}])",
                              .tool_choice = {ToolChoice::Mode::named, "f", false},
                              .enable_thinking = false,
                              .variables = {{"date", "\"today\""}, {"n", "1.5"}}},
                     .priority = -2,
                     .timeout = 1.5};
  return request;
}

TEST(JsonCodec, OptionsAreWrittenByTheirNames) {
  EXPECT_EQ(to_json(GenerateOptions()), "{}");
  EXPECT_EQ(
      to_json(full_request().options),
      R"({"max_tokens":64,"temperature":0.7,"top_p":0.9,"top_k":40,"min_p":0.05,"repetition_penalty":1.1,)"
      R"("presence_penalty":-0.5,"frequency_penalty":0.25,"seed":18446744073709551615,)"
      R"("logit_bias":{"3":-100.0,"17":0.1},"stop":[".","\n"],"stop_tokens":[7,0],"logprobs":true,)"
      R"("top_logprobs":5,"tools":[{"type":"function","function":{"name":"f"}}],)"
      R"("tool_choice":{"type":"function","function":{"name":"f"}},"parallel_tool_calls":false,"enable_thinking":false,)"
      R"("template_variables":{"date":"today","n":1.5},"raw":true,"priority":-2,"timeout":1.5})");
  EXPECT_EQ(
      to_json(EmbedOptions{.task = "query", .dimensions = 3, .normalize = false, .truncate = true, .priority = 1}),
      R"({"task":"query","dimensions":3,"normalize":false,"truncate":true,"priority":1})");
  EXPECT_EQ(to_json(RankOptions{.truncate = true, .instruction = "Judge.", .timeout = 0.5}),
            R"({"truncate":true,"instruction":"Judge.","timeout":0.5})");
}

TEST(JsonCodec, RequestsComeBack) {
  const GenerateRequest request = full_request();
  const std::string text = to_json(request);
  const auto read = from_json<GenerateRequest>(text);
  EXPECT_EQ(to_json(read), text);
  EXPECT_EQ(read.messages, request.messages);
  EXPECT_EQ(read.model, "nano");
  EXPECT_EQ(read.options.sampling.temperature, 0.7f);
  EXPECT_EQ(read.options.sampling.logit_bias, request.options.sampling.logit_bias);
  EXPECT_EQ(read.options.sampling.seed, request.options.sampling.seed);
  EXPECT_EQ(read.options.stop, request.options.stop);
  EXPECT_EQ(read.options.stop_tokens, request.options.stop_tokens);
  EXPECT_EQ(read.options.log_probabilities, 5);
  EXPECT_EQ(read.options.chat.tools, request.options.chat.tools);
  EXPECT_EQ(read.options.chat.tool_choice, request.options.chat.tool_choice);
  for (const char* choice : {R"({"tool_choice":"none"})", R"({"tool_choice":"required"})"})
    EXPECT_EQ(to_json(from_json<GenerateOptions>(choice)), choice);
  EXPECT_EQ(to_json(from_json<GenerateOptions>(R"({"tool_choice":"auto"})")), "{}");
  EXPECT_EQ(read.options.chat.enable_thinking, false);
  EXPECT_EQ(read.options.chat.variables, request.options.chat.variables);
  EXPECT_EQ(to_json(from_json<GenerateOptions>(to_json(request.options))), to_json(request.options));
  EXPECT_EQ(from_json<GenerateRequest>(R"({"prompt":"Hi","logprobs":true})").options.log_probabilities, 0);
  EXPECT_EQ(from_json<GenerateRequest>(R"([{"role":"user","content":"Hi"}])").messages.at(0), Message("user", "Hi"));
  EXPECT_EQ(from_json<GenerateOptions>(R"({"stop":"x","max_tokens":null})").stop, std::vector<std::string>{"x"});

  const std::string embed = R"({"model":"m","input":["a","b"],"task":"query"})";
  EXPECT_EQ(to_json(from_json<EmbedRequest>(embed)), embed);
  EXPECT_EQ(from_json<EmbedRequest>(R"({"input":"a"})").input, std::vector<std::string>{"a"});
  const std::string rank = R"({"query":"q","documents":["a","b"],"truncate":true})";
  EXPECT_EQ(to_json(from_json<RankRequest>(rank)), rank);
}

// As OpenAI, vLLM and llama.cpp write what an answer must be.
TEST(JsonCodec, GrammarsHaveTheNamesOfOthers) {
  const auto read = [](const std::string& json) { return from_json<GenerateOptions>("{" + json + "}").grammar; };
  const JsonSchema schema{R"({"type":"object","properties":{"b":{},"a":{}}})"};
  EXPECT_EQ(read(R"("response_format":{"type":"json_schema","json_schema":{"name":"x","strict":true,"schema":)" +
                 schema.schema + "}}"),
            Grammar(JsonSchema{schema.schema, true}));
  EXPECT_EQ(read(R"("response_format":{"type":"json_schema","json_schema":{"schema":)" + schema.schema + "}}"),
            Grammar(schema));
  EXPECT_EQ(read(R"("json_schema":)" + schema.schema), Grammar(schema));
  EXPECT_EQ(read(R"("structured_outputs":{"json":)" + schema.schema + "}"), Grammar(schema));
  EXPECT_EQ(read(R"("response_format":{"type":"json_object"})"), Grammar(JsonSchema{}));
  EXPECT_EQ(read(R"("structured_outputs":{"json_object":true})"), Grammar(JsonSchema{}));
  EXPECT_EQ(read(R"("response_format":{"type":"text"},"grammar":"root ::= \"a\"")"), Grammar(Gbnf{"root ::= \"a\""}));
  EXPECT_EQ(read(R"("structured_outputs":{"grammar":"root ::= \"a\""})"), Grammar(Gbnf{"root ::= \"a\""}));
  EXPECT_EQ(read(R"("response_format":null,"structured_outputs":{"regex":"a+"})"), Grammar(Regex{"a+"}));
  EXPECT_EQ(read(R"("structured_outputs":{"choice":["a","b"]})"), Grammar(Choice{{"a", "b"}}));
  for (const Grammar& grammar : {Grammar(), Grammar(schema), Grammar(JsonSchema{"true", true}), Grammar(Regex{"[é]"}),
                                 Grammar(Gbnf{"root ::= [a]"}), Grammar(Choice{{"", "b"}})}) {
    GenerateOptions options;
    options.grammar = grammar;
    EXPECT_EQ(from_json<GenerateOptions>(to_json(options)).grammar, grammar) << to_json(options);
  }
}

TEST(JsonCodec, WrongGrammarsAreNamed) {
  const auto refused = [](const std::string& json) { return refusal<GenerateOptions>("{" + json + "}"); };
  EXPECT_THAT(refused(R"("response_format":{"type":"xml"})"),
              HasSubstr(R"("response_format.type" is "xml", but should be "text", "json_object" or "json_schema")"));
  EXPECT_THAT(refused(R"("response_format":{"type":"json_schema"})"),
              HasSubstr("\"response_format.json_schema\" is missing"));
  EXPECT_THAT(refused(R"("response_format":{"type":"json_schema","json_schema":{"schema":5}})"),
              HasSubstr("\"response_format.json_schema.schema\" is 5"));
  EXPECT_THAT(refused(R"("response_format":{"type":"text","x":1})"), HasSubstr("\"response_format.x\" is no field"));
  EXPECT_THAT(refused(R"("structured_outputs":{"choice":[]})"), HasSubstr("at least one string"));
  EXPECT_THAT(refused(R"("structured_outputs":{"choice":[1]})"), HasSubstr("\"structured_outputs.choice\" is 1"));
  EXPECT_THAT(refused(R"("structured_outputs":{"regex":"a","choice":["a"]})"),
              HasSubstr("left out, as something else"));
  EXPECT_THAT(refused(R"("response_format":{"type":"json_object"},"grammar":"a")"),
              HasSubstr("\"grammar\" is \"a\", but should be left out"));
}

TEST(JsonCodec, ResultsComeBack) {
  GenerateResult result{.text = "Hi.",
                        .reasoning = "Hm.",
                        .finish_reason = FinishReason::length,
                        .prompt_tokens = 9,
                        .cached_tokens = 4,
                        .generated_tokens = 2,
                        .reasoning_tokens = 1,
                        .tokens = {5, 6},
                        .log_probabilities = {{{5, -0.1f}, {{5, -0.1f}, {8, -2.5f}}}, {{6, 0.0f}, {}}},
                        .timings = {0.5, 0.25, 0.125, 36, 8}};
  const std::string text = to_json(result);
  EXPECT_EQ(
      text,
      R"({"text":"Hi.","reasoning":"Hm.","finish_reason":"length",)"
      R"("prompt_tokens":9,"cached_tokens":4,"generated_tokens":2,"reasoning_tokens":1,"tokens":[5,6],"log_probabilities":[)"
      R"({"token":5,"log_probability":-0.1,"alternatives":[{"token":5,"log_probability":-0.1},)"
      R"({"token":8,"log_probability":-2.5}]},{"token":6,"log_probability":0.0,"alternatives":[]}],)"
      R"("timings":{"time_to_first_token":0.5,"prefill":0.25,"decode":0.125,"prefill_tokens_per_second":36.0,)"
      R"("decode_tokens_per_second":8.0}})");
  EXPECT_EQ(to_json(from_json<GenerateResult>(text)), text);
  EXPECT_THAT(refusal<GenerateResult>(R"({"finish_reason":"tired"})"), HasSubstr("\"finish_reason\" is \"tired\""));
  EXPECT_EQ(from_json<GenerateResult>(R"({"finish_reason":"stop","new":1})").finish_reason, FinishReason::stop);

  result.tool_calls = {{"c1", "f", R"({"a": 1})"}};
  result.unfinished_tool_call = "<tool_call>{";
  result.stop_sequence = "END";
  const std::string calls = to_json(result);
  EXPECT_THAT(
      calls,
      HasSubstr(R"("tool_calls":[{"type":"function","id":"c1","function":{"name":"f","arguments":"{\"a\": 1}"}}],)"
                R"("unfinished_tool_call":"<tool_call>{",)"));
  EXPECT_THAT(calls, HasSubstr(R"("stop_sequence":"END",)"));
  EXPECT_EQ(to_json(from_json<GenerateResult>(calls)), calls);

  const EmbedResult embeddings{.vectors = {{0.1f, NAN}, {1, -2}}, .dimensions = 2, .tokens = 7, .seconds = 0.5};
  const std::string rows = to_json(embeddings);
  EXPECT_EQ(rows, R"({"embeddings":[[0.1,null],[1,-2]],"dimensions":2,"tokens":7,"seconds":0.5})");
  EXPECT_EQ(to_json(from_json<EmbedResult>(rows)), rows);
  const std::string scores = to_json(RankResult{.scores = {0.5f, 0.1f}, .tokens = 3, .seconds = 2});
  EXPECT_EQ(scores, R"({"scores":[0.5,0.1],"tokens":3,"seconds":2.0})");
  EXPECT_EQ(to_json(from_json<RankResult>(scores)), scores);
}

TEST(JsonCodec, ErrorsComeBack) {
  const std::string text = to_json(Error(ErrorCode::context_full, "It is \"full\"."));
  EXPECT_EQ(text, R"({"error":{"message":"It is \"full\".","type":"invalid_request_error","code":"context_full"}})");
  for (int i = 0; i <= static_cast<int>(ErrorCode::internal); ++i) {
    const auto code = static_cast<ErrorCode>(i);
    const auto read = from_json<Error>(to_json(Error(code, "A sentence.")));
    EXPECT_EQ(read.code(), code);
    EXPECT_STREQ(read.what(), "A sentence.");
  }
  EXPECT_EQ(from_json<Error>(R"({"error":{"message":"x","code":"of another version"}})").code(), ErrorCode::internal);
}

TEST(JsonCodec, WrongFieldsAreNamed) {
  const auto request = [](const std::string& more) {
    return refusal<GenerateRequest>(R"({"prompt":"x",)" + more + "}");
  };
  EXPECT_THAT(request(R"("temprature":1)"),
              AllOf(HasSubstr("\"temprature\" is no field"), HasSubstr("\"temperature\"")));
  EXPECT_EQ(request(R"("temperature":"hot")"), "\"temperature\" is \"hot\", but should be a number.");
  EXPECT_THAT(request(R"("temperature":1e39)"), HasSubstr("\"temperature\" is 1e+39"));
  EXPECT_EQ(request(R"("max_tokens":0)"), "\"max_tokens\" is 0, but should be a whole number from 1 to 2147483647.");
  EXPECT_THAT(request(R"("max_tokens":1.5)"), HasSubstr("is 1.5, but should be a whole number"));
  EXPECT_THAT(request(R"("max_tokens":2147483648)"), HasSubstr("is 2147483648"));
  EXPECT_THAT(request(R"("top_k":-1)"), HasSubstr("\"top_k\" is -1, but should be a whole number from 0"));
  EXPECT_THAT(request(R"("seed":-1)"), HasSubstr("from 0 to 18446744073709551615"));
  EXPECT_THAT(request(R"("seed":18446744073709551616)"), HasSubstr("64 bits"));
  EXPECT_THAT(request(R"("raw":1)"), HasSubstr("\"raw\" is 1, but should be true or false"));
  EXPECT_THAT(request(R"("stop":[1])"), HasSubstr("\"stop\" is 1, but should be a string"));
  EXPECT_THAT(request(R"("stop":{})"), HasSubstr("a string or a list of strings"));
  EXPECT_THAT(request(R"("stop_tokens":[-1])"), HasSubstr("\"stop_tokens\" is -1"));
  EXPECT_THAT(request(R"("logit_bias":{"x":1})"), HasSubstr("keys are token ids"));
  EXPECT_THAT(request(R"("logit_bias":{"1":1,"01":1})"), HasSubstr("names a token once"));
  EXPECT_THAT(request(R"("logit_bias":{"1":"a"})"), HasSubstr("\"logit_bias.1\" is \"a\""));
  EXPECT_THAT(request(R"("logit_bias":[])"), HasSubstr("an object of at most"));
  EXPECT_THAT(request(R"("top_logprobs":1)"), HasSubstr("unless \"logprobs\" is true"));
  EXPECT_THAT(request(R"("tools":{})"), HasSubstr("\"tools\" is {}, but should be a list of tools"));
  EXPECT_THAT(request(R"("tools":[{},1])"), HasSubstr("\"tools[1]\" is 1"));
  EXPECT_THAT(request(R"("tool_choice":"any")"), HasSubstr("\"tool_choice\" is \"any\", but should be \"auto\""));
  EXPECT_THAT(request(R"("tool_choice":{"type":"function"})"), HasSubstr("\"tool_choice.function\" is missing"));
  EXPECT_THAT(request(R"("template_variables":[])"), HasSubstr("an object of at most"));
  EXPECT_THAT(request(R"("messages":[{"role":"user","content":"a"}])"), HasSubstr("left out where there are"));
  EXPECT_THAT(refusal<GenerateRequest>("{}"), HasSubstr("neither \"messages\" nor \"prompt\""));
  EXPECT_THAT(refusal<GenerateRequest>("[]"), HasSubstr("at least one message"));
  EXPECT_THAT(refusal<GenerateRequest>("5"), HasSubstr("The JSON is 5, but should be an object"));
  EXPECT_THAT(refusal<GenerateRequest>(R"({"prompt":"x","prompt":"y"})"), HasSubstr("twice"));
  EXPECT_THAT(refusal<GenerateRequest>(R"({"prompt":"x")"), HasSubstr("The request is not valid JSON"));
  EXPECT_THAT(refusal<EmbedRequest>("{}"), HasSubstr("\"input\" is missing"));
  EXPECT_THAT(refusal<EmbedRequest>(R"({"input":["a",1]})"), HasSubstr("\"input[1]\" is 1"));
  EXPECT_THAT(refusal<EmbedOptions>(R"({"dimensions":0})"), HasSubstr("from 1"));
  EXPECT_THAT(refusal<RankRequest>(R"({"query":"q","documents":"d"})"), HasSubstr("\"documents\" is \"d\""));
  EXPECT_THAT(refusal<RankOptions>(R"({"instruct":"q"})"), HasSubstr("\"instruct\" is no field"));
}

TEST(JsonCodec, WrongMessagesAreNamed) {
  const auto messages = [](const std::string& one) {
    return refusal<std::vector<Message>>(R"([{"role":"user","content":"a"},)" + one + "]");
  };
  EXPECT_EQ(messages("5"), "\"messages[1]\" is 5, but should be an object.");
  EXPECT_THAT(messages("{}"), HasSubstr("\"messages[1].role\" is missing"));
  EXPECT_THAT(messages(user(R"("content":5)")), HasSubstr("\"messages[1].content\" is 5"));
  EXPECT_THAT(messages(user(R"("contents":"x")")), HasSubstr("\"messages[1].contents\" is no field"));
  EXPECT_THAT(messages(user(R"("content":[{"type":"image_url"}])")),
              HasSubstr("\"messages[1].content[0].type\" is \"image_url\", but should be \"text\""));
  EXPECT_THAT(messages(user(R"("content":[{"type":"text"}])")), HasSubstr("content[0].text\" is missing"));
  EXPECT_THAT(messages(user(R"("content":[{"type":"text","text":"a","x":1}])")),
              HasSubstr("content[0].x\" is no field"));
  EXPECT_THAT(messages(user(R"("tool_calls":[{"type":"x"}])")), HasSubstr("tool_calls[0].type\" is \"x\""));
  EXPECT_THAT(messages(user(R"("tool_calls":[{}])")), HasSubstr("tool_calls[0].function\" is missing"));
  EXPECT_THAT(messages(user(R"("tool_calls":[{"function":{}}])")), HasSubstr("function.name\" is missing"));
}

// Each bound: what just fits, and one more.
TEST(JsonCodec, CountsAndSizesAreBounded) {
  const auto check = [](const auto& text_of, std::size_t most, const std::string& sentence, auto type) {
    using T = decltype(type);
    EXPECT_EQ(refusal<T>(text_of(most)), "") << sentence;
    EXPECT_THAT(refusal<T>(text_of(most + 1)), HasSubstr(sentence));
  };
  const auto field = [](const std::string& name, const std::string& element) {
    return [=](std::size_t count) { return "{\"" + name + "\":[" + many(count, element) + "]}"; };
  };
  const auto message = [](const std::string& name, const std::string& element) {
    return [=](std::size_t count) { return user("\"" + name + "\":[" + many(count, element) + "]"); };
  };
  const auto object = [](const std::string& name) {
    return [=](std::size_t count) {
      std::string text;
      for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":1";
      return "{\"" + name + "\":{" + text + "}}";
    };
  };
  check([](std::size_t count) { return "[" + many(count, R"({"role":"a"})") + "]"; }, JsonLimits::messages,
        "at most 16384 messages", std::vector<Message>());
  check(message("content", R"({"type":"text","text":""})"), JsonLimits::parts, "at most 4096 parts", Message());
  check(message("tool_calls", R"({"function":{"name":"f"}})"), JsonLimits::tool_calls, "at most 256 calls", Message());
  check(field("tools", "{}"), JsonLimits::tools, "at most 1024 tools", GenerateOptions());
  check(field("stop", "\"a\""), JsonLimits::stops, "at most 256 strings", GenerateOptions());
  check(field("stop_tokens", "1"), JsonLimits::stops, "at most 256 token ids", GenerateOptions());
  check([&](std::size_t n) { return R"({"structured_outputs":{"choice":[)" + many(n, "\"\"") + "]}}"; },
        JsonLimits::choices, "at most 65536 strings", GenerateOptions());
  check(object("logit_bias"), JsonLimits::logit_bias, "at most 4096 token ids", GenerateOptions());
  check(object("template_variables"), JsonLimits::variables, "at most 256 variables", GenerateOptions());
  check(field("input", "\"\""), JsonLimits::texts, "at most 1048576 strings", EmbedRequest());
  check([&](std::size_t n) { return R"({"query":"q","documents":[)" + many(n, "\"\"") + "]}"; }, JsonLimits::texts,
        "at most 1048576 strings", RankRequest());
  const auto name = [](const std::string& before, const std::string& after) {
    return [=](std::size_t size) { return before + std::string(size, 'x') + after; };
  };
  for (const auto& text : {name(R"({"role":")", "\"}"), name(R"({"role":"a","name":")", "\"}"),
                           name(R"({"role":"a","tool_call_id":")", "\"}"),
                           name(R"({"role":"a","tool_calls":[{"id":")", R"(","function":{"name":"f"}}]})"),
                           name(R"({"role":"a","tool_calls":[{"function":{"name":")", "\"}}]}")})
    check(text, JsonLimits::name_bytes, "has 4097 bytes, but may have 4096", Message());
  check(name(R"({"task":")", "\"}"), JsonLimits::name_bytes, "may have 4096", EmbedOptions());
  check(name(R"({"stop":")", "\"}"), JsonLimits::name_bytes, "may have 4096", GenerateOptions());
  check(name(R"({"template_variables":{")", "\":1}}"), JsonLimits::name_bytes, "may have 4096", GenerateOptions());
  check(name(R"({"prompt":"x","model":")", "\"}"), JsonLimits::name_bytes, "may have 4096", GenerateRequest());
  check([](std::size_t size) { return R"({"prompt":")" + std::string(size - 13, 'x') + "\"}"; }, JsonLimits::text_bytes,
        "bytes of JSON, but may have 33554432", GenerateRequest());
  check(
      [](std::size_t depth) {
        return R"({"prompt":"x","tools":[{"a":)" + std::string(depth, '[') + std::string(depth, ']') + "}]}";
      },
      125, "nests deeper than 128 levels", GenerateRequest());
}

}  // namespace
}  // namespace gerbil
