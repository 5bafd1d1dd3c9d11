#include "grammar/schema_check.hpp"

#include <cmath>

#include "grammar/code_points.hpp"

namespace gerbil::grammar {
namespace {

constexpr int deepest = 200;

class Checker {
 public:
  Checker(const Json& value, const Json& schema, SchemaTexts& texts, const SchemaDocument& document, int depth)
      : value_(value), schema_(schema), texts_(texts), document_(document), depth_(depth) {}

  bool check() {
    for (const char* keyword : {"unevaluatedProperties", "unevaluatedItems", "dependencies"}) {
      if (find(keyword) != nullptr) document_.refuse(schema_, keyword);
    }
    const Json* nullable = find("nullable");  // OpenAPI 3.0
    if (value_.is_null() && nullable != nullptr && *nullable == true) return listed();
    return type() && listed() && number() && text() && items() && properties() && combined();
  }

 private:
  const Json* find(std::string_view keyword) const { return SchemaDocument::find(schema_, keyword); }
  bool holds(const Json& value, const Json& schema) const {
    return satisfies(value, {&schema, false}, texts_, document_, depth_ + 1);
  }

  bool is(const std::string& type) const {
    if (type == "integer") {
      return value_.is_number_integer() ||
             (value_.is_number() && std::trunc(value_.get<double>()) == value_.get<double>());
    }
    return type == "number" ? value_.is_number() : type == value_.type_name();
  }

  bool type() const {
    const Json* wanted = find("type");
    if (wanted == nullptr) return true;
    if (wanted->is_string()) return is(wanted->get<std::string>());
    return std::ranges::any_of(document_.list(schema_, "type"),
                               [&](const Json& each) { return each.is_string() && is(each.get<std::string>()); });
  }

  bool listed() const {
    const Json* constant = find("const");
    if (constant != nullptr && !equal(*constant, value_)) return false;
    return find("enum") == nullptr || texts_.values(document_.list(schema_, "enum")).contains(value_);
  }

  bool number() {
    if (!value_.is_number()) return true;
    Expressions& make = texts_.expressions();
    const Decimal decimal = parse_decimal(value_.dump());
    const std::string written =
        (decimal.negative ? "-" : "") + decimal.whole + (decimal.fraction.empty() ? "" : "." + decimal.fraction);
    const auto fits = [&](const char* keyword, Comparison comparison) {
      const Json* bound = find(keyword);
      if (bound == nullptr) return true;
      if (!bound->is_number()) document_.malformed(schema_, keyword, "a number");
      return make.matches(compared(make, comparison, parse_decimal(bound->dump())), written);
    };
    if (const Json* of = find("multipleOf"); of != nullptr) {
      if (!of->is_number() || of->get<double>() <= 0) document_.malformed(schema_, "multipleOf", "a number above 0");
      if (!make.matches(multiple_of(make, parse_decimal(of->dump())), written)) return false;
    }
    return fits("minimum", Comparison::at_least) && fits("maximum", Comparison::at_most) &&
           fits("exclusiveMinimum", Comparison::more_than) && fits("exclusiveMaximum", Comparison::less_than);
  }

  bool text() {
    if (!value_.is_string()) return true;
    const std::string string = value_.get<std::string>();
    const std::size_t length = decode(string).size();
    if (length < document_.count(schema_, "minLength", 0)) return false;
    if (length > document_.count(schema_, "maxLength", unbounded)) return false;
    if (find("pattern") != nullptr &&
        !texts_.matches(texts_.pattern(schema_, document_.text(schema_, "pattern"), "pattern"), string)) {
      return false;
    }
    if (const Json* format = find("format"); format != nullptr && format->is_string()) {
      const std::optional<Expression> wanted = texts_.format(format->get<std::string>());
      return !wanted || texts_.matches(*wanted, string);
    }
    return true;
  }

