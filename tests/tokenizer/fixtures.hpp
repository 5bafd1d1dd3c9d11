// The tokenizers and cases that tools/tokenizer_parity/compare.py --write made with the reference.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/mapped_file.hpp"
#include "tokenizer/tokenizer.hpp"

namespace gerbil::tokenizer {

struct Case {
  std::string text;
  std::vector<TokenId> ids;
  std::string decoded;  // empty for single components
};

struct PairCase {
  std::string first, second;
  std::optional<std::size_t> max_tokens;
  Encoding single, pair;  // of the first text, and of both
};

inline std::filesystem::path fixture_folder() { return std::filesystem::path(GERBIL_FIXTURES) / "tokenizers"; }

// A published style by its name.
inline Tokenizer style(const std::string& name) { return Tokenizer::from_file(fixture_folder() / (name + ".json")); }

// A published style or a single component by its name.
inline Tokenizer fixture(const std::string& name) {
  static const Json components = [] {
    Json json = parse_json(read_text_file(fixture_folder() / "components.json"), "components.json");
    // The rules of SentencePiece are long: one style holds them, and this component takes them from there.
    json["precompiled"]["normalizer"] =
        parse_json(read_text_file(fixture_folder() / "xlm_roberta.json"), "xlm_roberta.json")["normalizer"];
    return json;
  }();
  return components.contains(name) ? Tokenizer::from_json(components[name].dump(), name) : style(name);
}

// Reads the files that compare.py writes: numbers of 16 bits, and texts and lists of numbers after their size in bytes.
class CaseReader {
 public:
  explicit CaseReader(const char* file) : data_(read_text_file(fixture_folder() / file)) {}
  bool more() const { return at_ < data_.size(); }
  std::uint16_t number() {
    const auto low = static_cast<std::uint8_t>(data_.at(at_)), high = static_cast<std::uint8_t>(data_.at(at_ + 1));
    at_ += 2;
    return static_cast<std::uint16_t>(low | high << 8);
  }
  std::string text() {
    const std::size_t size = number();
    at_ += size;
    return data_.substr(at_ - size, size);
  }
  std::vector<std::int32_t> numbers() {
    std::vector<std::int32_t> values(number() / 2u);
    for (std::int32_t& value : values) value = number();
    return values;
  }

 private:
  std::string data_;
  std::size_t at_ = 0;
};

inline std::map<std::string, std::vector<Case>> all_cases() {
  CaseReader reader("cases.bin");
  std::map<std::string, std::vector<Case>> cases;
  while (reader.more()) {
    auto& list = cases[reader.text()];
    list.resize(reader.number());
    for (Case& one : list) one = {.text = reader.text(), .ids = reader.numbers(), .decoded = reader.text()};
  }
  return cases;
}

inline std::map<std::string, std::vector<PairCase>> all_pairs() {
  CaseReader reader("pairs.bin");
  std::map<std::string, std::vector<PairCase>> pairs;
  while (reader.more()) {
    auto& list = pairs[reader.text()];
    list.resize(reader.number());
    for (PairCase& one : list) {
      one.first = reader.text();
      one.second = reader.text();
      if (const std::size_t limit = reader.number(); limit != 0xffff) one.max_tokens = limit;
      one.single = {reader.numbers(), reader.numbers()};
      one.pair = {reader.numbers(), reader.numbers()};
    }
  }
  return pairs;
}

}  // namespace gerbil::tokenizer
