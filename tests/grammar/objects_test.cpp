// Objects: which properties there are, how many, and in which order.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "grammar/matcher.hpp"
#include "grammar/schema.hpp"
#include "vocabularies.hpp"

namespace gerbil::grammar {
namespace {

bool fits(Recognizer& recognizer, std::string_view text) {
  Recognizer::State state = recognizer.start();
  for (const char c : text) state = recognizer.step(state, static_cast<std::uint8_t>(c));
  return recognizer.can_end(state);
}

std::string written(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "{\"" : ",\"") + name + "\":null";
  return text.empty() ? "{}" : text + "}";
}

struct Rules {
  std::vector<std::string> required;
  std::size_t least = 0;
  std::size_t most = 9;
  bool others = false;  // 'z' may be there, too

  Json schema() const {
    Json made = {{"type", "object"},      {"required", required},           {"minProperties", least},
                 {"maxProperties", most}, {"additionalProperties", others}, {"properties", Json::object()}};
    for (const char* name : {"a", "b", "c"}) made["properties"][name] = {{"type", "null"}};
    if (others) made["additionalProperties"] = {{"type", "null"}};
    return made;
  }

  // Properties that are not declared come last; of those with one name the first counts towards the least number.
  bool take(const std::vector<std::string>& names) const {
    const auto first_other = std::ranges::find(names, "z");
    const auto declared = static_cast<std::size_t>(first_other - names.begin());
    if (std::ranges::any_of(first_other, names.end(), [](const auto& name) { return name != "z"; })) return false;
    for (std::size_t i = 0; i < declared; ++i) {
      if (std::count(names.begin(), first_other, names[i]) > 1) return false;
    }
    const auto there = [&](const std::string& name) {
      return std::find(names.begin(), first_other, name) != first_other;
    };
    const bool extra = first_other != names.end();
    return std::ranges::all_of(required, there) && (others || !extra) && names.size() <= most &&
           declared + (extra ? 1 : 0) >= std::max(least, required.size());
  }
};

// All lists of up to four names.
std::vector<std::vector<std::string>> lists_of_names() {
  std::vector<std::vector<std::string>> all = {{}};
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].size() == 4) continue;
    for (const char* name : {"a", "b", "c", "z"}) {
      all.push_back(all[i]);
      all.back().emplace_back(name);
    }
  }
  return all;
}

TEST(Objects, HaveTheirPropertiesInAnyOrder) {
  const auto lists = lists_of_names();
  std::size_t taken = 0;
  for (std::size_t required = 0; required < 8; ++required) {
    for (std::size_t bounds = 0; bounds < 25; ++bounds) {
      for (const bool others : {false, true}) {
        Rules rules{{}, bounds / 5, bounds % 5 == 4 ? 9 : bounds % 5, others};
        for (std::size_t i = 0; i < 3; ++i) {
          if (required >> i & 1) rules.required.emplace_back(1, static_cast<char>('a' + i));
        }
        if (std::ranges::none_of(lists, [&](const auto& names) { return rules.take(names); })) continue;
        SCOPED_TRACE(rules.schema().dump());
        Recognizer recognizer(parse_schema(rules.schema(), Limits{}));
        for (const auto& names : lists) {
          ASSERT_EQ(fits(recognizer, written(names)), rules.take(names)) << written(names);
          taken += rules.take(names) ? 1 : 0;
        }
      }
    }
  }
  EXPECT_GT(taken, 1000u);
}

// A rule for every set of them would be too many.
TEST(Objects, MayHaveManyProperties) {
  Json schema = {{"type", "object"}, {"additionalProperties", false}};
  std::vector<std::string> names;
  for (int i = 0; i < 256; ++i) {
    names.push_back("p" + std::to_string(i));
    schema["properties"][names.back()] = {{"type", "null"}};
    if (i % 2 == 0) schema["required"].push_back(names.back());
  }
  Recognizer recognizer(parse_schema(schema, Limits{}));
  std::mt19937 random(4);
  std::ranges::shuffle(names, random);
  EXPECT_TRUE(fits(recognizer, written(names)));
  names.push_back(names[100]);
  EXPECT_FALSE(fits(recognizer, written(names)));
  names.resize(200);
  EXPECT_FALSE(fits(recognizer, written(names)));  // some that are required
  EXPECT_LT(recognizer.bytes(), 64u << 20);
}

TEST(Objects, HaveVeryManyPropertiesInOrder) {
  Json schema = {{"type", "object"}, {"required", {"p100", "p200"}}};
  for (int i = 100; i < 400; ++i) schema["properties"]["p" + std::to_string(i)] = {{"type", "null"}};
  Recognizer recognizer(parse_schema(schema, Limits{}));
  EXPECT_TRUE(fits(recognizer, R"({"p100":null,"p200":null})"));
  EXPECT_TRUE(fits(recognizer, R"({"p100":null,"p150":null,"p200":null,"p399":null,"q":1})"));
  EXPECT_FALSE(fits(recognizer, R"({"p200":null,"p100":null})"));
  EXPECT_FALSE(fits(recognizer, R"({"p100":null,"p399":null})"));
}

TEST(Objects, HaveTheDeclaredOrderWhereItIsAskedFor) {
  const char* schema = R"({"type":"object","properties":{"b":{"type":"null"},
      "a":{"type":"array","items":{"type":"object","properties":{"y":{"type":"null"},"x":{"type":"null"}}}}}})";
  for (const bool ordered : {false, true}) {
    Recognizer recognizer(parse_schema_text(schema, Limits{}, ordered ? Order::declared : Order::any));
    EXPECT_TRUE(fits(recognizer, R"({"b":null,"a":[{"y":null,"x":null}]})"));
    EXPECT_TRUE(fits(recognizer, R"({"a":[{"x":null}]})"));
    EXPECT_EQ(fits(recognizer, R"({"a":[],"b":null})"), !ordered);
    EXPECT_EQ(fits(recognizer, R"({"b":null,"a":[{"x":null,"y":null}]})"), !ordered);
  }
}

// A property without which the object cannot be, and one that cannot be.
TEST(Objects, LeaveOutWhatCannotBe) {
  Recognizer recognizer(parse_schema_text(
      R"({"type":"object","properties":{"a":false,"b":{"type":"null"},"c":{"type":"object","properties":{"a":false},"required":["a"]}}})",
      Limits{}));
  EXPECT_TRUE(fits(recognizer, R"({"b":null})"));
  const auto behind = [&](std::string_view text) {
    Recognizer::State state = recognizer.start();
    for (const char c : text) state = recognizer.step(state, static_cast<std::uint8_t>(c));
    return state;
  };
  EXPECT_EQ(behind(R"({"a":)"), Recognizer::dead);
  EXPECT_EQ(behind(R"({"b":null, "c":)"), Recognizer::dead);
}

}  // namespace
}  // namespace gerbil::grammar
