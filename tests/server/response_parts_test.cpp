// What /v1/responses is made of.
#include <gmock/gmock.h>

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
  for (const auto& [more, param] : std::initializer_list<std::pair<std::string, const char*>>{
           {R"("tools": [{"type": "web_search"}])", "tools[0]"},
           {R"("tool_choice": {"type": "file_search"})", "tool_choice"},
           {R"("background": true)", "background"},
           {R"("conversation": "c")", "conversation"},
           {R"("max_output_tokens": 0)", "max_output_tokens"},
           {R"("metadata": {"a": 1})", "metadata"},
           {R"("metadata": {"a": ")" + std::string(513, 'x') + "\"}", "metadata"},
           {R"("text": {"format": {"type": "xml"}})", "text.format.type"},
           {R"("text": {"format": {}})", "text.format"},
           {R"("reasoning": 5)", "reasoning"},
           {R"("truncation": "some")", "truncation"},
           {R"("store": "yes")", "store"}}) {
    try {
      server::read_responses_request(R"({"input": "x", )" + more + "}");
      ADD_FAILURE() << more;
    } catch (const server::ApiError& error) {
      EXPECT_EQ(error.param, param);
    }
  }
}

TEST(ResponseOutput, ACallThatWasCutOffIsNotWhole) {
  std::string types;
  gerbil::Json call;
  server::ResponseOutput output("1", [&](std::string_view type, const gerbil::Json& members) {
    types += std::string(type.substr(type.find('.') + 1)) + ' ';
    if (type == "response.output_item.done") call = members;
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
  EXPECT_EQ(output.items().size(), 2u);  // as where nobody listens: what was written of it is text
  EXPECT_EQ(call.at("item").at("status"), "incomplete");
  EXPECT_EQ(call.at("item").at("id"), "fc_1_2");
}

server::StoredResponse stored(const std::string& id, const std::string& previous = {}) {
  const auto text = [](const std::string& words) { return std::make_shared<const std::string>(words); };
  return {.id = id,
          .owner = "me",
          .previous = previous,
          .response = "{}",
          .items = text("[]"),
          .asked = text("m" + id),
          .answered = text("a" + id)};
}

TEST(ResponseStore, KeepsConversationsWithinItsBounds) {
  using namespace std::string_literals;
  using ::testing::ElementsAre;
  using ::testing::Pointee;
  server::ResponseStore store({.count = 3, .bytes = 1 << 20, .age = std::chrono::seconds(10)});
  const auto start = server::ResponseStore::Clock::now();
  store.keep(stored("1"), start);
  store.keep(stored("2", "1"), start);
  store.keep(stored("3"), start);
  EXPECT_THAT(store.conversation("2", "me", start),
              ElementsAre(Pointee("m1"s), Pointee("a1"s), Pointee("m2"s), Pointee("a2"s)));
  EXPECT_THAT(store.conversation("", "me", start), ::testing::IsEmpty());
  EXPECT_THROW(store.find("2", "you", start), server::ApiError);
  store.keep(stored("4"), start);
  EXPECT_THROW(store.find("3", "me", start), server::ApiError);  // nobody has looked at it for longest
  EXPECT_THAT(store.conversation("2", "me", start),
              ElementsAre(Pointee("m1"s), Pointee("a1"s), Pointee("m2"s), Pointee("a2"s)));
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

}  // namespace
}  // namespace gerbil::testing
