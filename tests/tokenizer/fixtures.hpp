// The tokenizers and cases that tools/tokenizer_parity/compare.py --write made with the reference.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
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

inline std::filesystem::path fixture_folder() { return std::filesystem::path(GERBIL_FIXTURES) / "tokenizers"; }

// A published style by its name.
inline Tokenizer style(const std::string& name) { return Tokenizer::from_file(fixture_folder() / (name + ".json")); }

// A published style or a single component by its name.
inline Tokenizer fixture(const std::string& name) {
  static const Json components = parse_json(read_text_file(fixture_folder() / "components.json"), "components.json");
  return components.contains(name) ? Tokenizer::from_json(components[name].dump(), name) : style(name);
}

inline std::map<std::string, std::vector<Case>> all_cases() {
  const std::string data = read_text_file(fixture_folder() / "cases.bin");
  std::size_t at = 0;
  const auto number = [&] {
    const auto low = static_cast<std::uint8_t>(data.at(at)), high = static_cast<std::uint8_t>(data.at(at + 1));
    at += 2;
    return static_cast<std::uint16_t>(low | high << 8);
  };
  const auto text = [&] {
    const std::size_t size = number();
    at += size;
    return data.substr(at - size, size);
  };
  std::map<std::string, std::vector<Case>> cases;
  while (at < data.size()) {
    auto& list = cases[text()];
    list.resize(number());
    for (Case& one : list) {
      one.text = text();
      one.ids.resize(number() / 2);
      for (TokenId& id : one.ids) id = number();
      one.decoded = text();
    }
  }
  return cases;
}

}  // namespace gerbil::tokenizer
