// Whether a value satisfies a schema: for the values that a schema lists.
#pragma once

#include "grammar/schema_shape.hpp"

namespace gerbil::grammar {

// The same value: 1 and 1.0 are, and objects in any order.
bool equal(const Json& a, const Json& b);

// Throws as parse_schema() does.
bool satisfies(const Json& value, const Place& place, SchemaTexts& texts, const SchemaDocument& document,
               int depth = 0);

}  // namespace gerbil::grammar
