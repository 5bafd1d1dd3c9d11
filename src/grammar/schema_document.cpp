#include "grammar/schema_document.hpp"

#include <algorithm>
#include <array>
#include <format>

#include "grammar/uri.hpp"

namespace gerbil::grammar {
namespace {

constexpr std::array maps{"properties", "patternProperties", "dependentSchemas",
                          "$defs",      "definitions",       "dependencies"};
constexpr std::array values{"enum", "const", "default", "examples"};
constexpr std::size_t longest_address = 1000;  // bytes

}  // namespace

SchemaDocument::SchemaDocument(const Json& root, bool several) : root_(root) {
  if (!several) {
    visit(root_, Kind::schema, open(root_, 0));
    return;
  }
  if (!root_.is_object()) throw Error(ErrorCode::internal, "Several schemas are not in an object.");
  for (const auto& [name, schema] : root_.items()) {
    parents_.emplace(&schema, Parent{&root_, name, parents_.size() + 1});
    visit(schema, Kind::schema, open(schema, resources_.size()));
  }
}

// Begins a resource with the schema; one that has no address of its own has that of what it is inside.
std::size_t SchemaDocument::open(const Json& schema, std::size_t inside) {
  const bool inner = inside < resources_.size();
  Resource made{.root = &schema, .whole = inside};
  if (inner) {
    made.whole = resources_[inside].whole;
    made.address = resources_[inside].address;
    made.old_draft = resources_[inside].old_draft;
  }
  if (schema.is_object()) {
    const Json* draft = find(schema, "$schema");
    if (draft != nullptr && draft->is_string()) {
      const auto& name = draft->get_ref<const std::string&>();
      made.old_draft = name.contains("draft-0") || name.contains("2019-09");
    }
    const Json* id = find(schema, made.old_draft && find(schema, "id") != nullptr ? "id" : "$id");
    if (id != nullptr && id->is_string()) made.address = resolved_uri(made.address, id->get_ref<const std::string&>());
    // Every resource within it keeps what comes of it.
    if (made.address.size() > longest_address)
      throw Error(
          ErrorCode::invalid_argument,
          std::format("The schema has an address of {} bytes, '{}…'; an \"$id\" should lead to one of at most {}.",
                      made.address.size(), made.address.substr(0, 40), longest_address));
  }
  addresses_[{made.whole, made.address}].push_back(resources_.size());
  resources_.push_back(std::move(made));
  return resources_.size() - 1;
}

void SchemaDocument::anchor(const Json& schema, Resource& resource) {
  for (const char* keyword : {"$anchor", "$dynamicAnchor", "$id", "$recursiveAnchor"}) {
    const Json* value = find(schema, keyword);
    if (value == nullptr) continue;
    std::string name = value->is_string() ? value->get<std::string>() : "";
    const bool dynamic = keyword == std::string_view("$dynamicAnchor");
    if (keyword == std::string_view("$recursiveAnchor")) {
      if (*value == true) ++dynamic_["$recursiveAnchor"];
      continue;
    }
    if (keyword == std::string_view("$id")) {  // drafts 6 and 7
      if (!resource.old_draft || !name.starts_with('#')) continue;
      name.erase(0, 1);
    }
    auto& there = resource.anchors[name];
    if (!std::ranges::contains(there, &schema)) there.push_back(&schema);
    if (dynamic) resource.dynamic.insert(name), ++dynamic_[name];
  }
}

void SchemaDocument::visit(const Json& part, Kind kind, std::size_t resource) {
  if (kind == Kind::schema && part.is_object()) {
    const Json* id = find(part, resources_[resource].old_draft && find(part, "id") != nullptr ? "id" : "$id");
    // Drafts up to 7 see nothing beside a reference.
    const bool hidden = resources_[resource].old_draft && find(part, "$ref") != nullptr;
    if (&part != resources_[resource].root && !hidden && id != nullptr && id->is_string() &&
        !id->get_ref<const std::string&>().starts_with('#')) {
      resource = open(part, resource);
    }
    anchor(part, resources_[resource]);
  }
  resource_of_.emplace(&part, resource);
  if (!part.is_structured()) return;
  std::size_t index = 0;
  for (const auto& [key, value] : part.items()) {
    parents_.emplace(&value, Parent{&part, part.is_array() ? std::to_string(index++) : key, parents_.size() + 1});
    Kind inner = kind;
    if (kind == Kind::schemas) inner = Kind::schema;
    if (kind == Kind::schema && part.is_object()) {
      if (std::ranges::contains(maps, key) && value.is_object()) inner = Kind::schemas;
      if (std::ranges::contains(values, key)) inner = Kind::data;
    }
    visit(value, inner, resource);
  }
}

const SchemaDocument::Resource& SchemaDocument::resource_of(const Json& part) const {
  const auto at = resource_of_.find(&part);
  return resources_[at == resource_of_.end() ? 0 : at->second];
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

std::vector<const Json*> SchemaDocument::references(const Json& schema) const {
  std::vector<const Json*> made;
  for (const char* keyword : {"$ref", "$dynamicRef", "$recursiveRef"}) {
    if (find(schema, keyword) != nullptr) made.push_back(&resolve(schema, keyword));
  }
  return made;
}

const Json& SchemaDocument::resolve(const Json& schema, const char* keyword) const {
  const std::string reference = text(schema, keyword);
  const auto outside = [&] {
    fail(ErrorCode::unsupported, schema, keyword,
         std::format("refers to '{}'; only references into the schema itself are supported", reference.substr(0, 80)));
  };
  const Resource& from = resource_of(schema);
  const Resource* to = &from;
  if (const std::string address = resolved_uri(from.address, reference); address != from.address) {
    const auto at = addresses_.find({from.whole, address});
    if (at == addresses_.end() || at->second.size() != 1) outside();
    to = &resources_[at->second[0]];
  }
  const std::string inside = uri_fragment(reference);
  const Json* part = nullptr;
  if (inside.empty() || inside.starts_with('/')) {
    try {
      part = &to->root->at(Json::json_pointer(inside));
    } catch (const Json::exception&) {
      fail(ErrorCode::invalid_argument, schema, keyword,
           std::format("refers to '{}', where there is nothing", reference.substr(0, 80)));
    }
  } else {
    const auto at = to->anchors.find(inside);
    if (at == to->anchors.end() || at->second.size() != 1) outside();
    part = at->second[0];
  }
  // Whoever refers to it may mean another, where there are others.
  const auto several = [&](const std::string& name) {
    const auto at = dynamic_.find(name);
    return at != dynamic_.end() && at->second > 1;
  };
  const bool dynamic = keyword == std::string_view("$dynamicRef") && to->dynamic.contains(inside) && several(inside);
  if (dynamic || (keyword == std::string_view("$recursiveRef") && several("$recursiveAnchor"))) refuse(schema, keyword);
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
