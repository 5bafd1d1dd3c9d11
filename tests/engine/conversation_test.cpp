// Typed conversations in chat templates, against what transformers gives for the dictionaries
// (tests/fixtures/templates/conversations.json).
#include <gmock/gmock.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "gerbil/chat_template.hpp"
#include "gerbil/json.hpp"

namespace gerbil {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

class Conversation : public ::testing::Test {
 protected:
  Conversation() {
    std::string pattern = (fs::temp_directory_path() / "gerbil-conversation-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~Conversation() override { fs::remove_all(folder_); }

  std::string render(const std::string& source, const std::vector<Message>& messages,
                     const TemplateOptions& options = {}) const {
    std::ofstream(folder_ / "chat_template.jinja") << source;
    return ChatTemplate::load(folder_.string()).render(messages, options);
  }

 private:
  fs::path folder_;
};

bool has_calls(const Json& context) {
  for (const Json& message : context.at("messages"))
    if (message.is_object() && message.contains("tool_calls")) return true;
  return false;
}

TEST_F(Conversation, ToolCallsAreRenderedAsByTheReference) {
  std::ifstream file(fs::path(GERBIL_FIXTURES) / "templates/conversations.json");
  int compared = 0;
  for (const Json& entry : Json::parse(file)) {
    const Json& context = entry.at("context");
    if (!entry.contains("expected") || !context.contains("messages") || !has_calls(context)) continue;
    TemplateOptions options;
    for (const auto& [name, value] : context.items())
      if (name != "messages" && name != "tools") options.variables[name] = value.dump();
    if (context.contains("tools") && !context["tools"].is_null()) options.tools = context["tools"].dump();
    const auto messages = from_json<std::vector<Message>>(context["messages"].dump());
    EXPECT_EQ(render(entry.at("template"), messages, options), entry.at("expected").get<std::string>())
        << entry.at("name");
    ++compared;
  }
  EXPECT_GE(compared, 7);
}

TEST_F(Conversation, TemplatesSeeTheDictionaries) {
  const std::string all = "{{ messages | tojson }}";
  EXPECT_EQ(render(all, {{"user", "Hi"}}), R"([{"role": "user", "content": "Hi"}])");
  EXPECT_EQ(render(all, {{"user", ""}}), R"([{"role": "user", "content": ""}])");
  Message message("user", "a");
  message.content.emplace_back(TextPart{"b"});
  EXPECT_EQ(render(all, {message}),
            R"([{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}])");
  Message call;
  call.role = "assistant";
  call.reasoning = "Hm.";
  call.tool_calls = {{"c1", "f", R"({"n": 9007199254740993, "x": [null, 1.50]})"}, {"", "g", ""}};
  EXPECT_EQ(render(all, {call}),
            R"([{"role": "assistant", "reasoning_content": "Hm.", "tool_calls": [{"type": "function", "id": "c1", )"
            R"("function": {"name": "f", "arguments": {"n": 9007199254740993, "x": [null, 1.5]}}}, )"
            R"({"type": "function", "function": {"name": "g", "arguments": {}}}]}])");
  Message result("tool", "5");
  result.tool_call_id = "c1";
  result.name = "f";
  EXPECT_EQ(render(all, {result}), R"([{"role": "tool", "content": "5", "tool_call_id": "c1", "name": "f"}])");
}

// A template that joins texts without asking whether there is one.
TEST_F(Conversation, ACallWithoutContentIsAnEmptyTextWhereOneIsNeeded) {
  Message call;
  call.role = "assistant";
  call.tool_calls = {{"c1", "f", "{}"}};
  EXPECT_EQ(render("{% for m in messages %}{{ m.role + ':' + m['content'] }}{% endfor %}", {call}), "assistant:");
}

TEST_F(Conversation, ArgumentsThatAreNoObjectAreErrors) {
  const auto code = [&](const std::string& arguments) {
    Message call;
    call.role = "assistant";
    call.tool_calls = {{"c1", "f", arguments}};
    try {
      render("{{ messages }}", {call});
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), ::testing::HasSubstr("'f'"));
      return error.code();
    }
    return ErrorCode::internal;
  };
  EXPECT_EQ(code("[1]"), ErrorCode::invalid_argument);
  EXPECT_EQ(code("{"), ErrorCode::corrupt);
}

TEST_F(Conversation, AnEmptyOneIsAnError) { EXPECT_THROW(render("x", {}), Error); }

}  // namespace
}  // namespace gerbil
