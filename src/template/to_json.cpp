// The filter tojson as transformers defines it: json.dumps without Jinja's escaping for HTML.
#include <algorithm>
#include <cmath>
#include <format>

#include "template/failure.hpp"
#include "template/filters.hpp"
#include "template/print.hpp"
#include "tokenizer/utf8.hpp"

namespace gerbil::jinja::filters {
namespace {

class Writer {
 public:
  Writer(Context& context, Value ascii, Value indent, Value separators, Value sort_keys)
      : heap_(context.heap), ascii_(ascii.given() && truth(ascii)), sort_keys_(sort_keys.given() && truth(sort_keys)) {
    if (indent.given() && !indent.is(Kind::none)) {
      indented_ = true;
      if (indent.is_text()) {
        indent_ = indent.bytes();
      } else {
        const std::int64_t width = std::max<std::int64_t>(0, to_index(indent));
        heap_.reserve(width);
        indent_.assign(static_cast<std::size_t>(width), ' ');
      }
      item_separator_ = ",";
    }
    if (separators.given() && !separators.is(Kind::none)) {
      const Values both = items_of(context, separators);
      if (both.size() != 2) fail("separators should be two texts, but are " + std::to_string(both.size()));
      item_separator_ = to_text(both[0], "separators");
      key_separator_ = to_text(both[1], "separators");
    }
  }

  std::string run(Value value) {
    write(value, 0);
    return std::move(result_);
  }

 private:
  void newline(int depth) {
    if (!indented_) return;
    heap_.reserve(static_cast<std::int64_t>(indent_.size()) * depth);
    result_ += '\n';
    for (int i = 0; i < depth; ++i) result_ += indent_;
  }

  void append_separator(const std::string& separator) {
    heap_.reserve(static_cast<std::int64_t>(separator.size()));
    result_ += separator;
  }

  void write(Value value, int depth) {
    heap_.reserve(8);
    switch (value.kind()) {
      case Kind::none:
        result_ += "null";
        return;
      case Kind::boolean:
        result_ += value.as_boolean() ? "true" : "false";
        return;
      case Kind::integer:
        result_ += std::to_string(value.as_integer());
        return;
      case Kind::real:
        result_ += real(value.as_real());
        return;
      case Kind::text:
        return write_text(value.bytes());
      case Kind::list:
      case Kind::tuple:
        return write_list(value.sequence().items, depth);
      case Kind::dict:
        return write_dict(value.dict(), depth);
      default:
        fail("Object of type " + std::string(type_name(value)) + " is not JSON serializable");
    }
  }

  static std::string real(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
    return repr_real(value);
  }

  void write_list(const Values& items, int depth) {
    result_ += '[';
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i > 0) append_separator(item_separator_);
      newline(depth + 1);
      write(items[i], depth + 1);
    }
    if (!items.empty()) newline(depth);
    result_ += ']';
  }

  void write_dict(const Dict& dict, int depth) {
    auto items = dict.items;
    if (sort_keys_) {
      std::ranges::stable_sort(items, [](const auto& a, const auto& b) { return compare(a.first, b.first) < 0; });
    }
    result_ += '{';
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i > 0) append_separator(item_separator_);
      newline(depth + 1);
      write_key(items[i].first);
      append_separator(key_separator_);
      write(items[i].second, depth + 1);
    }
    if (!items.empty()) newline(depth);
    result_ += '}';
  }

  void write_key(Value key) {
    switch (key.kind()) {
      case Kind::text:
        return write_text(key.bytes());
      case Kind::none:
        return write_text("null");
      case Kind::boolean:
        return write_text(key.as_boolean() ? "true" : "false");
      case Kind::integer:
        return write_text(std::to_string(key.as_integer()));
      case Kind::real:
        return write_text(real(key.as_real()));
      default:
        fail("keys must be str, int, float, bool or None, not " + std::string(type_name(key)));
    }
  }

  void write_text(std::string_view text) {
    heap_.reserve(static_cast<std::int64_t>(text.size()));
    result_ += '"';
    for (std::size_t at = 0; at < text.size();) {
      const char c = text[at];
      constexpr std::string_view from = "\"\\\n\r\t\b\f";
      constexpr std::string_view to = "\"\\nrtbf";
      if (const std::size_t simple = from.find(c); simple != std::string_view::npos) {
        result_ += '\\';
        result_ += to[simple];
        ++at;
      } else if (static_cast<unsigned char>(c) < 0x20 || (c == 0x7F && ascii_)) {
        result_ += std::format("\\u{:04x}", static_cast<unsigned>(c));
        ++at;
      } else if (static_cast<unsigned char>(c) < 0x80 || !ascii_) {
        result_ += c;
        ++at;
      } else {
        const auto unit = tokenizer::utf8_unit(text, at);
        const unsigned point = unit.code_point;
        result_ += point < 0x10000
                       ? std::format("\\u{:04x}", point)
                       : std::format("\\u{:04x}\\u{:04x}", 0xD7C0 + (point >> 10), 0xDC00 + (point & 0x3FF));
        at += unit.size;
      }
    }
    result_ += '"';
  }

  Heap& heap_;
  bool ascii_;
  bool sort_keys_;
  bool indented_ = false;
  std::string indent_;
  std::string item_separator_ = ", ";
  std::string key_separator_ = ": ";
  std::string result_;
};

}  // namespace

Value tojson(Context& context, const Arguments& arguments) {
  const auto [value, ascii, indent, separators, sort_keys] =
      bind("tojson", arguments, {"x", "ensure_ascii", "indent", "separators", "sort_keys"}, 1);
  return context.heap.text(Writer(context, ascii, indent, separators, sort_keys).run(value));
}

}  // namespace gerbil::jinja::filters
