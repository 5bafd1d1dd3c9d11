// Answers that are computed once.
#include <gmock/gmock.h>

#include "client.hpp"
#include "server/generation.hpp"
#include "server/response_cache.hpp"

namespace gerbil::testing {
namespace {

using server::ResponseCache;
using ::testing::HasSubstr;
using ::testing::Not;

GenerateResult said(const std::string& text) {
  GenerateResult result;
  result.text = text;
  return result;
}

TEST(ResponseCache, KeepsWhatWasAskedForLastWithinItsBounds) {
  ResponseCache cache({.bytes = 20000, .age = std::chrono::seconds(10)});
  const auto start = ResponseCache::Clock::now();
  for (const char* key : {"a", "b", "c"}) cache.keep(key, {said(std::string(5000, 'x'))}, start);
  ASSERT_NE(cache.find("a", start), nullptr);
  cache.keep("d", {said(std::string(5000, 'y'))}, start);
  EXPECT_EQ(cache.find("b", start), nullptr);
  ASSERT_NE(cache.find("a", start), nullptr);
  EXPECT_EQ(cache.find("d", start)->front().text, std::string(5000, 'y'));
  cache.keep("e", {said(std::string(30000, 'z'))}, start);
  EXPECT_EQ(cache.find("e", start), nullptr);
  EXPECT_EQ(cache.find("a", start + std::chrono::seconds(11)), nullptr);
  const auto counts = cache.counts();
  EXPECT_EQ(counts.hits, 3u);
  EXPECT_EQ(counts.misses, 3u);
  EXPECT_EQ(counts.entries, 2u);
  EXPECT_LT(counts.bytes, 20000u);
  cache.keep("d", {said("z")}, start);
  EXPECT_EQ(cache.counts().entries, 2u);
  EXPECT_EQ(cache.find("d", start)->front().text, "z");
}

TEST(ResponseCache, KeysAreAllThatDecides) {
  const server::NamedModel model{nullptr, "m", 1};
  server::Asked asked{.prompts = {std::string("a")}};
  const std::string key = cache_key(model, asked);
  const auto differs = [&](auto change) {
    server::Asked other = asked;
    change(other);
    return cache_key(model, other) != key;
  };
  EXPECT_TRUE(differs([](auto& a) { a.prompts = {std::string("b")}; }));
  EXPECT_TRUE(differs([](auto& a) { a.prompts = {std::vector<Message>{{"user", "a"}}}; }));
  EXPECT_TRUE(differs([](auto& a) { a.count = 2; }));
  EXPECT_TRUE(differs([](auto& a) { a.options.max_tokens = 2; }));
  EXPECT_TRUE(differs([](auto& a) { a.options.log_probabilities = 0; }));
  EXPECT_TRUE(differs([](auto& a) { a.options.chat.variables["x"] = "1"; }));
  EXPECT_TRUE(differs([](auto& a) { a.options.grammar = Choice{{"yes"}}; }));
  EXPECT_FALSE(differs([](auto& a) { a.options.timeout = 5; }));
  EXPECT_FALSE(differs([](auto& a) { a.options.sampling.seed = 5; }));
  EXPECT_FALSE(differs([](auto& a) { a.stream = true; }));
  asked.options.sampling.temperature = 1;
  EXPECT_NE(cache_key(model, asked), [&] {
    server::Asked other = asked;
    other.options.sampling.seed = 5;
    return cache_key(model, other);
  }());
  EXPECT_NE(cache_key({nullptr, "m", 2}, asked), cache_key(model, asked));
  EXPECT_NE(cache_key({nullptr, "n", 1}, asked), cache_key(model, asked));
}

TEST(ResponseCache, ClientsMayWantNone) {
  EXPECT_TRUE(server::cache_wish("").read);
  EXPECT_TRUE(server::cache_wish("max-age=0").keep);
  EXPECT_FALSE(server::cache_wish("No-Cache").read);
  EXPECT_TRUE(server::cache_wish("no-cache").keep);
  EXPECT_FALSE(server::cache_wish("a, no-store").read);
  EXPECT_FALSE(server::cache_wish("no-store").keep);
}

class Cached : public ::testing::Test {
 protected:
  Server server_{{GERBIL_MODELS "/nano", "--response-cache", "8"}};

