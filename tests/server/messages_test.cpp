// /v1/messages as its clients see it.
#include <gmock/gmock.h>

#include <csignal>

#include "client.hpp"

namespace gerbil::testing {
namespace {

using ::testing::HasSubstr;

class Messages : public ::testing::Test {
 protected:
  static Server& server() {
    static Server server({GERBIL_MODELS "/nano"});
    return server;
  }
};

TEST_F(Messages, AreThoseOfAnthropic) {
  Json request{{"max_tokens", 200}, {"messages", Json::array({{{"role", "user"}, {"content", "Tell me a story"}}})}};
  const Json whole = ask(server().port(), "POST /v1/messages", request).json();
  ASSERT_EQ(whole.value("type", ""), "message") << whole;
  request["stream"] = true;
  const std::string stream = ask(server().port(), "POST /v1/messages", request).body;
  std::string text, thinking, types;
  for (std::size_t begin = 0; (begin = stream.find("\ndata: ", begin)) != std::string::npos; ++begin) {
    const Json event = Json::parse(stream.substr(begin + 7, stream.find('\n', begin + 1) - begin - 7));
    types += event.at("type").get<std::string>() + ' ';
    if (event["type"] != "content_block_delta") continue;
    text += event.at("delta").value("text", "");
    thinking += event.at("delta").value("thinking", "");
  }
  EXPECT_THAT(types, ::testing::StartsWith("message_start content_block_start content_block_delta "));
  EXPECT_THAT(types, ::testing::EndsWith("content_block_stop message_delta message_stop "));
  for (const Json& block : whole.at("content"))
    EXPECT_EQ(block.value("text", block.value("thinking", "")), block.at("type") == "text" ? text : thinking);
}

TEST_F(Messages, HaveIdsOfRequests) {
  const Answer first = ask(server().port(), "POST /v1/messages", {{"messages", 3}});
  const Answer second = ask(server().port(), "POST /v1/messages", {{"messages", 3}});
  EXPECT_THAT(first.headers.at("request-id"), ::testing::StartsWith("req_"));
  EXPECT_EQ(first.json().at("request_id"), first.headers.at("request-id"));
  EXPECT_NE(first.headers.at("request-id"), second.headers.at("request-id"));
  EXPECT_THAT(ask(server().port(), "GET /v1/models").headers.at("x-request-id"), ::testing::StartsWith("req_"));
}

// What the API's document requires; those that have no value are null.
TEST_F(Messages, HaveAllMembers) {
  Json request{{"max_tokens", 200},
               {"thinking", {{"type", "disabled"}}},
               {"messages", Json::array({{{"role", "user"}, {"content", "Tell me a story"}}})}};
  const auto ask_messages = [&](const std::string& path) {
    return ask(server().port(), "POST /v1/messages" + path, request).json();
  };
  const Json whole = ask_messages("");
  for (const char* name : {"stop_sequence", "stop_details", "container"}) EXPECT_TRUE(whole.at(name).is_null()) << name;
  EXPECT_EQ(whole.at("stop_reason"), "end_turn");
  EXPECT_TRUE(whole.at("usage").at("service_tier").is_null());
  EXPECT_TRUE(whole.at("content").at(0).at("citations").is_null());
  const Json& usage = whole.at("usage");
  const int prompt = usage.at("input_tokens").get<int>() + usage.at("cache_read_input_tokens").get<int>();
  EXPECT_EQ(ask_messages("/count_tokens"), Json({{"input_tokens", prompt}}));
}

TEST_F(Messages, SayWhichStopSequenceEndedThem) {
  Json request{{"max_tokens", 200},
               {"thinking", {{"type", "disabled"}}},
               {"messages", Json::array({{{"role", "user"}, {"content", "Tell me a story"}}})}};
  const Json first = ask(server().port(), "POST /v1/messages", request).json();
  EXPECT_EQ(first.at("stop_reason"), "end_turn");
  EXPECT_TRUE(first.at("stop_sequence").is_null());
  const std::string stop = first.at("content").at(0).at("text").get<std::string>().substr(10, 6);
  request["stop_sequences"] = {"never so", stop};
  const Json stopped = ask(server().port(), "POST /v1/messages", request).json();
  EXPECT_EQ(stopped.at("stop_reason"), "stop_sequence");
  EXPECT_EQ(stopped.at("stop_sequence"), stop);
  request["stream"] = true;
  EXPECT_THAT(ask(server().port(), "POST /v1/messages", request).body,
              HasSubstr("\"stop_reason\":\"stop_sequence\",\"stop_sequence\":" + Json(stop).dump()));
}

TEST(MessagesAlone, ErrorsInStreamsAreEvents) {
  Server server({GERBIL_MODELS "/nano", "--drain", "0"});
  ASSERT_TRUE(server.logs("loaded "));
  Client client(server.port());
  const Json request{{"max_tokens", 1000},
                     {"stream", true},
                     {"logit_bias", {{"4085", -100}, {"4087", -100}}},
                     {"messages", Json::array({{{"role", "user"}, {"content", "a"}}})}};
  client.send(http("POST /v1/messages", request.dump()));
  client.until("message_start");
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
  EXPECT_THAT(client.until("never"), HasSubstr("event: error\ndata: {\"type\":\"error\""));
}

}  // namespace
}  // namespace gerbil::testing
