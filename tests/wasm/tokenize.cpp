// The tokenizers where regular expressions, normal forms, case and graphemes are the platform's: the stored cases of
// tests/fixtures/tokenizers, as tests/tokenizer/parity_test.cpp runs them natively. Exit code 1 when one differs.
#include <algorithm>
#include <cstdio>

#include "tokenizer/fixtures.hpp"

namespace {

using gerbil::tokenizer::Encoding;
using gerbil::tokenizer::Tokenizer;

bool equal(const Encoding& a, const Encoding& b) { return a.ids == b.ids && a.type_ids == b.type_ids; }

}  // namespace

int main() try {
  std::size_t count = 0, wrong = 0;
  for (const auto& [name, cases] : gerbil::tokenizer::all_cases()) {
    const Tokenizer tokenizer = gerbil::tokenizer::fixture(name);
    const auto differs = [&](const auto& one) {
      return tokenizer.encode(one.text) != one.ids ||
             (!one.decoded.empty() && tokenizer.decode(one.ids) != one.decoded);
    };
    const auto here = std::ranges::count_if(cases, differs);
    if (here > 0) std::printf("%s: %td of %zu texts differ\n", name.c_str(), here, cases.size());
    count += cases.size();
    wrong += static_cast<std::size_t>(here);
  }
  for (const auto& [name, pairs] : gerbil::tokenizer::all_pairs()) {
    const Tokenizer tokenizer = gerbil::tokenizer::fixture(name);
    const auto differs = [&](const auto& one) {
      const gerbil::tokenizer::EncodeOptions options{.max_tokens = one.max_tokens};
      return !equal(tokenizer.encode_single(one.first, options), one.single) ||
             !equal(tokenizer.encode_pair(one.first, one.second, options), one.pair);
    };
    const auto here = std::ranges::count_if(pairs, differs);
    if (here > 0) std::printf("%s: %td of %zu pairs differ\n", name.c_str(), here, pairs.size());
    count += pairs.size();
    wrong += static_cast<std::size_t>(here);
  }
  std::printf("%zu cases, %zu differ\n", count, wrong);
  return wrong > 0 || count < 3000 ? 1 : 0;
} catch (const std::exception& error) {
  std::printf("%s\n", error.what());
  return 1;
}
