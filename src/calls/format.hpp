// How models write the calls of tools. A format is a row of literals around what differs from call to call, as chat
// templates write them; what is read may have other white space where a literal has some.
#pragma once

#include <span>
#include <string_view>

namespace gerbil::calls {

// Where name and arguments of a call stand.
enum class Shape {
  object,      // {"name": NAME, "arguments": {…}}, members in any order
  json,        // NAME and a JSON object
  parameters,  // NAME, and a pair of tags around each argument
  braces,      // NAME{key:value,…}, strings between quotes of their own
  pythonic,    // NAME(key=value, …)
};

// open (call NAME [id ID] arguments … end (separator call …)*) close. Parameters are key KEY value VALUE next, each.
struct ToolCallFormat {
  std::string_view name;    // for messages and tests
  std::string_view family;  // formats that models take for each other, and that are read where one of them is expected
  Shape shape;
  std::string_view open;       // before the first call
  std::string_view call;       // before each; an object's brace is not part of it
  std::string_view id;         // between the name and an id
  std::string_view arguments;  // before them
  std::string_view key;
  std::string_view value;  // a line feed at its end, and at the beginning of `next`, is not part of the value
  std::string_view next;
  std::string_view end;  // after each call
  std::string_view separator;
  std::string_view close;      // after the last call
  std::string_view quote;      // around strings, beside those of JSON and Python; of parameters, where it is needed
  std::string_view quote_end;  // where it is another one
  std::string_view name_key = "name";
  std::string_view arguments_key = "arguments";
  std::string_view number_key;  // of an object, before its name: the number of the call in a text
  std::string_view id_key;      // of an object, behind its arguments: nine letters and digits, which may be missing
  std::string_view mark;        // what a template has that shows tools in this format, but no calls

  // Nothing but the call itself says that it is one: it must begin the answer, and name a tool that there is.
  bool bare() const { return call.empty() && (open.empty() || open == "["); }
};

// More specific ones first.
std::span<const ToolCallFormat> formats();

// Whether `piece` is a part of what is written around calls in this format or one of its family.
bool writes(const ToolCallFormat& format, std::string_view piece);

// Null when there is none of this name.
const ToolCallFormat* find_format(std::string_view name);

}  // namespace gerbil::calls
