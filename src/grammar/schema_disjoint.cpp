// Whether no value has two shapes.
#include "grammar/code_points.hpp"
#include "grammar/schema_check.hpp"
#include "grammar/schema_expand.hpp"

namespace gerbil::grammar {
namespace {

constexpr int deepest = 3;  // properties of properties that tell shapes apart

}  // namespace

bool SchemaExpander::disjoint(const Shapes& a, const Shapes& b, int depth) {
  return std::ranges::all_of(a, [&](const Shape& first) {
    return std::ranges::all_of(b, [&](const Shape& second) { return disjoint(first, second, depth); });
  });
}

// What holds for the property when it is there: less is said here than there is, which only makes fewer shapes
// disjoint.
Conjunction SchemaExpander::property(const Shape& shape, const std::string& name) const {
  Conjunction all;
  if (const auto at = shape.named.find(name); at != shape.named.end()) all = at->second;
  for (const Json* schema : shape.objects) {
    const Json* properties = SchemaDocument::find(*schema, "properties");
    const Json* value = properties == nullptr ? nullptr : SchemaDocument::find(*properties, name);
    if (value != nullptr) all = joined(all, {Place{value}});
  }
  return all;
}

bool SchemaExpander::disjoint(const Shape& a, const Shape& b, int depth) {
  texts_.step();
  const std::optional<Shape> common = both(a, b);
  if (!common) return true;
  unsigned types = common->types;
  Expressions& make = texts_.expressions();
  if (common->values) {
    // A listed value is in both only when it has the type that both want, which is all that is looked at here.
    unsigned listed = 0;
    for (const Json& value : *common->values) {
      if (value.is_null()) listed |= null_type;
      if (value.is_boolean()) listed |= boolean;
      if (value.is_number()) listed |= whole | fractional;
      if (value.is_string()) listed |= string;
      if (value.is_array()) listed |= array;
      if (value.is_object()) listed |= object;
    }
    types &= listed;
  }
  if (types & string && common->text != anything &&
      !texts_.can_match(make.both({common->text, any_text(make, Spelling::json)}))) {
    types &= ~string;
  }
  if (types & (whole | fractional) && common->number != anything) {
    // Numbers of any length, so that nothing is called disjoint that only has too many digits to be written.
    const Expression any = (types & fractional) != 0 ? decimal(make, unbounded, unbounded) : integer(make, unbounded);
    if (!texts_.can_match(make.both({common->number, any}))) types &= ~(whole | fractional);
  }
  if (types & object && depth < deepest) {
    for (const std::string& name : common->required) {
      const Conjunction first = property(a, name);
      const Conjunction second = property(b, name);
      if (!first.empty() && !second.empty() && disjoint(expand(first), expand(second), depth + 1)) {
        types &= ~object;
        break;
      }
    }
  }
  return types == 0;
}

}  // namespace gerbil::grammar
