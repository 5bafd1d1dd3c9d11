#include "engine/row_modules.hpp"

#include "engine/json_file.hpp"
#include "engine/torch_activation.hpp"
#include "gerbil/error.hpp"

namespace gerbil {
namespace {

constexpr std::int32_t most_outputs = 1 << 20;

void place(PlacedModule& placed, const Json& config) {
  placed.input = json_value<std::string>(config, "module_input_name", placed.input);
  placed.output = json_value<std::string>(config, "module_output_name", placed.input);
}

// A projection among the weights of the model itself, `dense.0` and so on, as mlx-embeddings stores EmbeddingGemma's.
models::Dense find_dense(const formats::Checkpoint& checkpoint, std::size_t number) {
  models::Dense dense;
  dense.module = "dense." + std::to_string(number);
  const std::vector<std::int64_t> shape = checkpoint.shape(dense.module + ".weight");
  if (shape.size() != 2 || shape[0] < 1 || shape[0] > most_outputs) {
    throw Error(ErrorCode::corrupt, "modules.json of '" + checkpoint.directory().string() +
                                        "' lists a Dense module, but there is neither a folder for it nor a matrix '" +
                                        dense.module + ".weight'.");
  }
  dense.outputs = static_cast<std::int32_t>(shape[0]);
  dense.bias = checkpoint.contains(dense.module + ".bias");
  dense.activation = Activation::identity;
  return dense;
}

}  // namespace

PlacedModule read_dense_module(const SentenceModule& module, const formats::Checkpoint& checkpoint, std::size_t number,
                               std::vector<std::string>& warnings) {
  PlacedModule placed;
  const std::filesystem::path file = module.folder / "config.json";
  if (!has_file(file)) {
    placed.module = find_dense(checkpoint, number);
    return placed;
  }
  const Json config = read_optional_object(file, &warnings);
  models::Dense dense;
  dense.module = module.path + "/linear";
  dense.outputs = json_required<std::int32_t>(config, "out_features");
  if (dense.outputs < 1 || dense.outputs > most_outputs) {
    throw Error(ErrorCode::corrupt, "\"out_features\" in '" + file.string() + "' is " + std::to_string(dense.outputs) +
                                        ", but should be between 1 and " + std::to_string(most_outputs) + ".");
  }
  dense.bias = json_truth(config, "bias", true);
  dense.activation =
      torch_activation(json_value<std::string>(config, "activation_function", "torch.nn.modules.activation.Tanh"),
                       Activation::tanh, "\"activation_function\" in '" + file.string() + "'", warnings);
  dense.residual = json_truth(config, "use_residual", false);
  dense.residual_module = module.path + "/residual";
  placed.module = std::move(dense);
  place(placed, config);
  return placed;
}

PlacedModule read_normalize_module(const SentenceModule& module) {
  PlacedModule placed{.module = models::Normalize{}};
  // Older files have no folder for it, or one without a file.
  if (!module.path.empty()) place(placed, read_optional_object(module.folder / "config.json"));
  return placed;
}

PlacedModule read_layer_norm_module(const SentenceModule& module) {
  return {.module = models::LayerNorm{module.path + "/norm"}};
}

}  // namespace gerbil
