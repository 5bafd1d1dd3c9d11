// Element types of stored tensors, with the names safetensors gives them.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace gerbil {

enum class DType { f64, f32, f16, bf16, f8_e4m3, f8_e5m2, i64, i32, i16, i8, u64, u32, u16, u8, boolean };

// Size of one element in bytes.
std::size_t size_of(DType dtype);

// The safetensors spelling: "F32", "BF16", "F8_E4M3", "BOOL", …
std::string_view name_of(DType dtype);

// The inverse of name_of; empty for a name that safetensors does not define.
std::optional<DType> dtype_from_name(std::string_view name);

}  // namespace gerbil
