// Schemas as alternatives: each a shape, which says of each type what its values are like. allOf, $ref and their like
// are multiplied out, down to the schemas of items and properties, which stay where they are until they are written.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "grammar/decimals.hpp"
#include "grammar/schema_document.hpp"
#include "grammar/value_set.hpp"

namespace gerbil::grammar {

enum Type : unsigned {
  null_type = 1,
  boolean = 2,
  whole = 4,
  fractional = 8,
  string = 16,
  array = 32,
  object = 64,
  all_types = 127
};

struct Shape {
  unsigned types = all_types;
  std::optional<std::vector<Json>> values;  // one of these
  std::vector<Json> excluded;               // and none of these
  Expression number = anything;             // texts without exponents
  std::uint32_t digits = 16;                // at most
  Expression text = anything;               // between the quotes, and then only what may stand there
  std::set<const Json*> arrays;             // schemas with prefixItems or items
  std::set<const Json*> contains;           // schemas with contains
  std::size_t least_items = 0;
  std::size_t most_items = unbounded;
  const Json* unique = nullptr;       // a schema that says so
  std::set<const Json*> objects;      // schemas with properties, patternProperties or additionalProperties
  std::vector<std::string> required;  // each once
  std::set<std::string> forbidden;
  std::map<std::string, Conjunction> named;  // what also holds for a property
  Conjunction names;                         // propertyNames
  const Json* bounded = nullptr;             // a schema that says how many properties there are
  std::size_t least_properties = 0;
  std::size_t most_properties = unbounded;
  // Schemas for the properties, and for the items, that none of these schemas speaks of.
  std::map<const Json*, std::set<const Json*>> unevaluated_properties;
  std::map<const Json*, std::set<const Json*>> unevaluated_items;
  bool opaque = false;  // it has schemas that only say what is not: they evaluate nothing
};
using Shapes = std::vector<Shape>;

// Appends what is not there yet.
void add_names(std::vector<std::string>& names, const std::vector<std::string>& more);

// Patterns, formats and names, each read once.
class SchemaTexts {
 public:
  explicit SchemaTexts(Expressions& expressions, const SchemaDocument& document)
      : make_(expressions), document_(document) {}

  Expressions& expressions() { return make_; }
  Expression pattern(const Json& schema, const std::string& text, std::string_view keyword);
  std::optional<Expression> format(const std::string& name);
  Expression lengths(std::size_t least, std::size_t most, const Json& schema, std::string_view keyword);
  // Whether the text between the quotes of the string matches.
  bool matches(Expression expression, const std::string& string);
  bool can_match(Expression expression);
  // Those of a list of the document.
  const ValueSet& values(const Json& list) { return values_.try_emplace(&list, list).first->second; }
  // Counts work that is not bounded otherwise; throws Error{invalid_argument} at Limits::search_steps.
  void step();

 private:
  Expressions& make_;
  const SchemaDocument& document_;
  std::map<std::string, Expression> known_;
  std::map<Expression, bool> can_match_;
  std::map<const Json*, ValueSet> values_;
  std::size_t steps_ = 0;
};

}  // namespace gerbil::grammar
