// The parts of the server that need neither a socket nor a model.
#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <format>
#include <fstream>
#include <set>
#include <thread>

#include "server/access.hpp"
#include "server/base64.hpp"
#include "server/chat_request.hpp"
#include "server/completion_request.hpp"
#include "server/errors.hpp"
#include "server/front.hpp"
#include "server/head.hpp"
#include "server/held_calls.hpp"
#include "server/messages_request.hpp"
#include "server/metrics.hpp"
#include "server/request_reader.hpp"
#include "server/router.hpp"

namespace gerbil::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Event = RequestReader::Event;

// The requests in `bytes`, taken in pieces of `size`.
std::vector<HttpRequest> requests(std::string_view bytes, std::size_t size) {
  RequestReader reader({});
  std::vector<HttpRequest> list;
  for (std::size_t i = 0; i < bytes.size(); i += size) {
    reader.push(bytes.substr(i, size));
    for (Event event = reader.advance(); event != Event::more; event = reader.advance()) {
      if (event == Event::done) list.push_back(reader.take());
      if (event == Event::refused) return list;
    }
  }
  return list;
}

TEST(RequestReader, FindsTheSameRequestsWhateverTheCuts) {
  const std::string bytes =
      "POST /a?b=c HTTP/1.1\r\nHost: x\r\nX-A: 1\r\nx-a: 2\r\nContent-Length: 3\r\n\r\nabc"
      "POST /d HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;e=f\r\nde\r\n0\r\n\r\n"
      "GET /g HTTP/1.0\r\n\r\n";
  for (const std::size_t size : {1, 2, 3, 7, 64, 1000}) {
    const auto list = requests(bytes, size);
    ASSERT_EQ(list.size(), 3u) << size;
    EXPECT_EQ(list[0].path, "/a");
    EXPECT_EQ(list[0].body, "abc");
    EXPECT_EQ(list[0].header("x-a"), "1, 2");
    EXPECT_EQ(list[1].body, "abcde");
    EXPECT_TRUE(list[2].http_1_0);
    EXPECT_FALSE(list[2].keep_alive);
  }
}

TEST(Router, KnowsPathsMethodsAndBeginnings) {
  EXPECT_EQ(match(routes(), "GET", "/health").route->path, "/health");
  EXPECT_EQ(match(routes(), "HEAD", "/health").route->path, "/health");
  EXPECT_EQ(match(routes(), "POST", "/health").methods, "GET, HEAD");
  EXPECT_EQ(match(routes(), "GET", "/v1/models/org/name").route->path, "/v1/models/");
  EXPECT_EQ(match(routes(), "GET", "/v1/models/").route, nullptr);
  EXPECT_THAT(match(routes(), "GET", "/healthy").methods, IsEmpty());
}

// docs/openapi.json tells clients of every route.
TEST(Router, EveryRouteIsInTheDocument) {
  std::ifstream file("docs/openapi.json");
  std::set<std::string> written;
  for (const auto& [path, methods] : nlohmann::json::parse(file).at("paths").items())
    for (const auto& [method, ignored] : methods.items()) {
      std::string upper = method;
      std::ranges::transform(upper, upper.begin(), [](char c) { return static_cast<char>(c & ~0x20); });
      written.insert(upper + ' ' + path.substr(0, path.find('{')));
    }
  std::set<std::string> taken;
  for (const Route& route : routes()) taken.insert(std::string(route.method) + ' ' + std::string(route.path));
  EXPECT_EQ(written, taken);
}

