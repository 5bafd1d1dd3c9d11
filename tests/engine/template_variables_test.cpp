// JSON that is handed to a template.
#include <gmock/gmock.h>

#include <string>

#include "gerbil/chat_template.hpp"
#include "gerbil/error.hpp"

namespace gerbil {
namespace {

std::string message_of(const std::string& variables) {
  try {
    return render_template("{{ x }}", variables);
  } catch (const Error& error) {
    return error.what();
  }
}

TEST(TemplateVariables, WholeNumbersKeepEveryDigitOrAreRefused) {
  EXPECT_EQ(message_of(R"({"x": 9223372036854775807})"), "9223372036854775807");
  EXPECT_EQ(message_of(R"({"x": -9223372036854775808})"), "-9223372036854775808");
  EXPECT_EQ(message_of(R"({"x": 1e30})"), "1e+30");
  for (const char* number :
       {"9223372036854775808", "18446744073709551616", "-9223372036854775809", "1000000000000000019884624838656"}) {
    EXPECT_THAT(message_of(R"({"x": [)" + std::string(number) + "]}"), testing::HasSubstr("64 bits")) << number;
  }
}

}  // namespace
}  // namespace gerbil
