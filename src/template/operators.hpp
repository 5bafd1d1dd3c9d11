// What operators mean: Python's rules for its own types, and Jinja's for undefined values.
#pragma once

#include "template/builtin.hpp"
#include "template/program.hpp"

namespace gerbil::jinja {

// Throw Failure with Python's message where the operands do not fit.
Value apply(Context& context, Binary operation, Value left, Value right);
bool apply(Context& context, Comparison operation, Value left, Value right);
Value negative(Value operand);
Value positive(Value operand);
// left ~ right ~ …: all as texts.
Value concatenate(Context& context, std::span<const Value> parts);

// x.name and x[key]: an undefined value when there is none (jinja2.sandbox.SandboxedEnvironment).
Value attribute(Context& context, Value object, Value name);
Value item(Context& context, Value object, Value key);
// getattr(object, name): methods and properties, not the items of a dictionary.
Value python_attribute(Context& context, Value object, Value name);
Value slice(Context& context, Value object, Value start, Value stop, Value step);
// Python's rule for the bounds of a slice; the step is not 0.
std::vector<std::size_t> slice_indices(std::size_t size, Value start, Value stop, Value step);

// Throws Failure when a 64-bit number is too small for the result.
std::int64_t checked_add(std::int64_t a, std::int64_t b);
std::int64_t checked_multiply(std::int64_t a, std::int64_t b);

}  // namespace gerbil::jinja
