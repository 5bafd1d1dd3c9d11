// How the keywords that combine schemas are multiplied out.
#include "grammar/schema_expand.hpp"

#include "grammar/schema_check.hpp"

namespace gerbil::grammar {
namespace {

void append(Shapes& all, Shapes more) { std::ranges::move(more, std::back_inserter(all)); }

}  // namespace

Shapes SchemaExpander::expand(const Conjunction& places) {
  Shapes all = {{}};
  for (const Place& place : places) all = both(all, expand(place), *place.schema);
  return all;
}

const Shapes& SchemaExpander::expand(const Place& place) {
  if (const auto at = known_.find(place); at != known_.end()) return at->second;
  const Json& schema = *place.schema;
  if (!at_work_.insert(place).second || at_work_.size() > 500) {
    document_.fail(ErrorCode::invalid_argument, schema, "$ref", "refers to itself without a value between");
  }
  Shapes made;
  if (schema.is_boolean()) {
    if (schema.get<bool>() != place.negated) made = {{}};
  } else if (schema.is_object()) {
    made = place.negated ? negative(schema) : positive(schema);
  } else {
    throw Error(ErrorCode::invalid_argument, "The schema at '" + document_.pointer(schema) + "' is " +
                                                 json_shown(schema) + "; it has to be an object or a boolean.");
  }
  if (made.size() > texts_.expressions().limits().alternatives) {
    exceed(texts_.expressions().limits().alternatives, "alternatives once anyOf and its like are multiplied out",
           "use fewer of them beside each other");
  }
  at_work_.erase(place);
  return known_[place] = std::move(made);
}

Shapes SchemaExpander::both(const Shapes& a, const Shapes& b, const Json& schema) {
  if (a.size() * b.size() > 16 * texts_.expressions().limits().alternatives) {
    document_.fail(ErrorCode::invalid_argument, schema, "anyOf", "has too many alternatives beside others");
  }
  Shapes all;
  for (const Shape& first : a) {
    for (const Shape& second : b) {
      texts_.step();
      if (std::optional<Shape> made = both(first, second)) all.push_back(std::move(*made));
    }
  }
  return all;
}

Shapes SchemaExpander::positive(const Json& schema) {
  refuse_unknown(schema);
  const auto find = [&](const char* keyword) { return SchemaDocument::find(schema, keyword); };
  Shapes all;
  const std::vector<const Json*> references = document_.references(schema);
  if (find("$ref") != nullptr && document_.old_draft(schema)) return expand(Place{references[0]});
  if (const Shape shape = own(schema); !empty_shape(shape)) all.push_back(shape);
  for (const Json* each : references) all = both(all, expand(Place{each}), schema);
  if (find("allOf") != nullptr) {
    for (const Json& each : document_.list(schema, "allOf")) all = both(all, expand(Place{&each}), schema);
  }
  if (find("anyOf") != nullptr) {
    Shapes any;
    for (const Json& each : document_.list(schema, "anyOf")) append(any, expand(Place{&each}));
    all = both(all, any, schema);
  }
  if (find("oneOf") != nullptr) all = both(all, one_of(schema), schema);
  if (find("not") != nullptr) all = both(all, expand(Place{find("not"), true}), schema);
  if (find("if") != nullptr && (find("then") != nullptr || find("else") != nullptr))
    all = both(all, conditional(schema), schema);
  all = dependent(schema, std::move(all));
  for (Shape& shape : all) evaluate_rest(schema, shape);
  const Json* nullable = find("nullable");  // OpenAPI 3.0; with a list of values it has to be one of them
  if (nullable != nullptr && *nullable == true && find("enum") == nullptr && find("const") == nullptr) {
    all.emplace_back().types = null_type;
  }
  return all;
}

// Of several schemas that could hold only those are counted as evaluating that were chosen: others would only allow
// more.
void SchemaExpander::evaluate_rest(const Json& schema, Shape& shape) {
  const auto keep = [&](const char* keyword, auto& rest, const std::set<const Json*>& speaking) {
    const Json* value = SchemaDocument::find(schema, keyword);
    if (value == nullptr) return;
    if (shape.opaque) document_.refuse(schema, keyword);
    if (rest.empty()) rest.emplace(value, speaking);  // else one inside has evaluated all that is left
  };
  keep("unevaluatedProperties", shape.unevaluated_properties, shape.objects);
  keep("unevaluatedItems", shape.unevaluated_items, shape.arrays);
}

// Exactly one: any one, where no value can satisfy two.
Shapes SchemaExpander::one_of(const Json& schema) {
  const Json& branches = document_.list(schema, "oneOf");
  Shapes all;
  for (std::size_t i = 0; i < branches.size(); ++i) {
    Shapes alone = expand(Place{&branches[i]});
    for (std::size_t j = 0; j < branches.size(); ++j) {
      if (i == j || disjoint(alone, expand(Place{&branches[j]}), 0)) continue;
      try {
        alone = both(alone, expand(Place{&branches[j], true}), schema);
      } catch (const Error& error) {
        if (error.code() != ErrorCode::unsupported) throw;
        document_.fail(
            ErrorCode::unsupported, schema, "oneOf",
            "cannot be kept, as a value may fit several of its schemas; use anyOf, or tell them apart by a required "
            "property with a const");
      }
    }
    append(all, std::move(alone));
  }
  return all;
}

Shapes SchemaExpander::conditional(const Json& schema) {
  const Place test{SchemaDocument::find(schema, "if")};
  const auto branch = [&](const char* keyword, bool opposite) {
    Shapes when = expand(Place{test.schema, opposite});
    const Json* then = SchemaDocument::find(schema, keyword);
    return then == nullptr ? when : both(when, expand(Place{then}), schema);
  };
  Shapes all = branch("then", false);
  append(all, branch("else", true));
  return all;
}

// A property that is there asks for something; or it is not there.
Shapes SchemaExpander::dependent(const Json& schema, Shapes all) {
  const auto with = [&](const std::string& name, const Shapes& then) {
    Shape absent;
    absent.types = all_types & ~object;
    Shape without;
    without.types = object;
    without.forbidden.insert(name);
    Shape present;
    present.types = object;
    present.required = {name};
    Shapes either = both({present}, then, schema);
    either.push_back(absent);
    either.push_back(without);
    all = both(all, either, schema);
  };
  // `dependencies` of older drafts is both in one.
  for (const char* keyword : {"dependentRequired", "dependentSchemas", "dependencies"}) {
    if (SchemaDocument::find(schema, keyword) == nullptr) continue;
    for (const auto& [name, needed] : document_.object(schema, keyword).items()) {
      if (!needed.is_array()) {
        with(name, expand(Place{&needed}));
        continue;
      }
      Shape then;
      for (const Json& each : needed) {
        if (!each.is_string()) document_.malformed(schema, keyword, "an object of lists of names");
        add_names(then.required, {each.get<std::string>()});
      }
      if (!then.required.empty()) with(name, {then});
    }
  }
  return all;
}

Shapes SchemaExpander::negative(const Json& schema) {
  refuse_unknown(schema);
  const auto find = [&](const char* keyword) { return SchemaDocument::find(schema, keyword); };
  Shapes all;
  for (const Json* each : document_.references(schema)) append(all, expand(Place{each, true}));
  if (find("$ref") != nullptr && document_.old_draft(schema)) return all;
  if (find("allOf") != nullptr) {
    for (const Json& each : document_.list(schema, "allOf")) append(all, expand(Place{&each, true}));
  }
  if (find("anyOf") != nullptr) {
    Shapes none = {{}};
    for (const Json& each : document_.list(schema, "anyOf")) none = both(none, expand(Place{&each, true}), schema);
    append(all, none);
  }
  if (find("not") != nullptr) append(all, expand(Place{find("not")}));
  for (const char* keyword : {"oneOf", "dependentRequired", "dependentSchemas", "dependencies", "nullable"}) {
    if (find(keyword) != nullptr)
      document_.fail(ErrorCode::unsupported, schema, keyword, "cannot be kept inside 'not'");
  }
  if (find("if") != nullptr && (find("then") != nullptr || find("else") != nullptr)) {
    document_.fail(ErrorCode::unsupported, schema, "if", "cannot be kept inside 'not'");
  }
  negate_own(schema, all);
  for (Shape& shape : all) shape.opaque |= !shape.objects.empty() || !shape.arrays.empty();
  return all;
}

bool SchemaExpander::empty_shape(const Shape& shape) {
  return shape.types == 0 || (shape.values && shape.values->empty());
}

std::optional<Shape> SchemaExpander::both(const Shape& a, const Shape& b) {
  Expressions& make = texts_.expressions();
  Shape made = a;
  made.types &= b.types;
  if (b.values) {
    made.values = b.values;
    if (a.values) {
      std::erase_if(*made.values,
                    [values = ValueSet(*a.values)](const Json& value) { return !values.contains(value); });
    }
  }
  const auto insert = [](auto& into, const auto& from) { into.insert(from.begin(), from.end()); };
  made.excluded.insert(made.excluded.end(), b.excluded.begin(), b.excluded.end());
  made.number = make.both({a.number, b.number});
  made.digits = std::max(a.digits, b.digits);
  made.text = make.both({a.text, b.text});
  insert(made.arrays, b.arrays);
  insert(made.contains, b.contains);
  made.least_items = std::max(a.least_items, b.least_items);
  made.most_items = std::min(a.most_items, b.most_items);
  if (b.unique != nullptr) made.unique = b.unique;
  insert(made.objects, b.objects);
  add_names(made.required, b.required);
  insert(made.forbidden, b.forbidden);
  for (const auto& [name, places] : b.named) made.named[name] = joined(made.named[name], places);
  made.names = joined(a.names, b.names);
  if (b.bounded != nullptr) made.bounded = b.bounded;
  made.least_properties = std::max(a.least_properties, b.least_properties);
  made.most_properties = std::min(a.most_properties, b.most_properties);
  const auto merge = [](auto& into, const auto& from) {
    for (const auto& [rest, speaking] : from) {
      const auto [at, fresh] = into.try_emplace(rest, speaking);
      if (!fresh) std::erase_if(at->second, [&](const Json* each) { return !speaking.contains(each); });
    }
  };
  merge(made.unevaluated_properties, b.unevaluated_properties);
  merge(made.unevaluated_items, b.unevaluated_items);
  made.opaque |= b.opaque;
  const bool torn =
      std::ranges::any_of(made.required, [&](const std::string& name) { return made.forbidden.contains(name); });
  if (torn || made.least_properties > made.most_properties) made.types &= ~object;
  if (made.least_items > made.most_items) made.types &= ~array;
  if (empty_shape(made)) return std::nullopt;
  return made;
}

}  // namespace gerbil::grammar
