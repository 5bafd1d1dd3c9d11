#include "models/rope.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "gerbil/error.hpp"

namespace gerbil::models {
namespace {

// The parameters of either spelling in one place.
struct Parameters {
  Json own;  // rope_parameters, or rope_scaling; may be empty
  std::string type;
  double theta = 0.0;
  std::int32_t dim = 0;     // columns of a head that rotate
  double proportion = 1.0;  // of the frequencies, where the others are 0
  std::int32_t max_position_embeddings = 0;
  std::int32_t original = 0;  // context length of the pretraining
};

double positive(const Json& object, std::string_view key) {
  const auto value = json_required<double>(object, key);
  if (!(value > 0.0) || !std::isfinite(value)) {
    throw Error(ErrorCode::corrupt, "The rope parameter \"" + std::string(key) + "\" in config.json is " +
                                        std::to_string(value) + ", but should be positive.");
  }
  return value;
}

// config[key] where it is an object with members.
const Json* find_object(const Json& config, std::string_view key) {
  const auto member = config.find(key);
  if (member == config.end() || member->is_null()) return nullptr;
  if (!member->is_object()) {
    throw Error(ErrorCode::corrupt, "\"" + std::string(key) + "\" in config.json should be an object.");
  }
  return member->empty() ? nullptr : &*member;
}

Parameters read_parameters(const Json& config, std::int32_t head_dim, double default_theta, bool partial) {
  Parameters p;
  // What somebody adds to a configuration wins over what its publisher had there.
  const Json* scaling = find_object(config, "rope_scaling");
  const Json* parameters = find_object(config, "rope_parameters");
  if (scaling != nullptr || parameters != nullptr) p.own = scaling != nullptr ? *scaling : *parameters;
  p.type = json_value<std::string>(p.own, "rope_type", json_value<std::string>(p.own, "type", "default"));
  if (parameters != nullptr) default_theta = json_value<double>(*parameters, "rope_theta", default_theta);
  p.theta = json_value<double>(p.own, "rope_theta", json_value<double>(config, "rope_theta", default_theta));
  if (!(p.theta > 0.0) || !(p.theta <= std::numeric_limits<float>::max())) {
    throw Error(ErrorCode::corrupt, "\"rope_theta\" in config.json is " + std::to_string(p.theta) +
                                        ", but should be positive and fit into 32 bits.");
  }
  const double fraction =
      json_value<double>(p.own, "partial_rotary_factor", json_value<double>(config, "partial_rotary_factor", 1.0));
  p.dim = fraction > 0.0 && fraction <= 1.0 ? static_cast<std::int32_t>(head_dim * fraction) : 0;
  if (p.type == "proportional") {
    p.proportion = fraction;
    p.dim = fraction >= 0.0 && fraction <= 1.0 ? head_dim : 0;
  } else if (!partial && p.dim != head_dim) {
    if (p.type != "default") {
      throw Error(ErrorCode::unsupported, "\"partial_rotary_factor\" in config.json is " + std::to_string(fraction) +
                                              ", but heads of this model rotate as a whole when they are scaled.");
    }
    p.dim = head_dim;
  }
  if (p.dim < 2 || p.dim % 2 != 0) {
    throw Error(ErrorCode::corrupt, "\"partial_rotary_factor\" in config.json is " + std::to_string(fraction) +
                                        ", which rotates " + std::to_string(p.dim) + " of " + std::to_string(head_dim) +
                                        " columns of a head, but it should be an even number of at least 2.");
  }
  p.max_position_embeddings = json_value<std::int32_t>(config, "max_position_embeddings", 2048);
  p.original = json_value<std::int32_t>(
      config, "original_max_position_embeddings",
      json_value<std::int32_t>(p.own, "original_max_position_embeddings", p.max_position_embeddings));
  if (p.original < 1 || p.max_position_embeddings < 1) {
    throw Error(ErrorCode::corrupt,
                "\"max_position_embeddings\" and \"original_max_position_embeddings\" in config.json "
                "are " +
                    std::to_string(p.max_position_embeddings) + " and " + std::to_string(p.original) +
                    ", but should be positive.");
  }
  return p;
}

// theta^(−2i / dim), with the roundings of the reference.
std::vector<float> base_frequencies(double theta, std::int32_t dim) {
  std::vector<float> frequencies;
  for (std::int32_t i = 0; i < dim; i += 2) {
    const float exponent = static_cast<float>(i) / static_cast<float>(dim);
    frequencies.push_back(1.0f / std::pow(static_cast<float>(theta), exponent));
  }
  return frequencies;
}

void scale_linear(const Parameters& p, graph::RopeTable& table) {
  const auto factor = static_cast<float>(positive(p.own, "factor"));
  for (float& frequency : table.inverse_frequencies) frequency /= factor;
}

// The lowest frequencies do not rotate at all (Gemma 3n).
void scale_proportional(const Parameters& p, graph::RopeTable& table) {
  const auto factor = static_cast<float>(p.own.contains("factor") ? positive(p.own, "factor") : 1.0);
  const auto rotating = static_cast<std::size_t>(p.proportion * p.dim / 2);
  for (std::size_t i = 0; i < table.inverse_frequencies.size(); ++i) {
    float& frequency = table.inverse_frequencies[i];
    frequency = i < rotating ? frequency / factor : 0.0f;
  }
}

// A larger base for every length, with the highest frequency left as it is; "mixed_b" spreads the factor over the
// frequencies instead.
// Reference: Alibaba-NLP/new-impl, NTKScalingRotaryEmbedding (after bloc97 2023, NTK-aware scaled RoPE).
void scale_ntk(const Parameters& p, graph::RopeTable& table) {
  const double factor = positive(p.own, "factor");
  const auto mixed = json_value<double>(p.own, "mixed_b", 0.0);
  const double half = p.dim / 2.0;
  for (std::size_t i = 0; i < table.inverse_frequencies.size(); ++i) {
    const double exponent = -static_cast<double>(i) / half;
    const auto at = static_cast<double>(i + 1);
    const double frequency =
        mixed == 0.0 ? std::pow(p.theta * factor, exponent) / std::pow(factor, 1.0 / half)
                     : std::pow(p.theta, exponent) / std::exp(std::log(factor) * std::pow(at / half, mixed));
    table.inverse_frequencies[i] = static_cast<float>(frequency);
  }
}

// Texts longer than max_position_embeddings get a larger base, by how much longer they are. The reference looks at the
// length again at every step; here it is one length for all of them, `factor` times as long (as in vLLM), so that a
// result does not depend on how a text is cut into steps.
void scale_dynamic(const Parameters& p, graph::RopeTable& table) {
  const double factor = positive(p.own, "factor");
  if (p.dim <= 2 || factor <= 1.0) return;
  const double theta = p.theta * std::pow(factor * factor - (factor - 1.0), p.dim / (p.dim - 2.0));
  if (!(theta <= std::numeric_limits<float>::max())) {
    throw Error(ErrorCode::corrupt, "The rope parameter \"factor\" in config.json is " + std::to_string(factor) +
                                        ", which makes the base of the frequencies overflow.");
  }
  table.original_context = p.max_position_embeddings;
  table.long_inverse_frequencies = base_frequencies(theta, p.dim);
}

// Low frequencies are divided by `factor`, high ones stay, and those between are interpolated. A high_freq_factor that
// is not above low_freq_factor leaves none between.
void scale_llama3(const Parameters& p, graph::RopeTable& table) {
  const double factor = positive(p.own, "factor");
  const double low = positive(p.own, "low_freq_factor");
  const double high = positive(p.own, "high_freq_factor");
  for (float& frequency : table.inverse_frequencies) {
    const double turns = p.original * static_cast<double>(frequency) / (2.0 * std::numbers::pi);
    if (turns < low) {
      frequency = static_cast<float>(frequency / factor);
    } else if (turns <= high && high > low) {
      const double smooth = (turns - low) / (high - low);
      frequency = static_cast<float>((1.0 - smooth) * frequency / factor + smooth * frequency);
    }
  }
}

void scale_yarn(const Parameters& p, graph::RopeTable& table) {
  const double factor =
      json_value<double>(p.own, "factor", static_cast<double>(p.max_position_embeddings) / p.original);
  if (!(factor > 0.0) || !(p.theta > 1.0)) {
    throw Error(ErrorCode::corrupt, "For yarn the rope parameter \"factor\" in config.json should be positive, and " +
                                        std::string("\"rope_theta\" above 1; they are ") + std::to_string(factor) +
                                        " and " + std::to_string(p.theta) + ".");
  }
  const auto magnitude = [factor](double m) { return factor <= 1.0 ? 1.0 : 0.1 * m * std::log(factor) + 1.0; };
  const auto mscale = json_value<double>(p.own, "mscale", 0.0);
  const auto mscale_all_dim = json_value<double>(p.own, "mscale_all_dim", 0.0);
  const bool both = mscale != 0.0 && mscale_all_dim != 0.0;
  table.scale = static_cast<float>(json_value<double>(
      p.own, "attention_factor", both ? magnitude(mscale) / magnitude(mscale_all_dim) : magnitude(1.0)));

  // The dimension whose wavelength makes `rotations` turns over the original context.
  const auto correction = [&](double rotations) {
    return p.dim * std::log(p.original / (rotations * 2.0 * std::numbers::pi)) / (2.0 * std::log(p.theta));
  };
  const auto beta_fast = json_value<double>(p.own, "beta_fast", 0.0);
  const auto beta_slow = json_value<double>(p.own, "beta_slow", 0.0);
  double low = correction(beta_fast == 0.0 ? 32.0 : beta_fast);  // 0 is no value to the reference
  double high = correction(beta_slow == 0.0 ? 1.0 : beta_slow);
  if (json_value<bool>(p.own, "truncate", true)) {
    low = std::floor(low);
    high = std::ceil(high);
  }
  low = std::max(low, 0.0);
  high = std::min(high, p.dim - 1.0);
  if (low == high) high += 0.001;
  for (std::size_t i = 0; i < table.inverse_frequencies.size(); ++i) {
    const double interpolated = std::clamp((static_cast<double>(i) - low) / (high - low), 0.0, 1.0);
    const double frequency = table.inverse_frequencies[i];
    table.inverse_frequencies[i] =
        static_cast<float>(frequency / factor * interpolated + frequency * (1.0 - interpolated));
  }
}

std::vector<float> divided(const std::vector<float>& frequencies, const Parameters& p, std::string_view key) {
  const auto factors = json_required<std::vector<float>>(p.own, key);
  if (factors.size() != frequencies.size()) {
    throw Error(ErrorCode::corrupt, "\"" + std::string(key) + "\" in config.json has " +
                                        std::to_string(factors.size()) + " entries, but the rotary embedding has " +
                                        std::to_string(frequencies.size()) + " frequencies.");
  }
  std::vector<float> result;
  for (std::size_t i = 0; i < factors.size(); ++i) {
    if (!(factors[i] > 0.0f))
      throw Error(ErrorCode::corrupt, "\"" + std::string(key) + "\" in config.json should hold positive numbers only.");
    result.push_back(frequencies[i] / factors[i]);
  }
  return result;
}

void scale_longrope(const Parameters& p, graph::RopeTable& table) {
  const double factor =
      json_value<double>(p.own, "factor", static_cast<double>(p.max_position_embeddings) / p.original);
  const double scale = factor <= 1.0 ? 1.0 : std::sqrt(1.0 + std::log(factor) / std::log(p.original));
  table.scale = static_cast<float>(json_value<double>(p.own, "attention_factor", scale));
  table.long_scale = table.scale;
  table.original_context = p.original;
  table.long_inverse_frequencies = divided(table.inverse_frequencies, p, "long_factor");
  table.inverse_frequencies = divided(table.inverse_frequencies, p, "short_factor");
}

}  // namespace

graph::RopeTable read_rope(const Json& config, std::int32_t head_dim, double default_theta, bool partial) {
  const Parameters p = read_parameters(config, head_dim, default_theta, partial);
  graph::RopeTable table;
  table.inverse_frequencies = base_frequencies(p.theta, p.dim);
  if (p.type == "default") return table;
  if (p.type == "linear") {
    scale_linear(p, table);
  } else if (p.type == "proportional") {
    scale_proportional(p, table);
  } else if (p.type == "ntk") {
    scale_ntk(p, table);
  } else if (p.type == "dynamic") {
    scale_dynamic(p, table);
  } else if (p.type == "llama3") {
    scale_llama3(p, table);
  } else if (p.type == "yarn" && !p.own.contains("long_factor")) {
    scale_yarn(p, table);
  } else if (p.type == "longrope" || p.type == "su" ||
             p.type == "yarn") {  // early Phi-3 files call LongRoPE "su" or "yarn"
    scale_longrope(p, table);
  } else {
    throw Error(ErrorCode::unsupported, "The rotary embedding type \"" + p.type +
                                            "\" in config.json is not supported; gerbil knows default, linear, "
                                            "proportional, ntk, dynamic, llama3, yarn and longrope.");
  }
  return table;
}

graph::RopeTable read_layer_rope(const Json& config, std::string_view layer_type, std::int32_t head_dim, double theta,
                                 bool scaled) {
  Json parameters{{"rope_type", "default"}};  // which "type" in rope_scaling does not change
  if (const Json* all = find_object(config, "rope_parameters")) {
    if (const Json* own = find_object(*all, layer_type)) parameters = *own;
  }
  if (const Json* scaling = find_object(config, "rope_scaling"); scaling != nullptr && scaled) {
    parameters.update(*scaling);
  }
  Json flat = config;
  flat["rope_theta"] = theta;
  flat["rope_parameters"] = std::move(parameters);
  flat.erase("rope_scaling");
  return read_rope(flat, head_dim, theta);
}

}  // namespace gerbil::models
