// Masks of schemas over a vocabulary of real size: how long a schema takes to compile, and every mask on the way
// through texts that fit, first visits included.
//
//   bench_grammar [TOKENS]      TOKENS: see tools/grammar_parity/vocabulary.py; without it 150,000 tokens are made up
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <numeric>
#include <random>
#include <unordered_map>

#include "gerbil/error.hpp"
#include "grammar/matcher.hpp"
#include "grammar/schema.hpp"

namespace {

using namespace gerbil;
using namespace gerbil::grammar;
// Of this thread's own work, as other programs run beside it.
double now() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return 1e6 * static_cast<double>(time.tv_sec) + 1e-3 * static_cast<double>(time.tv_nsec);
}

double microseconds(double since) { return now() - since; }

Tokens made_up() {
  Tokens tokens;
  for (int byte = 0; byte < 256; ++byte) tokens.bytes.emplace_back(1, static_cast<char>(byte));
  std::mt19937 random(3);
  const std::string syllables[] = {"ba", "en", "to", "ri",  "st",  "ing", "é",  "ü", "语",
                                   "ло", " t", " a", "\":", "\",", "{\"", "10", "\n"};
  while (tokens.bytes.size() < 150'000) {
    std::string text;
    for (unsigned i = 0; i <= random() % 5; ++i) text += syllables[random() % std::size(syllables)];
    if (random() % 100 == 0) text.pop_back();
    tokens.bytes.push_back(std::move(text));
  }
  return tokens;
}

Tokens read_tokens(const char* path) {
  Tokens tokens;
  std::ifstream file(path, std::ios::binary);
  for (std::uint32_t size = 0; file.read(reinterpret_cast<char*>(&size), sizeof size);) {
    std::string text(size & 0x7fffffff, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    tokens.special.push_back((size >> 31) != 0);
    tokens.bytes.push_back(std::move(text));
  }
  return tokens;
}

void report(const char* what, std::vector<double>& times) {
  std::ranges::sort(times);
  const auto at = [&](double part) {
    return times[std::min(times.size() - 1, static_cast<std::size_t>(part * static_cast<double>(times.size())))];
  };
  const double mean = std::accumulate(times.begin(), times.end(), 0.0) / static_cast<double>(times.size());
  std::printf("%-8s %7zu   mean %9.1f us   50 %% %8.1f   90 %% %9.1f   99 %% %9.1f   most %9.1f\n", what, times.size(),
              mean, at(0.5), at(0.9), at(0.99), times.back());
}

}  // namespace

int main(int argc, char** argv) {
  Tokens tokens = argc > 1 ? read_tokens(argv[1]) : made_up();
  tokens.bytes.emplace_back("<end>");
  tokens.ends = {static_cast<std::int32_t>(tokens.bytes.size() - 1)};
  std::unordered_map<std::string, std::int32_t> ids;
  for (std::size_t i = 0; i < tokens.bytes.size(); ++i) ids.try_emplace(tokens.bytes[i], static_cast<std::int32_t>(i));
  const auto begun = now();
  const auto vocabulary = std::make_shared<const Vocabulary>(std::move(tokens));
  std::printf("%zu tokens, made ready in %.0f ms\n", vocabulary->size(), microseconds(begun) / 1000);

  std::ifstream file(GERBIL_FIXTURES "/grammar/schemas.json");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  std::vector<double> compiling;
  std::vector<double> masks;
  std::vector<std::pair<double, std::string>> slowest;
  for (const Json& row : parse_json(text, "schemas.json")) {
    auto start = now();
    const auto constraint = std::make_shared<Constraint>(parse_schema(row["schema"], Limits{}), vocabulary);
    compiling.push_back(microseconds(start));
    for (const Json& fitting : row["fitting"]) {
      const std::string answer = fitting.get<std::string>();
      Matcher matcher(constraint);
      for (std::size_t at = 0; at <= answer.size();) {
        start = now();
        matcher.mask();
        masks.push_back(microseconds(start));
        slowest.emplace_back(masks.back(), answer.substr(0, at) + " of " + row["schema"].dump().substr(0, 150));
        std::size_t size = std::min<std::size_t>(16, answer.size() - at);  // the longest token that comes next
        while (size > 1 && !ids.contains(answer.substr(at, size))) --size;
        if (size == 0 || !matcher.accept(ids.at(answer.substr(at, size)))) break;
        at += size;
      }
    }
  }
  report("compile", compiling);
  report("mask", masks);
  std::ranges::sort(slowest, std::greater());
  for (std::size_t i = 0; i < std::min<std::size_t>(8, slowest.size()); ++i) {
    std::printf("  %.0f us behind %s\n", slowest[i].first, slowest[i].second.c_str());
  }
}
