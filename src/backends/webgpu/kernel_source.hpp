// The WGSL of one kernel variant. A file of src/kernels/wgsl is WGSL with a few directives, each alone on its line:
//
//   #include NAME      the text of NAME.wgsl
//   #if NAME           up to #elif, #else or #endif, when the constant NAME is given and not 0; #if !NAME for the
//   #elif NAME         opposite
//   #else
//   #endif
//   #repeat i NAME     up to #end, NAME times, with $i replaced by 0, 1, …: loops over registers, written out because
//   #end               WGSL has no way to ask for it, and an array of registers that is indexed at run time is memory
//
// and constants that the host gives: they come first, as `const NAME = value;`, so that shapes and formats are known
// when the shader compiles. F16, SUBGROUPS and MATRIX switch on the language extensions of the same names.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>

namespace gerbil::webgpu {

using Constants = std::map<std::string, std::variant<std::int64_t, float>, std::less<>>;

// Throws Error{internal} when a file is missing or a directive does not fit.
std::string kernel_source(std::string_view file, const Constants& constants);

}  // namespace gerbil::webgpu
