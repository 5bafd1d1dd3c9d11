// From shapes to rules: one rule for every set of schemas that hold for one value.
#pragma once

#include <map>
#include <tuple>
#include <vector>

#include "grammar/grammar.hpp"
#include "grammar/schema.hpp"
#include "grammar/schema_expand.hpp"

namespace gerbil::grammar {

class SchemaWriter {
 public:
  SchemaWriter(const SchemaDocument& document, const Limits& limits)
      : document_(document), grammar_(limits), texts_(grammar_.expressions(), document), expander_(texts_, document) {}

  // Throws as parse_schema() does.
  Productions write(const Frame& frame);

 private:
  // Properties that the shape does not name, by which patterns their names match, and what holds for their values.
  struct Others {
    Expression name;
    Conjunction value;
  };

  Symbol value(const Conjunction& places);
  void write_value(std::uint32_t rule, const Conjunction& places);
  void write_listed(std::uint32_t rule, const Shape& shape, const Conjunction& places);
  Expression constant(const Json& value);
  Expression scalars(const Shape& shape);
  Expression numbers(const Shape& shape);
  Expression strings(const Shape& shape);

  void write_array(std::uint32_t rule, const Shape& shape);
  Conjunction item(const Shape& shape, std::size_t index, std::size_t& listed) const;
  void write_counted(std::uint32_t rule, const Shape& shape, const Json& schema);
  std::vector<Json> finite_values(const Conjunction& places);
  void write_unique(std::uint32_t rule, const Shape& shape);

  void write_object(std::uint32_t rule, const Shape& shape, bool in_order);
  std::vector<std::string> names(const Shape& shape) const;
  Conjunction property(const Shape& shape, const std::string& name);
  static Conjunction with_unevaluated(const Shape& shape, Conjunction all, const std::set<const Json*>& speaking);
  bool allowed(const Shape& shape, const std::string& name);
  std::vector<Others> others(const Shape& shape, const std::vector<std::string>& named);
  Expression other_names(const Shape& shape, const std::vector<std::string>& named);

  Expression text(std::string_view literal) { return grammar_.expressions().literal(literal); }
  // What is between tokens of JSON.
  Expression space();

  const SchemaDocument& document_;
  Grammar grammar_;
  SchemaTexts texts_;
  SchemaExpander expander_;
  std::map<Conjunction, std::uint32_t> rules_;
  std::vector<std::tuple<std::uint32_t, Conjunction, Order>> todo_;
  Order order_ = Order::any;  // of the value that is being written, and so of what it has
};

}  // namespace gerbil::grammar