TEST(Exchange, AnErrorTakesThePlaceOfAStreamThatHasNotBegun) {
  Exchange exchange({.method = "POST"}, {}, false);
  exchange.send("data: 1\n\n");
  exchange.respond({.status = 400, .body = "{}"});
  exchange.begin();
  const std::string output = exchange.take_output();
  EXPECT_THAT(output, HasSubstr("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_THAT(output, ::testing::Not(HasSubstr("data:")));
}

TEST(Exchange, WhatWasSentBeforeTheBeginningFollowsIt) {
  Exchange exchange({.method = "POST"}, {}, false);
  exchange.send("data: 1\n\n");
  EXPECT_FALSE(exchange.has_output());
  exchange.begin();
  exchange.end();
  EXPECT_THAT(exchange.take_output(), HasSubstr("\r\n\r\n9\r\ndata: 1\n\n\r\n0\r\n\r\n"));
}

TEST(Exchange, PingsWhereNothingElseIsToBeSent) {
  Exchange exchange({.method = "POST"}, {}, false);
  exchange.begin();
  exchange.ping();
  EXPECT_THAT(exchange.take_output(), ::testing::Not(HasSubstr("ping")));
  exchange.ping();
  EXPECT_EQ(exchange.take_output(), "8\r\n: ping\n\n\r\n");
  exchange.leave();
  exchange.send("data: 1\n\n");
  EXPECT_FALSE(exchange.has_output());
  EXPECT_TRUE(exchange.gone.cancelled());
}

TEST(Access, ComparesKeysAsAWhole) {
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_in_constant_time("ab", "abc"));
  EXPECT_FALSE(equal_in_constant_time("abcd", "abc"));
  EXPECT_FALSE(equal_in_constant_time("", "abc"));
}

TEST(Access, NamesAreTheSameInCapitals) {
  const Access access{.keys = {}, .origins = {"https://App.example"}, .hosts = {"localhost"}};
  const auto refuses = [&](const std::string& host, const std::string& origin) {
    HttpRequest request;
    request.headers = {{"host", host}, {"origin", origin}};
    return access.refuse(request, false).has_value();
  };
  EXPECT_FALSE(refuses("LocalHost:80", "http://localhost:80"));
  EXPECT_FALSE(refuses("localhost", "HTTPS://app.EXAMPLE"));
  EXPECT_TRUE(refuses("localhost2", ""));
  EXPECT_TRUE(refuses("localhost", "https://app.example.org"));
}

TEST(Head, LengthsAreOneNumber) {
  const auto problem = [](const std::string& length) {
    return head_problem("POST / HTTP/1.1\r\nHost: a\r\nContent-Length:" + length + "\r\n\r\n");
  };
  EXPECT_EQ(problem(" 5 "), "");
  for (const char* length : {" 5, 5", "", " +5", " 0x5", " 5 5"}) EXPECT_NE(problem(length), "") << length;
}

TEST(Errors, HaveTheShapeOfTheApi) {
  const ApiError error(429, "rate_limit_error", "overloaded", "Later.");
  const HttpRequest messages{.id = "req_1", .path = "/v1/messages"};
  EXPECT_EQ(to_json(error, messages),
            R"({"type":"error","error":{"type":"rate_limit_error","message":"Later."},"request_id":"req_1"})");
  EXPECT_EQ(to_event(error, messages).substr(0, 19), "event: error\ndata: ");
  EXPECT_EQ(to_json(error, {.path = "/v1/messagesx"}),
            R"({"error":{"message":"Later.","type":"rate_limit_error","param":null,"code":"overloaded"}})");
}

TEST(HeldCalls, BeginWithTheirArguments) {
  HeldCalls calls;
  EXPECT_FALSE(calls.push({0, "1", "f", ""}));
  const auto first = calls.push({0, "", "", "{"});
  ASSERT_TRUE(first);
  EXPECT_EQ(first->name, "f");
  EXPECT_EQ(first->arguments, "{");
  EXPECT_EQ(calls.push({0, "", "", "}", true})->name, "");
  EXPECT_EQ(calls.push({1, "2", "g", "", true})->name, "g");
}

TEST(Splicing, MembersAreSplicedInAsTheyAre) {
  EXPECT_EQ(text_with({{"a", 1}}, "b", R"({"x":123456789012345678901234567890,"y":1e999})"),
            R"({"a":1,"b":{"x":123456789012345678901234567890,"y":1e999}})");
  EXPECT_EQ(text_with(Json::object(), "b", "[]"), R"({"b":[]})");
}

TEST(FrontTasks, AreSurvivedWhateverTheyThrow) {
  std::vector<std::string> failures;  // on the thread of the front
  Front front({.port = 0}, {.gate = {},
                            .headers = {},
                            .handle = {},
                            .finished = {},
                            .failed = [&](std::string_view what) { failures.emplace_back(what); },
                            .tick = [] { throw std::runtime_error("tick"); },
                            .drain = [] {}});
  std::jthread thread([&] { front.run(); });
  front.on_worker([] { throw std::runtime_error("worker"); });
  front.on_front([] { throw 1; });
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  kill(getpid(), SIGTERM);
  thread.join();
  EXPECT_THAT(failures, ::testing::IsSupersetOf({"worker", "tick", "something that is no exception"}));
}

TEST(Base64, IsThatOfTheRfc) {
  EXPECT_EQ(base64(std::string_view("foobar")), "Zm9vYmFy");
  EXPECT_EQ(base64(std::string_view("fooba")), "Zm9vYmE=");
  EXPECT_EQ(base64(std::string_view("foob")), "Zm9vYg==");
  EXPECT_EQ(base64(std::vector<float>{1.0f}), "AACAPw==");
}

TEST(Metrics, HistogramsCountWhatIsBelow) {
  constexpr std::array bounds{1.0, 2.0};
  Histogram histogram(bounds);
  for (const double value : {0.5, 1.0, 1.5, 3.0}) histogram.add(value);
  std::string text;
  histogram.write(text, "x", "a=\"b\"");
  EXPECT_EQ(text,
            "x_bucket{a=\"b\",le=\"1\"} 2\nx_bucket{a=\"b\",le=\"2\"} 3\nx_bucket{a=\"b\",le=\"+Inf\"} 4\n"
            "x_sum{a=\"b\"} 6\nx_count{a=\"b\"} 4\n");
}

std::string with(const std::string& more) { return R"({"messages":[{"role":"user","content":"a"}],)" + more + "}"; }

// The parameter that is refused, and "" where none is.
std::string refused(const std::string& more) try {
  read_chat_request(with(more));
  return {};
} catch (...) {
  return to_api_error(std::current_exception()).param;
}

TEST(ChatRequest, NamesTheParameterThatIsWrong) {
  EXPECT_EQ(refused(R"("n":0)"), "n");
  EXPECT_EQ(refused(R"("n":1e3)"), "n");
  EXPECT_EQ(refused(R"("stream":1)"), "stream");
  EXPECT_EQ(refused(R"("stream_options":{})"), "stream_options");
  EXPECT_EQ(refused(R"("max_tokens":1,"max_completion_tokens":2)"), "max_completion_tokens");
  EXPECT_EQ(refused(R"("max_tokens":-1)"), "max_tokens");
  EXPECT_EQ(refused(R"("max_tokens":99999999999)"), "max_tokens");
  EXPECT_EQ(refused(R"("temperature":"hot")"), "temperature");
  EXPECT_EQ(refused(R"("seed":-1.5)"), "seed");
  EXPECT_EQ(refused(R"("top_logprobs":2)"), "top_logprobs");
  EXPECT_EQ(refused(R"("logprobs":true,"top_logprobs":21)"), "top_logprobs");
  EXPECT_EQ(refused(R"("response_format":{"type":"yaml"})"), "response_format.type");
  EXPECT_EQ(refused(R"("response_format":{"type":"json_object"},"grammar":"root ::= [a-z]")"), "grammar");
  EXPECT_EQ(refused(R"("tool_choice":"any")"), "tool_choice");
  EXPECT_EQ(refused(R"("tools":[1])"), "tools[0]");
  EXPECT_EQ(refused(R"("max_tokens":2,"max_completion_tokens":2,"response_format":{"type":"text"},"n":2)"), "");
}

TEST(ChatRequest, TakesWhatClientsSend) {
  const auto request = read_chat_request(R"({"messages":[
    {"role":"developer","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}]},
    {"role":"assistant","content":null,"refusal":null,"annotations":[],
     "tool_calls":[{"index":0,"id":"1","type":"function","function":{"name":"f","arguments":"{}"}}]},
    {"role":"tool","tool_call_id":"1","content":"b"}],"user":"me","max_completion_tokens":7,"store":null})");
  EXPECT_EQ(request.generate.messages[0].role, "system");
  EXPECT_EQ(request.generate.messages[0].text(), "a");
  EXPECT_EQ(request.generate.messages[1].tool_calls[0].name, "f");
  EXPECT_EQ(request.generate.options.max_tokens, 7);
  EXPECT_THAT(request.unknown, ElementsAre("user"));
}

