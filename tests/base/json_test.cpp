#include "base/json.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "gerbil/error.hpp"

namespace gerbil {
namespace {

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Json, KeepsTheOrderOfKeys) {
  EXPECT_EQ(parse_json(R"({"b":1,"a":[true,null]})", "test").dump(), R"({"b":1,"a":[true,null]})");
}

TEST(Json, RejectsDuplicateKeys) {
  EXPECT_EQ(message_of([] { parse_json(R"({"a":1,"b":{"a":2},"a":3})", "config.json"); }),
            R"(config.json is not valid JSON: the key "a" occurs twice in one object.)");
}

TEST(Json, OfRequestsNothingIsGuessed) {
  EXPECT_EQ(parse_strict_json("[18446744073709551615,1e30]", "x").dump(), "[18446744073709551615,1e+30]");
  EXPECT_EQ(message_of([] { parse_strict_json("[18446744073709551616]", "The request"); }),
            "The request is not valid JSON: the number \"18446744073709551616\" has more than 64 bits.");
  for (const char* text : {R"({"a":1,"a":2})", "[NaN]", "[-Infinity]"})
    EXPECT_NE(message_of([&] { parse_strict_json(text, "x"); }), "no error") << text;
}

TEST(Json, TakesTheLastOfRepeatedKeysWherePythonDoes) {
  std::vector<std::string> warnings;
  const Json object = parse_python_json(R"({"a":1,"b":{"a":[NaN],"c":2,"a":{"x":3}},"a":"last"})", "'f'", &warnings);
  EXPECT_EQ(object.dump(), R"({"a":"last","b":{"a":{"x":3},"c":2}})") << "at the place of the first, as in a dict";
  ASSERT_EQ(warnings.size(), 2u);
  EXPECT_EQ(warnings[0], R"(In 'f' the key "a" occurs twice in one object; the last value counts.)");
  EXPECT_EQ(parse_python_json(R"({"a":1,"a":2})", "x").dump(), R"({"a":2})");
  std::string many = "{\"a\":0";
  for (int i = 0; i < 5000; ++i) many += ",\"a\":0";
  warnings.clear();
  (void)parse_python_json(many + "}", "x", &warnings);
  EXPECT_EQ(warnings.size(), 100u);
}

TEST(Json, KeepsEveryMemberOfALargeObject) {
  std::string text = "{";
  for (int i = 0; i < 100000; ++i) text += (i ? ",\"" : "\"") + std::to_string(i) + "\":" + std::to_string(i);
  const Json object = parse_json(text + "}", "x");
  ASSERT_EQ(object.size(), 100000u);
  EXPECT_EQ(std::prev(object.end()).key(), "99999");
  EXPECT_EQ(std::prev(object.end()).value(), 99999);
}

TEST(Json, ReadsWhatATemplateIsGivenAsPythonDoes) {
  const Json python = parse_exact_json(R"({"a": 1, "b": [NaN, -Infinity], "a": 2})", "x");
  EXPECT_EQ(python.at("a"), 2);
  EXPECT_EQ(python.begin().key(), "a");
  EXPECT_TRUE(std::isnan(python.at("b")[0].get<double>()) && std::isinf(python.at("b")[1].get<double>()));
  EXPECT_EQ(message_of([] { parse_exact_json("[1, -1e999]", "The tools"); }),
            "The tools is not valid JSON: the number \"-1e999\" is beyond the range of numbers.");
  EXPECT_EQ(message_of([] { parse_exact_json(R"(["\ud800"])", "The tools"); }),
            "The tools is not valid JSON: half of a pair of surrogates, \\uD800 to \\uDFFF, stands alone at byte 9.");
}

TEST(Json, RefusesWholeNumbersBeyond64BitsWhereAsked) {
  EXPECT_EQ(parse_exact_json("[18446744073709551615,-9223372036854775808,1e30]", "x").dump(),
            "[18446744073709551615,-9223372036854775808,1e+30]");
  EXPECT_EQ(message_of([] { parse_exact_json("[1, -9223372036854775809]", "The tools"); }),
            R"(The tools is not valid JSON: the number "-9223372036854775809" has more than 64 bits.)");
  EXPECT_EQ(parse_json("18446744073709551616", "x").get<double>(), 18446744073709551616.0);
}

TEST(Json, RejectsDeepNesting) {
  EXPECT_EQ(message_of([] { parse_json(std::string(100000, '['), "deep.json"); }),
            "deep.json is not valid JSON: it nests deeper than 128 levels.");
}

TEST(Json, SaysWhereParsingFailed) {
  EXPECT_EQ(message_of([] { parse_json(R"({"a": 1,})", "x"); }), "x is not valid JSON: parsing failed at byte 9 of 9.");
  EXPECT_NE(message_of([] { parse_json("", "x"); }), "no error");
  EXPECT_NE(message_of([] { parse_json("{\"a\":\"\xff\"}", "x"); }), "no error");
}

TEST(Json, ReadsPythonsNumbersWhereAsked) {
  const char* text = R"({"n": NaN, "p": [Infinity,-Infinity], "s": "NaN \" Infinity", "NaN": 1})";
  const Json object = parse_python_json(text, "config.json");
  EXPECT_TRUE(std::isnan(object["n"].get<double>()));
  EXPECT_EQ(object["p"][0].get<double>(), HUGE_VAL);
  EXPECT_EQ(object["p"][1].get<double>(), -HUGE_VAL);
  EXPECT_EQ(object["s"], "NaN \" Infinity");
  EXPECT_EQ(object["NaN"], 1);
  EXPECT_NE(message_of([&] { json_value<std::int32_t>(object, "n", 0); }), "no error");
  EXPECT_NE(message_of([&] { json_value<std::vector<std::int32_t>>(object, "p", {}); }), "no error");
  EXPECT_NE(message_of([&] { parse_json(text, "x"); }), "no error") << "they are no JSON";
  for (const char* wrong :
       {"{\"a\": nan}", "{\"a\": -NaN}", "{\"a\": Infinity1}", "NaNNaN", "{NaN: 1", "{NaN: 1}", "\"\\"}) {
    EXPECT_NE(message_of([&] { parse_python_json(wrong, "x"); }), "no error") << wrong;
  }
}

