// Knobs for tests, comparisons and measurements. A program that uses models needs none of them.
#pragma once

#include "gerbil/profile.hpp"

namespace gerbil {

// Of Model::load().
struct LoadDiagnostics {
  bool exact = false;  // keep activations, keys and values in f32: slower, for comparisons
  // Measure every operation, for Model::take_profile(): slower. On a GPU whose adapter has no timestamps load() throws
  // Error{unsupported}.
  bool profile = false;
  // false: on a GPU the next step is begun when one is finished, not while it runs. With a profile that is so anyway.
  bool pipeline = true;
  bool optimize = true;  // false runs the graph as the model wrote it
};

// Of a Generator.
struct GenerateDiagnostics {
  bool ignore_end = false;  // answers go on after the model's own end tokens
};

}  // namespace gerbil
