// Models of a published shape with random weights, so that speed can be measured without a download.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "backends/backend.hpp"
#include "base/json.hpp"
#include "gerbil/model.hpp"

namespace gerbil {

inline constexpr std::string_view random_prefix = "random:";

// The config.json of "random:NAME"; throws Error{not_found} naming the shapes that are known.
Json random_config(const std::string& model);

// Uniform numbers that depend on the weight's name and place only: f32 when `dense`, otherwise codes of 4 bits in
// groups of 32 (MLX's layout, what the comparison with other engines uses), or as options.quantize and group_size say.
WeightSource random_weights(const LoadOptions& options, bool dense = false);

}  // namespace gerbil
