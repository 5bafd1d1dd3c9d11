// Formats that gerbil recognises but does not read. Silence here would mean noise from the model.
#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <fstream>
#include <string_view>
#include <system_error>

#include "formats/format.hpp"
#include "gerbil/error.hpp"

namespace gerbil::formats {
namespace {

constexpr std::string_view supported =
    "gerbil reads safetensors with F32, F16 or BF16 weights, GPTQ (2, 3, 4, 8 bits) and MLX affine (2 to 8 bits)";

[[noreturn]] void refuse(const std::string& found) {
  throw Error(ErrorCode::unsupported, found + "; " + std::string(supported) + ".");
}

struct Method {
  std::string_view key;  // quant_method in config.json
  std::string_view name;
};
constexpr std::array methods{
    Method{"awq", "AWQ"},
    Method{"compressed-tensors", "compressed-tensors"},
    Method{"fp8", "FP8"},
    Method{"fbgemm_fp8", "FP8 (FBGEMM)"},
    Method{"bitsandbytes", "bitsandbytes"},
    Method{"mxfp4", "MXFP4"},
    Method{"modelopt", "NVIDIA ModelOpt (FP8 or NVFP4)"},
    Method{"auto-round", "AutoRound in a packing other than auto_gptq"},
    Method{"intel/auto-round", "AutoRound in a packing other than auto_gptq"},
    Method{"torchao", "torchao"},
    Method{"quanto", "quanto"},
    Method{"hqq", "HQQ"},
    Method{"aqlm", "AQLM"},
    Method{"eetq", "EETQ"},
    Method{"exl2", "EXL2"},
    Method{"exl3", "EXL3"},
    Method{"bitnet", "BitNet"},
};

struct Suffix {
  std::string_view suffix;  // of a tensor's name
  std::string_view name;
};
constexpr std::array suffixes{
    Suffix{".qweight", "GPTQ or AWQ without a quantization_config"},
    Suffix{".qzeros", "GPTQ or AWQ without a quantization_config"},
    Suffix{".g_idx", "GPTQ without a quantization_config"},
    Suffix{".scales", "MLX without a 'quantization' in config.json"},
    Suffix{".biases", "MLX without a 'quantization' in config.json"},
    Suffix{".weight_packed", "compressed-tensors"},
    Suffix{".weight_scale", "FP8 or compressed-tensors"},
    Suffix{".weight_scale_inv", "FP8 in blocks"},
    Suffix{".weight_zero_point", "compressed-tensors"},
    Suffix{".input_scale", "FP8"},
    Suffix{".absmax", "bitsandbytes 4-bit"},
    Suffix{".quant_map", "bitsandbytes 4-bit"},
    Suffix{".SCB", "bitsandbytes 8-bit"},
    Suffix{"_blocks", "MXFP4"},
    Suffix{".q_weight", "EXL2"},
    Suffix{".trellis", "EXL3"},
    Suffix{".W_q", "HQQ"},
};

void refuse_method(const Json& config) {
  if (!says(config, "quantization_config")) return;
  const auto member = config.find("quantization_config");
  if (!member->is_object()) {
    throw Error(ErrorCode::corrupt, "config.json's quantization_config is not an object.");
  }
  const std::string method = quantization_method(*member);
  for (const Method& known : methods) {
    if (method == known.key) refuse("The checkpoint is quantised with " + std::string(known.name));
  }
  if (member->contains("load_in_4bit") || member->contains("load_in_8bit")) {
    refuse("The checkpoint is quantised with bitsandbytes");
  }
  refuse("config.json has a quantization_config of an unknown method, '" + shown(method) + "'");
}

// torch.save writes a ZIP archive around a pickle, before PyTorch 1.6 the pickle itself (protocol 2).
bool is_pickle(const std::filesystem::path& file) {
  std::array<char, 4> begin{};
  std::ifstream(file, std::ios::binary).read(begin.data(), begin.size());
  const std::string_view magic(begin.data(), begin.size());
  return magic.starts_with("PK\x03\x04") || magic.starts_with("\x80\x02");
}

}  // namespace

std::string quantization_method(const Json& object) {
  auto method = json_value<std::string>(object, "quant_method", "");
  for (char& c : method) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return method;
}

int configured_size(const Json& object, std::string_view key, int fallback) {
  const auto member = object.find(key);
  if (member == object.end() || !member->is_string()) return json_value(object, key, fallback);
  const auto& text = member->get_ref<const std::string&>();
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) return number;
  return json_value(object, key, fallback);  // says what is wrong
}

bool says(const Json& config, std::string_view key) {
  const auto member = config.find(key);
  return member != config.end() && !member->is_null() && !(member->is_object() && member->empty());
}

void refuse_unknown_quantization(const Source& source) {
  refuse_method(source.config);
  if (says(source.config, "quantization")) {
    refuse("config.json has a 'quantization' without the 'bits' and 'group_size' of MLX");
  }
  for (const Tensor& tensor : source.tensors->all()) {
    if (tensor.dtype == DType::f8_e4m3 || tensor.dtype == DType::f8_e5m2) {
      refuse("The tensor '" + tensor.name + "' is " + describe(tensor) + ", an FP8 weight");
    }
    for (const Suffix& known : suffixes) {
      if (!tensor.name.ends_with(known.suffix)) continue;
      refuse("The tensor '" + tensor.name + "' (" + describe(tensor) +
             ") belongs to a quantised weight: " + std::string(known.name));
    }
  }
}

void refuse_other_containers(const std::filesystem::path& path) {
  const auto container = [](const std::filesystem::path& file) -> std::string_view {
    const std::string extension = file.extension().string();
    if (extension == ".gguf") return "a GGUF file";
    if (extension == ".bin" || extension == ".pt" || extension == ".pth" || extension == ".ckpt")
      return is_pickle(file) ? "a pickle file" : "";
    if (extension == ".onnx") return "an ONNX file";
    if (extension == ".h5" || extension == ".msgpack") return "a TensorFlow or Flax file";
    return {};
  };
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) {
    throw Error(ErrorCode::not_found, "There is no model directory '" + path.string() + "'.");
  }
  if (!std::filesystem::is_directory(status)) {
    if (const auto name = container(path); !name.empty()) {
      refuse("'" + path.string() + "' is " + std::string(name) + ", not a model directory");
    }
    throw Error(ErrorCode::not_found, "'" + path.string() + "' is not a directory; give the directory that holds " +
                                          "config.json and the .safetensors files.");
  }
  std::vector<std::filesystem::path> others;
  for (std::filesystem::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error)) {
    const auto file = entry->path();
    if (file.extension() == ".safetensors" || file.string().ends_with(".safetensors.index.json")) return;
    // training_args.bin and its like are small and beside the weights; only a file named for weights counts.
    if (!container(file).empty()) others.push_back(file);
  }
  if (!others.empty()) {
    const auto first = std::ranges::min(others);
    refuse("'" + path.string() + "' holds no safetensors file, but '" + first.filename().string() + "', " +
           std::string(container(first)));
  }
}

}  // namespace gerbil::formats
