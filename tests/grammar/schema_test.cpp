// JSON Schema: what texts fit, against jsonschema-rs (tools/grammar_parity/record.py), and what is refused.
#include <gmock/gmock.h>

#include <fstream>
#include <random>

#include "gerbil/error.hpp"
#include "grammar/matcher.hpp"
#include "grammar/schema.hpp"
#include "grammar/value_set.hpp"
#include "vocabularies.hpp"

namespace gerbil::grammar {
namespace {

Json fixtures() {
  std::ifstream file(GERBIL_FIXTURES "/grammar/schemas.json");
  return parse_json(std::string((std::istreambuf_iterator<char>(file)), {}), "schemas.json");
}

bool fits(Recognizer& recognizer, std::string_view text) {
  Recognizer::State state = recognizer.start();
  for (const char c : text) state = recognizer.step(state, static_cast<std::uint8_t>(c));
  return recognizer.can_end(state);
}

bool fits(std::string_view schema, std::string_view text) {
  Recognizer recognizer(parse_schema_text(schema, Limits{}));
  return fits(recognizer, text);
}

TEST(Schema, TakesNothingThatTheReferenceRefuses) {
  std::size_t refused = 0;
  for (const Json& row : fixtures()) {
    Recognizer recognizer(parse_schema(row["schema"], Limits{}));
    for (const Json& text : row["fitting"])
      EXPECT_TRUE(fits(recognizer, text.get<std::string>())) << row["schema"] << text;
    for (const Json& text : row["invalid"]) {
      EXPECT_FALSE(fits(recognizer, text.get<std::string>())) << row["schema"] << text;
      ++refused;
    }
  }
  EXPECT_GT(refused, 1000u);
}

TEST(Schema, MasksAreWhatEveryTokenSays) {
  const auto vocabulary = small_vocabulary();
  std::mt19937 random(2);
  const Json rows = fixtures();
  for (std::size_t i = 0; i < rows.size(); i += 8) {
    Matcher matcher(std::make_shared<Constraint>(parse_schema(rows[i]["schema"], Limits{}), vocabulary));
    for (int step = 0; step < 25 && !matcher.has_ended(); ++step) {
      const Mask mask = matcher.mask();
      std::vector<std::int32_t> allowed;
      for (std::int32_t token = 0; token < static_cast<std::int32_t>(vocabulary->size()); ++token) {
        Matcher copy = matcher;
        const bool wanted = copy.accept(token);
        ASSERT_EQ((*mask)[static_cast<std::size_t>(token) / 32] >> token % 32 & 1, wanted ? 1u : 0u)
            << rows[i]["schema"];
        if (wanted) allowed.push_back(token);
      }
      ASSERT_FALSE(allowed.empty());
      ASSERT_TRUE(matcher.accept(allowed[random() % allowed.size()]));
    }
  }
}

TEST(ValueSet, KnowsValuesHoweverTheyAreWritten) {
  const auto value = [](const char* json) { return parse_json(json, "a value"); };
  const ValueSet set(value(R"([1, "1", 2.5, null, {"a": [1, 2.0], "b": {}}, [1, 2]])"));
  for (const char* known : {"1.0", "1", R"("1")", "25e-1", "null", R"({"b": {}, "a": [1.0, 2]})", "[1, 2]"})
    EXPECT_TRUE(set.contains(value(known))) << known;
  for (const char* other : {"2", "true", R"("null")", R"({"b": {}, "a": [2, 1]})", "[2, 1]", "[]", "1e300"})
    EXPECT_FALSE(set.contains(value(other))) << other;
}

// Each of them is looked for among all the others.
TEST(Schema, ListsManyValues) {
  Json schema;
  for (int i = 0; i < 20'000; ++i) schema["enum"].push_back("value " + std::to_string(i));
  Recognizer recognizer(parse_schema(schema, Limits{}));
  EXPECT_TRUE(fits(recognizer, R"("value 19999")"));
  EXPECT_FALSE(fits(recognizer, R"("value 20000")"));
}

struct Row {
  std::string schema;
  std::vector<std::string> fitting;
  std::vector<std::string> others;
};

TEST(Schema, IsReadAsTheStandardSays) {
  const std::vector<Row> rows = {
      {R"({"type":"object","properties":{"a":{"type":"integer"},"b":{}},"required":["b"],"additionalProperties":false})",
       {R"({"b":1})", R"({"a": 1, "b": [{}]})", "{\n  \"a\": 1,\n  \"b\": \"x\"\n}"},
       {R"({"a":1})", R"({"b":1,"c":2})", R"({"a":1,"b":2,})", R"({"b":1,"b":2})", "{\"b\":  1}"}},
      {R"({"type":"object","properties":{"a":{"const":1}}})",
       {R"({"z":null})", R"({"a":1,"z":[]})"},
       {R"({"z":1,"a":2})", R"({"a":2})"}},
      {R"({"type":"integer","minimum":-9007199254740991,"maximum":9007199254740991})",
       {"0", "-9007199254740991", "9007199254740991", "12"},
       {"9007199254740992", "-9007199254740992", "-0", "01", "1.0", "1e3"}},
      {R"({"type":"number","exclusiveMinimum":-0.5,"maximum":1.25})",
       {"-0.4999", "0", "1.25", "1.250"},
       {"-0.5", "1.2501", "-1", "2"}},
      {R"({"type":"integer","multipleOf":3,"minimum":10})", {"12", "300"}, {"9", "11", "-12"}},
      {R"({"type":"string","minLength":1,"maxLength":2,"pattern":"^é"})",
       {R"("é")", R"("é\n")"},
       {R"("")", R"("éab")", R"("a")"}},
      {R"({"type":["string","null"],"enum":["a",null,3]})", {R"("a")", "null"}, {"3"}},
      {R"({"type":"string","nullable":true})", {"null", R"("")"}, {"1"}},
      {R"({"type":"string","nullable":true,"enum":["a",null]})", {"null", R"("a")"}, {R"("b")"}},
      {R"({"allOf":[{"type":"integer"}],"nullable":true})", {"null", "1"}, {R"("b")"}},
      {R"({"type":"object","properties":{"a":{},"b":{}},"dependencies":{"a":["b"]},"additionalProperties":false})",
       {R"({"a":1,"b":2})", R"({"b":1})", "{}"},
       {R"({"a":1})"}},
      {R"({"type":"array","contains":{"const":1},"items":{"enum":[1,2]},"minContains":2,"maxContains":2})",
       {"[1,2,1]", "[1,1]"},
       {"[1]", "[1,1,1]", "[]"}},
      {R"({"type":"object","allOf":[{"properties":{"a":{}}}],"unevaluatedProperties":false})",
       {R"({"a":1})", "{}"},
       {R"({"b":1})"}},
      {R"({"type":"array","prefixItems":[{}],"unevaluatedItems":{"type":"null"}})", {"[1,null]", "[]"}, {"[1,2]"}},
      {R"({"oneOf":[{"type":"object","properties":{"k":{"const":"a"},"v":{"type":"null"}},"required":["k","v"]},
                    {"type":"object","properties":{"k":{"const":"b"},"v":{"type":"boolean"}},"required":["k","v"]}]})",
       {R"({"k":"a","v":null})", R"({"k":"b","v":true})"},
       {R"({"k":"a","v":true})", R"({"k":"c","v":null})"}},
      {R"({"oneOf":[{"type":"integer"},{"minimum":2,"type":"number"}]})", {"1", "2.5"}, {"2", "0.5"}},
      {R"({"$ref":"#/definitions/n","definitions":{"n":{"type":"object","properties":{"n":{"$ref":"#/definitions/n"}},"additionalProperties":false}}})",
       {"{}", R"({"n":{"n":{}}})"},
       {R"({"n":1})"}},
      {R"({"not":{}})", {}, {}},
      {R"({"type":"object","properties":{"a":true,"b":{"not":{}}}})", {R"({"a":1})"}, {R"({"b":1})"}},
      {R"({"type":"object","propertyNames":{"enum":["x","y"]},"additionalProperties":{"type":"null"}})",
       {R"({"x":null})", "{}"},
       {R"({"z":null})"}},
      {R"({"type":"array","items":{"enum":[1,2]},"uniqueItems":true})", {"[]", "[2, 1]"}, {"[1,1]"}},
      {R"({"type":"array","items":{"type":"integer","minimum":1,"maximum":12},"uniqueItems":true,"minItems":2})",
       {"[1,12]", "[12,2,1,11]", "[1,2,3,4,5,6,7,8,9,10,11,12]"},
       {"[1]", "[1,1]", "[1,13]", "[2,1,2]"}},
      {R"({"type":"array","items":{"type":"string","pattern":"^[a-c]?x$"},"uniqueItems":true,"maxItems":3})",
       {R"(["x","ax"])", R"(["cx","bx","ax"])"},
       {R"(["x","x"])", R"(["x","ax","bx","cx"])", R"(["ax", "bx","ax"])"}},
      {R"({"type":"array","items":{"enum":[{"a":1},[1],"é\"",1,1.0]},"uniqueItems":true})",
       {R"([{"a":1},[1], "é\"",1])"},
       {R"([[1],[1]])", "[1,1]"}},
      {R"({"type":"array","items":{"type":["boolean","null"]},"uniqueItems":true})",
       {"[null,true,false]"},
       {"[null,null]"}},
      {R"({"$id":"http://x/a/root.json","properties":{"n":{"$ref":"item.json#/$defs/n"},"m":{"$ref":"/b.json#m"}},
           "$defs":{"i":{"$id":"item.json","$defs":{"n":{"type":"null"}}},
                    "b":{"$id":"../b.json","$defs":{"x":{"$anchor":"m","type":"integer"}}}}})",
       {R"({"m":1,"n":null})"},
       {R"({"n":1})", R"({"m":null})"}},
      {R"({"$schema":"http://json-schema.org/draft-07/schema#","definitions":{"x":{"$id":"#here","type":"null"}},"$ref":"#here"})",
       {"null"},
       {"1"}},
      {R"({"enum":[{"$id":"x"}],"properties":{"a":{"const":{"$id":"x"}}}})", {R"({"$id": "x"})"}, {}},
      {R"({"$defs":{"s":{"$dynamicAnchor":"s","type":"null"}},"$dynamicRef":"#s"})", {"null"}, {"1"}},
      {R"({"type":"array","prefixItems":[{"type":"null"}],"items":{"type":"boolean"},"minItems":1,"maxItems":2})",
       {"[null]", "[null,true]"},
       {"[]", "[null,true,true]"}},
      {R"({"$schema":"http://json-schema.org/draft-07/schema#","items":[{"type":"null"}],"additionalItems":false,"type":"array"})",
       {"[]", "[null]"},
       {"[1]", "[null,1]"}},
      {R"({"type":"string","format":"date"})", {R"("2024-02-29")"}, {R"("2023-02-29")", R"("2024-13-01")"}},
      {R"({"type":"string","format":"no such format"})", {R"("x")"}, {}},
      {R"({"title":"t","description":"d","default":1,"examples":[2],"unknown keyword":3,"type":"null"})",
       {"null"},
       {"1"}},
  };
  for (const Row& row : rows) {
    if (row.fitting.empty() && row.others.empty()) continue;
    for (const std::string& text : row.fitting) EXPECT_TRUE(fits(row.schema, text)) << row.schema << text;
    for (const std::string& text : row.others) EXPECT_FALSE(fits(row.schema, text)) << row.schema << text;
  }
}