TEST(ChatRequest, BodiesOfManyKeysAreReadAtOnce) {
  std::string more = R"("stop":null)";
  for (int i = 0; i < 100'000; ++i) more += std::format(R"(,"key{}":0)", i);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(read_chat_request(with(more)).unknown.size(), 100'000u);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(4));
  EXPECT_THROW(read_chat_request(with(R"("n":1,"n":1)")), ApiError);
}

TEST(MessagesRequest, EveryBlockOfTheSystemLosesItsOwnBilling) {
  const auto request = read_messages_request(R"({"max_tokens":5,"system":[
    {"type":"text","text":"x-anthropic-billing-header: 1"},{"type":"text","text":"Be brief."},
    {"type":"text","text":"Be kind."}],"messages":[{"role":"user","content":"a"}]})");
  EXPECT_EQ(request.generate.messages.at(0).text(), "Be brief.\nBe kind.");
}

TEST(MessagesRequest, BlocksBecomeMessages) {
  const auto request = read_messages_request(R"({"max_tokens":5,"system":[{"type":"text","text":
    "x-anthropic-billing-header: 1\nBe brief."}],"messages":[{"role":"user","content":"a"},{"role":"assistant",
    "content":[{"type":"thinking","thinking":"t","signature":""},{"type":"tool_use","id":"1","name":"f","input":{"x":1}}]},
    {"role":"user","content":[{"type":"tool_result","tool_use_id":"1","content":"r"},{"type":"text","text":"b"}]}],
    "tools":[{"name":"f","input_schema":{"type":"object"}}]})");
  const auto& messages = request.generate.messages;
  ASSERT_EQ(messages.size(), 5u);
  EXPECT_EQ(messages[0].text(), "Be brief.");
  EXPECT_EQ(messages[2].reasoning, "t");
  EXPECT_EQ(messages[2].tool_calls.at(0).arguments, R"({"x":1})");
  EXPECT_EQ(messages[3].role, "tool");
  EXPECT_EQ(messages[4].text(), "b");
  EXPECT_THAT(request.generate.options.chat.tools, HasSubstr(R"("parameters")"));
  for (const char* body : {R"({"messages":[]})", R"({"max_tokens":1,"messages":[{"role":"system","content":"a"}]})",
                           R"({"max_tokens":1,"messages":[{"role":"user","content":[{"type":"image"}]}]})"})
    EXPECT_THROW(read_messages_request(body), ApiError) << body;
}

