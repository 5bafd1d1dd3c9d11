#include <algorithm>
#include <ranges>
#include <utility>

#include "template/compiler.hpp"
#include "template/failure.hpp"

namespace gerbil::jinja {

std::string Compiler::body(std::initializer_list<std::string_view> ends) {
  const Nesting level(*this);
  for (;;) {
    switch (now().kind) {
      case TokenKind::data:
        emit(Op::print_text, text_constant(now().text));
        ++at_;
        break;
      case TokenKind::print_begin:
        ++at_;
        tuple();
        emit(Op::print);
        expect(TokenKind::print_end, "end of print statement");
        break;
      case TokenKind::block_begin: {
        ++at_;
        const std::string tag = take_name();
        if (std::ranges::contains(ends, tag)) return tag;
        statement(tag);
        break;
      }
      default:
        if (ends.size() == 0) return {};
        error("Unexpected end of template. The innermost block that needs to be closed ends with '" +
              std::string(*(ends.end() - 1)) + "'.");
    }
  }
}

void Compiler::statement(const std::string& tag) {
  if (tag == "if") return if_statement();
  if (tag == "for") return for_statement();
  if (tag == "set") return set_statement();
  if (tag == "macro") return macro_statement();
  if (tag == "call") return call_statement();
  if (tag == "filter") return filter_statement();
  if (tag == "with") return with_statement();
  if (tag == "block") return block_statement();
  if (tag == "autoescape") return autoescape_statement();
  if (tag == "print") return print_statement();
  if (tag == "break" || tag == "continue") return leave_loop_statement(tag == "continue");
  if (tag == "generation") {
    // What the assistant wrote, for masks in training; the prompt is the same.
    end_tag();
    return separate([&] { scoped("endgeneration"); });
  }
  if (tag == "include" || tag == "import" || tag == "from" || tag == "extends") return template_statement(tag);
  error("Encountered unknown tag '" + tag + "'.");
}

void Compiler::close(std::initializer_list<std::string_view> ends) {
  body(ends);
  end_tag();
}

// A body whose variables are its own.
void Compiler::scoped(std::string_view end) {
  emit(Op::push_scope);
  const std::size_t names = begin_names();
  cleanups_.push_back(Op::pop_scope);
  close({end});
  cleanups_.pop_back();
  end_names(names);
  emit(Op::pop_scope);
}

void Compiler::if_statement() {
  const std::size_t unknowns = unknowns_.size();
  std::vector<std::size_t> to_end;
  tuple(false);
  ++names_.back().branches;
  std::string end = "if";
  while (end != "endif") {
    if (end == "else") {
      end_tag();
      end = body({"endif"});
    } else {
      if (end == "elif") tuple(false);
      end_tag();
      const std::size_t skip = emit(Op::jump_if_false);
      end = body({"elif", "else", "endif"});
      if (end != "endif") to_end.push_back(emit(Op::jump));
      land(skip);
    }
  }
  --names_.back().branches;
  end_tag();
  for (const std::size_t jump : to_end) land(jump);
  unknowns_.resize(unknowns);
}

// The iterable lies on the stack. A recursive loop begins here again for each loop(…).
void Compiler::filter_items(const Target& target) {
  const std::size_t filter = emit(Op::filter_loop);
  emit(Op::push_scope);
  const std::size_t names = begin_names();
  declare(target);
  emit_store(target);
  expression();
  end_names(names);
  emit(Op::pop_scope);
  emit(Op::halt);
  land(filter);
}

void Compiler::loop_body(const Target& target, bool recursive, std::size_t entry) {
  const std::int32_t back = recursive ? static_cast<std::int32_t>(here() - entry) : -1;
  emit(Op::enter_loop, back);
  const std::size_t next = emit(Op::next);
  emit({.op = Op::push_scope, .flags = 1});
  const std::size_t names = begin_names();
  declare(target);
  emit_store(target);
  cleanups_.push_back(Op::leave_loop);
  loops_.push_back({.cleanups = cleanups_.size()});
  cleanups_.push_back(Op::pop_scope);
  const std::string end = body({"else", "endfor"});
  end_names(names);
  cleanups_.pop_back();
  const LoopInfo loop = std::move(loops_.back());
  loops_.pop_back();
  emit(Op::complete);
  for (const std::size_t jump : loop.continues) land(jump);
  emit(Op::pop_scope);
  jump_back(Op::jump, next);
  land(next);
  for (const std::size_t jump : loop.breaks) land(jump);
  if (end == "else") {
    end_tag();
    const std::size_t skip = emit(Op::jump_if_completed);
    emit(Op::push_scope);
    const std::size_t else_names = begin_names();
    cleanups_.push_back(Op::pop_scope);
    body({"endfor"});
    cleanups_.pop_back();
    end_names(else_names);
    emit(Op::pop_scope);
    land(skip);
  }
  cleanups_.pop_back();
  emit(Op::leave_loop);
}

void Compiler::for_statement() {
  const Target targets = target(false);
  if (assigns(targets, loop_variable)) error("Can't assign to special loop variable in for-loop target");
  expect_name("in");
  tuple(false, {"recursive"});
  // A recursive loop is called, and what it returns is printed; any other one is simply entered.
  const std::size_t call = emit(Op::jump, 3);
  emit(Op::print);
  const std::size_t over = emit(Op::jump);
  const std::size_t entry = here();
  if (skip_name("if")) filter_items(targets);
  const bool recursive = skip_name("recursive");
  end_tag();
  if (recursive) {
    program_.code[call].op = Op::call_loop;
    separate([&] { loop_body(targets, true, entry); });
    emit(Op::return_);
  } else {
    loop_body(targets, false, entry);
  }
  end_tag();
  land(over);
}

// Code that is entered from elsewhere: no loop or scope around it is its own.
void Compiler::separate(const std::function<void()>& read) {
  auto loops = std::exchange(loops_, {});
  auto cleanups = std::exchange(cleanups_, {});
  read();
  loops_ = std::move(loops);
  cleanups_ = std::move(cleanups);
}

void Compiler::leave_loop_statement(bool again) {
  if (loops_.empty()) error(again ? "'continue' outside of a loop" : "'break' outside of a loop");
  LoopInfo& loop = loops_.back();
  // The scope of the turn is left here by a break, and where the turn ends by a continue.
  for (std::size_t i = cleanups_.size(); i > loop.cleanups + (again ? 1 : 0); --i) {
    emit(cleanups_[i - 1]);
    if (cleanups_[i - 1] == Op::pop_buffer) emit(Op::pop);
  }
  (again ? loop.continues : loop.breaks).push_back(emit(Op::jump));
  end_tag();
}

void Compiler::set_statement() {
  const Target targets = target(true);
  if (skip_operator("=")) {
    tuple();
    end_tag();
    return emit_store(targets);
  }
  const std::size_t begin = here();
  while (skip_operator("|")) filter();
  const Code filters = cut(begin);
  end_tag();
  emit(Op::push_buffer);
  cleanups_.push_back(Op::pop_buffer);
  scoped("endset");
  cleanups_.pop_back();
  emit(Op::pop_buffer);
  append(filters);
  emit_store(targets);
}

void Compiler::with_statement() {
  std::vector<Target> targets;
  while (now().kind != TokenKind::block_end) {
    if (!targets.empty()) expect_operator(",");
    targets.push_back(target(false));
    expect_operator("=");
    expression();
  }
  end_tag();
  emit(Op::push_scope);
  const std::size_t names = begin_names();
  for (const Target& each : targets) declare(each);
  for (const Target& each : targets | std::views::reverse) emit_store(each);
  cleanups_.push_back(Op::pop_scope);
  close({"endwith"});
  cleanups_.pop_back();
  end_names(names);
  emit(Op::pop_scope);
}

// The parameters, the code of their defaults, and the variables that this code loads.
Compiler::Names Compiler::signature(MacroCode& macro, Code& defaults) {
  names_.emplace_back();
  expect_operator("(");
  const std::size_t begin = here();
  bool optional = false;
  while (!skip_operator(")")) {
    if (!macro.parameters.empty()) {
      expect_operator(",");
    }
    const std::string name = take_name();
    const std::int32_t parameter = symbol(name);
    if (std::ranges::contains(macro.parameters, parameter)) error("duplicate argument '" + name + "' of a macro");
    macro.parameters.push_back(parameter);
    names_.back().loaded.insert(parameter);
    macro.parameter_names.push_back(name);
    const std::size_t given = emit({.op = Op::bound, .b = parameter});
    if (skip_operator("=")) {
      optional = true;
      macro.default_of_caller |= parameter == caller_variable;
      expression();
    } else if (optional) {
      error("non-default argument follows default argument");
    } else {
      emit(Op::undefined, text_constant("parameter '" + name + "' was not provided"));
    }
    emit(Op::store, parameter);
    land(given);
  }
  defaults = cut(begin);
  Names names = std::move(names_.back());
  names_.pop_back();
  return names;
}

// Reads the rest of the tag and the body; leaves code that pushes the macro.
void Compiler::macro_body(MacroCode macro, const Code& defaults, Names names, std::string_view end) {
  const std::size_t over = emit(Op::jump);
  macro.entry = static_cast<std::int32_t>(here());
  const std::size_t names_at = begin_names();
  names_.back() = std::move(names);
  append(defaults);
  const std::size_t begin = here();
  end_tag();
  separate([&] { close({end}); });
  end_names(names_at);
  const auto mentions = [&](Special variable) {
    return std::any_of(program_.code.begin() + static_cast<std::ptrdiff_t>(begin), program_.code.end(),
                       [&](const Instruction& i) { return i.op == Op::load && i.a == variable; });
  };
  const auto is_parameter = [&](Special variable) {
    return std::ranges::contains(macro.parameters, static_cast<std::int32_t>(variable));
  };
  macro.takes_caller = mentions(caller_variable);
  if (macro.takes_caller && is_parameter(caller_variable) && !macro.default_of_caller) {
    error("the parameter \"caller\" of a macro that calls it must have a default, or be left out");
  }
  macro.takes_keywords = mentions(kwargs_variable) && !is_parameter(kwargs_variable);
  macro.takes_rest = mentions(varargs_variable) && !is_parameter(varargs_variable);
  emit(Op::return_);
  land(over);
  emit(Op::make_macro, static_cast<std::int32_t>(program_.macros.size()));
  program_.macros.push_back(std::move(macro));
}

void Compiler::macro_statement() {
  MacroCode macro{.name = take_name()};
  const std::int32_t name = symbol(macro.name);
  Code defaults;
  Names names = signature(macro, defaults);
  macro_body(std::move(macro), defaults, std::move(names), "endmacro");
  emit_assign(name);
}

// The body is written after the call that it is passed to, as the argument `caller`.
void Compiler::call_statement() {
  MacroCode macro;
  Code defaults;
  Names names;
  if (now().is_operator("(")) names = signature(macro, defaults);
  const std::size_t begin = here();
  expression();
  Code call = cut(begin);
  if (call.empty() || call.back().op != Op::call) error("expected a call of a macro");
  Instruction last = call.back();
  call.pop_back();

  const std::int32_t body_variable = symbol("{% call %}");  // no template can name it
  emit(Op::push_scope);
  macro_body(std::move(macro), defaults, std::move(names), "endcall");
  emit(Op::store, body_variable);
  append(call);
  emit(Op::constant, text_constant("caller"));
  emit(Op::load, body_variable);
  if ((last.flags & Instruction::spread_dict) != 0) {
    emit(Op::dict, 1);
    emit(Op::join_dicts);
  } else {
    ++last.keywords;
  }
  program_.code.push_back(last);
  emit(Op::print);
  emit(Op::pop_scope);
}

void Compiler::filter_statement() {
  const std::size_t begin = here();
  filter();
  while (skip_operator("|")) filter();
  const Code filters = cut(begin);
  end_tag();
  emit(Op::push_buffer);
  cleanups_.push_back(Op::pop_buffer);
  scoped("endfilter");
  cleanups_.pop_back();
  emit(Op::pop_buffer);
  append(filters);
  emit({.op = Op::print, .flags = 1});
}

void Compiler::block_statement() {
  const std::string name = take_name();
  const bool sees_around = skip_name("scoped");
  const bool required = skip_name("required");
  if (program_.block(name)) error("block '" + name + "' defined twice");
  end_tag();
  const std::size_t over = emit(Op::jump);
  const auto index = static_cast<std::int32_t>(program_.blocks.size());
  program_.blocks.push_back({.name = name, .entry = static_cast<std::int32_t>(here()), .block = true});
  const std::size_t names = begin_names();
  separate([&] { body({"endblock"}); });
  end_names(names);
  if (now().kind == TokenKind::name && take_name() != name) error("expected the end of block '" + name + "'");
  end_tag();
  emit(Op::return_);
  land(over);
  // Only a template that extends this one could provide it.
  if (required) emit(Op::fail, text_constant("Required block '" + name + "' not found"));
  emit({.op = Op::call_block, .flags = static_cast<std::uint8_t>(sees_around), .a = index});
  emit(Op::print);
}

void Compiler::autoescape_statement() {
  expression();
  end_tag();
  emit(Op::enter_autoescape);
  cleanups_.push_back(Op::leave_autoescape);
  scoped("endautoescape");
  cleanups_.pop_back();
  emit(Op::leave_autoescape);
}

void Compiler::print_statement() {
  for (bool first = true; now().kind != TokenKind::block_end; first = false) {
    if (!first) expect_operator(",");
    expression();
    emit(Op::print);
  }
  end_tag();
}

// There are no other templates to include, import or extend, so that only an include of nothing, if that may be
// missing, is no error.
void Compiler::template_statement(const std::string& tag) {
  const std::int32_t sentence =
      text_constant("no loader for this environment specified, so '" + tag + "' finds no template");
  if (tag != "include") {
    while (now().kind != TokenKind::block_end && now().kind != TokenKind::end) ++at_;
    end_tag();
    emit(Op::fail, sentence);
    return;
  }
  expression();
  const bool may_miss = now().is_name("ignore") && ahead().is_name("missing");
  if (may_miss) at_ += 2;
  if ((now().is_name("with") || now().is_name("without")) && ahead().is_name("context")) at_ += 2;
  end_tag();
  emit({.op = Op::include, .flags = static_cast<std::uint8_t>(may_miss), .a = sentence});
}

// Attributes of namespaces are assigned to outside of brackets only. Reference: parse_assign_target of jinja2.parser.
Compiler::Target Compiler::single_target(bool with_namespace) {
  if (skip_operator("(")) {
    Target result = now().is_operator(")") ? Target{.several = true} : target(false);
    expect_operator(")");
    return result;
  }
  if (now().is_operator("[")) error("can't assign to 'list'");
  const std::string name = take_name();
  if (name == "true" || name == "false" || name == "none" || name == "True" || name == "False" || name == "None") {
    error("can't assign to 'const'");
  }
  Target result{.symbol = symbol(name)};
  if (with_namespace && skip_operator(".")) result.attribute = take_name();
  return result;
}

Compiler::Target Compiler::target(bool with_namespace) {
  const Nesting level(*this);
  Target first = single_target(with_namespace);
  if (!now().is_operator(",")) return first;
  Target result{.several = true};
  result.parts.push_back(std::move(first));
  while (skip_operator(",")) {
    if (ends_tuple({})) break;
    result.parts.push_back(single_target(with_namespace));
  }
  return result;
}

bool Compiler::assigns(const Target& target, std::int32_t variable) {
  return target.symbol == variable ||
         std::ranges::any_of(target.parts, [&](const Target& part) { return assigns(part, variable); });
}

void Compiler::declare(const Target& target) {
  if (target.symbol >= 0) names_.back().loaded.insert(target.symbol);
  for (const Target& part : target.parts) declare(part);
}

void Compiler::emit_store(const Target& target) {
  if (target.several) {
    emit(Op::unpack, static_cast<std::int32_t>(target.parts.size()));
    for (const Target& part : target.parts) emit_store(part);
  } else if (target.attribute.empty()) {
    emit_assign(target.symbol);
  } else {
    names_.back().loaded.insert(target.symbol);
    emit(Op::load, target.symbol);
    emit(Op::set_attribute, text_constant(target.attribute));
  }
}

}  // namespace gerbil::jinja
