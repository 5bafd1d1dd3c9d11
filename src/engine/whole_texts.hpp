// What models that read whole texts have in common: encoders that embed, score or classify.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/loaded_model.hpp"
#include "engine/terms.hpp"
#include "engine/work.hpp"

namespace gerbil {

using Progress = std::function<void(std::int64_t done, std::int64_t total)>;

// Tokens that a text may have whose task allows `max_tokens`, or what the model takes where that is 0.
std::size_t text_limit(const LoadedModel& model, std::int32_t max_tokens);

// Throws Error{invalid_argument} when text `number` (from 0) is longer than `limit`.
TokenizedText fit(const LoadedModel& model, tokenizer::Encoding encoding, std::size_t number, std::size_t limit);

// A text as the pipeline wants it. Throws as fit() does, unless it may be cut.
TokenizedText tokenize(const LoadedModel& model, const std::string& text, std::size_t number, std::size_t limit,
                       bool truncate);

// A row of row_width numbers for each text, one behind the other; zeros for a text without tokens. Ends with
// Error{cancelled} when it is. The model must outlive it.
Work<std::vector<float>> encode(const LoadedModel& model, const std::vector<TokenizedText>& texts, std::int32_t adapter,
                                const Terms& terms, const Progress& progress);

std::int64_t count_tokens(const std::vector<TokenizedText>& texts);

// Throws Error{cancelled} when one of the outcomes is; `kind` is what they are of, for the message.
void check_cancellation(const std::vector<runtime::Outcome>& outcomes, std::string_view kind);

}  // namespace gerbil
