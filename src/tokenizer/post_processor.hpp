// What encode() puts before, between and after the tokens of one or two texts.
// Reference: `processors` of Hugging Face tokenizers 0.23.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/json.hpp"

namespace gerbil::tokenizer {

struct TemplatePiece {
  enum class Kind { first, second, special };
  Kind kind;
  std::int32_t id;       // of a special token
  std::int32_t type_id;  // of all tokens of the piece
};
using Template = std::vector<TemplatePiece>;

struct PostProcessor {
  Template single = {{TemplatePiece::Kind::first, 0, 0}};
  Template pair = {{TemplatePiece::Kind::first, 0, 0}, {TemplatePiece::Kind::second, 0, 1}};
};

// Reads "post_processor" (null for none). Throws Error{corrupt|unsupported} naming the component.
PostProcessor read_post_processor(const Json& json);

// How many special tokens the template adds.
std::size_t special_count(const Template& pieces);

// The ids, and the type ids, of the pieces in their order. Special tokens are left out without add_special. `second` is
// for templates of pairs.
std::vector<std::int32_t> assemble_ids(const Template& pieces, std::span<const std::int32_t> first,
                                       std::span<const std::int32_t> second, bool add_special);
std::vector<std::int32_t> assemble_type_ids(const Template& pieces, std::size_t first_size, std::size_t second_size,
                                            bool add_special);

}  // namespace gerbil::tokenizer
