// The text of a schema: where its parts are, and what they refer to.
#pragma once

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
  explicit SchemaDocument(const Json& root);
  SchemaDocument(const SchemaDocument&) = delete;
  SchemaDocument& operator=(const SchemaDocument&) = delete;

  const Json& root() const { return root_; }
  bool old_draft() const { return old_draft_; }  // 2019-09 and before

  // The JSON pointer of a part, as a URI fragment: '#/properties/a'.
  std::string pointer(const Json& part) const;

  // Where a part stands among all.
  std::size_t order(const Json& part) const;

  // What `$ref` of the schema refers to. Throws Error{unsupported} for what is outside of the document.
  const Json& resolve(const Json& schema) const;

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
  void visit(const Json& part, bool own_base);

  Json root_;
  bool old_draft_ = false;
  std::unordered_map<const Json*, Parent> parents_;
  std::set<const Json*> other_base_;  // inside a part with an $id of its own
  std::unordered_map<std::string, std::vector<const Json*>> anchors_;
};

}  // namespace gerbil::grammar
