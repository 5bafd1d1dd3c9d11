// Conversations: what is said, by whom, and which tools are called.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace gerbil {

struct TextPart {
  std::string text;
  friend bool operator==(const TextPart&, const TextPart&) = default;
};

// What a message is made of. There are only texts so far.
using ContentPart = std::variant<TextPart>;

// A function that an assistant wants to be called.
struct ToolCall {
  std::string id;         // that the answer names; may be empty
  std::string name;       // of the function
  std::string arguments;  // a JSON object; empty: none
  friend bool operator==(const ToolCall&, const ToolCall&) = default;
};

// What an answer adds to one of its calls. `id` and `name` come with the first piece of a call, whose `arguments` may
// still be empty; all its arguments, one behind the other, are one JSON object once a piece says that the call is
// whole.
struct ToolCallPiece {
  std::size_t index = 0;  // of the call in the answer
  std::string_view id;
  std::string_view name;
  std::string_view arguments;
  bool whole = false;  // nothing more comes of it
};

// One turn of a conversation: {"user", "Why is the sky blue?"}. What is empty is absent.
struct Message {
  std::string role;                  // "system", "user", "assistant", "tool"
  std::vector<ContentPart> content;  // templates see a text where it is one part, a list otherwise
  std::string reasoning;             // of an assistant, before its answer
  std::vector<ToolCall> tool_calls;  // of an assistant
  std::string tool_call_id;          // of a tool: the call that it answers
  std::string name;                  // of the speaker, or of the tool

  Message() = default;
  Message(std::string role_, std::string text) : role(std::move(role_)), content{TextPart{std::move(text)}} {}

  // All the texts of the content, one behind the other.
  std::string text() const {
    std::string result;
    for (const ContentPart& part : content) {
      if (const auto* text_part = std::get_if<TextPart>(&part)) result += text_part->text;
    }
    return result;
  }

  friend bool operator==(const Message&, const Message&) = default;
};

// Which tools an answer calls.
struct ToolChoice {
  enum class Mode {
    automatic,  // as the model sees fit
    none,       // none: the template is not told of any
    required,   // at least one
    named,      // the one that has this name
  };
  Mode mode = Mode::automatic;
  std::string name;
  bool parallel = true;  // whether a call that must be may have others beside it
  friend bool operator==(const ToolChoice&, const ToolChoice&) = default;
};

// What a chat template is told beside the messages.
struct TemplateOptions {
  std::string tools;  // a JSON array of tool descriptions; empty: none
  ToolChoice tool_choice;
  std::optional<bool> enable_thinking;           // a variable of many templates; unset: as the template has it
  std::map<std::string, std::string> variables;  // further ones: name to JSON value

  // Whether the template is told of tools.
  bool offers_tools() const { return !tools.empty() && tool_choice.mode != ToolChoice::Mode::none; }
};

}  // namespace gerbil
