// How a machine calls.
#include <algorithm>

#include "template/failure.hpp"
#include "template/machine.hpp"

namespace gerbil::jinja {

// The arguments on the stack; `begin` is where the first one lies.
Arguments Machine::arguments(const Instruction& instruction, std::size_t& begin) {
  const auto positional = static_cast<std::size_t>(instruction.b);
  const bool spread_list = (instruction.flags & Instruction::spread_list) != 0;
  const bool spread_dict = (instruction.flags & Instruction::spread_dict) != 0;
  begin = stack_.size() - positional - 2 * instruction.keywords - (spread_list ? 1 : 0) - (spread_dict ? 1 : 0);
  const Value* at = stack_.data() + begin;
  Arguments result{.positional = {at, positional}, .keywords = {}};
  at += positional;
  if (spread_list) {
    positional_.assign(result.positional.begin(), result.positional.end());
    const Values more = items_of(context_, *at++);
    positional_.insert(positional_.end(), more.begin(), more.end());
    result.positional = positional_;
  }
  if (instruction.keywords == 0 && !spread_dict) return result;
  keywords_.clear();
  for (int i = 0; i < instruction.keywords; ++i, at += 2) keywords_.emplace_back(at[0], at[1]);
  if (spread_dict) {
    if (!at->is(Kind::dict)) fail("argument after ** must be a mapping, not " + std::string(type_name(*at)));
    for (const auto& [key, value] : at->dict().items) {
      if (!key.is_text()) fail("keywords must be strings");
      if (std::ranges::any_of(keywords_, [&](const auto& k) { return equal(k.first, key); })) {
        fail("got multiple values for keyword argument '" + std::string(key.bytes()) + "'");
      }
      keywords_.emplace_back(key, value);
    }
  }
  result.keywords = keywords_;
  return result;
}

void Machine::call(const Instruction& instruction) {
  std::size_t begin = 0;
  Arguments given = arguments(instruction, begin);
  const std::size_t callee_at = begin - 1;
  const Value callee = stack_[callee_at];
  Value result;
  switch (callee.kind()) {
    case Kind::builtin:
      result = callee.builtin().call(context_, given);
      break;
    case Kind::method:
      // The object takes the place of the method, in front of the arguments.
      stack_[callee_at] = callee.method().self;
      if (given.positional.data() == stack_.data() + begin) {
        given.positional = {stack_.data() + callee_at, given.positional.size() + 1};
      } else {
        positional_.insert(positional_.begin(), callee.method().self);
        given.positional = positional_;
      }
      result = callee.method().builtin->call(context_, given);
      break;
    case Kind::joiner: {
      Joiner& joiner = callee.joiner();
      if (!given.positional.empty() || !given.keywords.empty()) fail("a joiner takes no arguments");
      result = std::exchange(joiner.used, true) ? joiner.separator : heap_.text("");
      break;
    }
    case Kind::macro:
      return call_macro(callee.macro(), given, callee_at);
    case Kind::loop:
      return call_loop(callee.loop(), given, callee_at);
    default:
      require_defined(callee);
      fail("'" + std::string(type_name(callee)) + "' object is not callable");
  }
  stack_.resize(callee_at);
  push(result);
}

// Reference: jinja2.runtime.Macro.__call__.
void Machine::call_macro(const Macro& macro, const Arguments& given, std::size_t stack) {
  const MacroCode& code = *macro.code;
  Scope* scope = open_scope(macro.scope);
  const std::size_t by_position = std::min(given.positional.size(), code.parameters.size());
  for (std::size_t i = 0; i < by_position; ++i) scope->variables.emplace_back(code.parameters[i], given.positional[i]);
  if (code.takes_rest) {
    scope->variables.emplace_back(
        varargs_variable,
        heap_.tuple({given.positional.begin() + static_cast<std::ptrdiff_t>(by_position), given.positional.end()}));
  } else if (given.positional.size() > by_position) {
    fail("macro '" + code.name + "' takes not more than " + std::to_string(code.parameters.size()) + " argument(s)");
  }
  for (std::size_t i = by_position; i < code.parameters.size(); ++i)
    scope->variables.emplace_back(code.parameters[i], Value());
  Dict rest;
  Value caller;
  for (const auto& [name, value] : given.keywords) {
    const auto parameter = std::find_if(
        code.parameters.begin() + static_cast<std::ptrdiff_t>(by_position), code.parameters.end(),
        [&](std::int32_t symbol) { return equal(program_.symbols[static_cast<std::size_t>(symbol)].name, name); });
    if (parameter != code.parameters.end()) {
      assign(*scope, *parameter, value);
    } else if (code.takes_caller && name.bytes() == "caller") {
      caller = value;
    } else if (code.takes_keywords) {
      insert(heap_, rest, name, value);
    } else if (name.bytes() == "caller") {
      fail("macro '" + code.name + "' was invoked with a caller, which it does not call");
    } else {
      fail("macro '" + code.name + "' takes no keyword argument '" + std::string(name.bytes()) + "'");
    }
  }
  if (code.takes_keywords) scope->variables.emplace_back(kwargs_variable, heap_.dict(std::move(rest)));
  if (code.takes_caller && !std::ranges::contains(code.parameters, static_cast<std::int32_t>(caller_variable))) {
    scope->variables.emplace_back(caller_variable, caller.given() ? caller : heap_.undefined("No caller defined"));
  }
  // A block escapes nothing by itself, and what it gives is Markup where Markup is printed.
  const bool escapes = macro.markup && !code.block;
  enter(code.entry, scope, stack);
  frames_.back().markup = code.block ? context_.autoescape : macro.markup;
  context_.autoescape = escapes;
}

void Machine::call_loop(Loop& loop, const Arguments& given, std::size_t stack) {
  if (loop.entry < 0) {
    fail("The loop must have the 'recursive' marker to be called recursively.");
  }
  if (given.positional.size() != 1 || !given.keywords.empty()) fail("loop() takes the items of the next level");
  const Value iterable = given.positional[0];
  const int depth = loop.depth + 1;
  enter(loop.entry, loop.scope, stack);
  frames_.back().loop_depth = depth;
  push(iterable);
}

void Machine::enter(std::int32_t entry, Scope* scope, std::size_t stack) {
  if (static_cast<int>(frames_.size()) >= heap_.limits().calls) {
    fail("macros or loops call each other deeper than " + std::to_string(heap_.limits().calls) + " levels");
  }
  frames_.push_back({.return_to = at_,
                     .scope = scope_,
                     .loops = loops_.size(),
                     .stack = stack,
                     .markup = context_.autoescape,
                     .autoescape = context_.autoescape});
  stack_.resize(stack);
  buffers_.emplace_back();
  scope_ = scope;
  at_ = entry;
}

void Machine::leave() {
  const Frame frame = frames_.back();
  frames_.pop_back();
  at_ = frame.return_to;
  scope_ = frame.scope;
  loops_.resize(frame.loops);
  stack_.resize(frame.stack);
  context_.autoescape = frame.autoescape;
  push(heap_.text(take_buffer(), frame.markup));
}

}  // namespace gerbil::jinja
