// What the keywords of one schema say, and their opposites.
#include "grammar/code_points.hpp"
#include "grammar/schema_check.hpp"
#include "grammar/schema_expand.hpp"

namespace gerbil::grammar {
namespace {

constexpr std::array<std::pair<std::string_view, unsigned>, 7> types = {{{"null", null_type},
                                                                         {"boolean", boolean},
                                                                         {"integer", whole},
                                                                         {"number", whole | fractional},
                                                                         {"string", string},
                                                                         {"array", array},
                                                                         {"object", object}}};

constexpr std::array<std::pair<const char*, Comparison>, 4> bounds = {{{"minimum", Comparison::at_least},
                                                                       {"maximum", Comparison::at_most},
                                                                       {"exclusiveMinimum", Comparison::more_than},
                                                                       {"exclusiveMaximum", Comparison::less_than}}};

Shape only(unsigned types_left) {
  Shape shape;
  shape.types = types_left;
  return shape;
}

}  // namespace

void SchemaExpander::refuse_unknown(const Json& schema) {
  const Json* vocabulary = SchemaDocument::find(schema, "$vocabulary");
  if (vocabulary != nullptr) document_.refuse(schema, "$vocabulary");
  const Json* draft = SchemaDocument::find(schema, "$schema");
  if (draft != nullptr && draft->is_string() && !draft->get_ref<const std::string&>().contains("json-schema.org")) {
    document_.refuse(schema, "$schema");
  }
}

Shape SchemaExpander::own(const Json& schema) {
  Shape shape;
  read_types(schema, shape);
  read_numbers(schema, shape);
  read_strings(schema, shape);
  read_arrays(schema, shape);
  read_objects(schema, shape);
  return shape;
}

void SchemaExpander::read_types(const Json& schema, Shape& shape) {
  const auto bit = [&](const Json& name) {
    for (const auto& [known, bits] : types) {
      if (name == known) return bits;
    }
    document_.malformed(schema, "type",
                        "one of null, boolean, integer, number, string, array and object, or a list of them");
  };
  if (const Json* type = SchemaDocument::find(schema, "type"); type != nullptr) {
    shape.types = 0;
    if (!type->is_array()) shape.types = bit(*type);
    for (std::size_t i = 0; type->is_array() && i < type->size(); ++i) shape.types |= bit((*type)[i]);
  }
  const Json* nullable = SchemaDocument::find(schema, "nullable");  // OpenAPI 3.0
  if (nullable != nullptr && *nullable == true && shape.types != all_types) shape.types |= null_type;
  if (const Json* constant = SchemaDocument::find(schema, "const"); constant != nullptr)
    shape.values.emplace(1, *constant);
  if (SchemaDocument::find(schema, "enum") != nullptr) {
    const Json& listed = document_.list(schema, "enum");
    std::vector<Json> kept;
    for (const Json& each : listed) {
      if (!shape.values || equal(shape.values->front(), each)) kept.push_back(each);
    }
    shape.values = std::move(kept);
  }
}

void SchemaExpander::read_numbers(const Json& schema, Shape& shape) {
  Expressions& make = texts_.expressions();
  for (const auto& [keyword, comparison] : bounds) {
    const Json* bound = SchemaDocument::find(schema, keyword);
    if (bound == nullptr) continue;
    const bool exclusive = std::string_view(keyword).starts_with("exclusive");
    if (exclusive && *bound == false) continue;  // of draft 4: about the other bound, as true is
    if (exclusive && *bound == true) document_.refuse(schema, keyword);
    if (!bound->is_number()) document_.malformed(schema, keyword, "a number");
    const Decimal decimal = parse_decimal(bound->dump());
    shape.number = make.both({shape.number, compared(make, comparison, decimal)});
    shape.digits = std::max(shape.digits, static_cast<std::uint32_t>(decimal.whole.size() + 1));
  }
  const Json* of = SchemaDocument::find(schema, "multipleOf");
  if (of == nullptr) return;
  if (!of->is_number() || of->get<double>() <= 0) document_.malformed(schema, "multipleOf", "a number above 0");
  try {
    shape.number = make.both({shape.number, multiple_of(make, parse_decimal(of->dump()))});
  } catch (const Error& error) {
    document_.fail(error.code(), schema, "multipleOf", std::string("cannot be kept: ") + error.what());
  }
}

void SchemaExpander::read_strings(const Json& schema, Shape& shape) {
  Expressions& make = texts_.expressions();
  const std::size_t least = document_.count(schema, "minLength", 0);
  const std::size_t most = document_.count(schema, "maxLength", unbounded);
  if (least > most) shape.types &= ~string;
  if (least > 0 || most != unbounded) {
    shape.text = texts_.lengths(least, std::max(least, most), schema, least > 0 ? "minLength" : "maxLength");
  }
  if (SchemaDocument::find(schema, "pattern") != nullptr) {
    shape.text = make.both({shape.text, texts_.pattern(schema, document_.text(schema, "pattern"), "pattern")});
  }
  if (SchemaDocument::find(schema, "format") != nullptr) {
    if (const auto format = texts_.format(document_.text(schema, "format")))
      shape.text = make.both({shape.text, *format});
  }
}

void SchemaExpander::read_arrays(const Json& schema, Shape& shape) {
  const auto find = [&](const char* keyword) { return SchemaDocument::find(schema, keyword); };
  const Json* items = find("items");
  if (items != nullptr && items->is_array() && !document_.old_draft(schema)) {
    document_.malformed(schema, "items", "a schema; 2020-12 has 'prefixItems' for lists");
  }
  if (find("prefixItems") != nullptr) document_.list(schema, "prefixItems");
  if (items != nullptr || find("prefixItems") != nullptr) shape.arrays.insert(&schema);
  shape.least_items = document_.count(schema, "minItems", 0);
  shape.most_items = std::min<std::size_t>(document_.count(schema, "maxItems", unbounded), unbounded);
  if (shape.least_items > shape.most_items) shape.types &= ~array;
  const Json* unique = find("uniqueItems");
  if (unique != nullptr && *unique == true) shape.unique = &schema;
  if (find("contains") != nullptr) {
    if (document_.count(schema, "minContains", 1) > 0 || find("maxContains") != nullptr) {
      shape.contains.insert(&schema);
    }
  }
}

void SchemaExpander::read_objects(const Json& schema, Shape& shape) {
  const auto find = [&](const char* keyword) { return SchemaDocument::find(schema, keyword); };
  for (const char* keyword : {"properties", "patternProperties"}) {
    if (find(keyword) == nullptr) continue;
    document_.object(schema, keyword);
    shape.objects.insert(&schema);
  }
  if (find("additionalProperties") != nullptr) shape.objects.insert(&schema);
  if (find("required") != nullptr && !find("required")->is_boolean()) {
    for (const Json& name : document_.list(schema, "required")) {
      if (!name.is_string()) document_.malformed(schema, "required", "a list of names");
      add_names(shape.required, {name.get<std::string>()});
    }
  }
  if (find("propertyNames") != nullptr) shape.names = {Place{find("propertyNames")}};
  shape.least_properties = document_.count(schema, "minProperties", 0);
  shape.most_properties = std::min<std::size_t>(document_.count(schema, "maxProperties", unbounded), unbounded);
  if (shape.least_properties > shape.most_properties) shape.types &= ~object;
  if (shape.least_properties > 0 || shape.most_properties != unbounded) shape.bounded = &schema;
}

// A schema does not hold when one of its keywords does not, for a value of the type that the keyword is about.
void SchemaExpander::negate_own(const Json& schema, Shapes& all) {
  Expressions& make = texts_.expressions();
  const auto find = [&](const char* keyword) { return SchemaDocument::find(schema, keyword); };
  for (const char* keyword :
       {"format", "multipleOf", "uniqueItems", "contains", "items", "prefixItems", "additionalItems",
        "additionalProperties", "patternProperties", "propertyNames", "unevaluatedProperties", "unevaluatedItems"}) {
    if (find(keyword) != nullptr)
      document_.fail(ErrorCode::unsupported, schema, keyword, "cannot be kept inside 'not'");
  }
  const Shape shape = own(schema);
  if (const unsigned others = all_types & ~shape.types; others != 0 && find("type") != nullptr) {
    // Fractions are told from whole numbers by their text.
    all.push_back(only(others));
  }
  if (find("const") != nullptr || find("enum") != nullptr) {
    Shape without;
    without.excluded = shape.values.value_or(std::vector<Json>{});
    all.push_back(without);
  }
  if (shape.number != anything) {
    Shape other = only(whole | fractional);
    other.number = make.complement(shape.number);
    other.digits = shape.digits;
    all.push_back(other);
  }
  if (shape.text != anything) {
    Shape other = only(string);
    other.text = make.both({make.complement(shape.text), any_text(make, Spelling::json)});
    all.push_back(other);
  }
  if (shape.least_items > 0) {
    all.push_back(only(array));
    all.back().most_items = shape.least_items - 1;
  }
  if (shape.most_items != unbounded) {
    all.push_back(only(array));
    all.back().least_items = shape.most_items + 1;
  }
  for (const std::string& name : shape.required) {
    all.push_back(only(object));
    all.back().forbidden.insert(name);
  }
  if (find("properties") != nullptr) {
    for (const auto& [name, value] : document_.object(schema, "properties").items()) {
      all.push_back(only(object));
      all.back().required = {name};
      all.back().named[name] = {Place{&value, true}};
    }
  }
  if (shape.least_properties > 0) {
    all.push_back(only(object));
    all.back().most_properties = shape.least_properties - 1;
    all.back().bounded = &schema;
  }
  if (shape.most_properties != unbounded) {
    all.push_back(only(object));
    all.back().least_properties = shape.most_properties + 1;
    all.back().bounded = &schema;
  }
}

}  // namespace gerbil::grammar
