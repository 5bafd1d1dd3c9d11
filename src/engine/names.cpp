// The spellings of the public enumerations.
#include <array>
#include <cstddef>

#include "gerbil/error.hpp"
#include "gerbil/generator.hpp"
#include "gerbil/model.hpp"

namespace gerbil {
namespace {

// Of values that are made by a cast, too.
template <std::size_t Count, typename Value>
std::string_view name_of(const std::array<std::string_view, Count>& names, Value value) {
  const auto index = static_cast<std::size_t>(value);
  return index < Count ? names[index] : "unknown";
}

constexpr std::array<std::string_view, 13> error_codes{
    "invalid_argument", "not_found",   "unsupported", "corrupt", "context_full", "device_lost", "out_of_memory",
    "overloaded",       "unavailable", "denied",      "timeout", "cancelled",    "internal"};
constexpr std::array<std::string_view, 4> finish_reasons{"stop", "length", "cancelled", "tool_calls"};
constexpr std::array<std::string_view, 4> tasks{"generate", "embed", "rank", "classify"};

}  // namespace

std::string_view to_string(ErrorCode code) { return name_of(error_codes, code); }
std::string_view to_string(FinishReason reason) { return name_of(finish_reasons, reason); }
std::string_view to_string(Task task) { return name_of(tasks, task); }

}  // namespace gerbil
