// What this machine can reach at best, for the shares that the benchmark prints.
#pragma once

namespace gerbil::cpu {

struct Ceilings {
  double read_bytes_per_second = 0;        // of memory that is in no cache
  double int8_operations_per_second = 0;   // of byte dot products in registers; multiply and add count as two
  double float_operations_per_second = 0;  // of f32 multiply-adds in registers, likewise
};

// Measures with `threads` threads (0: one a core) and the instruction set of the kernels, for about a second. The best
// of several rounds, because a shared machine is slower at times and never faster.
Ceilings measure_ceilings(int threads = 0);

}  // namespace gerbil::cpu
