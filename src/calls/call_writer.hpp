// One call as symbols of a grammar.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "calls/format.hpp"
#include "grammar/gbnf.hpp"

namespace gerbil::calls {

class CallWriter {
 public:
  using Value = std::function<grammar::Symbol(const Json& schema)>;
  CallWriter(const ToolCallFormat& format, grammar::Grammar& made, const Value& value, const grammar::FindToken& token)
      : format_(format), grammar_(made), make_(made.expressions()), value_(value), find_token_(token) {}

  // `schema` is a part of the document that the values are of.
  grammar::Sequence call(const std::string& name, const Json& schema);
  // What the format writes: special tokens as themselves, white space or none.
  grammar::Sequence literal(std::string_view text);

 private:
  grammar::Sequence member(std::string_view key, grammar::Expression value);
  grammar::Expression number_of_call();
  grammar::Sequence made_id();
  grammar::Sequence arguments(const Json& schema);
  grammar::Sequence listed(const Json& schema, std::string_view open, std::string_view close);
  grammar::Sequence argument(const std::string& key, const Json& schema);
  grammar::Expression tagged_text(const Json& schema);
  // Values in formats that are not JSON.
  grammar::Symbol loose(const Json& schema);
  std::optional<grammar::Sequence> constant(const Json& value);
  grammar::Sequence text();
  grammar::Sequence word(const char* json, const char* python);
  grammar::Sequence number(bool whole);
  grammar::Sequence list(const grammar::Symbol& item);
  grammar::Symbol any_loose();

  const ToolCallFormat& format_;
  grammar::Grammar& grammar_;
  grammar::Expressions& make_;
  const Value& value_;
  const grammar::FindToken& find_token_;
  std::map<std::string, grammar::Sequence, std::less<>> literals_;
  std::optional<grammar::Symbol> any_;
};

// Those that `const` or `enum` has.
std::vector<Json> listed_values(const Json& schema);

}  // namespace gerbil::calls
