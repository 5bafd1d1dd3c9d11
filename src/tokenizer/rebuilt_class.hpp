// Classes of transformers that make their parts anew, where gerbil keeps those of tokenizer.json.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.hpp"

namespace gerbil::tokenizer {

// A sentence on what a tokenizer of the class called `name` is made of in transformers 5.12, where `root`, a
// tokenizer.json, holds something else; none for a class that takes the file as it is, and for those whose published
// files are known to say more than the class (GPT-2, Llama and others of tokenizer_class.hpp).
std::optional<std::string> rebuilt_difference(std::string_view name, const Json& root);

}  // namespace gerbil::tokenizer
