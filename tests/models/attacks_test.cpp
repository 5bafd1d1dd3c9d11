// Every configuration of tests/attacks must end in an Error, and for the reason it was made for.
#include <gmock/gmock.h>

#include <string>

#include "base/json.hpp"
#include "base/mapped_file.hpp"
#include "gerbil/error.hpp"
#include "models/registry.hpp"

namespace gerbil::models {
namespace {

const std::filesystem::path attacks = GERBIL_FIXTURES "/../attacks";

std::string build_of(const std::string& name) {
  try {
    const Json config = parse_python_json(read_text_file(attacks / name), "'" + name + "'");
    const Head head{
        .kind = family(config).kind, .before_pooling = {}, .pooling = {graph::Pooling::mean}, .after_pooling = {}};
    (void)build(config, head);
  } catch (const Error& error) {
    EXPECT_NE(static_cast<int>(error.code()), static_cast<int>(ErrorCode::internal)) << error.what();
    return error.what();
  }
  return "no Error";
}

TEST(Attacks, OnConfigurationsEndInAnErrorForTheRightReason) {
  const Json expected = parse_json(read_text_file(attacks / "expected.json"), "expected.json");
  int count = 0;
  for (const auto& [name, reason] : expected.items()) {
    if (!name.starts_with("configs/")) continue;
    const std::string sentence = build_of(name);
    EXPECT_THAT(sentence, testing::HasSubstr(reason.get<std::string>())) << name;
    EXPECT_TRUE(sentence.ends_with(".")) << sentence;
    ++count;
  }
  EXPECT_GE(count, 40);
}

}  // namespace
}  // namespace gerbil::models
