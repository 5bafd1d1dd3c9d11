#include "template/machine.hpp"

#include "template/failure.hpp"
#include "template/json.hpp"
#include "template/operators.hpp"
#include "template/print.hpp"
#include "template/text.hpp"

namespace gerbil::jinja {

Machine::Machine(const Program& program, const Limits& limits) : program_(program), heap_(limits) {}

std::string Machine::run(const Json& variables) {
  scope_ = open_scope(nullptr);
  for (const auto& [name, value] : variables.items()) {
    const std::int32_t symbol = program_.symbol(name);
    if (symbol >= 0) assign(*scope_, symbol, from_json(heap_, value));
  }
  scope_ = root_ = open_scope(scope_);
  buffers_.emplace_back();
  run_to_halt();
  return take_buffer();
}

void Machine::run_to_halt() {
  for (;;) {
    const Instruction& instruction = program_.code[static_cast<std::size_t>(at_)];
    line_ = instruction.line;
    if (instruction.op == Op::halt) return;
    heap_.spend(1);
    // Between instructions no value is in the hands of a builtin.
    if (heap_.is_due() && inside_ == 0) collect();
    ++at_;
    execute(instruction);
  }
}

void Machine::collect() {
  heap_.collect([&](Marker& marker) {
    for (const Value value : stack_) marker.reach(value);
    for (const std::string& buffer : buffers_) marker.count(buffer.size());
    for (const Frame& frame : frames_) marker.reach(frame.scope);
    for (const LoopFrame& frame : loops_) marker.reach(frame.loop);
    marker.reach(scope_);
    marker.reach(root_);
  });
  free_scopes_.clear();
}

Value Machine::pop() {
  const Value value = stack_.back();
  stack_.pop_back();
  return value;
}

Scope* Machine::open_scope(Scope* parent) {
  if (free_scopes_.empty()) free_scopes_.push_back(heap_.make(Scope()));
  Scope* scope = free_scopes_.back();
  free_scopes_.pop_back();
  scope->variables.clear();
  scope->parent = parent;
  scope->captured = false;
  return scope;
}

void Machine::close_scope() {
  Scope* scope = scope_;
  scope_ = scope->parent;
  if (!scope->captured) free_scopes_.push_back(scope);
}

Scope* Machine::capture(Scope* scope) {
  for (Scope* each = scope; each && !each->captured; each = each->parent) each->captured = true;
  return scope;
}

void Machine::assign(Scope& scope, std::int32_t symbol, Value value) {
  for (auto& [name, current] : scope.variables) {
    if (name == symbol) {
      current = value;
      return;
    }
  }
  scope.variables.emplace_back(symbol, value);
}

Value Machine::load(std::int32_t symbol) {
  for (const Scope* scope = scope_; scope; scope = scope->parent) {
    for (const auto& [name, value] : scope->variables) {
      if (name != symbol) continue;
      // A parameter that is looked at by the default of one before it.
      return value.given() ? value : heap_.undefined("parameter was not provided");
    }
  }
  const Symbol& unknown = program_.symbols[static_cast<std::size_t>(symbol)];
  if (unknown.global) return unknown.global;
  if (unknown.name.bytes() == "self") return Value::self();
  return unknown.undefined;
}

void Machine::append(std::string_view text) {
  heap_.reserve(static_cast<std::int64_t>(text.size()));
  buffers_.back() += text;
}

void Machine::print(Value value) {
  if (context_.autoescape && !(value.is_text() && value.text().markup)) {
    append(escape_html(str(value)));
  } else if (value.is_text()) {
    append(value.bytes());
  } else {
    append(str(value));
  }
}

std::string Machine::take_buffer() {
  std::string text = std::move(buffers_.back());
  buffers_.pop_back();
  heap_.give_back(static_cast<std::int64_t>(text.size()));
  return text;
}

void Machine::unpack(std::int32_t count) {
  Values items;
  Iteration iteration{pop()};
  for (Value item = next_of(context_, iteration); item.given(); item = next_of(context_, iteration)) {
    items.push_back(item);
    if (std::ssize(items) > count) break;
  }
  const auto size = static_cast<std::int32_t>(items.size());
  if (size > count) fail("too many values to unpack (expected " + std::to_string(count) + ")");
  if (size < count) {
    fail("not enough values to unpack (expected " + std::to_string(count) + ", got " + std::to_string(size) + ")");
  }
  stack_.insert(stack_.end(), items.rbegin(), items.rend());
}

void Machine::make_dict(std::int32_t count) {
  const std::size_t begin = stack_.size() - 2 * static_cast<std::size_t>(count);
  Dict dict;
  for (std::size_t i = begin; i < stack_.size(); i += 2) insert(heap_, dict, stack_[i], stack_[i + 1]);
  stack_.resize(begin);
  push(heap_.dict(std::move(dict)));
}

void Machine::join_dicts() {
  const Value second = pop();
  const Value first = pop();
  if (!first.is(Kind::dict)) fail("argument after ** must be a mapping, not " + std::string(type_name(first)));
  Dict dict = first.dict();
  for (const auto& [key, value] : second.dict().items) insert(heap_, dict, key, value);
  push(heap_.dict(std::move(dict)));
}

void Machine::set_attribute(Value name) {
  const Value space = pop();
  const Value value = pop();
  if (!space.is(Kind::name_space)) fail("cannot assign attribute on non-namespace object");
  insert(heap_, space.name_space().attributes, name, value);
}

void Machine::get_attribute(Value name) {
  const Value object = pop();
  if (!object.is(Kind::self)) return push(attribute(context_, object, name));
  const MacroCode* block = program_.block(name.bytes());
  push(block ? Value(heap_.make(Macro{block, root_})) : heap_.undefined({.object = object, .name = name}));
}

void Machine::enter_loop(const Instruction& instruction) {
  Loop loop{.iteration = {pop()}};
  if (instruction.a >= 0) {
    loop.entry = at_ - 1 - instruction.a;
    loop.scope = capture(scope_);
    loop.depth = frames_.back().loop_depth;
  }
  loops_.push_back({.loop = heap_.make(std::move(loop))});
}

// The items that the loop goes through are those for which the code that follows pushes a true value.
void Machine::filter_loop(const Instruction& instruction) {
  const auto next = [](Context& context, Generator& filter) {
    for (;;) {
      const Value item = next_of(context, filter.source);
      if (!item.given() || context.machine->passes(filter, item)) return item;
    }
  };
  push(heap_.make(Generator{.next = next, .source = {pop()}, .scope = capture(scope_), .number = at_}));
  jump(instruction);
}

bool Machine::passes(const Generator& filter, Value item) {
  // What the instruction that runs looks at stays where it is.
  Values stack = std::exchange(stack_, {item});
  Values positional = std::exchange(positional_, {});
  auto keywords = std::exchange(keywords_, {});
  Scope* const scope = std::exchange(scope_, filter.scope);
  const std::int32_t at = std::exchange(at_, static_cast<std::int32_t>(filter.number));
  const int line = line_;
  ++inside_;
  run_to_halt();
  --inside_;
  const bool result = truth(pop());
  stack_ = std::move(stack);
  positional_ = std::move(positional);
  keywords_ = std::move(keywords);
  scope_ = scope;
  at_ = at;
  line_ = line;
  return result;
}

void Machine::next(const Instruction& instruction) {
  const Value item = advance(context_, *loops_.back().loop);
  return item.given() ? push(item) : jump(instruction);
}

void Machine::execute(const Instruction& instruction) {
  const std::int32_t a = instruction.a;
  const auto constant = [&] { return program_.constants[static_cast<std::size_t>(a)]; };
  const auto take = [&] {
    const std::size_t begin = stack_.size() - static_cast<std::size_t>(a);
    Values items(stack_.begin() + static_cast<std::ptrdiff_t>(begin), stack_.end());
    stack_.resize(begin);
    return items;
  };
  switch (instruction.op) {
    case Op::constant:
      return push(constant());
    case Op::undefined:
      return push(heap_.undefined(constant().bytes()));
    case Op::load:
      return push(load(a));
    case Op::store:
      return assign(*scope_, a, pop());
    case Op::hide:
      for (const std::int32_t symbol : program_.hidden[static_cast<std::size_t>(a)]) {
        assign(*scope_, symbol, program_.symbols[static_cast<std::size_t>(symbol)].undefined);
      }
      return;
    case Op::bound:
      for (const auto& [name, value] : scope_->variables) {
        if (name == instruction.b && value.given()) return jump(instruction);
      }
      return;
    case Op::unpack:
      return unpack(a);
    case Op::pop:
      stack_.pop_back();
      return;
    case Op::swap:
      std::swap(stack_[stack_.size() - 1], stack_[stack_.size() - 2]);
      return;
    case Op::over:
      stack_.insert(stack_.end() - 2, stack_.back());
      return;
    case Op::attribute:
      return get_attribute(constant());
    case Op::set_attribute:
      return set_attribute(constant());
    case Op::item: {
      const Value key = pop();
      const Value object = pop();
      return push(item(context_, object, key));
    }
    case Op::slice: {
      const Value step = pop();
      const Value stop = pop();
      const Value start = pop();
      const Value object = pop();
      return push(slice(context_, object, start, stop, step));
    }
    case Op::not_:
      return push(Value::boolean(!truth(pop())));
    case Op::negative:
      return push(negative(pop()));
    case Op::positive:
      return push(positive(pop()));
    case Op::binary: {
      const Value right = pop();
      const Value left = pop();
      return push(apply(context_, static_cast<Binary>(a), left, right));
    }
    case Op::compare: {
      const Value right = pop();
      const Value left = pop();
      return push(Value::boolean(apply(context_, static_cast<Comparison>(a), left, right)));
    }
    case Op::concatenate: {
      const Values parts = take();
      return push(concatenate(context_, parts));
    }
    case Op::list:
      return push(heap_.list(take()));
    case Op::tuple:
      return push(heap_.tuple(take()));
    case Op::dict:
      return make_dict(a);
    case Op::join_dicts:
      return join_dicts();
    case Op::jump:
      return jump(instruction);
    case Op::jump_if_false:
      if (!truth(pop())) jump(instruction);
      return;
    case Op::jump_if_false_or_pop:
      if (!truth(stack_.back())) return jump(instruction);
      stack_.pop_back();
      return;
    case Op::jump_if_true_or_pop:
      if (truth(stack_.back())) return jump(instruction);
      stack_.pop_back();
      return;
    case Op::call:
      return call(instruction);
    case Op::filter:
    case Op::test: {
      std::size_t begin = 0;
      const Arguments given = arguments(instruction, begin);
      const Value result = program_.builtins[static_cast<std::size_t>(a)]->call(context_, given);
      stack_.resize(begin);
      return push(result);
    }
    case Op::print:
      if (instruction.flags != 0) to_text(stack_.back(), "what a filter block gives");
      return print(pop());
    case Op::print_text:
      return append(constant().bytes());
    case Op::push_buffer:
      buffers_.emplace_back();
      return;
    case Op::pop_buffer:
      return push(heap_.text(take_buffer(), context_.autoescape));
    case Op::push_scope:
      scope_ = open_scope(scope_);
      if (instruction.flags != 0) scope_->variables.emplace_back(loop_variable, loops_.back().loop);
      return;
    case Op::pop_scope:
      return close_scope();
    case Op::enter_loop:
      return enter_loop(instruction);
    case Op::next:
      return next(instruction);
    case Op::filter_loop:
      return filter_loop(instruction);
    case Op::complete:
      loops_.back().completed = true;
      return;
    case Op::jump_if_completed:
      if (loops_.back().completed) jump(instruction);
      return;
    case Op::leave_loop:
      loops_.pop_back();
      return;
    case Op::call_loop: {
      const Value iterable = pop();
      enter(at_ - 1 + a, scope_, stack_.size());
      return push(iterable);
    }
    case Op::make_macro:
      return push(
          heap_.make(Macro{&program_.macros[static_cast<std::size_t>(a)], capture(scope_), context_.autoescape}));
    case Op::call_block:
      return call_macro(Macro{&program_.blocks[static_cast<std::size_t>(a)], instruction.flags != 0 ? scope_ : root_},
                        {}, stack_.size());
    case Op::return_:
      return leave();
    case Op::enter_autoescape:
      autoescapes_.push_back(context_.autoescape);
      context_.autoescape = truth(pop());
      return;
    case Op::leave_autoescape:
      context_.autoescape = autoescapes_.back();
      autoescapes_.pop_back();
      return;
    case Op::include: {
      const Value name = pop();
      require_defined(name);
      if (instruction.flags != 0 && !name.is_text() && !truth(name)) return;
      fail(std::string(constant().bytes()));
    }
    case Op::fail:
      fail(std::string(constant().bytes()));
    case Op::halt:
      return;
  }
}

}  // namespace gerbil::jinja