TEST(Schema, RefusesWithKeywordAndPointer) {
  std::string nested;
  for (int i = 0; i < 200; ++i) nested += R"({"not":)";
  std::string wide = R"({"$defs":{"d0":true)";
  for (int i = 1; i < 40; ++i) {
    const std::string before = std::to_string(i - 1);
    wide += R"(,"d)" + std::to_string(i) + R"(":{"anyOf":[{"$ref":"#/$defs/d)" + before + R"("},{"$ref":"#/$defs/d)" +
            before + R"("}]})";
  }
  wide += R"(},"$ref":"#/$defs/d39"})";
  const std::vector<std::pair<std::string, std::string>> rows = {
      {R"({"properties":{"a/b":{"type":"array","uniqueItems":true}}})",
       "'#/properties/a~1b' has the keyword 'uniqueItems'"},
      {R"({"$dynamicRef":"#x"})", "'#' has the keyword '$dynamicRef'"},
      {R"({"items":{"pattern":"(a)\\1"}})", "'#/items' has the keyword 'pattern', which cannot be kept: The regular"},
      {R"({"$ref":"https://example.com/a"})", "only references into the schema itself"},
      {R"({"$ref":"#/$defs/a"})", "'#/$defs/a', where there is nothing"},
      {R"({"$defs":{"a":{"$anchor":"x"},"b":{"$anchor":"x"}},"$ref":"#x"})", "only references into the schema itself"},
      {R"({"$dynamicRef":"#s","$defs":{"a":{"$dynamicAnchor":"s"},"b":{"$id":"b","$dynamicAnchor":"s"}}})",
       "'#' has the keyword '$dynamicRef'"},
      {R"({"items":{"pattern":"^[^a]{2}$"},"uniqueItems":true})", "one of at most 256 values"},
      {R"({"$id":"https://a.b/)" + std::string(1000, 'x') + R"("})", "has an address of 1012 bytes, 'https://a.b/xxx"},
      {R"({"$ref":"#"})", "refers to itself without a value between"},
      {R"({"oneOf":[{"type":"string","format":"date"},{"type":"string"}]})", "'oneOf', which cannot be kept"},
      {R"({"not":{"format":"date"}})", "'#/not' has the keyword 'format', which cannot be kept inside 'not'"},
      {R"({"type":"strnig"})", "'type', which is \"strnig\"; it has to be one of"},
      {R"({"minLength":-1})", "'minLength', which is -1"},
      {R"({"minLength":1000000})", "'minLength', which cannot be kept beyond 100000"},
      {R"({"required":"a"})", "it has to be a list"},
      {R"({"properties":{"a":1}})", "'#/properties/a' is 1; it has to be an object or a boolean"},
      {R"({"type":"number","multipleOf":0})", "a number above 0"},
      {R"({"type":"number","multipleOf":1234567.5})", "too many remainders"},
      {R"({"type":"integer","minimum":2,"maximum":1})", "matches no text at all"},
      {R"({"not":{}})", "matches no text at all"},
      {R"({"type":"object","minProperties":3})", "'minProperties', which cannot be kept"},
      {R"({"type":"array","items":true,"minItems":1000000})", "100000 items"},
      {wide, "256 alternatives"},
      {nested, "nests deeper"},
      {"{", "not valid JSON"},
      {R"({"type":"string","pattern":"^((a|b)*c){100}(x{100}){100}{9}$"})", "repeats nothing"},
  };
  for (const auto& [schema, reason] : rows) {
    try {
      parse_schema_text(schema, Limits{});
      ADD_FAILURE() << schema << " was accepted";
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr(reason)) << schema.substr(0, 200);
    }
  }
}

}  // namespace
}  // namespace gerbil::grammar
