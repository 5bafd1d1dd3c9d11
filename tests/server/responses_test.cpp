// /v1/responses as its clients see it.
#include <gmock/gmock.h>

#include <csignal>

#include "client.hpp"

namespace gerbil::testing {
namespace {

using ::testing::HasSubstr;

// Nano would think first.
Json say(const std::string& text, Json more = Json::object()) {
  more["reasoning"] = {{"effort", "none"}};
  more["input"] = text;
  return more;
}

class Responses : public ::testing::Test {
 protected:
  static Server& server() {
    static Server server({GERBIL_MODELS "/nano"});
    return server;
  }
  static Answer post(const Json& body) { return ask(server().port(), "POST /v1/responses", body); }
  static std::vector<Json> stream(Json body) {
    body["stream"] = true;
    const std::string text = post(body).body;
    std::vector<Json> list;
    for (std::size_t begin = 0; (begin = text.find("\ndata: ", begin)) != std::string::npos; ++begin) {
      list.push_back(Json::parse(text.substr(begin + 7, text.find('\n', begin + 1) - begin - 7)));
      EXPECT_EQ(list.back().at("sequence_number"), list.size() - 1);
    }
    return list;
  }
};

TEST_F(Responses, AreAWhole) {
  const Answer answer =
      post(say("Tell me a story about a fox", {{"max_output_tokens", 20}, {"metadata", {{"a", "b"}}}}));
  ASSERT_EQ(answer.status, 200) << answer.body;
  const Json json = answer.json();
  EXPECT_EQ(json.at("object"), "response");
  EXPECT_EQ(json.at("status"), "incomplete");
  EXPECT_EQ(json.at("incomplete_details").at("reason"), "max_output_tokens");
  EXPECT_EQ(json.at("metadata").at("a"), "b");
  const Json& message = json.at("output").at(0);
  EXPECT_EQ(message.at("type"), "message");
  EXPECT_FALSE(message.at("content").at(0).at("text").get<std::string>().empty());
  EXPECT_EQ(json.at("usage").at("output_tokens"), 20);
}

TEST_F(Responses, StreamInOrder) {
  const Json request{{"input", "Tell me a story about a cow"}};
  const Json whole = post(request).json();
  const auto list = stream(request);
  ASSERT_GT(list.size(), 8u);
  EXPECT_EQ(list.at(0).at("type"), "response.created");
  EXPECT_EQ(list.at(1).at("type"), "response.in_progress");
  EXPECT_EQ(list.at(2).at("type"), "response.output_item.added");
  EXPECT_EQ(list.at(3).at("type"), "response.content_part.added");
  EXPECT_EQ(list.back().at("type"), "response.completed");
  std::map<std::string, std::string> text;
  for (const Json& event : list)
    if (event.at("type").get<std::string>().ends_with("_text.delta"))
      text[event.at("item_id")] += event.at("delta").get<std::string>();
  const Json& last = list.back().at("response");
  ASSERT_EQ(last.at("output").size(), whole.at("output").size());
  for (std::size_t i = 0; i < last.at("output").size(); ++i) {
    const Json& item = last.at("output").at(i);
    EXPECT_EQ(item.at("content"), whole.at("output").at(i).at("content"));
    EXPECT_EQ(item.at("content").at(0).at("text"), text[item.at("id")]);
  }
  EXPECT_EQ(last.at("usage").at("output_tokens"), whole.at("usage").at("output_tokens"));
}

TEST_F(Responses, GoOnFromEarlierOnes) {
  const Json first =
      post(say("My hen is called Berta.", {{"max_output_tokens", 10}, {"instructions", "Be kind."}})).json();
  const std::string id = first.at("id");
  const Json second = post(say("And then?", {{"max_output_tokens", 5}, {"previous_response_id", id}})).json();
  EXPECT_EQ(second.at("previous_response_id"), id);
  EXPECT_GT(second.at("usage").at("input_tokens"), first.at("usage").at("input_tokens"));
  // The same as if it were given whole.
  const Json whole{{"input",
                    {{{"role", "user"}, {"content", "My hen is called Berta."}},
                     first.at("output").at(0),
                     {{"role", "user"}, {"content", "And then?"}}}},
                   {"max_output_tokens", 5},
                   {"reasoning", {{"effort", "none"}}}};
  EXPECT_EQ(post(whole).json().at("output").at(0).at("content"), second.at("output").at(0).at("content"));

  EXPECT_EQ(ask(server().port(), "GET /v1/responses/" + id).json(), first);
  const Json items = ask(server().port(), "GET /v1/responses/" + id + "/input_items").json();
  EXPECT_EQ(items.at("data").at(0).at("content").at(0).at("text"), "My hen is called Berta.");
  EXPECT_EQ(ask(server().port(), "DELETE /v1/responses/" + id).json().at("deleted"), true);
  EXPECT_EQ(ask(server().port(), "GET /v1/responses/" + id).status, 404);
  const Answer lost = post(say("And then?", {{"previous_response_id", second.at("id")}}));
  EXPECT_EQ(lost.status, 400);
  EXPECT_EQ(lost.json().at("error").at("code"), "previous_response_not_found");
}

TEST_F(Responses, PageTheirInput) {
  Json input = Json::array();
  for (int i = 0; i < 25; ++i) input.push_back({{"role", "user"}, {"content", std::to_string(i)}});
  const std::string id = post({{"input", input}, {"max_output_tokens", 1}}).json().at("id").get<std::string>();
  const auto page = [&](const std::string& query) {
    return ask(server().port(), "GET /v1/responses/" + id + "/input_items" + query);
  };
  const auto texts = [&](const Json& list) {
    std::string all;
    for (const Json& item : list.at("data")) {
      const Json& content = item.at("content");
      all += (content.is_string() ? content : content.at(0).at("text")).get<std::string>() + ' ';
    }
    return all;
  };
  const Json first = page("").json();  // 20, the last of them first
  EXPECT_EQ(texts(first), "24 23 22 21 20 19 18 17 16 15 14 13 12 11 10 9 8 7 6 5 ");
  EXPECT_EQ(first.at("has_more"), true);
  const Json rest = page("?after=" + first.at("last_id").get<std::string>()).json();
  EXPECT_EQ(texts(rest), "4 3 2 1 0 ");
  EXPECT_EQ(rest.at("has_more"), false);
  const Json ascending = page("?order=asc&limit=2").json();
  EXPECT_EQ(texts(ascending), "0 1 ");
  EXPECT_EQ(texts(page("?order=asc&limit=2&after=" + ascending.at("last_id").get<std::string>()).json()), "2 3 ");
  for (const char* name : {"limit", "order", "after"}) {
    for (const char* value : {"", "0", "101", "up"}) {
      const Answer refused = page(std::string("?") + name + "=" + value);
      if (std::string(name) == "after" && *value == 0) continue;  // the beginning
      EXPECT_EQ(refused.status, 400) << name << value;
      EXPECT_EQ(refused.json().at("error").at("param"), name);
    }
  }
}

TEST_F(Responses, ItemsHaveIdsThatNoOtherHas) {
  Json input = Json::array();
  for (const Json& id : {Json("same"), Json("same"), Json(nullptr)})
    input.push_back({{"role", "user"}, {"content", "a"}, {"id", id}});
  const std::string id = post({{"input", input}, {"max_output_tokens", 1}}).json().at("id").get<std::string>();
  const Json list = ask(server().port(), "GET /v1/responses/" + id + "/input_items").json();
  std::set<std::string> ids;
  for (const Json& item : list.at("data")) ids.insert(item.at("id").get<std::string>());
  EXPECT_EQ(ids.size(), 3u) << list;
  EXPECT_TRUE(ids.contains("same"));
}

TEST_F(Responses, AreNotKeptWhereNobodyWantsIt) {
  const Json json = post(say("Hello", {{"max_output_tokens", 3}, {"store", false}})).json();
  EXPECT_EQ(json.at("store"), false);
  EXPECT_EQ(ask(server().port(), "GET /v1/responses/" + json.at("id").get<std::string>()).status, 404);
}

TEST_F(Responses, CallTools) {
  const Json parameters{
      {"type", "object"}, {"properties", {{"city", {{"type", "string"}, {"maxLength", 8}}}}}, {"required", {"city"}}};
  Json request = say("Tell me a story", {{"tool_choice", "required"}, {"parallel_tool_calls", false}});
  request["tools"] = {{{"type", "function"}, {"name", "get_weather"}, {"parameters", parameters}}};
  const Json whole = post(request).json();
  const Json& call = whole.at("output").back();
  ASSERT_EQ(call.at("type"), "function_call") << whole;
  EXPECT_EQ(call.at("status"), "completed");
  EXPECT_TRUE(Json::parse(call.at("arguments").get<std::string>()).at("city").is_string());
  std::string arguments, done;
  for (const Json& event : stream(request)) {
    if (event.at("type") == "response.function_call_arguments.delta") arguments += event.at("delta").get<std::string>();
    if (event.at("type") == "response.function_call_arguments.done") done = event.at("arguments");
  }
  EXPECT_EQ(Json(arguments), call.at("arguments"));
  EXPECT_EQ(done, arguments);
  // What has called a tool can go on with its output.
  const Json output{{"type", "function_call_output"}, {"call_id", call.at("call_id")}, {"output", "Rain."}};
  const Json next{{"input", Json::array({output})}, {"previous_response_id", whole.at("id")}, {"max_output_tokens", 5}};
  EXPECT_EQ(post(next).status, 200);
}

TEST_F(Responses, SatisfyTheirSchema) {
  Json request = say("How old is it?");
  request["text"]["format"] = {{"type", "json_schema"},
                               {"name", "age"},
                               {"schema",
                                {{"type", "object"},
                                 {"properties", {{"age", {{"enum", {3, 5}}}}}},
                                 {"required", {"age"}},
                                 {"additionalProperties", false}}}};
  const Json json = post(request).json();
  EXPECT_THAT(
      Json::parse(json.at("output").back().at("content").at(0).at("text").get<std::string>()).at("age").get<int>(),
      ::testing::AnyOf(3, 5));
  request["text"]["format"]["schema"]["type"] = "nothing";
  EXPECT_EQ(post(request).json().at("error").at("param"), "text.format");
}

TEST_F(Responses, HaveLogProbabilities) {
  const Json request = say("Hello", {{"max_output_tokens", 6}, {"top_logprobs", 2}});
  const Json list = post(request).json().at("output").at(0).at("content").at(0).at("logprobs");
  ASSERT_GT(list.size(), 3u);
  EXPECT_EQ(list.at(0).at("top_logprobs").size(), 2u);
  const auto events = stream(request);
  EXPECT_EQ(events.back().at("response").at("output").at(0).at("content").at(0).at("logprobs").at(0), list.at(0));
}

TEST(ResponsesAlone, ThatFailSaySo) {
  Server server({GERBIL_MODELS "/nano", "--drain", "0"});
  ASSERT_TRUE(server.logs("loaded "));
  Client client(server.port());
  Json request = say("a", {{"stream", true}, {"logit_bias", {{"4085", -100}, {"4087", -100}}}});
  client.send(http("POST /v1/responses", request.dump()));
  client.until("output_text.delta");
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
  EXPECT_THAT(client.until("never"), HasSubstr("event: response.failed\ndata: {"));
}

}  // namespace
}  // namespace gerbil::testing