TEST(Json, ReadsTypedMembers) {
  const Json object = parse_json(R"({"i":7,"f":1.5,"w":32.0,"s":"x","v":[1,2],"n":null,"big":3000000000})", "test");
  EXPECT_EQ(json_value<std::int32_t>(object, "i", 0), 7);
  EXPECT_EQ(json_value<std::int32_t>(object, "w", 0), 32);
  EXPECT_EQ(json_value<float>(object, "f", 0.0f), 1.5f);
  EXPECT_EQ(json_value<std::int32_t>(object, "n", 5), 5) << "null counts as missing";
  EXPECT_EQ(json_value<std::vector<std::int32_t>>(object, "v", {}), (std::vector<std::int32_t>{1, 2}));
  EXPECT_EQ(json_value<std::int64_t>(object, "big", 0), 3000000000);
  EXPECT_EQ(message_of([&] { json_value<std::int32_t>(object, "big", 0); }),
            "\"big\" is 3000000000, but should be a whole number of at most 32 bits.");
  EXPECT_EQ(message_of([&] { json_value<std::int32_t>(object, "f", 0); }),
            "\"f\" is 1.5, but should be a whole number.");
  EXPECT_EQ(message_of([&] { json_value<bool>(object, "s", false); }), "\"s\" is \"x\", but should be true or false.");
  EXPECT_EQ(message_of([&] { json_required<std::string>(object, "none"); }), "\"none\" is missing.");
}

TEST(Json, TruthIsPythons) {
  const Json object = parse_json(
      R"({"yes": [true, 1, -0.5, "false", [0], {"a": null}], "no": [false, 0, 0.0, "", [], {}, null]})", "test");
  for (const auto& [answer, values] : object.items()) {
    for (const Json& value : values) {
      for (const bool fallback : {true, false}) {
        EXPECT_EQ(json_truth({{"key", value}}, "key", fallback), answer == "yes") << value;
      }
    }
  }
  EXPECT_TRUE(json_truth(object, "missing", true));
  EXPECT_FALSE(json_truth(object, "missing", false));
}

}  // namespace
}  // namespace gerbil
