// Lists whose items are all different, of finitely many values.
#include "grammar/automaton.hpp"
#include "grammar/schema_check.hpp"
#include "grammar/schema_writer.hpp"

namespace gerbil::grammar {
namespace {

constexpr std::size_t most_unique = 256;  // values
constexpr std::size_t longest = 1000;     // bytes of one

// The texts of the expression, at most `most` and one more.
std::vector<std::string> texts_of(Expressions& make, Expression expression, std::size_t most) {
  std::vector<std::string> made;
  Automaton automaton(make, {expression});
  if (!automaton.can_match(expression)) return made;
  struct Visit {
    Expression state;
    unsigned next_byte;
  };
  std::vector<Visit> way = {{expression, 0}};
  std::string text;
  while (!way.empty() && made.size() <= most) {
    Visit& last = way.back();
    if (last.next_byte == 0 && make.matches_empty(last.state)) made.push_back(text);
    if (last.next_byte == 256) {
      way.pop_back();
      if (!text.empty()) text.pop_back();
      continue;
    }
    const auto byte = static_cast<std::uint8_t>(last.next_byte++);
    const Expression next = automaton.step(last.state, automaton.class_of(byte));
    if (next == nothing) continue;
    if (text.size() == longest) return std::vector<std::string>(most + 1);
    make.spend(16);
    text += static_cast<char>(byte);
    way.push_back({next, 0});
  }
  return made;
}

}  // namespace

// All values of the places; more than `most_unique` when there are more.
std::vector<Json> SchemaWriter::finite_values(const Conjunction& places) {
  std::vector<Json> values;
  ValueSet known;
  for (const Shape& shape : expander_.expand(places)) {
    if (shape.values) {
      for (const Json& value : *shape.values) {
        const auto fits = [&](const Place& place) { return satisfies(value, place, texts_, document_); };
        if (std::ranges::all_of(places, fits) && known.insert(value)) values.push_back(value);
      }
      continue;
    }
    std::vector<std::string> texts(most_unique + 1);
    if ((shape.types & (array | object)) == 0) texts = texts_of(grammar_.expressions(), scalars(shape), most_unique);
    if (texts.size() > most_unique) return std::vector<Json>(most_unique + 1);
    for (const std::string& text : texts) {
      Json value = parse_strict_json(text, "a value of the schema");
      if (known.insert(value)) values.push_back(std::move(value));
    }
  }
  return values;
}

void SchemaWriter::write_unique(std::uint32_t made, const Shape& shape) {
  std::size_t listed = 0;
  const Conjunction places = item(shape, static_cast<std::size_t>(-1), listed);
  const std::vector<Json> values = finite_values(places);
  if (listed > 0 || values.size() > most_unique) {
    document_.fail(ErrorCode::unsupported, *shape.unique, "uniqueItems",
                   "cannot be kept unless the items are one of at most 256 values");
  }
  const Expression comma = grammar_.expressions().concatenation(text(","), space());
  const std::uint32_t nothing_more = grammar_.either({{}});
  Unordered group;
  for (const Json& value : values) {
    const Expression written = constant(value);
    group.items.push_back({written, grammar_.expressions().concatenation(comma, written), nothing_more, false});
  }
  for (std::size_t count = 0; count <= values.size(); ++count) {
    const bool enough = count >= shape.least_items && count <= shape.most_items;
    group.tails.push_back(grammar_.either(enough ? std::vector<Sequence>{{}} : std::vector<Sequence>{}));
  }
  const std::uint32_t start = grammar_.unordered(std::move(group));
  grammar_.add(made, {lexeme(text("[")), lexeme(space()), rule(start), lexeme(space()), lexeme(text("]"))});
}

}  // namespace gerbil::grammar