TEST(MessagesRequest, ItsFormatIsASchema) {
  const auto body = [](const std::string& format) {
    return R"({"messages":[{"role":"user","content":"a"}],"output_config":{"format":)" + format + "}}";
  };
  const auto grammar = [&](const std::string& format) {
    return read_messages_request(body(format), true).generate.options.grammar;
  };
  EXPECT_TRUE(std::holds_alternative<JsonSchema>(grammar(R"({"type":"json_schema","schema":{"type":"object"}})")));
  EXPECT_TRUE(std::holds_alternative<std::monostate>(grammar("null")));
  for (const char* format : {"1", R"({"type":"text"})", R"({"type":"json_schema"})"})
    EXPECT_THROW(read_messages_request(body(format), true), ApiError) << format;
  EXPECT_THROW(read_messages_request(body("null")), ApiError);  // no max_tokens
}

TEST(CompletionRequest, PromptsAreTextsOrIds) {
  EXPECT_EQ(read_completion_request(R"({"prompt":"a"})").prompts.size(), 1u);
  EXPECT_EQ(read_completion_request(R"({"prompt":["a","b"]})").prompts.size(), 2u);
  EXPECT_EQ(read_completion_request(R"({"prompt":[1,2,3]})").prompts.size(), 1u);
  EXPECT_EQ(read_completion_request(R"({"prompt":[[1],[2,3]]})").prompts.size(), 2u);
  for (const char* body : {R"({"prompt":[]})", R"({"prompt":[1,"a"]})", R"({"prompt":[["a"]]})", R"({"prompt":[-1]})",
                           R"({"prompt":{}})", R"({"prompt":["a",1]})"})
    EXPECT_THROW(read_completion_request(body), ApiError) << body;
}

}  // namespace
}  // namespace gerbil::server
