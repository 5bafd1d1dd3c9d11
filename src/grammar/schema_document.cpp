#include "grammar/schema_document.hpp"

#include <algorithm>
#include <format>

namespace gerbil::grammar {
namespace {

// %xx of a URI's fragment.
std::string percent_decoded(std::string_view text) {
  std::string made;
  const auto digit = [](char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; };
  const auto hexadecimal = [](char c) { return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'); };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hexadecimal(text[i + 1]) && hexadecimal(text[i + 2])) {
      made += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else {
      made += text[i];
    }
  }
  return made;
}

}  // namespace

SchemaDocument::SchemaDocument(const Json& root) : root_(root) {
  if (root_.is_object()) {
    const Json* draft = find(root_, "$schema");
    const std::string named = draft != nullptr && draft->is_string() ? draft->get<std::string>() : "";
    old_draft_ = named.contains("draft-0") || named.contains("2019-09");
  }
  visit(root_, false);
}

void SchemaDocument::visit(const Json& part, bool other_base) {
  if (!part.is_structured()) return;
  if (part.is_object()) {
    const Json* id = find(part, old_draft_ && find(part, "id") != nullptr ? "id" : "$id");
    other_base |=
        &part != &root_ && id != nullptr && id->is_string() && !id->get_ref<const std::string&>().starts_with('#');
    const Json* anchor = find(part, "$anchor");
    if (anchor != nullptr && anchor->is_string()) anchors_[anchor->get<std::string>()].push_back(&part);
  }
  if (other_base) other_base_.insert(&part);
  std::size_t index = 0;
  for (const auto& [key, value] : part.items()) {
    parents_.emplace(&value, Parent{&part, part.is_array() ? std::to_string(index++) : key, parents_.size() + 1});
    if (other_base) other_base_.insert(&value);
    visit(value, other_base);
  }
}

const Json* SchemaDocument::find(const Json& schema, std::string_view keyword) {
  const auto at = schema.find(keyword);
  return at == schema.end() ? nullptr : &*at;
}

std::string SchemaDocument::pointer(const Json& part) const {
  std::string made;
  for (const Json* each = &part; each != &root_;) {
    const auto at = parents_.find(each);
    if (at == parents_.end()) return "#";
    std::string key;
    for (const char c : at->second.key) key += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    made.insert(0, "/" + key);
    each = at->second.part;
  }
  return "#" + made;
}

std::size_t SchemaDocument::order(const Json& part) const {
  const auto at = parents_.find(&part);
  return at == parents_.end() ? 0 : at->second.order;
}

const Json& SchemaDocument::resolve(const Json& schema) const {
  const std::string reference = text(schema, "$ref");
  const Json* id = root_.is_object() ? find(root_, "$id") : nullptr;
  std::string_view fragment = reference;
  if (id != nullptr && id->is_string() && fragment.starts_with(id->get_ref<const std::string&>())) {
    fragment.remove_prefix(id->get_ref<const std::string&>().size());
  }
  const auto outside = [&] {
    fail(ErrorCode::unsupported, schema, "$ref",
         std::format("refers to '{}'; only references into the schema itself are supported", reference.substr(0, 80)));
  };
  if ((!fragment.starts_with('#') && !(fragment.empty() && !reference.empty())) || other_base_.contains(&schema))
    outside();
  const std::string inside = percent_decoded(fragment.substr(std::min<std::size_t>(1, fragment.size())));
  const Json* part = nullptr;
  if (inside.empty() || inside.starts_with('/')) {
    try {
      part = &root_.at(Json::json_pointer(inside));
    } catch (const Json::exception&) {
      fail(ErrorCode::invalid_argument, schema, "$ref",
           std::format("refers to '{}', where there is nothing", reference.substr(0, 80)));
    }
  } else {
    const auto at = anchors_.find(inside);
    if (at == anchors_.end() || at->second.size() != 1) outside();
    part = at->second[0];
  }
  if (other_base_.contains(part)) outside();
  return *part;
}

void SchemaDocument::fail(ErrorCode code, const Json& schema, std::string_view keyword, std::string_view reason) const {
  throw Error(code,
              std::format("The schema at '{}' has the keyword '{}', which {}.", pointer(schema), keyword, reason));
}

void SchemaDocument::malformed(const Json& schema, std::string_view keyword, std::string_view wanted) const {
  fail(ErrorCode::invalid_argument, schema, keyword,
       std::format("is {}; it has to be {}", json_shown(*find(schema, keyword)), wanted));
}

std::size_t SchemaDocument::count(const Json& schema, std::string_view keyword, std::size_t fallback) const {
  const Json* value = find(schema, keyword);
  if (value == nullptr) return fallback;
  const double number = value->is_number() ? value->get<double>() : -1;
  if (number < 0 || number > 1e15 || number != static_cast<double>(static_cast<std::size_t>(number))) {
    malformed(schema, keyword, "a whole number that is not negative");
  }
  return static_cast<std::size_t>(number);
}

const Json& SchemaDocument::list(const Json& schema, std::string_view keyword) const {
  const Json& value = *find(schema, keyword);
  if (!value.is_array()) malformed(schema, keyword, "a list");
  return value;
}

const Json& SchemaDocument::object(const Json& schema, std::string_view keyword) const {
  const Json& value = *find(schema, keyword);
  if (!value.is_object()) malformed(schema, keyword, "an object");
  return value;
}

std::string SchemaDocument::text(const Json& schema, std::string_view keyword) const {
  const Json& value = *find(schema, keyword);
  if (!value.is_string()) malformed(schema, keyword, "a string");
  return value.get<std::string>();
}

}  // namespace gerbil::grammar
