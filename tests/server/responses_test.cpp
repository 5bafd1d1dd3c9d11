// /v1/responses, and what it is made of.
#include <gmock/gmock.h>

#include <csignal>

#include "client.hpp"
#include "server/errors.hpp"
#include "server/response_items.hpp"
#include "server/response_output.hpp"
#include "server/response_store.hpp"
#include "server/responses_request.hpp"

namespace gerbil::testing {
namespace {

using ::testing::HasSubstr;

// As the server has it, in the order of the text.
gerbil::Json parsed(const char* text) { return gerbil::Json::parse(text); }

TEST(ResponseItems, OfOneTurnAreOneMessage) {
  const auto items = parsed(R"([{"role": "developer", "content": "Be brief."},
    {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Rain "}, {"type": "input_text", "text": "in Bern?"}]},
    {"type": "reasoning", "id": "rs_1", "summary": [], "content": [{"type": "reasoning_text", "text": "Hm."}]},
    {"type": "message", "role": "assistant", "id": "msg_1", "content": [{"type": "output_text", "text": "I look.", "annotations": []}]},
    {"type": "function_call", "call_id": "a", "name": "f", "arguments": "{}"},
    {"type": "function_call", "call_id": "b", "name": "g", "arguments": "{\"x\":1}"},
    {"type": "function_call_output", "call_id": "a", "output": "yes"},
    {"type": "function_call_output", "call_id": "b", "output": [{"type": "input_text", "text": "no"}]},
    {"role": "assistant", "content": "It rains."},
    {"role": "assistant", "content": "A bit."}])");
  EXPECT_EQ(server::messages_of_items(items), parsed(R"([{"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Rain in Bern?"},
    {"role": "assistant", "reasoning_content": "Hm.", "content": "I look.", "tool_calls": [
      {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}},
      {"id": "b", "type": "function", "function": {"name": "g", "arguments": "{\"x\":1}"}}]},
    {"role": "tool", "tool_call_id": "a", "content": "yes"},
    {"role": "tool", "tool_call_id": "b", "content": "no"},
    {"role": "assistant", "content": "It rains."},
    {"role": "assistant", "content": "A bit."}])"));
  EXPECT_EQ(server::messages_of_items("Hello"), parsed(R"([{"role": "user", "content": "Hello"}])"));
}

TEST(ResponseItems, OfOtherKindsAreRefusedByName) {
  for (const auto& [text, part] : std::initializer_list<std::pair<const char*, const char*>>{
           {R"([{"type": "web_search_call"}])", "\"input[0]\" is of type \"web_search_call\""},
           {R"([{"role": "user", "content": [{"type": "input_image", "image_url": "x"}]}])",
            "\"input[0].content[0]\" is of type \"input_image\""},
           {R"([{"role": "robot", "content": "x"}])", "\"input[0].role\" is \"robot\""},
           {R"([{"type": "function_call", "name": "f"}])", "\"call_id\""},
           {"[]", "\"input\" is []"},
           {"[5]", "\"input[0]\" is 5"}}) {
    try {
      server::messages_of_items(parsed(text));
      ADD_FAILURE() << text;
    } catch (const server::ApiError& error) {
      EXPECT_EQ(error.status, 400);
      EXPECT_THAT(error.what(), HasSubstr(part));
    }
  }
}

TEST(ResponsesRequest, ReadsWhatTheApiHas) {
  const auto request = server::read_responses_request(R"({"input": "Hi", "instructions": "Be kind.",
    "max_output_tokens": 5, "temperature": 0.5, "store": false, "previous_response_id": "resp_1",
    "tools": [{"type": "function", "name": "f", "parameters": {"type": "object"}, "strict": true}],
    "tool_choice": {"type": "function", "name": "f"}, "reasoning": {"effort": "none"},
    "text": {"format": {"type": "json_schema", "name": "x", "schema": {"type": "integer"}, "strict": true}},
    "metadata": {"a": "b"}, "include": ["reasoning.encrypted_content"], "new": 1})");
  EXPECT_EQ(request.generate.options.max_tokens, 5);
  EXPECT_EQ(request.generate.options.chat.enable_thinking, false);
  EXPECT_EQ(request.generate.options.chat.tool_choice.name, "f");
  EXPECT_EQ(parsed(request.generate.options.chat.tools.c_str()).at(0).at("function").at("name"), "f");
  EXPECT_EQ(std::get<JsonSchema>(request.generate.options.grammar).schema, R"({"type":"integer"})");
  EXPECT_EQ(request.generate.options.log_probabilities, -1);
  EXPECT_EQ(request.instructions, "Be kind.");
  EXPECT_EQ(request.previous, "resp_1");
  EXPECT_FALSE(request.store);
  EXPECT_EQ(request.echo.at("temperature"), 0.5);
  EXPECT_EQ(request.echo.at("reasoning"), parsed(R"({"effort": "none", "summary": null})"));
  EXPECT_THAT(request.unknown, ::testing::ElementsAre("new"));
}

