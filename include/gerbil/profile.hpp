// What the steps of a model spent their time on, operation by operation: Model::take_profile(). The numbers are those
// of all steps together, so that profiles can be added and divided.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace gerbil {

// All operations of one kind: mostly one in each layer.
struct OperationProfile {
  // "linear down_proj 1024x3072" (rows and columns of the weight), "attend", "rms_norm"
  std::string name;
  std::int64_t count = 0;         // of the kind, in the model
  double seconds = 0;             // by the device's clock
  std::int64_t weight_bytes = 0;  // that projections read: a weight once each time it is used; 0 for other operations
  std::int64_t operations = 0;    // of projections, 2 for each multiply-add; 0 for other operations
};

// Steps of one kind.
struct StepProfile {
  std::int64_t steps = 0;
  std::int64_t tokens = 0;  // that they read, or decoded
  // By the host's clock. What the operations do not account for is the choice of tokens, handing over work, and
  // waiting.
  double seconds = 0;
  std::vector<OperationProfile> operations;  // in the order of their first
};

struct Profile {
  StepProfile prompt;  // steps that read of at least one prompt
  StepProfile decode;  // all others
};

}  // namespace gerbil
