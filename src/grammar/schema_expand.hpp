// From a schema to its shapes.
#pragma once

#include "grammar/schema_shape.hpp"

namespace gerbil::grammar {

class SchemaExpander {
 public:
  SchemaExpander(SchemaTexts& texts, const SchemaDocument& document) : texts_(texts), document_(document) {}

  // The shapes of values that satisfy all of `places`; none when no value does. Throws as parse_schema() does.
  Shapes expand(const Conjunction& places);

 private:
  const Shapes& expand(const Place& place);
  Shapes positive(const Json& schema);
  Shapes negative(const Json& schema);

  // Of one schema's own keywords, by subject.
  Shape own(const Json& schema);
  void read_types(const Json& schema, Shape& shape);
  void read_numbers(const Json& schema, Shape& shape);
  void read_strings(const Json& schema, Shape& shape);
  void read_arrays(const Json& schema, Shape& shape);
  void read_objects(const Json& schema, Shape& shape);
  void refuse_unknown(const Json& schema);
  void negate_own(const Json& schema, Shapes& all);

  void evaluate_rest(const Json& schema, Shape& shape);

  Shapes one_of(const Json& schema);
  Shapes conditional(const Json& schema);
  Shapes dependent(const Json& schema, Shapes all);

  Shapes both(const Shapes& a, const Shapes& b, const Json& schema);
  std::optional<Shape> both(const Shape& a, const Shape& b);
  bool disjoint(const Shapes& a, const Shapes& b, int depth);
  bool disjoint(const Shape& a, const Shape& b, int depth);
  Conjunction property(const Shape& shape, const std::string& name) const;
  bool empty_shape(const Shape& shape);

  SchemaTexts& texts_;
  const SchemaDocument& document_;
  std::map<Place, Shapes> known_;
  std::set<Place> at_work_;
};

}  // namespace gerbil::grammar
