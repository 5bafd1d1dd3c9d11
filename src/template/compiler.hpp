// Reads a template's tokens and writes its program, in one pass.
// Reference: Jinja 3.1, jinja2.parser and jinja2.compiler.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "template/program.hpp"
#include "template/token.hpp"

namespace gerbil::jinja {

class Compiler {
 public:
  Compiler(Program& program, std::vector<Token> tokens) : program_(program), tokens_(std::move(tokens)) {}
  void run();

 private:
  using Code = std::vector<Instruction>;

  // What `set`, `for` and `with` assign to: a variable, an attribute of a namespace, or several of these.
  struct Target {
    std::int32_t symbol = -1;
    std::string attribute;  // of a namespace
    bool several = false;
    std::vector<Target> parts;
  };

  struct CallShape {
    std::int32_t positional = 0;
    std::uint16_t keywords = 0;
    std::uint8_t flags = 0;
  };

  // A loop around the statement that is read; inside a macro there is none.
  struct LoopInfo {
    std::size_t cleanups = 0;  // how many of cleanups_ are outside of it
    std::vector<std::size_t> breaks;
    std::vector<std::size_t> continues;
  };

  // A filter or test that does not exist: an error at once, or only when it is reached if an `if` is around it.
  struct Unknown {
    std::string message;
    int line;
  };

  // Which variables the part of the template that is read loads and stores itself, not in parts inside of it.
  struct Names {
    std::set<std::int32_t> loaded;
    std::set<std::int32_t> stored;   // before they were loaded
    int branches = 0;                // `if`s around: what only they store comes from outside
    std::vector<std::size_t> inner;  // of Program::hidden: the parts inside
  };

  class Nesting;  // counts levels, and refuses too many

  // Tokens.
  const Token& now() const { return tokens_[at_]; }
  const Token& ahead() const { return tokens_[std::min(at_ + 1, tokens_.size() - 1)]; }
  bool skip_name(std::string_view name);
  bool skip_operator(std::string_view spelling);
  void expect_operator(std::string_view spelling);
  void expect_name(std::string_view name);
  void expect(TokenKind kind, std::string_view what);
  std::string take_name();
  [[noreturn]] void error(const std::string& message) const;
  static std::string describe(const Token& token);  // for messages

  // Code.
  std::size_t emit(Instruction instruction);
  std::size_t emit(Op op, std::int32_t a = 0) { return emit({.op = op, .a = a}); }
  std::size_t here() const { return program_.code.size(); }
  void land(std::size_t jump);                // `jump` goes here
  void jump_back(Op op, std::size_t target);  // from here
  Code cut(std::size_t begin);                // takes the code from `begin` on out
  void append(const Code& code);
  std::int32_t constant(Value value);
  std::int32_t text_constant(std::string_view text);
  std::int32_t symbol(std::string_view name);
  std::int32_t builtin(const Builtin* function);
  void emit_load(std::string_view name);
  void emit_assign(std::int32_t variable);
  std::size_t begin_names();
  void end_names(std::size_t begin);

  // Expressions: each reads one of its level and pushes its value.
  void expression();
  void disjunction();
  void conjunction();
  void negation();
  void comparison();
  void sum();
  void concatenation();
  void product();
  void power();
  void unary(bool with_filters = true);
  void primary();
  void number();
  void list();
  void dict();
  void parentheses();
  void tuple(bool with_condition = true, std::initializer_list<std::string_view> ends = {}, bool parenthesised = false);
  void postfix();
  void subscript();
  bool slice_or_item();  // true: a slice
  void filters_and_tests();
  void filter();
  void test();
  bool comparison_operator(Comparison& comparison);
  CallShape arguments();
  void emit_call(Op op, const CallShape& shape, std::int32_t a = 0);
  void emit_builtin(Op op, const Builtin* function, const CallShape& shape, const std::string& missing);
  bool ends_tuple(std::initializer_list<std::string_view> ends) const;

  // Statements. body() reads until a tag named in `ends` and returns its name.
  std::string body(std::initializer_list<std::string_view> ends);
  void statement(const std::string& tag);
  void end_tag() { expect(TokenKind::block_end, "end of statement block"); }
  void close(std::initializer_list<std::string_view> ends);  // the body, its end and the tag's end
  void scoped(std::string_view end);
  void if_statement();
  void for_statement();
  void filter_items(const Target& target);
  void loop_body(const Target& target, bool recursive, std::size_t entry);
  void leave_loop_statement(bool again);
  void set_statement();
  void with_statement();
  void macro_statement();
  void call_statement();
  void filter_statement();
  void block_statement();
  void autoescape_statement();
  void print_statement();
  void template_statement(const std::string& tag);
  void separate(const std::function<void()>& read);
  void macro_body(MacroCode macro, const Code& defaults, Names names, std::string_view end);
  Names signature(MacroCode& macro, Code& defaults);
  Target target(bool with_namespace);
  static bool assigns(const Target& target, std::int32_t variable);
  Target single_target(bool with_namespace);
  void emit_store(const Target& target);
  void declare(const Target& target);  // its variables are set where the part begins, so nothing hides them

  Program& program_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int nesting_ = 0;
  std::vector<LoopInfo> loops_;
  std::vector<Op> cleanups_;  // what leaves the statements around, the outermost first
  std::vector<Unknown> unknowns_;
  std::vector<Names> names_;
  std::map<std::string, std::int32_t, std::less<>> symbols_;
  std::map<std::string, std::int32_t, std::less<>> texts_;
  std::map<const Builtin*, std::int32_t> builtins_;
};

class Compiler::Nesting {
 public:
  explicit Nesting(Compiler& compiler) : compiler_(compiler) {
    if (++compiler.nesting_ > Limits::source_nesting) {
      compiler.error("blocks and brackets nest deeper than " + std::to_string(Limits::source_nesting) + " levels");
    }
  }
  ~Nesting() { --compiler_.nesting_; }
  Nesting(const Nesting&) = delete;
  Nesting& operator=(const Nesting&) = delete;

 private:
  Compiler& compiler_;
};

}  // namespace gerbil::jinja
