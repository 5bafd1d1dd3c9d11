// JSON Schema as a grammar of JSON texts. Reference: JSON Schema 2020-12 (draft-bhutton-json-schema-01 and
// -validation-01); of older drafts, `items` as a list and `definitions`.
//
// Every text of the grammar is JSON that the schema accepts. Not every accepted JSON is a text of the grammar:
// properties that the schema does not declare come behind those that it does (which come in the schema's order where
// there are more than 256); strings escape only what must be escaped; white space is at most one blank, or an end of
// line and 20 blanks; numbers have at most 16 digits (or those of a bound) and 16 behind the point, an exponent only
// where nothing is asked of the number.
#pragma once

#include <cstdint>
#include <functional>

#include "base/json.hpp"
#include "grammar/grammar.hpp"

namespace gerbil::grammar {

// In which the properties come that a schema declares.
enum class Order : std::uint8_t { any, declared };

// Throws Error{unsupported} for a keyword that cannot be kept, naming it and its JSON pointer, and
// Error{invalid_argument} for a malformed one, at a limit, and when nothing satisfies the schema. Annotations, unknown
// keywords and unknown formats are ignored, as the standard says.
Productions parse_schema(const Json& schema, const Limits& limits, Order order = Order::any);
Productions parse_schema_text(std::string_view text, const Limits& limits, Order order = Order::any);

// What stands around values of schemas. `schemas` is a copy of what parse_schemas() is given; `value` is a text that
// one of its parts accepts, the parts of a member all in one order. Returns the rule that the whole text is.
using Frame = std::function<std::uint32_t(Grammar& grammar, const Json& schemas,
                                          const std::function<Symbol(const Json& schema, Order order)>& value)>;

// The same for texts that hold values of several schemas, the members of an object: each stands for itself, with a
// draft, an address and anchors of its own. Throws as parse_schema() does; pointers begin with the member's name.
Productions parse_schemas(const Json& schemas, const Limits& limits, const Frame& frame);

}  // namespace gerbil::grammar