TEST(ResponsesRequest, NamesWhatIsWrong) {
  for (const auto& [more, param] : std::initializer_list<std::pair<const char*, const char*>>{
           {R"("tools": [{"type": "web_search"}])", "tools[0]"},
           {R"("tool_choice": {"type": "file_search"})", "tool_choice"},
           {R"("background": true)", "background"},
           {R"("conversation": "c")", "conversation"},
           {R"("max_output_tokens": 0)", "max_output_tokens"},
           {R"("metadata": {"a": 1})", "metadata"},
           {R"("text": {"format": {"type": "xml"}})", "text.format.type"},
           {R"("text": {"format": {}})", "text.format"},
           {R"("reasoning": 5)", "reasoning"},
           {R"("truncation": "some")", "truncation"},
           {R"("store": "yes")", "store"}}) {
    try {
      server::read_responses_request(std::string(R"({"input": "x", )") + more + "}");
      ADD_FAILURE() << more;
    } catch (const server::ApiError& error) {
      EXPECT_EQ(error.param, param);
    }
  }
}

TEST(ResponseOutput, ACallThatWasCutOffIsNotWhole) {
  std::string types;
  server::ResponseOutput output("1", [&](std::string_view type, const gerbil::Json&) {
    types += std::string(type.substr(type.find('.') + 1)) + ' ';
  });
  output.add_reasoning("Hm");
  output.add_text("a", gerbil::Json::array());
  output.add_call({.index = 0, .id = "c", .name = "f", .arguments = "{\"x"});
  output.finish(false);
  EXPECT_EQ(types,
            "output_item.added content_part.added reasoning_text.delta reasoning_text.done content_part.done "
            "output_item.done output_item.added content_part.added output_text.delta output_text.done "
            "content_part.done output_item.done output_item.added function_call_arguments.delta output_item.done ");
  EXPECT_EQ(output.items().at(0).at("status"), "completed");
  EXPECT_EQ(output.items().at(1).at("status"), "completed");
  EXPECT_EQ(output.items().at(2).at("status"), "incomplete");
  EXPECT_EQ(output.items().at(2).at("id"), "fc_1_2");
}

server::StoredResponse stored(const std::string& id, const std::string& previous = {}) {
  return {.id = id, .owner = "me", .previous = previous, .response = "{}", .items = "[]", .messages = "m" + id};
}

TEST(ResponseStore, KeepsConversationsWithinItsBounds) {
  server::ResponseStore store({.count = 3, .bytes = 1 << 20, .age = std::chrono::seconds(10)});
  const auto start = server::ResponseStore::Clock::now();
  store.keep(stored("1"), start);
  store.keep(stored("2", "1"), start);
  store.keep(stored("3"), start);
  EXPECT_THAT(store.conversation("2", "me", start), ::testing::ElementsAre("m1", "m2"));
  EXPECT_THAT(store.conversation("", "me", start), ::testing::IsEmpty());
  EXPECT_THROW(store.find("2", "you", start), server::ApiError);
  store.keep(stored("4"), start);
  EXPECT_THROW(store.find("3", "me", start), server::ApiError);  // nobody has looked at it for longest
  EXPECT_THAT(store.conversation("2", "me", start), ::testing::ElementsAre("m1", "m2"));
  store.forget("1", "me", start);
  EXPECT_THROW(store.conversation("2", "me", start), server::ApiError);
  EXPECT_THROW(store.find("2", "me", start + std::chrono::seconds(11)), server::ApiError);
  store.keep(stored("5"), start + std::chrono::seconds(11));
  EXPECT_EQ(store.count(), 1u);
  server::StoredResponse large = stored("6");
  large.response = std::string(2 << 20, ' ');
  store.keep(large, start + std::chrono::seconds(11));
  EXPECT_EQ(store.count(), 1u);
  EXPECT_LT(store.bytes(), 2000u);
}

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
