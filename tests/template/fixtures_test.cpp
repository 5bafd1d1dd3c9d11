// Renders what tools/template_parity/make_fixtures.py recorded from the reference.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

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

class TemplateFixtures : public testing::TestWithParam<std::string> {};

TEST_P(TemplateFixtures, RenderAsTheReferenceDid) {
  const std::string path = GERBIL_FIXTURES "/templates/" + GetParam() + ".json";
  const Json rows = parse_json(read_text_file(path), path);
  ASSERT_FALSE(rows.empty());
  for (const Json& row : rows) {
    SCOPED_TRACE(row.at("name").get<std::string>() + ": " + row.at("template").dump());
    std::string text;
    std::string error;
    try {
      text = Template(row.at("template").get<std::string>()).render(row.at("context"));
    } catch (const Error& refusal) {
      error = refusal.what();
    }
    if (row.contains("expected")) {
      EXPECT_EQ(error, "");
      EXPECT_EQ(text, row.at("expected").get<std::string>());
    } else {
      EXPECT_NE(error, "") << "rendered " << text << ", but the reference says " << row.at("error");
      // What a template says itself is passed on word for word.
      if (row.at("kind") == "TemplateError")
        EXPECT_NE(error.find(row.at("error").get<std::string>()), std::string::npos) << error;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, TemplateFixtures, testing::ValuesIn(fixture_names()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace gerbil::jinja
