// Hostile templates: each ends in a text or in an Error, within its limits.
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "base/mapped_file.hpp"
#include "gerbil/error.hpp"
#include "template/template.hpp"

namespace gerbil::jinja {
namespace {

TEST(TemplateAttacks, EndInATextOrAnError) {
  const std::string path = GERBIL_FIXTURES "/../attacks/templates.json";
  const Json rows = parse_json(read_text_file(path), path);
  ASSERT_GT(rows.size(), 200u);
  // Fewer steps and bytes than usual, so that sanitizers get through.
  const Limits limits{.steps = 1'000'000, .bytes = std::int64_t{32} << 20};
  int refused = 0;
  for (const Json& row : rows) {
    SCOPED_TRACE(row.at("name").get<std::string>());
    std::string source;  // pieces that are repeated
    for (const Json& part : row.at("parts")) {
      for (int i = 0; i < part.at(1).get<int>(); ++i) source += part.at(0).get_ref<const std::string&>();
    }
    try {
      const std::string text = Template(source).render({{"messages", Json::array()}}, limits);
      EXPECT_LE(text.size(), static_cast<std::size_t>(limits.bytes));
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()), "");
      ++refused;
    }
  }
  EXPECT_GT(refused, 100);
}

}  // namespace
}  // namespace gerbil::jinja
