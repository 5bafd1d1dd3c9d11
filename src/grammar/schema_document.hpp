// The text of a schema: where its parts are, and what they refer to.
#pragma once

#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/json.hpp"
#include "gerbil/error.hpp"

namespace gerbil::grammar {

// A part of the document, or its opposite.
struct Place {
  const Json* schema = nullptr;
  bool negated = false;
  auto operator<=>(const Place&) const = default;
};

// All of these hold. Sorted, each once.
using Conjunction = std::vector<Place>;

inline Conjunction joined(Conjunction all, const Conjunction& more) {
  all.insert(all.end(), more.begin(), more.end());
  std::ranges::sort(all);
  all.erase(std::ranges::unique(all).begin(), all.end());
  return all;
}

class SchemaDocument {
 public:
  // A schema, or an object of several, each of which stands for itself.
  explicit SchemaDocument(const Json& root, bool several = false);
  SchemaDocument(const SchemaDocument&) = delete;
  SchemaDocument& operator=(const SchemaDocument&) = delete;

  const Json& root() const { return root_; }
  // Whether the part is of 2019-09 or before.
  bool old_draft(const Json& part) const { return resource_of(part).old_draft; }

  // The JSON pointer of a part, as a URI fragment: '#/properties/a'.
  std::string pointer(const Json& part) const;

  // Where a part stands among all.
  std::size_t order(const Json& part) const;

  // What `$ref`, `$dynamicRef` and `$recursiveRef` of the schema refer to. Throws Error{unsupported} for what is
  // outside of the document, and for what depends on who refers to it.
  std::vector<const Json*> references(const Json& schema) const;

  // The member `keyword`, or null when there is none.
  static const Json* find(const Json& schema, std::string_view keyword);

  // "The schema at '#/…' has a KEYWORD that REASON."
  [[noreturn]] void fail(ErrorCode code, const Json& schema, std::string_view keyword, std::string_view reason) const;
  [[noreturn]] void refuse(const Json& schema, std::string_view keyword) const {
    fail(ErrorCode::unsupported, schema, keyword, "cannot be kept while text is generated");
  }
  [[noreturn]] void malformed(const Json& schema, std::string_view keyword, std::string_view wanted) const;

  // Members of the wrong type are malformed.
  std::size_t count(const Json& schema, std::string_view keyword, std::size_t fallback) const;
  const Json& list(const Json& schema, std::string_view keyword) const;
  const Json& object(const Json& schema, std::string_view keyword) const;
  std::string text(const Json& schema, std::string_view keyword) const;

 private:
  struct Parent {
    const Json* part;
    std::string key;
    std::size_t order;
  };
  // A schema with an address of its own, and all within it that has none.
  struct Resource {
    const Json* root = nullptr;
    std::size_t whole = 0;  // the resource that all of this schema is
    std::string address;
    bool old_draft = false;
    std::map<std::string, std::vector<const Json*>> anchors;
    std::set<std::string> dynamic;  // those that are found from whoever refers to them
  };
  enum class Kind { schema, schemas, data };

  void visit(const Json& part, Kind kind, std::size_t resource);
  std::size_t open(const Json& schema, std::size_t inside);
  void anchor(const Json& schema, Resource& resource);
  const Resource& resource_of(const Json& part) const;
  const Json& resolve(const Json& schema, const char* keyword) const;

  Json root_;
  std::unordered_map<const Json*, Parent> parents_;
  std::vector<Resource> resources_;
  std::unordered_map<const Json*, std::size_t> resource_of_;
  std::map<std::pair<std::size_t, std::string>, std::vector<std::size_t>> addresses_;
  std::map<std::string, std::size_t> dynamic_;  // how many anchors there are
};

}  // namespace gerbil::grammar
