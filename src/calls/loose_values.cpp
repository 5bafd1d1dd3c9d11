// Values as formats write them that are not JSON: Python's, or texts between quotes of their own.
#include "calls/call_writer.hpp"
#include "calls/tools.hpp"
#include "grammar/code_points.hpp"
#include "grammar/regex.hpp"

namespace gerbil::calls {

using namespace grammar;

namespace {

constexpr std::string_view whole_number = "-?(0|[1-9][0-9]{0,15})";
constexpr std::string_view python_text = R"('([^'\\\x00-\x1f]|\\[\\'nrt])*')";
constexpr std::string_view any_number = R"(-?(0|[1-9][0-9]{0,15})(\.[0-9]{1,16})?)";

Sequence operator+(Sequence first, const Sequence& second) {
  first.append_range(second);
  return first;
}

}  // namespace

Sequence CallWriter::text() {
  if (format_.quote.empty()) {
    const Expression json = make_.sequence({make_.literal("\""), any_text(make_, Spelling::json), make_.literal("\"")});
    return {lexeme(make_.either({json, parse_regex(make_, python_text, Spelling::raw, Anchoring::whole)}))};
  }
  const Expression mark = make_.sequence({anything, make_.literal(format_.quote), anything});
  const Expression inside = make_.both({any_text(make_, Spelling::raw), make_.complement(mark)});
  return literal(format_.quote) + Sequence{lexeme(inside)} + literal(format_.quote);
}

Sequence CallWriter::word(const char* json, const char* python) {
  return {lexeme(make_.literal(format_.shape == Shape::pythonic ? python : json))};
}

Sequence CallWriter::number(bool whole) {
  return {lexeme(parse_regex(make_, whole ? whole_number : any_number, Spelling::raw, Anchoring::whole))};
}

Sequence CallWriter::list(const Symbol& item) {
  return literal("[") + grammar_.repetition({item}, 0, unbounded, literal(", ")) + literal("]");
}

// Empty for lists and objects.
std::optional<Sequence> CallWriter::constant(const Json& value) {
  if (value.is_null()) return word("null", "None");
  if (value.is_boolean()) return value.get<bool>() ? word("true", "True") : word("false", "False");
  if (value.is_number()) return Sequence{lexeme(make_.literal(value.dump()))};
  if (!value.is_string()) return std::nullopt;
  if (format_.quote.empty()) {
    const auto plain = value.get<std::string>();
    const bool quotable = plain.find_first_of("'\\\n\r\t") == std::string::npos;
    return Sequence{lexeme(make_.literals({value.dump(), quotable ? "'" + plain + "'" : value.dump()}))};
  }
  return literal(format_.quote) + Sequence{lexeme(make_.literal(value.get<std::string>()))} + literal(format_.quote);
}

Symbol CallWriter::loose(const Json& schema) {
  std::vector<Sequence> all;
  for (const Json& value : listed_values(schema))
    if (auto made = constant(value)) all.push_back(std::move(*made));
  if (!all.empty()) return rule(grammar_.either(all));
  const unsigned types = types_of(schema);
  if (types == any_value || (types & object_value) != 0) return any_loose();
  const bool whole = schema.is_object() && schema.contains("type") && schema["type"] == "integer";
  if ((types & null_value) != 0) all.push_back(word("null", "None"));
  if ((types & boolean_value) != 0) all.insert(all.end(), {word("true", "True"), word("false", "False")});
  if ((types & number_value) != 0) all.push_back(number(whole));
  if ((types & text_value) != 0) all.push_back(text());
  if ((types & list_value) != 0) {
    const auto items = schema.find("items");
    all.push_back(list(items != schema.end() && items->is_object() ? loose(*items) : any_loose()));
  }
  return rule(grammar_.either(all));
}

Symbol CallWriter::any_loose() {
  if (any_) return *any_;
  const std::uint32_t made = grammar_.add_rule();
  any_ = rule(made);
  for (const Sequence& each :
       {text(), number(false), word("true", "True"), word("false", "False"), word("null", "None"), list(*any_)})
    grammar_.add(made, each);
  const Sequence key =
      format_.shape == Shape::pythonic
          ? text()
          : Sequence{lexeme(parse_regex(make_, "[A-Za-z0-9_.-]{1,64}", Spelling::raw, Anchoring::whole))};
  const Sequence member = key + literal(format_.shape == Shape::pythonic ? ": " : ":") + Sequence{*any_};
  grammar_.add(made, literal("{") + grammar_.repetition(member, 0, unbounded, literal(", ")) + literal("}"));
  return *any_;
}

}  // namespace gerbil::calls