  Answer post(const std::string& path, const Json& body, const std::string& headers = {}) const {
    return ask(server_.port(), "POST " + path, body, headers);
  }
  double metric(const std::string& name) const {
    const std::string text = ask(server_.port(), "GET /metrics").body;
    return std::stod(text.substr(text.find("\n" + name + " ") + name.size() + 2));
  }
  static Json chat(Json more = Json::object()) {
    more["enable_thinking"] = false;
    more["max_tokens"] = 20;
    more["messages"] = Json::array({{{"role", "user"}, {"content", "Tell me a story"}}});
    return more;
  }
};

TEST_F(Cached, AnswersAreTheSameAndSaySo) {
  const std::string path = "/v1/chat/completions";
  const Json first = post(path, chat()).json();
  EXPECT_FALSE(first.contains("cached"));
  const Json second = post(path, chat({{"seed", 3}})).json();
  EXPECT_EQ(second.at("cached"), true);
  EXPECT_EQ(second.at("choices"), first.at("choices"));
  EXPECT_NE(second.at("id"), first.at("id"));
  EXPECT_EQ(second.at("usage"), first.at("usage"));
  std::string text;
  const auto list = events(post(path, chat({{"stream", true}})).body);
  for (const Json& chunk : list) text += chunk.at("choices").at(0).at("delta").value("content", "");
  EXPECT_EQ(list.front().at("cached"), true);
  EXPECT_EQ(Json(text), first.at("choices").at(0).at("message").at("content"));
  EXPECT_EQ(list.back().at("choices").at(0).at("finish_reason"), "length");
  EXPECT_EQ(metric("gerbil_response_cache_hits_total"), 2);
  EXPECT_EQ(metric("gerbil_response_cache_misses_total"), 1);
  EXPECT_EQ(metric("gerbil_response_cache_entries"), 1);

  EXPECT_FALSE(post(path, chat(), "Cache-Control: no-cache\r\n").json().contains("cached"));
  EXPECT_FALSE(post(path, chat({{"temperature", 1}})).json().contains("cached"));
  EXPECT_FALSE(post(path, chat({{"temperature", 1}})).json().contains("cached"));
  EXPECT_FALSE(post(path, chat({{"temperature", 1}, {"seed", 1}})).json().contains("cached"));
  EXPECT_TRUE(post(path, chat({{"temperature", 1}, {"seed", 1}})).json().contains("cached"));
  EXPECT_FALSE(
      post(path, chat({{"max_tokens", 21}, {"top_k", 1}}), "Cache-Control: no-store\r\n").json().contains("x"));
  EXPECT_EQ(metric("gerbil_response_cache_entries"), 2);
}

TEST_F(Cached, AnswersOfAllRoutes) {
  const std::vector<std::pair<std::string, Json>> requests{
      {"/v1/completions",
       {{"prompt", {"Once", "Then"}}, {"max_tokens", 9}, {"logprobs", 1}, {"echo", false}, {"n", 2}}},
      {"/v1/messages", chat()},
      {"/v1/responses", {{"input", "Tell me a story"}, {"max_output_tokens", 90}}},
      {"/v1/chat/completions", chat({{"logprobs", true}, {"n", 2}})}};
  for (const auto& [path, body] : requests) {
    const Json first = post(path, body).json();
    const Json second = post(path, body).json();
    EXPECT_FALSE(first.contains("cached")) << first;
    EXPECT_TRUE(second.contains("cached")) << second;
    for (const char* part : {"choices", "content", "usage"})
      if (first.contains(part)) {
        EXPECT_EQ(first[part], second[part]) << path;
      }
    Json streamed = body;
    streamed["stream"] = true;
    EXPECT_THAT(post(path, streamed).body, HasSubstr("\"cached\":true"));
  }
}

TEST_F(Cached, ErrorsAndAnswersThatNobodyHeardAreNot) {
  Json wrong = chat({{"temperature", -1}});
  EXPECT_EQ(post("/v1/chat/completions", wrong).status, 400);
  {
    Client leaves(server_.port());
    Json body = chat({{"stream", true}, {"logit_bias", {{"4085", -100}, {"4087", -100}}}});
    body["max_tokens"] = 900;
    leaves.send(http("POST /v1/chat/completions", body.dump()));
    leaves.until("assistant");
  }
  EXPECT_EQ(post("/v1/chat/completions", chat()).status, 200);
  EXPECT_EQ(metric("gerbil_response_cache_entries"), 1);
}

TEST(CachedByDefault, IsNothing) {
  const Server server({GERBIL_MODELS "/nano"});
  const Json body{{"prompt", "Once"}, {"max_tokens", 3}};
  for (int i = 0; i < 2; ++i)
    EXPECT_THAT(ask(server.port(), "POST /v1/completions", body).body, Not(HasSubstr("cached\":true")));
}

}  // namespace
}  // namespace gerbil::testing
