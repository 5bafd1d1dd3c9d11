// The other tasks over HTTP: texts, vectors, ranks, tokens; several models.
#include <gmock/gmock.h>

#include <chrono>
#include <cmath>
#include <thread>

#include "client.hpp"

namespace gerbil::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Texts : public ::testing::Test {
 protected:
  static Server& server() {
    static Server server({"write=" GERBIL_MODELS "/nano", GERBIL_MODELS "/nano-embed"});
    return server;
  }
  static Answer post(const std::string& path, const Json& body) { return ask(server().port(), "POST " + path, body); }
  static Json good(const std::string& path, const Json& body) {
    const Answer answer = post(path, body);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.json();
  }
};

TEST_F(Texts, CompletionsContinueTextsAndIds) {
  const Json request{{"prompt", {"Once upon a time", "The fox"}}, {"max_tokens", 6}, {"echo", true}, {"n", 2}};
  const Json json = good("/v1/completions", request);
  EXPECT_EQ(json.at("object"), "text_completion");
  ASSERT_EQ(json.at("choices").size(), 4u);
  EXPECT_EQ(json["choices"][0]["text"], json["choices"][1]["text"]);  // the likeliest tokens, both times
  EXPECT_THAT(json["choices"][2]["text"].get<std::string>(), ::testing::StartsWith("The fox"));

  const Json ids = good("/tokenize", {{"prompt", "The fox"}}).at("tokens");
  const Json same = good("/v1/completions", {{"prompt", ids}, {"max_tokens", 6}, {"logprobs", 1}});
  EXPECT_EQ(json["choices"][2]["text"], "The fox" + same["choices"][0]["text"].get<std::string>());
  EXPECT_EQ(same["choices"][0]["logprobs"]["tokens"].size(), same["usage"]["completion_tokens"]);
  EXPECT_EQ(same["choices"][0]["logprobs"]["text_offset"][0], 0);
}

TEST_F(Texts, CompletionsStream) {
  const Json request{{"prompt", "The fox"}, {"max_tokens", 6}};
  const std::string whole = good("/v1/completions", request)["choices"][0]["text"];
  Json streamed = request;
  streamed["stream"] = true;
  std::string text;
  for (const Json& chunk : events(post("/v1/completions", streamed).body)) text += chunk["choices"][0]["text"];
  EXPECT_EQ(text, whole);
}

TEST_F(Texts, TokensGoThereAndBack) {
  const Json json = good("/tokenize", {{"content", "The fox runs"}, {"with_pieces", true}});
  Json ids = Json::array();
  for (const Json& token : json.at("tokens")) ids.push_back(token.at("id"));
  EXPECT_EQ(json.at("count"), ids.size());
  EXPECT_EQ(good("/detokenize", {{"tokens", ids}}).at("content"), "The fox runs");
  EXPECT_EQ(post("/detokenize", {{"tokens", {1 << 30}}}).status, 400);
  const Answer long_text = post("/tokenize", {{"content", std::string((1 << 20) + 1, 'a')}, {"with_pieces", true}});
  EXPECT_EQ(long_text.status, 400);
  EXPECT_THAT(long_text.body, HasSubstr("1048576"));
}

TEST_F(Texts, EmbeddingsAreNumbersOrBase64) {
  const Json numbers = good("/v1/embeddings", {{"model", "nano-embed"}, {"input", {"a fox", "a cow"}}});
  ASSERT_EQ(numbers.at("data").size(), 2u);
  const auto vector = numbers["data"][0]["embedding"].get<std::vector<float>>();
  double length = 0;
  for (const float value : vector) length += static_cast<double>(value) * value;
  EXPECT_NEAR(length, 1, 1e-5);
  EXPECT_GT(numbers["usage"]["prompt_tokens"], 0);
  const Json coded =
      good("/v1/embeddings", {{"model", "nano-embed"}, {"input", "a fox"}, {"encoding_format", "base64"}});
  EXPECT_EQ(coded["data"][0]["embedding"].get<std::string>().size(), (vector.size() * 4 + 2) / 3 * 4);
  EXPECT_EQ(post("/v1/embeddings", {{"model", "nano-embed"}, {"input", Json::array()}}).status, 400);
  EXPECT_EQ(post("/v1/embeddings", {{"model", "nano-embed"}, {"input", "a"}, {"dimensions", 100000}}).status, 400);
}

TEST_F(Texts, WhatAModelCannotDoIsSaid) {
  const Answer answer =
      post("/v1/chat/completions", {{"model", "nano-embed"}, {"messages", {{{"role", "user"}, {"content", "a"}}}}});
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.json().at("error").at("code"), "unsupported");
}

TEST_F(Texts, DocumentsAreRanked) {
  const Json request{{"query", "a fox"},
                     {"documents", {"the fox runs", {{"text", "stocks fell"}}, "a cow"}},
                     {"top_n", 2},
                     {"return_documents", true}};
  const Json json = good("/v1/rerank", request);
  ASSERT_EQ(json.at("results").size(), 2u);
  EXPECT_GE(json["results"][0]["relevance_score"], json["results"][1]["relevance_score"]);
  EXPECT_TRUE(json["results"][0]["document"]["text"].is_string());
}

