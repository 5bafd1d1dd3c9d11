#include "grammar/code_points.hpp"
#include "grammar/schema_check.hpp"
#include "grammar/schema_writer.hpp"

namespace gerbil::grammar {
namespace {

constexpr std::size_t most_patterns = 6;  // of names: every set of them is a kind of name

}  // namespace

std::vector<std::string> SchemaWriter::names(const Shape& shape) const {
  std::vector<std::string> all;
  std::set<std::string> seen;
  const auto add = [&](const std::string& name) {
    if (seen.insert(name).second) all.push_back(name);
  };
  std::vector<const Json*> schemas(shape.objects.begin(), shape.objects.end());
  std::ranges::sort(schemas, {}, [&](const Json* schema) { return document_.order(*schema); });
  for (const Json* schema : schemas) {
    const Json* properties = SchemaDocument::find(*schema, "properties");
    if (properties == nullptr) continue;
    for (const auto& [name, value] : properties->items()) add(name);
  }
  for (const auto& [name, places] : shape.named) add(name);
  for (const std::string& name : shape.required) add(name);
  return all;
}

// And what holds for properties of which none of the schemas in `speaking` says anything.
Conjunction SchemaWriter::with_unevaluated(const Shape& shape, Conjunction all, const std::set<const Json*>& speaking) {
  for (const auto& [rest, schemas] : shape.unevaluated_properties) {
    if (std::ranges::none_of(schemas, [&](const Json* each) { return speaking.contains(each); }))
      all = joined(all, {Place{rest}});
  }
  return all;
}

Conjunction SchemaWriter::property(const Shape& shape, const std::string& name) {
  std::set<const Json*> speaking;
  Conjunction all;
  if (const auto at = shape.named.find(name); at != shape.named.end()) all = at->second;
  for (const Json* schema : shape.objects) {
    bool declared = false;
    const auto add = [&](const Json& value) {
      declared = true;
      all = joined(all, {Place{&value}});
    };
    const Json* properties = SchemaDocument::find(*schema, "properties");
    if (properties != nullptr && properties->contains(name)) add((*properties)[name]);
    if (const Json* patterns = SchemaDocument::find(*schema, "patternProperties"); patterns != nullptr) {
      for (const auto& [pattern, value] : patterns->items()) {
        if (texts_.matches(texts_.pattern(*schema, pattern, "patternProperties"), name)) add(value);
      }
    }
    const Json* additional = SchemaDocument::find(*schema, "additionalProperties");
    if (!declared && additional != nullptr) add(*additional);
    if (declared) speaking.insert(schema);
  }
  return with_unevaluated(shape, std::move(all), speaking);
}

bool SchemaWriter::allowed(const Shape& shape, const std::string& name) {
  return !shape.forbidden.contains(name) && std::ranges::all_of(shape.names, [&](const Place& place) {
    return satisfies(Json(name), place, texts_, document_);
  });
}

Expression SchemaWriter::other_names(const Shape& shape, const std::vector<std::string>& named) {
  Expressions& make = grammar_.expressions();
  std::vector<Expression> known;
  known.reserve(named.size() + shape.forbidden.size());
  for (const std::string& name : named) known.push_back(spell(make, name, Spelling::json));
  for (const std::string& name : shape.forbidden) known.push_back(spell(make, name, Spelling::json));
  std::vector<Expression> all = {any_text(make, Spelling::json), make.complement(make.either(std::move(known)))};
  if (!shape.names.empty()) {
    std::vector<Expression> wanted;
    for (const Shape& each : expander_.expand(shape.names)) {
      if (!(each.types & string)) continue;
      Expression text = each.text;
      if (each.values) {
        std::vector<Expression> listed;
        for (const Json& value : *each.values) {
          const auto fits = [&](const Place& place) { return satisfies(value, place, texts_, document_); };
          if (value.is_string() && std::ranges::all_of(shape.names, fits)) {
            listed.push_back(spell(make, value.get<std::string>(), Spelling::json));
          }
        }
        text = make.either(std::move(listed));
      }
      for (const Json& value : each.excluded) {
        if (!value.is_string()) continue;
        text = make.both({text, make.complement(spell(make, value.get<std::string>(), Spelling::json))});
      }
      wanted.push_back(text);
    }
    all.push_back(make.either(std::move(wanted)));
  }
  return make.both(std::move(all));
}

std::vector<SchemaWriter::Others> SchemaWriter::others(const Shape& shape, const std::vector<std::string>& named) {
  Expressions& make = grammar_.expressions();
  struct Pattern {
    const Json* schema;
    const Json* value;
    Expression text;
  };
  std::vector<Pattern> patterns;
  for (const Json* schema : shape.objects) {
    const Json* listed = SchemaDocument::find(*schema, "patternProperties");
    if (listed == nullptr) continue;
    for (const auto& [pattern, value] : listed->items()) {
      patterns.push_back({schema, &value, texts_.pattern(*schema, pattern, "patternProperties")});
    }
    if (patterns.size() > most_patterns) {
      document_.fail(ErrorCode::unsupported, *schema, "patternProperties",
                     "has more than 6 patterns, counted with those beside it");
    }
  }
  const Expression any = other_names(shape, named);
  std::vector<Others> all;
  for (std::size_t set = 0; set < std::size_t{1} << patterns.size(); ++set) {
    std::vector<Expression> name = {any};
    Conjunction value;
    std::set<const Json*> speaking;
    for (const Json* schema : shape.objects) {
      bool declared = false;
      for (std::size_t i = 0; i < patterns.size(); ++i) {
        if (patterns[i].schema != schema) continue;
        const bool matched = (set >> i & 1) != 0;
        name.push_back(matched ? patterns[i].text : make.complement(patterns[i].text));
        if (matched) value = joined(value, {Place{patterns[i].value}});
        declared |= matched;
      }
      const Json* additional = SchemaDocument::find(*schema, "additionalProperties");
      if (!declared && additional != nullptr) value = joined(value, {Place{additional}});
      if (declared || additional != nullptr) speaking.insert(schema);
    }
    value = with_unevaluated(shape, std::move(value), speaking);
    const auto never = [](const Place& place) { return *place.schema == Json(false) && !place.negated; };
    const Expression names = make.both(std::move(name));
    if (std::ranges::none_of(value, never) && texts_.can_match(names)) all.push_back({names, value});
  }
  return all;
}

void SchemaWriter::write_object(std::uint32_t made, const Shape& shape, bool in_order) {
  for (const Json& each : shape.excluded) {
    if (each.is_object())
      document_.fail(ErrorCode::unsupported, document_.root(), "not", "excludes an object, which cannot be kept");
  }
  const std::vector<std::string> listed = names(shape);
  std::vector<std::string> usable;
  std::size_t needed = 0;
  for (const std::string& name : listed) {
    if (allowed(shape, name)) {
      usable.push_back(name);
      needed += std::ranges::contains(shape.required, name) ? 1 : 0;
    } else if (std::ranges::contains(shape.required, name)) {
      return;
    }
  }
  const std::vector<Others> rest = others(shape, listed);
  // Of properties that are not declared only the first counts towards the least number: the others may have its name.
  const std::size_t least = shape.least_properties <= needed ? 0 : shape.least_properties;
  const std::size_t most = std::min<std::size_t>(shape.most_properties, unbounded);
  if (least > usable.size() + 1 && !rest.empty()) {
    document_.fail(ErrorCode::unsupported, *shape.bounded, "minProperties",
                   "cannot be kept for properties that are not declared, as their names could be the same");
  }
  if (most != unbounded && most > grammar_.limits().rules) {
    return exceed(grammar_.limits().rules, "properties that are counted", "lower maxProperties");
  }
  const Expression comma = grammar_.expressions().concatenation(text(","), space());
  const auto begin = [&](Expression before, Expression name) {
    return grammar_.expressions().sequence({before, text("\""), name, text("\":"), space()});
  };
  Unordered group{.in_order = in_order};
  for (const std::string& name : usable) {
    const Expression spelled = spell(grammar_.expressions(), name, Spelling::json);
    group.items.push_back({begin(empty, spelled), begin(comma, spelled), value(property(shape, name)).value,
                           std::ranges::contains(shape.required, name)});
  }
  Sequence other;
  if (!rest.empty()) {
    const std::uint32_t ways = grammar_.add_rule();
    for (const Others& each : rest) grammar_.add(ways, {lexeme(begin(empty, each.name)), value(each.value)});
    other = {rule(ways)};
  }
  // Without bounds what follows one property is what follows more.
  const bool counts = least > 0 || most != unbounded;
  for (std::size_t count = 0; count <= (counts ? usable.size() : std::min<std::size_t>(usable.size(), 1)); ++count) {
    const std::uint32_t tail = grammar_.add_rule();
    group.tails.push_back(tail);
    if (count >= least && count <= most) grammar_.add(tail, {});
    if (other.empty() || count + 1 < least || count >= most) continue;
    const std::uint32_t more = most == unbounded ? unbounded : static_cast<std::uint32_t>(most - count);
    Sequence behind = {lexeme(count == 0 ? empty : comma)};
    behind.append_range(grammar_.repetition(other, 1, more, {lexeme(comma)}));
    grammar_.add(tail, behind);
  }
  const std::uint32_t start = grammar_.unordered(std::move(group));
  grammar_.add(made, {lexeme(text("{")), lexeme(space()), rule(start), lexeme(space()), lexeme(text("}"))});
}

}  // namespace gerbil::grammar
