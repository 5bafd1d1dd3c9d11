#include "template/filters.hpp"

#include <array>
#include <charconv>

#include "template/failure.hpp"
#include "template/operators.hpp"

namespace gerbil::jinja {
namespace {

constexpr std::array<Builtin, 54> table = {{
    {"abs", filters::abs},
    {"attr", filters::attr},
    {"batch", filters::batch},
    {"capitalize", filters::capitalize},
    {"center", filters::center},
    {"count", filters::length},
    {"d", filters::default_},
    {"default", filters::default_},
    {"dictsort", filters::dictsort},
    {"e", filters::escape},
    {"escape", filters::escape},
    {"filesizeformat", filters::filesizeformat},
    {"first", filters::first},
    {"float", filters::float_},
    {"forceescape", filters::forceescape},
    {"format", filters::format},
    {"groupby", filters::groupby},
    {"indent", filters::indent},
    {"int", filters::int_},
    {"items", filters::items},
    {"join", filters::join},
    {"last", filters::last},
    {"length", filters::length},
    {"list", filters::list},
    {"lower", filters::lower},
    {"map", filters::map},
    {"max", filters::max},
    {"min", filters::min},
    {"pprint", filters::pprint},
    {"random", filters::random},
    {"reject", filters::reject},
    {"rejectattr", filters::rejectattr},
    {"replace", filters::replace},
    {"reverse", filters::reverse},
    {"round", filters::round},
    {"safe", filters::safe},
    {"select", filters::select},
    {"selectattr", filters::selectattr},
    {"slice", filters::slice},
    {"sort", filters::sort},
    {"string", filters::string},
    {"striptags", filters::striptags},
    {"sum", filters::sum},
    {"title", filters::title},
    {"tojson", filters::tojson},
    {"trim", filters::trim},
    {"truncate", filters::truncate},
    {"unique", filters::unique},
    {"upper", filters::upper},
    {"urlencode", filters::urlencode},
    {"urlize", filters::urlize},
    {"wordcount", filters::wordcount},
    {"wordwrap", filters::wordwrap},
    {"xmlattr", filters::xmlattr},
}};

}  // namespace

const Builtin* find_filter(std::string_view name) { return find_in(table, name); }

Value get_by_path(Context& context, Value value, Value path, Value fallback) {
  if (!path.given() || path.is(Kind::none)) return value;
  if (!path.is_text()) {
    value = item(context, value, path);
    return value.is(Kind::undefined) && fallback.given() ? fallback : value;
  }
  for (std::string_view rest = path.bytes();;) {
    const std::size_t end = std::min(rest.find('.'), rest.size());
    const std::string_view part = rest.substr(0, end);
    std::int64_t index = 0;
    const auto parsed = std::from_chars(part.data(), part.data() + part.size(), index);
    const bool number =
        !part.empty() && part[0] != '-' && parsed.ec == std::errc{} && parsed.ptr == part.data() + part.size();
    value = item(context, value, number ? Value::integer(index) : context.heap.text(std::string(part)));
    if (value.is(Kind::undefined) && fallback.given()) value = fallback;
    if (end == rest.size()) return value;
    rest.remove_prefix(end + 1);
  }
}

}  // namespace gerbil::jinja
