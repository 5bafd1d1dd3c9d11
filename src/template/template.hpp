// Chat templates: Jinja as transformers configures it.
// Reference: Jinja 3.1 and transformers.utils.chat_template_utils (ImmutableSandboxedEnvironment with trim_blocks,
// lstrip_blocks and loop controls, its own tojson, raise_exception, strftime_now and {% generation %}).
//
// A template is text from a stranger: it is compiled to instructions once, and a rendering has limits of steps, memory,
// depth and time.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "template/heap.hpp"

namespace gerbil::jinja {

struct Program;

class Template {
 public:
  // Throws Error{unsupported} naming the line and what is wrong there.
  explicit Template(std::string_view source);

  // What the template prints for `variables`, a JSON object. May be called by several threads at once. Throws
  // Error{invalid_argument} with what the template itself refuses, or with the line and what fails there.
  std::string render(const Json& variables, const Limits& limits = {}) const;

  // Whether the template looks at the variable `name` anywhere.
  bool mentions(std::string_view name) const;

 private:
  std::shared_ptr<const Program> program_;
};

}  // namespace gerbil::jinja
