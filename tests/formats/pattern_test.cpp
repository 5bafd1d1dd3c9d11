#include "formats/pattern.hpp"

#include <gmock/gmock.h>

#include "formats/errors.hpp"

namespace gerbil::formats {
namespace {

struct Match {
  const char* pattern;
  const char* name;
  bool matches;
};

// What re.match of Python 3.14 says.
TEST(Pattern, MatchesAsPythonDoes) {
  const Match cases[] = {
      {R"~(.*(?<=down)_proj)~", "model.layers.0.mlp.down_proj", true},
      {R"~(.*(?<=down)_proj)~", "model.layers.0.mlp.up_proj", false},
      {R"~(.*(?<!down)_proj)~", "model.layers.0.mlp.down_proj", false},
      {R"~(.*(?<!down)_proj)~", "model.layers.0.mlp.up_proj", true},
      {R"~((?:.*\.)?(?=.*down)(?:.*)_proj)~", "model.layers.0.mlp.down_proj", true},
      {R"~((?:.*\.)?(?=.*down)(?:.*)_proj)~", "model.layers.0.mlp.gate_proj", false},
      {R"~(^(?!.*(lm_head|embed)).*$)~", "lm_head", false},
      {R"~(^(?!.*(lm_head|embed)).*$)~", "model.layers.3.mlp", true},
      {R"~(model\.layers\.(1[0-9]|2[0-7])\..*)~", "model.layers.17.mlp", true},
      {R"~(model\.layers\.(1[0-9]|2[0-7])\..*)~", "model.layers.7.mlp", false},
      {R"~(layers)~", "model.layers", false},
      {R"~()~", "anything", true},
      {R"~((a*)*b)~", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaac", false},
      {R"~((a*)*b)~", "aaab", true},
      {R"~(a{2,3}b)~", "aab", true},
      {R"~(a{2,3}b)~", "aaaab", false},
      {R"~(a{2})~", "a", false},
      {R"~(a{,2}b)~", "b", true},
      {R"~(a{x})~", "a{x}", true},
      {R"~(a{2,}?b)~", "aaaab", true},
      {R"~([^.\d]+\.\w+$)~", "mlp.up_proj", true},
      {R"~([^.\d]+\.\w+$)~", "mlp1.up_proj", false},
      {R"~([]a-c-]+$)~", "]b-", true},
      {R"~(\bmlp\b)~", "mlp.x", true},
      {R"~(\bmlp\b)~", "mlps", false},
      {R"~(m\Blp)~", "mlp", true},
      {R"~((?i)MODEL\.[A-C])~", "model.b", true},
      {R"~((?P<name>a|b)c)~", "bc", true},
      {R"~((?#comment)x)~", "x", true},
      {R"~(\x41\.\S\s?\D)~", "A.b9", false},
      {R"~(a|b|)~", "c", true},
      {R"~((?<=a|b)c)~", "c", false},
      {R"~(x(?<=x|y)c)~", "xc", true},
      {R"~(a\Z)~", "ab", false},
      {R"~(.)~", "\n", false},
      {R"~(a+?b*c??d)~", "abbd", true},
  };
  for (const auto& [pattern, name, matches] : cases) {
    EXPECT_EQ(Pattern(pattern).matches_begin(name), matches) << pattern << " and " << name;
  }
}

TEST(Pattern, RefusesWhatItCannotRead) {
  for (const char* pattern :
       {"(",    ")",   "(?",     "(?=a",  "[a",    "[b-a]",  "a\\",     "*a",     "a**",
        "a++",  "\\1", "\\p{L}", "(?>a)", "(?s).", "(?P=n)", "a{9999}", "a{3,2}", "((a{999}){999}){999}",
        "\\x4", "(?<n"}) {
    test::error_of(ErrorCode::unsupported, [&] { (void)Pattern(pattern); });
  }
  test::error_of(ErrorCode::unsupported, [] { (void)Pattern(std::string(900, '(')); });
  test::error_of(ErrorCode::unsupported, [] { (void)Pattern(std::string(1001, 'a')); });
}

TEST(Pattern, HasABudget) {
  std::string looks;
  for (int i = 0; i < 90; ++i) looks += "(?<=(a*)*b)";
  const Pattern pattern("(a|" + looks + ")*b");
  const std::string sentence =
      test::error_of(ErrorCode::unsupported, [&] { (void)pattern.matches_begin(std::string(500, 'a')); });
  EXPECT_THAT(sentence, testing::HasSubstr("too complex"));
}

}  // namespace
}  // namespace gerbil::formats
