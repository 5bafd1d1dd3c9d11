// Values as models write them, to JSON while they are written. JSON itself is read, and what models write in its place:
// Python's literals, keys without quotes, strings between quotes of a format's own, line feeds inside strings, a comma
// too many. What is written is JSON that every parser takes: escapes are whole, numbers finite, keys of an object
// differ.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace gerbil::calls {

class LiteralReader {
 public:
  enum class State : std::uint8_t { open, done, broken };
  static constexpr std::size_t depth = 100;

  // `quote` is empty where the format has none of its own. Without a call's parentheses around it, a value is one of
  // the above; with them it is an object of Python's named arguments.
  explicit LiteralReader(std::string_view quote = {}, bool named_arguments = false);

  // Reads from `text` up to the end of the value, or all of it, and adds to `json`. The number of bytes that were read.
  // A word or text that nothing contains ends only with what follows it.
  std::size_t push(std::string_view text, std::string& json);
  State state() const { return state_; }

 private:
  enum class Mode : std::uint8_t { between, word, opening, quoted, closing, raw, escape, hex };
  enum class Next : std::uint8_t { value, value_or_close, key_or_close, colon, comma_or_close };
  struct Level {
    char close;  // in the text
    bool keyed;  // an object
    char colon;  // behind its keys
    bool any;    // it has an element
    std::set<std::string> keys;
  };

  void step(char c, std::string& json);
  void between(char c, std::string& json);
  void begin_string(char quote, std::string& json);
  void in_string(char c, std::string& json);
  void after_quote(char c, std::string& json);
  void in_raw(char c, std::string& json);
  void escaped(char c, std::string& json);
  void hex(char c, std::string& json);
  void end_string(std::string& json);
  void end_word(std::string& json);
  void end_key();
  void end_value();
  void open_level(char c, std::string& json);
  void put(std::string_view piece, std::string& json);
  void put_character(char c, std::string& json);
  void put_unit(std::uint32_t unit, std::string& json);
  void settle_surrogate(std::string& json);
  void fail() { state_ = State::broken; }

  std::string_view quote_;
  bool named_arguments_;
  State state_ = State::open;
  Mode mode_ = Mode::between;
  Next next_ = Next::value;
  std::vector<Level> levels_;
  char string_end_ = 0;
  bool in_key_ = false;
  std::string key_;          // as it is written
  std::string word_;         // or the digits of an escape
  std::size_t digits_ = 0;   // of an escape
  std::size_t matched_ = 0;  // of quote_
  std::uint32_t high_ = 0;   // the first half of a surrogate pair
};

// A whole text as JSON; empty when it is no value.
std::string literal_to_json(std::string_view text, std::string_view quote = {});

// What a character of a JSON string is written as.
void append_escaped(char c, std::string& json);

// `text` as a JSON string.
void append_json_text(std::string_view text, std::string& json);

}  // namespace gerbil::calls
