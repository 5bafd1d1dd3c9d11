#include "grammar/gbnf.hpp"

#include <algorithm>

#include "gerbil/error.hpp"
#include "grammar/gbnf_tree.hpp"
#include "grammar/lark.hpp"

namespace gerbil::grammar {
namespace {

using Kind = GbnfNode::Kind;

class Compiler {
 public:
  Compiler(std::string_view text, const Limits& limits, const FindToken& find_token)
      : grammar_(limits),
        root_(is_lark(text) ? "start" : "root"),
        rules_((is_lark(text) ? parse_lark_rules : parse_gbnf_rules)(grammar_.expressions(), text, find_token)) {}

  Productions compile() {
    const auto root = std::ranges::find(rules_, root_, &GbnfRule::name);
    if (root == rules_.end())
      throw Error(ErrorCode::invalid_argument, "The grammar has no rule 'root', which is the answer.");
    find_regular_rules();
    std::vector<Sequence> bodies;
    for (std::size_t i = 0; i < rules_.size(); ++i) numbers_.push_back(grammar_.add_rule());
    for (std::size_t i = 0; i < rules_.size(); ++i) grammar_.add(numbers_[i], lower(rules_[i].body));
    return grammar_.finish(numbers_[static_cast<std::size_t>(root - rules_.begin())]);
  }

 private:
  static void names_in(const GbnfNode& node, std::vector<std::uint32_t>& names, bool& tokens) {
    if (node.kind == Kind::name) names.push_back(node.value);
    tokens |= node.kind == Kind::token;
    for (const GbnfNode& part : node.parts) names_in(part, names, tokens);
  }

  // A rule is regular when all the rules that it names are, which leaves out those that come back to themselves.
  void find_regular_rules() {
    expressions_.resize(rules_.size());
    std::vector<std::vector<std::uint32_t>> users(rules_.size());
    std::vector<std::size_t> waits(rules_.size());
    std::vector<std::uint32_t> open;
    for (std::uint32_t i = 0; i < rules_.size(); ++i) {
      std::vector<std::uint32_t> names;
      bool tokens = false;
      names_in(rules_[i].body, names, tokens);
      for (const std::uint32_t name : names) users[name].push_back(i);
      waits[i] = names.size() + (tokens ? 1 : 0);
      if (waits[i] == 0) open.push_back(i);
    }
    while (!open.empty()) {
      const std::uint32_t number = open.back();
      open.pop_back();
      expressions_[number] = regular(rules_[number].body);
      for (const std::uint32_t user : users[number]) {
        if (--waits[user] == 0) open.push_back(user);
      }
    }
  }

  std::optional<Expression> regular(const GbnfNode& node) {
    if (node.kind == Kind::characters) return node.value;
    if (node.kind == Kind::token) return std::nullopt;
    if (node.kind == Kind::name) return expressions_[node.value];
    std::vector<Expression> parts;
    for (const GbnfNode& part : node.parts) {
      const std::optional<Expression> made = regular(part);
      if (!made) return std::nullopt;
      parts.push_back(*made);
    }
    Expressions& make = grammar_.expressions();
    if (node.kind == Kind::sequence) return make.sequence(parts);
    if (node.kind == Kind::either) return make.either(parts);
    return make.repetition(parts[0], node.least, node.most);
  }

  Sequence lower(const GbnfNode& node) {
    if (const std::optional<Expression> made = regular(node)) return {lexeme(*made)};
    switch (node.kind) {
      case Kind::token:
        return {special_token(node.value)};
      case Kind::name:
        return {rule(numbers_[node.value])};
      case Kind::repetition:
        return grammar_.repetition(lower(node.parts[0]), node.least, node.most);
      case Kind::either: {
        std::vector<Sequence> alternatives;
        alternatives.reserve(node.parts.size());
        for (const GbnfNode& part : node.parts) alternatives.push_back(lower(part));
        return {rule(grammar_.either(alternatives))};
      }
      default: {
        Sequence made;
        for (const GbnfNode& part : node.parts) made.append_range(lower(part));
        return made;
      }
    }
  }

  Grammar grammar_;
  std::string_view root_;
  std::vector<GbnfRule> rules_;
  std::vector<std::optional<Expression>> expressions_;  // of the regular ones
  std::vector<std::uint32_t> numbers_;
};

}  // namespace

Productions parse_gbnf(std::string_view text, const Limits& limits, const FindToken& find_token) {
  return Compiler(text, limits, find_token).compile();
}

}  // namespace gerbil::grammar
