#include "template/compiler.hpp"

#include <algorithm>

#include "template/failure.hpp"

namespace gerbil::jinja {

void Compiler::error(const std::string& message) const { throw SyntaxFailure(message, now().line); }

bool Compiler::skip_name(std::string_view name) {
  if (!now().is_name(name)) return false;
  ++at_;
  return true;
}

bool Compiler::skip_operator(std::string_view spelling) {
  if (!now().is_operator(spelling)) return false;
  ++at_;
  return true;
}

std::string Compiler::describe(const Token& token) {
  switch (token.kind) {
    case TokenKind::block_end:
      return "end of statement block";
    case TokenKind::print_end:
      return "end of print statement";
    case TokenKind::block_begin:
      return "begin of statement block";
    case TokenKind::print_begin:
      return "begin of print statement";
    case TokenKind::data:
      return "template data / text";
    case TokenKind::end:
      return "end of template";
    default:
      return token.text.size() > 60 ? token.text.substr(0, 60) + "…" : token.text;
  }
}

void Compiler::expect(TokenKind kind, std::string_view what) {
  if (now().kind != kind) error("expected token '" + std::string(what) + "', got '" + describe(now()) + "'");
  ++at_;
}

void Compiler::expect_operator(std::string_view spelling) {
  if (!skip_operator(spelling)) error("expected token '" + std::string(spelling) + "', got '" + describe(now()) + "'");
}

void Compiler::expect_name(std::string_view name) {
  if (!skip_name(name)) error("expected token '" + std::string(name) + "', got '" + describe(now()) + "'");
}

std::string Compiler::take_name() {
  expect(TokenKind::name, "name");
  return tokens_[at_ - 1].text;
}

std::size_t Compiler::emit(Instruction instruction) {
  instruction.line = now().line;
  program_.code.push_back(instruction);
  return here() - 1;
}

void Compiler::land(std::size_t jump) { program_.code[jump].a = static_cast<std::int32_t>(here() - jump); }

void Compiler::jump_back(Op op, std::size_t target) {
  emit(op, static_cast<std::int32_t>(target) - static_cast<std::int32_t>(here()));
}

Compiler::Code Compiler::cut(std::size_t begin) {
  const auto from = program_.code.begin() + static_cast<std::ptrdiff_t>(begin);
  Code result(from, program_.code.end());
  program_.code.erase(from, program_.code.end());
  return result;
}

void Compiler::append(const Code& code) { program_.code.insert(program_.code.end(), code.begin(), code.end()); }

std::int32_t Compiler::constant(Value value) {
  program_.constants.push_back(value);
  return static_cast<std::int32_t>(program_.constants.size() - 1);
}

std::int32_t Compiler::text_constant(std::string_view text) {
  if (const auto known = texts_.find(text); known != texts_.end()) return known->second;
  const std::int32_t index = constant(program_.heap.text(std::string(text)));
  texts_.emplace(text, index);
  return index;
}

std::int32_t Compiler::symbol(std::string_view name) {
  if (const auto known = symbols_.find(name); known != symbols_.end()) return known->second;
  const auto index = static_cast<std::int32_t>(program_.symbols.size());
  const Value text = program_.heap.text(std::string(name));
  program_.symbols.push_back({text, program_.heap.undefined(Missing{.name = text}), find_global(name)});
  symbols_.emplace(name, index);
  return index;
}

std::int32_t Compiler::builtin(const Builtin* function) {
  const auto [entry, added] = builtins_.emplace(function, static_cast<std::int32_t>(program_.builtins.size()));
  if (added) program_.builtins.push_back(function);
  return entry->second;
}

void Compiler::emit_assign(std::int32_t variable) {
  Names& names = names_.back();
  if (names.branches > 0 && !names.stored.contains(variable)) names.loaded.insert(variable);
  if (!names.loaded.contains(variable)) names.stored.insert(variable);
  emit(Op::store, variable);
}

// A variable that a part of the template stores before it loads it is undefined there from the beginning, even for
// loops and macros inside that come earlier, unless a part around it uses the variable itself. Reference:
// jinja2.idtracking, Symbols.store.
std::size_t Compiler::begin_names() {
  names_.emplace_back();
  program_.hidden.emplace_back();
  return emit(Op::hide, static_cast<std::int32_t>(program_.hidden.size() - 1));
}

void Compiler::end_names(std::size_t begin) {
  const Names names = std::move(names_.back());
  names_.pop_back();
  for (const std::size_t part : names.inner) {
    std::erase_if(program_.hidden[part],
                  [&](std::int32_t v) { return names.loaded.contains(v) || names.stored.contains(v); });
  }
  const auto own = static_cast<std::size_t>(program_.code[begin].a);
  program_.hidden[own].assign(names.stored.begin(), names.stored.end());
  if (names_.empty()) return;
  auto& around = names_.back().inner;
  around.insert(around.end(), names.inner.begin(), names.inner.end());
  if (!names.stored.empty()) around.push_back(own);
}

void Compiler::run() {
  for (const std::string_view name : {"loop", "caller", "kwargs", "varargs"}) symbol(name);  // as Special numbers them
  const std::size_t names = begin_names();
  body({});
  end_names(names);
  emit(Op::halt);
  for (Instruction& each : program_.code) {
    if (each.op == Op::hide && program_.hidden[static_cast<std::size_t>(each.a)].empty())
      each.op = Op::jump, each.a = 1;
  }
  // Threads that render at once share the constants, so nothing in them may be computed later.
  for (const Value value : program_.constants) {
    if (value.is_text()) length(value.text());
  }
  for (const Symbol& each : program_.symbols) length(each.name.text());
  program_.heap.keep_all();
  if (!unknowns_.empty()) throw SyntaxFailure(unknowns_.front().message, unknowns_.front().line);
}

std::int32_t Program::symbol(std::string_view name) const {
  const auto found = std::ranges::find(symbols, name, [](const Symbol& s) { return s.name.bytes(); });
  return found == symbols.end() ? -1 : static_cast<std::int32_t>(found - symbols.begin());
}

const MacroCode* Program::block(std::string_view name) const {
  const auto found = std::ranges::find(blocks, name, &MacroCode::name);
  return found == blocks.end() ? nullptr : &*found;
}

void compile(std::string_view source, Program& program) {
  constexpr std::size_t longest = std::size_t{4} << 20;
  if (source.size() > longest) {
    throw SyntaxFailure("the template has " + std::to_string(source.size()) + " bytes, but should have at most " +
                            std::to_string(longest),
                        1);
  }
  Compiler(program, tokenize(source)).run();
}

}  // namespace gerbil::jinja
