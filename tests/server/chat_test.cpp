// Conversations over HTTP.
#include <gmock/gmock.h>
#include <sys/resource.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "client.hpp"

namespace gerbil::testing {
namespace {

using ::testing::HasSubstr;

// Nano would think first, and the tests want so many tokens: its end tokens are ruled out.
Json chat(const std::string& text, Json more = Json::object()) {
  more["enable_thinking"] = false;
  more["logit_bias"] = {{"4085", -100}, {"4087", -100}};
  more["messages"] = Json::array({{{"role", "user"}, {"content", text}}});
  return more;
}

class Chat : public ::testing::Test {
 protected:
  static Server& server() {
    static Server server({GERBIL_MODELS "/nano"});
    return server;
  }
  static Answer post(const Json& body) { return ask(server().port(), "POST /v1/chat/completions", body); }
  // The value of a line of /metrics.
  static double metric(const std::string& name) {
    const std::string text = ask(server().port(), "GET /metrics").body;
    const std::size_t place = text.find("\n" + name + "{");
    if (place == std::string::npos) return -1;
    return std::stod(text.substr(text.find("} ", place) + 2));
  }
  static bool soon(const std::string& name, double value) {
    for (int i = 0; i < 3000; ++i) {
      if (metric(name) == value) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }
};

TEST_F(Chat, AnswersAsAWhole) {
  const Answer answer = post(chat("Tell me a story about a fox", {{"max_tokens", 20}, {"seed", 1}}));
  ASSERT_EQ(answer.status, 200) << answer.body;
  const Json json = answer.json();
  EXPECT_EQ(json.at("object"), "chat.completion");
  EXPECT_EQ(json.at("model"), "nano");
  const Json& choice = json.at("choices").at(0);
  EXPECT_EQ(choice.at("finish_reason"), "length");
  EXPECT_EQ(choice.at("message").at("role"), "assistant");
  EXPECT_FALSE(choice.at("message").at("content").get<std::string>().empty());
  EXPECT_TRUE(choice.at("message").at("refusal").is_null());
  EXPECT_EQ(json.at("usage").at("completion_tokens"), 20);
  EXPECT_EQ(json.at("usage").at("total_tokens"), json.at("usage").at("prompt_tokens").get<int>() + 20);
}

TEST_F(Chat, StreamsTheSame) {
  Json request = chat("Tell me a story about a cow", {{"max_tokens", 30}, {"temperature", 0.8}, {"seed", 5}});
  const std::string whole = post(request).json().at("choices").at(0).at("message").at("content");
  request["stream"] = true;
  request["stream_options"] = {{"include_usage", true}};
  const Answer answer = post(request);
  EXPECT_EQ(answer.headers.at("content-type"), "text/event-stream; charset=utf-8");
  const auto list = events(answer.body);
  ASSERT_GT(list.size(), 3u);
  EXPECT_EQ(list.front().at("choices").at(0).at("delta").at("role"), "assistant");
  std::string text, reason;
  for (const Json& chunk : list) {
    EXPECT_EQ(chunk.at("id"), list.front().at("id"));
    EXPECT_EQ(chunk.at("object"), "chat.completion.chunk");
    for (const Json& choice : chunk.at("choices")) {
      text += choice.at("delta").value("content", "");
      if (!choice.at("finish_reason").is_null()) reason = choice.at("finish_reason");
    }
  }
  EXPECT_EQ(text, whole);
  EXPECT_EQ(reason, "length");
  EXPECT_TRUE(list.back().at("choices").empty());
  EXPECT_EQ(list.back().at("usage").at("completion_tokens"), 30);
  EXPECT_GT(list.back().at("usage").at("prompt_tokens_details").at("cached_tokens"), 0);
}

TEST_F(Chat, AnswersSatisfyTheirSchema) {
  const Json schema{{"type", "object"},
                    {"properties", {{"name", {{"type", "string"}, {"maxLength", 9}}}, {"age", {{"enum", {3, 5, 8}}}}}},
                    {"required", {"name", "age"}},
                    {"additionalProperties", false}};
  const Json format{{"type", "json_schema"}, {"json_schema", {{"name", "hen"}, {"schema", schema}, {"strict", true}}}};
  Json request = chat("Describe a hen", {{"response_format", format}, {"temperature", 1.2}, {"seed", 3}});
  const Json message = post(request).json().at("choices").at(0).at("message");
  const Json hen = Json::parse(message.at("content").get<std::string>());
  EXPECT_EQ(hen.size(), 2u);
  EXPECT_TRUE(hen.at("name").is_string());
  EXPECT_THAT(hen.at("age").get<int>(), ::testing::AnyOf(3, 5, 8));
  request["response_format"]["json_schema"]["schema"]["properties"]["age"] = {{"type", "number"}, {"multipleOf", 0}};
  const Answer refused = post(request);
  EXPECT_EQ(refused.status, 400);
  EXPECT_THAT(refused.body, ::testing::HasSubstr("multipleOf"));
  EXPECT_EQ(refused.json().at("error").at("param"), "response_format");
  const auto param = [&](const Json& more) { return post(chat("a", more)).json().at("error").at("param"); };
  EXPECT_EQ(param({{"grammar", "answer ::= 1"}}), "grammar");
  EXPECT_EQ(param({{"structured_outputs", {{"regex", "("}}}}), "structured_outputs");
  Json two = request;
  two["structured_outputs"] = Json::object();
  EXPECT_EQ(post(two).json().at("error").at("param"), "response_format");
  const Json tool{{"type", "function"}, {"function", {{"name", "f"}, {"parameters", {{"$ref", "#/nowhere"}}}}}};
  EXPECT_EQ(param({{"tools", Json::array({tool})}, {"tool_choice", "required"}}), "tools");
}

TEST_F(Chat, EndTokensCanBeIgnored) {
  Json request = chat("Tell me a story", {{"max_tokens", 300}});
  request.erase("logit_bias");
  EXPECT_EQ(post(request).json().at("choices").at(0).at("finish_reason"), "stop");
  request["ignore_eos"] = true;
  const Json whole = post(request).json();
  EXPECT_EQ(whole.at("choices").at(0).at("finish_reason"), "length");
  EXPECT_EQ(whole.at("usage").at("completion_tokens"), 300);
}

TEST_F(Chat, CallsOfToolsAreWhole) {
  const Json parameters{
      {"type", "object"}, {"properties", {{"city", {{"type", "string"}, {"maxLength", 8}}}}}, {"required", {"city"}}};
  const Json tool{{"type", "function"}, {"function", {{"name", "get_weather"}, {"parameters", parameters}}}};
  Json request = chat("Tell me a story", {{"tools", {tool}}, {"tool_choice", "required"}});
  request["parallel_tool_calls"] = false;
  const Json choice = post(request).json().at("choices").at(0);
  EXPECT_EQ(choice.at("finish_reason"), "tool_calls");
  EXPECT_TRUE(choice.at("message").at("content").is_null());
  const Json call = choice.at("message").at("tool_calls").at(0);
  EXPECT_EQ(call.at("function").at("name"), "get_weather");
  EXPECT_TRUE(Json::parse(call.at("function").at("arguments").get<std::string>()).at("city").is_string());
  request["stream"] = true;
  std::string id, name, arguments;
  for (const Json& chunk : events(post(request).body)) {
    for (const Json& each : chunk.at("choices").at(0).at("delta").value("tool_calls", Json::array())) {
      EXPECT_EQ(each.at("index"), 0);
      id += each.value("id", "");
      name += each.at("function").value("name", "");
      arguments += each.at("function").value("arguments", "");
    }
  }
  EXPECT_EQ(Json(id), call.at("id"));
  EXPECT_EQ(name, "get_weather");
  EXPECT_EQ(Json(arguments), call.at("function").at("arguments"));

  Json anthropic{{"max_tokens", 200},
                 {"messages", Json::array({{{"role", "user"}, {"content", "Tell me a story"}}})},
                 {"tools", {{{"name", "get_weather"}, {"input_schema", parameters}}}},
                 {"tool_choice", {{"type", "tool"}, {"name", "get_weather"}, {"disable_parallel_tool_use", true}}}};
  const Json whole = ask(server().port(), "POST /v1/messages", anthropic).json();
  ASSERT_EQ(whole.value("stop_reason", ""), "tool_use") << whole;
  EXPECT_TRUE(whole.at("content").back().at("input").at("city").is_string());
  anthropic["stream"] = true;
  EXPECT_THAT(ask(server().port(), "POST /v1/messages", anthropic).body, ::testing::HasSubstr("input_json_delta"));
}

TEST_F(Chat, CallsThatAreCutOffAreTextInStreamsToo) {
  const Json parameters{
      {"type", "object"}, {"properties", {{"city", {{"type", "string"}, {"maxLength", 8}}}}}, {"required", {"city"}}};
  const Json tool{{"type", "function"}, {"function", {{"name", "get_weather"}, {"parameters", parameters}}}};
  std::size_t texts = 0;
  for (const int most : {2, 5, 8, 11, 14}) {
    Json request = chat("Tell me a story", {{"tools", {tool}}, {"tool_choice", "required"}, {"max_tokens", most}});
    const Json message = post(request).json().at("choices").at(0).at("message");
    const std::string whole = message.at("content").is_null() ? "" : message.at("content").get<std::string>();
    request["stream"] = true;
    std::string text, arguments;
    for (const Json& chunk : events(post(request).body)) {
      const Json& delta = chunk.at("choices").at(0).at("delta");
      text += delta.value("content", "");
      for (const Json& call : delta.value("tool_calls", Json::array()))
        EXPECT_TRUE(!call.at("function").contains("name") || call.at("function").at("arguments") != "");
    }
    EXPECT_EQ(text, whole) << most;
    texts += text.size();
  }
  EXPECT_GT(texts, 0u);
}

TEST_F(Chat, SeveralAnswersDifferBySeed) {
  const Json json = post(chat("Once", {{"max_tokens", 12}, {"n", 3}, {"temperature", 1.5}, {"seed", 7}})).json();
  ASSERT_EQ(json.at("choices").size(), 3u);
  EXPECT_NE(json["choices"][0]["message"]["content"], json["choices"][1]["message"]["content"]);
  EXPECT_EQ(json.at("usage").at("completion_tokens"), 36);
}

TEST_F(Chat, LogProbabilitiesSpellTheAnswer) {
  const Json json = post(chat("Hello", {{"max_tokens", 5}, {"logprobs", true}, {"top_logprobs", 2}})).json();
  const Json& choice = json.at("choices").at(0);
  std::string text;
  for (const Json& token : choice.at("logprobs").at("content")) {
    text += token.at("token").get<std::string>();
    EXPECT_EQ(token.at("top_logprobs").size(), 2u);
    EXPECT_LE(token.at("logprob"), 0);
  }
  EXPECT_EQ(choice.at("logprobs").at("content").size(), 5u);
  EXPECT_EQ(choice.at("message").at("content"), text);
}

TEST_F(Chat, LogProbabilitiesComeWithTheirPieces) {
  Json request = chat("Tell me a story", {{"max_tokens", 30}, {"logprobs", true}, {"top_logprobs", 1}});
  const Json whole = post(request).json().at("choices").at(0).at("logprobs").at("content");
  request["stream"] = true;
  Json list = Json::array();
  std::size_t chunks = 0;
  std::string text, spelled;
  for (const Json& chunk : events(post(request).body)) {
    const Json& choice = chunk.at("choices").at(0);
    text += choice.at("delta").value("content", "");
    if (choice.at("logprobs").is_null()) continue;
    ++chunks;
    for (const Json& token : choice.at("logprobs").at("content")) {
      spelled += token.at("token").get<std::string>();
      list.push_back(token);
    }
    EXPECT_TRUE(spelled.starts_with(text));
  }
  EXPECT_EQ(list, whole);
  EXPECT_GT(chunks, 10u);

  Json plain{{"prompt", "Once upon"}, {"max_tokens", 12}, {"logprobs", 1}, {"temperature", 0.9}, {"seed", 2}};
  const Json sum = ask(server().port(), "POST /v1/completions", plain).json().at("choices").at(0).at("logprobs");
  plain["stream"] = true;
  Json offsets = Json::array();
  for (const Json& chunk : events(ask(server().port(), "POST /v1/completions", plain).body)) {
    const Json& part = chunk.at("choices").at(0).at("logprobs");
    if (!part.is_null()) offsets.insert(offsets.end(), part.at("text_offset").begin(), part.at("text_offset").end());
  }
  EXPECT_EQ(offsets, sum.at("text_offset"));
}

TEST_F(Chat, GuessesAheadAreCounted) {
  const std::string verse = "The fox and the hare went to the river, and the river was cold and deep. ";
  post(chat(verse + verse + verse + "The fox and the hare", {{"max_tokens", 100}}));
  EXPECT_GT(metric("gerbil_drafted_tokens_total"), 0);
  EXPECT_GE(metric("gerbil_accepted_tokens_total"), 0);
}

TEST_F(Chat, WhatCannotFitIsSaidBeforeTheStream) {
  const Answer answer = post(chat(std::string(60000, 'x'), {{"stream", true}}));
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.json().at("error").at("code"), "context_length_exceeded");
  EXPECT_THAT(answer.body, HasSubstr("this model's maximum context length is 2048 tokens"));
}

TEST_F(Chat, UnknownModelsAndParameters) {
  const Answer answer = post(chat("a", {{"model", "gpt-4"}}));
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.json().at("error").at("param"), "model");
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(post(chat("a", {{"max_tokens", 1}, {"model", "nano"}, {"never_heard", 1}})).status, 200);
  ASSERT_TRUE(server().logs("\"never_heard\""));
  const std::string log = server().log();
  EXPECT_EQ(log.find("never_heard"), log.rfind("never_heard"));
  Json many = chat("a", {{"max_tokens", 1}});
  for (int i = 0; i < 100; ++i) many["wide" + std::string(80, '_') + std::to_string(i)] = 1;
  for (int i = 0; i < 100; ++i) many["many_" + std::to_string(i)] = 1;
  EXPECT_EQ(post(many).status, 200);
  std::size_t lines = 0;
  const std::string whole_log = server().log();
  for (std::size_t at = whole_log.find("many_"); at != std::string::npos; at = whole_log.find("many_", at + 1)) ++lines;
  EXPECT_EQ(lines, 64u);
  EXPECT_EQ(whole_log.find(std::string(65, '_')), std::string::npos);
}

TEST_F(Chat, WhoLeavesIsNotWorkedFor) {
  const double before = std::max(0.0, metric("gerbil_cancelled_answers_total"));
  Client stays(server().port());
  {
    Client leaves(server().port());
    const Json body = chat("Tell me", {{"max_tokens", 900}, {"stream", true}});
    leaves.send(http("POST /v1/chat/completions", body.dump()));
    leaves.until("assistant");
    stays.send(http("POST /v1/chat/completions", chat("Tell me", {{"max_tokens", 60}}).dump()));
  }
  EXPECT_TRUE(soon("gerbil_cancelled_answers_total", before + 1));
  EXPECT_EQ(stays.answer().json().at("usage").at("completion_tokens"), 60);
  EXPECT_TRUE(soon("gerbil_requests_running", 0));
}

TEST_F(Chat, WhoSendsOnAndOnHasLeft) {
  const double before = std::max(0.0, metric("gerbil_cancelled_answers_total"));
  Client client(server().port());
  client.send(http("POST /v1/chat/completions", chat("Tell", {{"max_tokens", 900}, {"stream", true}}).dump()));
  client.until("assistant");
  client.send(std::string(200'000, 'a'));
  EXPECT_TRUE(soon("gerbil_cancelled_answers_total", before + 1));
}

TEST_F(Chat, ASlowReaderHoldsUpNobody) {
  Client slow(server().port());
  const Json body = chat("Tell me", {{"max_tokens", 300}, {"stream", true}});
  slow.send(http("POST /v1/chat/completions", body.dump()));
  EXPECT_EQ(post(chat("Hello", {{"max_tokens", 20}})).status, 200);
  EXPECT_TRUE(soon("gerbil_requests_running", 0));
  EXPECT_FALSE(events(slow.answer().body).empty());
}

TEST_F(Chat, TwoHundredStreamsAtOnce) {
  std::vector<Client> clients;
  const Json body = chat("Tell me a story about a fox", {{"max_tokens", 8}, {"stream", true}});
  for (int i = 0; i < 200; ++i) {
    clients.emplace_back(server().port());
    clients.back().send(http("POST /v1/chat/completions", body.dump()));
  }
  std::string first;
  for (Client& client : clients) {
    std::string text;
    for (const Json& chunk : events(client.answer().body))
      text += chunk.at("choices").at(0).at("delta").value("content", "");
    if (first.empty()) first = text;
    EXPECT_EQ(text, first);
  }
  EXPECT_FALSE(first.empty());
}

// Many long answers, in a cache that has no room for all of them: some wait, some read their prompts, some decode.
TEST(ChatAlone, ClientsThatVanishLeaveNothingBehind) {
  const Server server({GERBIL_MODELS "/nano", "--context", "512", "--cache", "512", "--max-waiting", "0"});
  const auto busy = [&] {
    const std::string text = ask(server.port(), "GET /metrics").body;
    const auto value = [&](const std::string& name) {
      return std::stoi(text.substr(text.find("\n" + name + "{model=\"nano\"} ") + name.size() + 16));
    };
    return value("gerbil_requests_waiting") + value("gerbil_requests_running");
  };
  std::vector<Client> clients;
  for (int i = 0; i < 150; ++i) {
    clients.emplace_back(server.port());
    const Json body =
        chat(std::string(static_cast<std::size_t>(i), 'a'), {{"max_tokens", 300}, {"stream", i % 2 == 0}});
    clients.back().send(http("POST /v1/chat/completions", body.dump()));
  }
  clients.front().until("assistant");
  EXPECT_GT(busy(), 0);
  clients.clear();
  for (int i = 0; i < 3000 && busy() > 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(busy(), 0);
}

TEST(ChatAlone, AnswersUnderWayAreFinishedAfterSigterm) {
  Server server({GERBIL_MODELS "/nano", "--drain", "500"});
  ASSERT_TRUE(server.logs("loaded "));
  Client client(server.port());
  client.send(http("POST /v1/chat/completions", chat("a", {{"max_tokens", 300}, {"stream", true}, {"n", 20}}).dump()));
  client.until("assistant");
  server.signal(SIGTERM);
  ASSERT_TRUE(server.logs("draining"));
  const Answer refused = ask(server.port(), "GET /v1/models");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(ask(server.port(), "GET /health").json().at("status"), "draining");
  EXPECT_EQ(client.until("[DONE]").size() > 1000, true);
  EXPECT_EQ(server.wait(), 0);
}

TEST(ChatAlone, AfterTheDrainAnswersAreCutWithAnError) {
  Server server({GERBIL_MODELS "/nano", "--drain", "0"});
  ASSERT_TRUE(server.logs("loaded "));
  Client client(server.port());
  client.send(http("POST /v1/chat/completions", chat("a", {{"max_tokens", 400}, {"stream", true}, {"n", 60}}).dump()));
  client.until("assistant");
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
  EXPECT_THAT(client.until("never"), HasSubstr("\"error\":"));
}

TEST(ChatAlone, AThousandIdleConnectionsDisturbNobody) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  const Server server({GERBIL_MODELS "/nano"});
  std::vector<Client> idle;
  for (int i = 0; i < 1000 && limit.rlim_cur > 1100; ++i) {
    idle.emplace_back(server.port());
    if (i % 2 == 0) idle.back().send("POST /v1/chat/comp");
  }
  EXPECT_EQ(ask(server.port(), "POST /v1/chat/completions", chat("a", {{"max_tokens", 5}})).status, 200);
  for (std::size_t i = 1; i < idle.size(); i += 2) {
    idle[i].send(http("GET /v1/models"));
    EXPECT_EQ(idle[i].answer().status, 200);
  }
}

class Queue : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(ChatAlone, Queue, ::testing::Values("--max-waiting", "--max-waiting-tokens"));

TEST_P(Queue, ThatIsTooLongIs429) {
  const Server server({GERBIL_MODELS "/nano", GetParam(), "1", "--context", "512", "--cache", "512"});
  std::vector<Client> clients;
  for (int i = 0; i < 60; ++i) {
    clients.emplace_back(server.port());
    clients.back().send(http("POST /v1/chat/completions", chat(std::to_string(i), {{"max_tokens", 200}}).dump()));
  }
  int answered = 0;
  int refused = 0;
  for (Client& client : clients) {
    const Answer answer = client.answer();
    (answer.status == 429 ? refused : answered) += 1;
    if (answer.status == 429) {
      EXPECT_GE(std::stoi(answer.headers.at("retry-after")), 1);
    } else {
      EXPECT_EQ(answer.status, 200) << answer.body;
    }
  }
  EXPECT_GT(answered, 0);
  EXPECT_GT(refused, 0);
}

}  // namespace
}  // namespace gerbil::testing
