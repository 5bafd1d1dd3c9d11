// How the program ends, as docs/command-line.md has it.
#pragma once

namespace gerbil::cli {

inline constexpr int kError = 1;          // a sentence on stderr says which
inline constexpr int kUsage = 2;          // a command line that cannot be understood: nothing has begun
inline constexpr int kInterrupted = 130;  // Ctrl-C, as shells report it

}  // namespace gerbil::cli
