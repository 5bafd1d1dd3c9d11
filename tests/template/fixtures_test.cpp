// Renders what tools/template_parity/make_fixtures.py recorded from the reference.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "base/json.hpp"
#include "base/mapped_file.hpp"
#include "gerbil/error.hpp"
#include "template/template.hpp"

namespace gerbil::jinja {
namespace {

std::vector<std::string> fixture_names() {
  std::vector<std::string> names;
  for (const auto& file : std::filesystem::directory_iterator(GERBIL_FIXTURES "/templates")) {
    if (file.path().extension() == ".json") names.push_back(file.path().stem().string());
  }
  std::ranges::sort(names);
  return names;
}

// Rows whose answer is not ours, and why. They must differ, so that this list stays true.
const std::map<std::string, std::string>& differences() {
  static const std::map<std::string, std::string> list = {
      {"big_numbers/literal 2", "JSON's whole numbers beyond 64 bits are refused before a template sees them"},
      {"containers/dict method 2", "dict is a function here, not a class with methods"},
      {"literals/text 7", "the names of Unicode's characters"},
      {"scopes/stored after a scope that reads it 16", "a block sees what the template has set so far, or has hidden"},
      {"text_methods/translate 2", "there are no bytes"},
      {"undefined/use of a missing key 29", "dict is a function here, not a generic class"},
  };
  return list;
}

class TemplateFixtures : public testing::TestWithParam<std::string> {};

void render_as_the_reference_did(const std::string& name, const Limits& limits) {
  const std::string path = GERBIL_FIXTURES "/templates/" + name + ".json";
  const Json rows = parse_json(read_text_file(path), path);
  ASSERT_FALSE(rows.empty());
  for (const Json& row : rows) {
    SCOPED_TRACE(row.at("name").get<std::string>() + ": " + row.at("template").dump());
    std::string text;
    std::string error;
    try {
      text = Template(row.at("template").get<std::string>()).render(row.at("context"), limits);
    } catch (const Error& refusal) {
      error = refusal.what();
    }
    const bool big = name == "big_numbers" && error.contains("64 bits");
    if (big || differences().contains(name + "/" + row.at("name").get<std::string>())) {
      EXPECT_FALSE(error.empty() && row.contains("expected") && text == row.at("expected").get<std::string>());
    } else if (row.contains("expected")) {
      EXPECT_EQ(error, "");
      EXPECT_EQ(text, row.at("expected").get<std::string>());
    } else {
      EXPECT_NE(error, "") << "rendered " << text << ", but the reference says " << row.at("error");
      // What a template says itself is passed on word for word.
      if (row.at("kind") == "TemplateError") {
        EXPECT_NE(error.find(row.at("error").get<std::string>()), std::string::npos) << error;
      }
    }
  }
}

TEST_P(TemplateFixtures, RenderAsTheReferenceDid) { render_as_the_reference_did(GetParam(), {}); }

// What is freed too early would be missing.
TEST_P(TemplateFixtures, RenderTheSameWhenGarbageIsLookedForAllTheTime) {
  render_as_the_reference_did(GetParam(), {.garbage = 0});
}

INSTANTIATE_TEST_SUITE_P(All, TemplateFixtures, testing::ValuesIn(fixture_names()),
                         [](const auto& fixture) { return fixture.param; });

}  // namespace
}  // namespace gerbil::jinja
