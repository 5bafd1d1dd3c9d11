#include "template/print.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <format>

#include "template/builtin.hpp"
#include "template/failure.hpp"
#include "template/heap.hpp"
#include "template/program.hpp"
#include "template/unicode.hpp"
#include "tokenizer/utf8.hpp"

namespace gerbil::jinja {
namespace {

void append_repr(std::string& result, Value value, int depth);

void append_quoted(std::string& result, std::string_view text) {
  const bool doubled = text.contains('\'') && !text.contains('"');
  const char quote = doubled ? '"' : '\'';
  result += quote;
  for (std::size_t at = 0; at < text.size();) {
    const auto unit = tokenizer::utf8_unit(text, at);
    const char32_t c = unit.code_point;
    if (c == static_cast<char32_t>(quote) || c == '\\') {
      result += '\\';
      result += static_cast<char>(c);
    } else if (c == '\n') {
      result += "\\n";
    } else if (c == '\r') {
      result += "\\r";
    } else if (c == '\t') {
      result += "\\t";
    } else if (is_printable(c)) {
      result.append(text.substr(at, unit.size));
    } else {
      append_escape(result, c);
    }
    at += unit.size;
  }
  result += quote;
}

void append_items(std::string& result, const Values& items, int depth) {
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) result += ", ";
    append_repr(result, items[i], depth);
  }
}

void append_dict(std::string& result, const Dict& dict, int depth) {
  result += '{';
  for (std::size_t i = 0; i < dict.items.size(); ++i) {
    if (i > 0) result += ", ";
    append_repr(result, dict.items[i].first, depth);
    result += ": ";
    append_repr(result, dict.items[i].second, depth);
  }
  result += '}';
}

void append_range(std::string& result, const Sequence& sequence) {
  const auto& [start, stop, step] = sequence.range;
  result += "range(" + std::to_string(start) + ", " + std::to_string(stop);
  if (step != 1) result += ", " + std::to_string(step);
  result += ')';
}

void append_loop(std::string& result, const Loop& loop) {
  result += "<LoopContext " + std::to_string(loop.index + 1);
  const Value source = loop.iteration.source;
  if (source.is_sequence()) result += "/" + std::to_string(source.sequence().items.size());
  result += '>';
}

void append_sequence(std::string& result, Value value, int depth) {
  const Sequence& sequence = value.sequence();
  switch (value.kind()) {
    case Kind::list:
      result += '[';
      append_items(result, sequence.items, depth);
      result += ']';
      return;
    case Kind::tuple:
      result += '(';
      append_items(result, sequence.items, depth);
      result += sequence.items.size() == 1 ? ",)" : ")";
      return;
    case Kind::range:
      append_range(result, sequence);
      return;
    case Kind::view:
      result += std::string(sequence.type) + "([";
      append_items(result, sequence.items, depth);
      result += "])";
      return;
    default:
      return;
  }
}

void append_repr(std::string& result, Value value, int depth) {
  if (result.size() > Limits::printed) {
    fail("a value takes more than " + std::to_string(Limits::printed >> 20) + " MiB to print");
  }
  // A namespace may hold itself.
  if (depth > Limits::nesting) fail("maximum recursion depth exceeded while getting the repr of an object");
  switch (value.kind()) {
    case Kind::absent:
    case Kind::undefined:
      result += "Undefined";
      return;
    case Kind::none:
      result += "None";
      return;
    case Kind::boolean:
      result += value.as_boolean() ? "True" : "False";
      return;
    case Kind::integer:
      result += std::to_string(value.as_integer());
      return;
    case Kind::real:
      result += repr_real(value.as_real());
      return;
    case Kind::text:
      if (value.text().markup) result += "Markup(";
      append_quoted(result, value.bytes());
      if (value.text().markup) result += ')';
      return;
    case Kind::list:
    case Kind::tuple:
    case Kind::view:
    case Kind::range:
      append_sequence(result, value, depth + 1);
      return;
    case Kind::generator:
      result += "<generator object>";  // Python adds an address, which nothing can depend on
      return;
    case Kind::dict:
      append_dict(result, value.dict(), depth + 1);
      return;
    case Kind::builtin:
      result += "<function " + std::string(value.builtin().name) + ">";
      return;
    case Kind::method:
      result += "<built-in method " + std::string(value.method().builtin->name) + " of " +
                std::string(type_name(value.method().self)) + " object>";
      return;
    case Kind::macro:
      result += value.macro().code->name.empty() ? "<Macro anonymous>" : "<Macro '" + value.macro().code->name + "'>";
      return;
    case Kind::loop:
      return append_loop(result, value.loop());
      return;
    case Kind::name_space:
      result += "<Namespace ";
      append_dict(result, value.name_space().attributes, depth + 1);
      result += '>';
      return;
    case Kind::self:
      result += "<TemplateReference None>";
      return;
    default:
      result += "<" + std::string(type_name(value)) + ">";
  }
}

}  // namespace

void append_escape(std::string& result, char32_t c) {
  const auto code = static_cast<unsigned>(c);
  if (code < 0x100) {
    result += std::format("\\x{:02x}", code);
  } else {
    result += code < 0x10000 ? std::format("\\u{:04x}", code) : std::format("\\U{:08x}", code);
  }
}

std::string repr_real(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  std::array<char, 32> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::scientific);
  const std::string_view shortest(buffer.data(), end.ptr);
  const std::size_t mark = shortest.find('e');
  int exponent = 0;
  const char* digits = shortest.data() + mark + 1 + (shortest[mark + 1] == '+' ? 1 : 0);
  std::from_chars(digits, shortest.data() + shortest.size(), exponent);
  if (exponent < -4 || exponent >= 16) return std::string(shortest);  // Python's rule, and its two digits
  const auto fixed = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed);
  std::string result(buffer.data(), fixed.ptr);
  return result.contains('.') ? result : result + ".0";
}

void append_str(std::string& result, Value value) {
  if (value.is_text()) {
    result += value.bytes();
  } else if (!value.is(Kind::undefined)) {
    append_repr(result, value, 0);
  }
}

std::string str(Value value) {
  std::string result;
  append_str(result, value);
  return result;
}

std::string ascii(Value value) {
  std::string result;
  const std::string text = repr(value);
  for (std::size_t at = 0; at < text.size();) {
    const auto unit = tokenizer::utf8_unit(text, at);
    if (unit.code_point < 0x80) {
      result += text[at];
    } else {
      append_escape(result, unit.code_point);
    }
    at += unit.size;
  }
  return result;
}

std::string repr(Value value) {
  std::string result;
  append_repr(result, value, 0);
  return result;
}

}  // namespace gerbil::jinja
