// Encoding and decoding speed, in bytes of text a second on one core. The text is English of random common words, which
// the vocabularies of tests/fixtures were trained on.
// Usage: bench_tokenizer [--benchmark_filter=…]; GERBIL_BENCH_TOKENIZER=FILE measures that tokenizer.json besides, and
// GERBIL_BENCH_TEXT=FILE takes the text from a file.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <random>
#include <string>

#include "base/mapped_file.hpp"
#include "tokenizer/tokenizer.hpp"

namespace {

using gerbil::tokenizer::Tokenizer;

std::string english(std::size_t size) {
  if (const char* path = std::getenv("GERBIL_BENCH_TEXT")) return gerbil::read_text_file(path).substr(0, size);
  constexpr const char* words[] = {"the",     "of",      "and",   "to",    "in",      "that",  "people",     "between",
                                   "Because", "another", "world", "never", "little",  "took",  "years",      "same",
                                   "was",     "it's",    "don't", "42",    "running", "state", "he",         "said",
                                   "what",    "would",   "most",  "well",  "without", "I",     "vocabulary", "where"};
  constexpr const char* gaps[] = {" ", " ", " ", " ", " ", " ", " ", " ", ", ", ". ", "? ", "\n"};
  std::minstd_rand random(1);
  std::string text;
  while (text.size() < size) {
    text += words[random() % std::size(words)];
    if (random() % 8 == 0) text += static_cast<char>('a' + random() % 26);  // some words that are new to the cache
    text += gaps[random() % std::size(gaps)];
  }
  return text;
}

void encode(benchmark::State& state, const std::string& path, std::size_t size) {
  const Tokenizer tokenizer = Tokenizer::from_file(path);
  const std::string text = english(size);
  for (auto _ : state) benchmark::DoNotOptimize(tokenizer.encode(text));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

void decode(benchmark::State& state, const std::string& path) {
  const Tokenizer tokenizer = Tokenizer::from_file(path);
  const std::string text = english(1 << 20);
  const auto ids = tokenizer.encode(text);
  for (auto _ : state) benchmark::DoNotOptimize(tokenizer.decode(ids));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

void add(const std::string& name, const std::string& path) {
  benchmark::RegisterBenchmark("encode/" + name + "/1MB", encode, path, std::size_t{1} << 20);
  benchmark::RegisterBenchmark("encode/" + name + "/200B", encode, path, std::size_t{200});
  benchmark::RegisterBenchmark("decode/" + name, decode, path);
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  for (const char* name : {"qwen2", "llama3", "gpt4o", "smollm2", "llama2", "gemma", "bert_uncased", "bert_cased",
                           "xlm_roberta", "t5", "unigram_bytes", "roberta", "modernbert"}) {
    add(name, std::string(GERBIL_FIXTURES) + "/tokenizers/" + name + ".json");
  }
  if (const char* path = std::getenv("GERBIL_BENCH_TOKENIZER")) add("file", path);
  benchmark::RunSpecifiedBenchmarks();
}
