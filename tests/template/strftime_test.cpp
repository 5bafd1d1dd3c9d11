// strftime_now, whose text is another one in every run. What is always the same is what datetime.now().strftime() of
// Python 3.14 gives.
#include <gmock/gmock.h>

#include <string>

#include "base/json.hpp"
#include "template/template.hpp"

namespace gerbil::jinja {
namespace {

std::string now(const std::string& format) {
  return Template("{{ strftime_now(format) }}").render(Json{{"format", format}});
}

TEST(StrftimeNow, GivesMicroseconds) {
  EXPECT_THAT(now("%f"), testing::MatchesRegex("[0-9][0-9][0-9][0-9][0-9][0-9]"));
  EXPECT_THAT(now("%S.%f %f"),
              testing::MatchesRegex("[0-9][0-9]\\.[0-9][0-9][0-9][0-9][0-9][0-9] [0-9][0-9][0-9][0-9][0-9][0-9]"));
}

TEST(StrftimeNow, HasNoZone) { EXPECT_EQ(now("<%z|%Z|%:z>"), "<||>"); }

TEST(StrftimeNow, ReadsDirectivesFromTheLeft) {
  EXPECT_EQ(now("%%f %%z %%%z%%Z"), "%f %z %%Z");
  EXPECT_EQ(now(""), "");
  EXPECT_EQ(now("%z"), "");
  EXPECT_EQ(now("é %Z"), "é ");
}

}  // namespace
}  // namespace gerbil::jinja