  bool items() const {
    if (!value_.is_array()) return true;
    if (value_.size() < document_.count(schema_, "minItems", 0)) return false;
    if (value_.size() > document_.count(schema_, "maxItems", unbounded)) return false;
    const Json* listed = find("items");
    const bool old_list = document_.old_draft(schema_) && listed != nullptr && listed->is_array();
    const Json* first = old_list ? listed : find("prefixItems");
    const Json* rest = old_list ? find("additionalItems") : listed;
    std::size_t matching = 0;
    for (std::size_t i = 0; i < value_.size(); ++i) {
      const Json* wanted = first != nullptr && i < first->size() ? &(*first)[i] : rest;
      if (wanted != nullptr && !holds(value_[i], *wanted)) return false;
      if (find("contains") != nullptr && holds(value_[i], *find("contains"))) ++matching;
    }
    ValueSet different;
    const Json* unique = find("uniqueItems");
    if (unique != nullptr && *unique == true &&
        !std::ranges::all_of(value_, [&](const Json& each) { return different.insert(each); })) {
      return false;
    }
    return find("contains") == nullptr || (matching >= document_.count(schema_, "minContains", 1) &&
                                           matching <= document_.count(schema_, "maxContains", unbounded));
  }

  bool property(const std::string& name, const Json& value) {
    bool declared = false;
    const auto fits = [&](const Json& schema) { return declared = true, holds(value, schema); };
    if (find("properties") != nullptr) {
      const Json* own = SchemaDocument::find(document_.object(schema_, "properties"), name);
      if (own != nullptr && !fits(*own)) return false;
    }
    if (find("patternProperties") != nullptr) {
      for (const auto& [pattern, schema] : document_.object(schema_, "patternProperties").items()) {
        if (texts_.matches(texts_.pattern(schema_, pattern, "patternProperties"), name) && !fits(schema)) return false;
      }
    }
    const Json* others = find("additionalProperties");
    if (!declared && others != nullptr && !holds(value, *others)) return false;
    return find("propertyNames") == nullptr || holds(Json(name), *find("propertyNames"));
  }

  bool properties() {
    if (!value_.is_object()) return true;
    if (value_.size() < document_.count(schema_, "minProperties", 0)) return false;
    if (value_.size() > document_.count(schema_, "maxProperties", unbounded)) return false;
    const auto all_there = [&](const Json& names) {
      return std::ranges::all_of(
          names, [&](const Json& name) { return !name.is_string() || value_.contains(name.get<std::string>()); });
    };
    if (find("required") != nullptr && !all_there(document_.list(schema_, "required"))) return false;
    for (const auto& [name, value] : value_.items()) {
      if (!property(name, value)) return false;
      if (find("dependentRequired") != nullptr) {
        const Json* needed = SchemaDocument::find(document_.object(schema_, "dependentRequired"), name);
        if (needed != nullptr && !all_there(*needed)) return false;
      }
      if (find("dependentSchemas") != nullptr) {
        const Json* needed = SchemaDocument::find(document_.object(schema_, "dependentSchemas"), name);
        if (needed != nullptr && !holds(value_, *needed)) return false;
      }
    }
    return true;
  }

  bool combined() const {
    const auto fitting = [&](const char* keyword) {
      return std::ranges::count_if(document_.list(schema_, keyword),
                                   [&](const Json& each) { return holds(value_, each); });
    };
    for (const Json* each : document_.references(schema_)) {
      if (!holds(value_, *each)) return false;
    }
    if (find("allOf") != nullptr && static_cast<std::size_t>(fitting("allOf")) != find("allOf")->size()) return false;
    if (find("anyOf") != nullptr && fitting("anyOf") == 0) return false;
    if (find("oneOf") != nullptr && fitting("oneOf") != 1) return false;
    if (find("not") != nullptr && holds(value_, *find("not"))) return false;
    if (find("if") == nullptr) return true;
    const Json* branch = find(holds(value_, *find("if")) ? "then" : "else");
    return branch == nullptr || holds(value_, *branch);
  }

  const Json& value_;
  const Json& schema_;
  SchemaTexts& texts_;
  const SchemaDocument& document_;
  int depth_;
};

}  // namespace

bool equal(const Json& a, const Json& b) { return nlohmann::json(a) == nlohmann::json(b); }

bool satisfies(const Json& value, const Place& place, SchemaTexts& texts, const SchemaDocument& document, int depth) {
  texts.step();
  const Json& schema = *place.schema;
  if (depth > deepest) document.fail(ErrorCode::invalid_argument, schema, "$ref", "refers to itself without end");
  if (schema.is_boolean()) return schema.get<bool>() != place.negated;
  if (!schema.is_object()) {
    throw Error(ErrorCode::invalid_argument, "The schema at '" + document.pointer(schema) + "' is " +
                                                 json_shown(schema) + "; it has to be an object or a boolean.");
  }
  return Checker(value, schema, texts, document, depth).check() != place.negated;
}

}  // namespace gerbil::grammar
