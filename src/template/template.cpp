#include "template/template.hpp"

#include "gerbil/error.hpp"
#include "template/failure.hpp"
#include "template/machine.hpp"
#include "template/program.hpp"
#include "tokenizer/utf8.hpp"

namespace gerbil::jinja {

Template::Template(std::string_view source) {
  auto program = std::make_shared<Program>();
  std::string storage;
  try {
    compile(tokenizer::well_formed_utf8(source, storage), *program);
  } catch (const SyntaxFailure& failure) {
    throw Error(ErrorCode::unsupported,
                "The template cannot be read: line " + std::to_string(failure.line) + ": " + failure.what());
  } catch (const Failure& failure) {
    throw Error(ErrorCode::unsupported, std::string("The template cannot be read: ") + failure.what());
  }
  program_ = std::move(program);
}

std::string Template::render(const Json& variables, const Limits& limits) const {
  Machine machine(*program_, limits);
  try {
    return machine.run(variables);
  } catch (const Raised& refusal) {
    throw Error(ErrorCode::invalid_argument, std::string("The template refuses this: ") + refusal.what());
  } catch (const Failure& failure) {
    throw Error(ErrorCode::invalid_argument,
                "The template fails in line " + std::to_string(machine.line()) + ": " + failure.what());
  }
}

bool Template::mentions(std::string_view name) const { return program_->symbol(name) >= 0; }

}  // namespace gerbil::jinja