TEST(Pool, ModelsTakeTurnsWithinTheLimit) {
  // Room for either of them.
  Server server({GERBIL_MODELS "/nano", GERBIL_MODELS "/nano-embed", "--memory-limit", "0.01", "--context", "256",
                 "--cache", "256"});
  const Json embed{{"model", "nano-embed"}, {"input", "a"}};
  const Json write{{"prompt", "a"}, {"max_tokens", 1}};
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(ask(server.port(), "POST /v1/completions", write).status, 200) << server.log();
    EXPECT_EQ(ask(server.port(), "POST /v1/embeddings", embed).status, 200) << server.log();
  }
}

const std::vector<std::string> tight{
    GERBIL_MODELS "/nano", GERBIL_MODELS "/nano-embed", "--memory-limit", "0.01", "--context", "256", "--cache", "256"};

// Answers that do not end before they are full.
Json endless(int count) {
  return {{"prompt", "a"}, {"max_tokens", 60}, {"n", count}, {"logit_bias", {{"4085", -100}, {"4087", -100}}}};
}

const Json embed_a{{"model", "nano-embed"}, {"input", "a"}};

TEST(Pool, WhoseModelHasNoRoomWaitsNoLongerThanItMust) {
  const Server server(tight);
  EXPECT_EQ(ask(server.port(), "POST /v1/embeddings", embed_a).status, 200);  // now its size is known
  Json seconds = endless(128);
  seconds["max_tokens"] = 250;
  seconds["stream"] = true;
  std::optional<Client> writer(server.port());
  writer->send(http("POST /v1/completions", seconds.dump()));
  writer->until("text_completion");
  Json hasty = embed_a;
  hasty["timeout"] = 0.2;
  const Answer late = ask(server.port(), "POST /v1/embeddings", hasty);
  EXPECT_EQ(late.status, 504) << late.body;
  writer.reset();  // nobody waits for its answer any more
  EXPECT_EQ(ask(server.port(), "POST /v1/embeddings", embed_a).status, 200);
}

TEST(Pool, CallsOfOneModelDoNotKeepTheOtherOutForEver) {
  const Server server(tight);
  EXPECT_EQ(ask(server.port(), "POST /v1/embeddings", embed_a).status, 200);
  const auto write = [&](const std::stop_token& stop) {
    while (!stop.stop_requested()) EXPECT_EQ(ask(server.port(), "POST /v1/completions", endless(2)).status, 200);
  };
  std::vector<std::jthread> writers;
  for (int i = 0; i < 3; ++i) writers.emplace_back(write);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ask(server.port(), "POST /v1/embeddings", embed_a).status, 200);
}

TEST(Pool, TheLimitIsKeptOnceAModelIsIdle) {
  const Server server(tight);
  Client writer(server.port());
  Json request = endless(2);
  request["stream"] = true;
  request["max_tokens"] = 200;
  writer.send(http("POST /v1/completions", request.dump()));
  writer.until("text_completion");
  EXPECT_EQ(ask(server.port(), "POST /v1/embeddings", {{"model", "nano-embed"}, {"input", "a"}}).status, 200);
  const auto loaded = [&] {
    int count = 0;
    for (const Json& model : ask(server.port(), "GET /health").json().at("models"))
      count += model.at("status") == "loaded" ? 1 : 0;
    return count;
  };
  // Nobody knew what the second takes.
  for (int i = 0; i < 100 && loaded() > 1; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(loaded(), 1);
}

TEST(Pool, TheTimeOfARequestHoldsForAllTasks) {
  const Server server({GERBIL_MODELS "/nano-embed", "--timeout", "0.000001"});
  EXPECT_EQ(ask(server.port(), "POST /v1/embeddings", {{"input", "a"}}).status, 504);
  EXPECT_EQ(ask(server.port(), "POST /v1/rerank", {{"query", "a"}, {"documents", {"b"}}}).status, 504);
}

TEST(Pool, IdleModelsGo) {
  Server server({GERBIL_MODELS "/nano", "--keep-alive", "0.3"});
  const auto loaded = [&] { return ask(server.port(), "GET /health").json().at("models").at(0).at("status"); };
  EXPECT_EQ(ask(server.port(), "POST /v1/completions", {{"prompt", "a"}, {"max_tokens", 1}}).status, 200);
  for (int i = 0; i < 300 && loaded() != "unloaded"; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(loaded(), "unloaded");
  EXPECT_EQ(ask(server.port(), "POST /v1/completions", {{"prompt", "a"}, {"max_tokens", 1}}).status, 200);
}

TEST(Pool, AModelThatIsNotThereIsSaid) {
  Server server({GERBIL_MODELS "/nano", "other=/nowhere"});
  const Answer answer = ask(server.port(), "POST /v1/completions", {{"model", "other"}, {"prompt", "a"}});
  EXPECT_EQ(answer.status, 503);
  EXPECT_THAT(answer.json().at("error").at("message").get<std::string>(), HasSubstr("nowhere"));
}

}  // namespace
}  // namespace gerbil::testing
