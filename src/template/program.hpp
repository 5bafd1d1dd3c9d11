// What a template is compiled to: instructions for a machine with a stack of values.
//
// Expressions push their value. Jumps are relative, so that code can be moved: an `a if c else b` is computed in
// another order than it is written.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "template/builtin.hpp"
#include "template/heap.hpp"
#include "template/value.hpp"

namespace gerbil::jinja {

enum class Op : std::uint8_t {
  constant,   // push constants[a]
  undefined,  // push an undefined value that constants[a] explains
  load,       // push variable a
  store,      // pop into variable a
  hide,       // the variables hidden[a] are undefined in the innermost scope
  bound,      // jump by a when parameter b was given
  unpack,     // pop an iterable of exactly a items; push them, the first on top
  pop,
  swap,
  over,           // copy the top below the value under it: x y becomes y x y
  attribute,      // pop x, push x.constants[a]
  set_attribute,  // pop a value and a namespace, set its attribute constants[a]
  item,           // pop key and x, push x[key]
  slice,          // pop step, stop, start and x, push x[start:stop:step]
  not_,
  negative,
  positive,
  binary,       // pop two, push the result of Binary(a)
  compare,      // pop two, push the result of Comparison(a)
  concatenate,  // pop a values, push str_join of them
  list,         // pop a values, push a list of them
  tuple,
  dict,           // pop a keys and values
  join_dicts,     // pop two dictionaries, push one with the items of both
  jump,           // by a
  jump_if_false,  // pop; by a
  jump_if_false_or_pop,
  jump_if_true_or_pop,
  call,    // pop arguments (see Instruction) and what to call; push the result
  filter,  // pop arguments; push what builtins[a] gives
  test,
  print,       // pop, append to the output; flag: only a text will do
  print_text,  // append constants[a]
  push_buffer,
  pop_buffer,  // push the output since push_buffer
  push_scope,
  pop_scope,
  filter_loop,  // pop an iterable, push what the code that follows, up to its halt, lets through of it; jump by a
  enter_loop,   // pop an iterable; a is how far back the entry of a recursive loop is (negative: it is not recursive)
  next,         // push the next item, or jump by a
  complete,     // a turn of the loop came to its end
  jump_if_completed,  // by a, when one did
  leave_loop,
  call_loop,         // call the recursive loop that begins at a; push its text
  make_macro,        // push the macro macros[a]
  call_block,        // push the text of blocks[a]; flag: it sees the variables around it
  return_,           // from a macro, block or recursive loop, with the output since its begin
  enter_autoescape,  // pop; remember what was
  leave_autoescape,
  include,  // pop what names a template; raise constants[a], unless it is nothing and may be missing (flag)
  fail,     // raise constants[a]
  halt,
};

enum class Binary : std::uint8_t { add, subtract, multiply, divide, floor_divide, modulo, power };
enum class Comparison : std::uint8_t { equal, unequal, less, less_equal, greater, greater_equal, in, not_in };

// For call, filter and test: `positional` values lie on the stack, then a list of further ones (flag spread_list), then
// `keywords` pairs of name and value, then a dictionary of further ones (spread_dict).
struct Instruction {
  static constexpr std::uint8_t spread_list = 1;
  static constexpr std::uint8_t spread_dict = 2;

  Op op = Op::halt;
  std::uint8_t flags = 0;
  std::uint16_t keywords = 0;
  std::int32_t a = 0;
  std::int32_t b = 0;  // of calls: positional arguments
  std::int32_t line = 0;
};

struct MacroCode {
  std::string name;
  std::vector<std::int32_t> parameters;  // variables
  std::vector<std::string> parameter_names;
  std::int32_t entry = 0;  // an index of Program::code
  bool takes_caller = false;
  bool takes_keywords = false;
  bool takes_rest = false;
  bool block = false;
  bool default_of_caller = false;
};

struct Symbol {
  Value name;       // a text
  Value undefined;  // what it is when nothing has set it
  const Builtin* global = nullptr;
};

struct Program {
  std::vector<Instruction> code;
  Values constants;
  std::vector<Symbol> symbols;  // variables, by number
  std::vector<const Builtin*> builtins;
  std::vector<std::vector<std::int32_t>> hidden;
  std::vector<MacroCode> macros;
  std::vector<MacroCode> blocks;              // called like macros without parameters
  Heap heap{Limits{.steps = INT64_MAX / 2}};  // of the constants

  // The number of a variable; -1 when the template does not mention it.
  std::int32_t symbol(std::string_view name) const;
  const MacroCode* block(std::string_view name) const;
};

// The variables that have a meaning of their own, always with these numbers.
enum Special : std::int32_t { loop_variable, caller_variable, kwargs_variable, varargs_variable };

// Throws SyntaxFailure.
void compile(std::string_view source, Program& program);

}  // namespace gerbil::jinja
