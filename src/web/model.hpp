// A model in a page, and the calls of it that are under way.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gerbil/cancellation.hpp"
#include "gerbil/classifier.hpp"
#include "gerbil/embedder.hpp"
#include "gerbil/generator.hpp"
#include "gerbil/ranker.hpp"
#include "web/host.hpp"

namespace gerbil::web {

// How calls are cancelled that are under way.
using Calls = std::map<CallId, Cancellation>;

struct LoadedModel {
  Model model;
  std::optional<Generator> generator;  // made for the first call that needs it, as are the others
  std::optional<Embedder> embedder;
  std::optional<Ranker> ranker;
  std::optional<Classifier> classifier;

  // Runs a step of all that was submitted; false when there was nothing to run.
  bool poll() const;
};

// Submits a call of `method` ("generate", "embed", "rank", "classify", "logits"), or answers one that needs no device
// ("tokenize", "detokenize", "render", "statistics"). Throws Error{invalid_argument} for a method that is not known and
// a request that is wrong, and what the classes of the public API throw.
void submit(LoadedModel& model, Calls& calls, CallId call, std::string_view method, std::string_view json);

// The smallest call that the model can do, so that its kernels have run once before it is said to be loaded: what they
// fail of is an error of loading. Then `call` gets its result, a description of the model.
void warm_up(LoadedModel& model, CallId call);

}  // namespace gerbil::web
