// gerbil render: what is a conversation, and what the template decides.
#include <gmock/gmock.h>

#include "program.hpp"

namespace gerbil::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A folder that has no more than a chat template, made of what stands for a message.
class Render : public ::testing::Test {
 protected:
  Outcome render(const std::string& messages, const std::string& message = "{{ m.role + ':' + m.content }};") {
    folder_.write("chat_template.jinja", "{% for m in messages %}" + message + "{% endfor %}");
    return gerbil({"render", folder_.path().string(), "--messages", "-"}, messages);
  }
  void expect_refused(const std::string& messages, const std::string& sentence) {
    const Outcome outcome = render(messages);
    EXPECT_EQ(outcome.status, 1) << messages;
    EXPECT_THAT(outcome.err, HasSubstr(sentence)) << messages;
    EXPECT_THAT(outcome.out, IsEmpty()) << messages;
  }

 private:
  TemporaryFolder folder_;
};

TEST_F(Render, MessagesAreObjects) {
  expect_refused("[1]", "Message 1 of the conversation is of type number");
  expect_refused(R"([{"role":"user","content":"a"},null])", "Message 2 of the conversation is of type null");
  expect_refused("[[]]", "Message 1 of the conversation is of type array");
  expect_refused(R"(["user"])", "Message 1 of the conversation is of type string");
  expect_refused("[]", "no messages");
  expect_refused("{}", "should be a JSON array");
  expect_refused("", "not valid JSON");
}

// As in transformers, where a role that the template does not ask for is written like any other, or left out.
TEST_F(Render, RolesAreForTheTemplateToDecide) {
  EXPECT_EQ(render(R"([{"role":"narrator","content":"a"}])").out, "narrator:a;");
  EXPECT_EQ(render(R"([{"content":"a"}])", "{{ m.role == 'user' }}").out, "False");
  expect_refused(R"([{"content":"a"}])", "no attribute 'role'");
}

}  // namespace
}  // namespace gerbil::testing
