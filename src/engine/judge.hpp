// A language model that ranks: it is asked whether a document answers the query, and its score is how sure it is.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/loaded_model.hpp"
#include "engine/work.hpp"
#include "gerbil/ranker.hpp"

namespace gerbil {

struct JudgementTokens {
  std::size_t yes = 0, no = 0;
};

// None where an answer is not one token.
std::optional<JudgementTokens> judgement_tokens(const tokenizer::Tokenizer& tokenizer);

// The probability of "yes" against "no" of each document. Throws Error{invalid_argument} as Ranker::rank() does.
Work<RankResult> judge(const LoadedModel& model, std::string_view query, const std::vector<std::string>& documents,
                       const RankOptions& options);

}  // namespace gerbil
