#include "formats/safetensors.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>
#include <tuple>

#include "base/checked.hpp"
#include "base/json.hpp"
#include "gerbil/error.hpp"

namespace gerbil::formats {
namespace {

constexpr std::uint64_t max_header = 100'000'000;  // the limit of the reference implementation
constexpr std::uint64_t length_bytes = 8;
constexpr std::size_t longest_name = 500;
constexpr std::size_t most_dimensions = 16;

struct Entry {
  Tensor tensor;
  std::uint64_t begin = 0;  // relative to the end of the header
  std::uint64_t end = 0;
};

[[noreturn]] void fail(const std::string& where, const std::string& reason) {
  throw Error(ErrorCode::corrupt, where + " is not a valid safetensors file: " + reason + ".");
}

std::uint64_t offset(const Json& value, const std::string& where, const std::string& name) {
  if (!value.is_number_unsigned()) fail(where, "a data offset of '" + name + "' is not a whole number of at least 0");
  return value.get<std::uint64_t>();
}

Entry parse_entry(const std::string& name, const Json& value, const std::string& where) {
  // No checkpoint has such names, and every message about a tensor may then show its name.
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (name.size() > longest_name || std::ranges::any_of(name, is_control)) {
    fail(where, "the tensor name '" + shown(name) + "' holds control characters or is longer than 500 bytes");
  }
  if (!value.is_object()) fail(where, "the header's entry '" + name + "' is not an object");
  Entry entry;
  entry.tensor.name = name;

  const auto dtype = value.find("dtype");
  if (dtype == value.end() || !dtype->is_string()) fail(where, "the tensor '" + name + "' has no dtype");
  const std::string dtype_name = dtype->get<std::string>();
  const auto known = dtype_from_name(dtype_name);
  if (!known) {
    throw Error(ErrorCode::unsupported, where + ": the tensor '" + name + "' has the dtype '" + shown(dtype_name) +
                                            "', which gerbil does not know; weights may be F64, F32, F16, BF16, or the "
                                            "integers of GPTQ and MLX.");
  }
  entry.tensor.dtype = *known;

  const auto shape = value.find("shape");
  if (shape == value.end() || !shape->is_array()) fail(where, "the tensor '" + name + "' has no shape");
  if (shape->size() > most_dimensions) {
    fail(where,
         "the tensor '" + name + "' has " + std::to_string(shape->size()) + " dimensions; at most 16 are allowed");
  }
  for (const Json& extent : *shape) {
    // The limit keeps every later sum and product of a few extents inside 64 bits.
    if (!extent.is_number_unsigned() || extent.get<std::uint64_t>() > (std::uint64_t{1} << 48)) {
      fail(where, "the shape of '" + name + "' holds " + extent.dump(-1, ' ', true).substr(0, 40) +
                      ", but extents are whole numbers from 0 to 2^48");
    }
    entry.tensor.shape.push_back(extent.get<std::int64_t>());
  }

  const auto offsets = value.find("data_offsets");
  if (offsets == value.end() || !offsets->is_array() || offsets->size() != 2) {
    fail(where, "the tensor '" + name + "' has no data_offsets of two numbers");
  }
  entry.begin = offset((*offsets)[0], where, name);
  entry.end = offset((*offsets)[1], where, name);

  const auto elements = checked_product(entry.tensor.shape);
  const auto size = elements ? checked_multiply(*elements, size_of(*known)) : std::nullopt;
  if (!size) fail(where, "the shape " + describe(entry.tensor.shape) + " of '" + name + "' overflows 64 bits");
  if (entry.end < entry.begin || entry.end - entry.begin != *size) {
    fail(where, "the tensor '" + name + "' is " + describe(entry.tensor) + ", which takes " + std::to_string(*size) +
                    " bytes, but its data_offsets are [" + std::to_string(entry.begin) + ", " +
                    std::to_string(entry.end) + "]");
  }
  return entry;
}

void check_metadata(const Json& metadata, const std::string& where) {
  if (!metadata.is_object()) fail(where, "__metadata__ is not an object");
  for (const auto& [key, value] : metadata.items()) {
    if (!value.is_string()) fail(where, "__metadata__ holds '" + shown(key) + "', which is not a string");
  }
}

}  // namespace

std::vector<Tensor> parse_safetensors(const std::shared_ptr<const ByteSource>& source, const std::string& where) {
  const std::uint64_t size = source->size();
  if (size < length_bytes) {
    fail(where, "it has " + std::to_string(size) + " bytes, too few for the 8-byte header length");
  }
  std::uint64_t header_size = 0;
  std::memcpy(&header_size, Bytes(*source, 0, length_bytes).data(), length_bytes);
  if (header_size > max_header) {
    fail(where, "its header claims " + std::to_string(header_size) + " bytes; at most 100000000 are allowed");
  }
  if (header_size > size - length_bytes) {
    fail(where, "its header claims " + std::to_string(header_size) + " bytes, but the file has only " +
                    std::to_string(size - length_bytes) + " after the length");
  }
  const Bytes header_bytes(*source, length_bytes, static_cast<std::size_t>(header_size));
  const std::string_view text(reinterpret_cast<const char*>(header_bytes.data()), header_bytes.span().size());
  if (!text.starts_with('{')) fail(where, "its header does not begin with '{'");
  const Json header = parse_json(text, "The header of " + where);

  std::vector<Entry> entries;
  for (const auto& [name, value] : header.items()) {
    if (name == "__metadata__") {
      check_metadata(value, where);
    } else {
      entries.push_back(parse_entry(name, value, where));
    }
  }
  std::ranges::stable_sort(entries, {}, [](const Entry& e) { return std::tuple(e.begin, e.end); });

  const std::uint64_t begin = length_bytes + header_size;
  const std::uint64_t data_size = size - begin;
  std::vector<Tensor> tensors;
  tensors.reserve(entries.size());
  std::uint64_t expected = 0;
  for (Entry& entry : entries) {
    if (entry.begin != expected) {
      fail(where, "the tensor '" + entry.tensor.name + "' begins at byte " + std::to_string(entry.begin) +
                      " of the data, but the one before it ends at " + std::to_string(expected) + ": " +
                      (entry.begin < expected ? "they overlap" : "there is a hole"));
    }
    if (entry.end > data_size) {
      fail(where, "the tensor '" + entry.tensor.name + "' ends at byte " + std::to_string(entry.end) +
                      " of the data, but the file holds only " + std::to_string(data_size) + "; it may be truncated");
    }
    entry.tensor.source = source;
    entry.tensor.offset = begin + entry.begin;
    entry.tensor.size = static_cast<std::size_t>(entry.end - entry.begin);
    expected = entry.end;
    tensors.push_back(std::move(entry.tensor));
  }
  if (expected != data_size) {
    fail(where, std::to_string(data_size - expected) + " bytes follow the last tensor");
  }
  return tensors;
}

}  // namespace gerbil::formats
