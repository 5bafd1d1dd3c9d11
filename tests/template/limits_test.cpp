// A template is text from a stranger: whatever it says ends in a text or in an Error, soon.
#include <gtest/gtest.h>

#include <thread>

#include "gerbil/error.hpp"
#include "template/template.hpp"

namespace gerbil::jinja {
namespace {

std::string repeat(std::string_view text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i) result += text;
  return result;
}

// What the Error says; empty when the template renders.
std::string refusal(const std::string& source, const Limits& limits = {}, const Json& variables = Json::object()) {
  try {
    Template(source).render(variables, limits);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(TemplateLimits, MemoryOfALongValueThatAShortFormatTakesOften) {
  for (const char* source :
       {"{{ ('{0}' * 1000).format('x' * 10000000) }}", "{{ ('%(a)s' * 1000)|format(a='x' * 10000000) }}"}) {
    EXPECT_NE(refusal(source).find("MiB of memory"), std::string::npos) << source << ": " << refusal(source);
  }
}

// Each of these makes some 600 MB of values and holds few of them at a time.
TEST(TemplateLimits, MemoryThatNothingHoldsAnyMore) {
  const std::string before = "{% set part = 'x' * 2000 %}{% set n = namespace(t='', l=[]) %}{% for i in range(800) %}";
  for (const std::string step :
       {"{% set n.t = n.t + part %}", "{% set n.t = n.t ~ part %}", "{% set n.t = part + n.t %}",
        "{% set n.t = (n.t + part)|replace('y', 'z') %}", "{% set n.t %}{{ n.t }}{{ part }}{% endset %}"}) {
    EXPECT_EQ(Template(before + step + "{% endfor %}{{ n.t|length }}").render(Json::object()), "1600000") << step;
  }
  EXPECT_EQ(Template(before + "{% endfor %}{% for i in range(9000) %}{% set n.l = n.l + [i] %}{% endfor %}"
                              "{{ n.l|length }} {{ n.l|sum }}")
                .render(Json::object()),
            "9000 40495500");
  EXPECT_EQ(Template(before + "{% macro f(a) %}{% macro g() %}{{ a|length }}{% endmacro %}{{ g() }}{% endmacro %}"
                              "{% set n.t = f(part * 500) %}{% endfor %}{{ n.t }}")
                .render(Json::object()),
            "1000000");
}

TEST(TemplateLimits, MemoryThatIsStillHeld) {
  for (const std::string held :
       {"{% set n.l = n.l + ['x' * 1000000 ~ i] %}", "{% set n.l = {'before': n.l, 'now': 'x' * 1000000 ~ i} %}",
        "{% set n.l = cycler(n.l, 'x' * 1000000 ~ i) %}", "{% set n.l = joiner([n.l, 'x' * 1000000 ~ i]) %}",
        "{% set n.l = namespace(before=n.l, now='x' * 1000000 ~ i) %}", "{{ 'x' * 1000000 }}",
        "{% set n.l = [n.l, ('x' * 1000000 ~ i).upper][:2] %}"}) {
    const std::string sentence =
        refusal("{% set n = namespace(l=[]) %}{% for i in range(100) %}" + held + "{% endfor %}", {.bytes = 64 << 20});
    EXPECT_EQ(sentence, "The template fails in line 1: the template needs more than 64 MiB of memory") << held;
  }
}

TEST(TemplateLimits, ValuesThatHoldEachOtherInALongChain) {
  EXPECT_EQ(Template("{% set n = namespace(last=none) %}{% for i in range(100000) %}"
                     "{% set n.last = namespace(before=n.last, i=i) %}{% endfor %}{{ n.last.before.before.i }}")
                .render(Json::object(), {.garbage = 1 << 20}),
            "99997");
}

TEST(TemplateLimits, SearchingTakesNoLongerWhateverTheTextsHold) {
  EXPECT_EQ(Template("{% set text = 'a' * 8000000 %}{% set part = 'a' * 4000000 + 'b' %}"
                     "{{ part in text }} {{ text.find(part) }} {{ text.count(part) }} {{ text.split(part)|length }} "
                     "{{ text.replace(part, '')|length }}")
                .render(Json::object(), {}),
            "False -1 0 1 8000000");
}

TEST(TemplateLimits, SearchingBackwardsTakesNoLongerEither) {
  EXPECT_EQ(Template("{% set text = 'a' * 4000000 %}{% set part = 'b' + 'a' * 2000000 %}"
                     "{{ text.rfind(part) }} {{ text.rsplit(part)|length }} {{ text.rpartition(part)[2]|length }} "
                     "{{ text.rfind('a' * 2000000) }} {{ 'abcabcab'.rfind('cab') }} {{ ''.rfind('') }}")
                .render(Json::object(), {}),
            "-1 1 4000000 2000000 5 0");
}

TEST(TemplateLimits, GeneratorsThatReadEachOther) {
  const std::string chain = "{% for i in range(100000) %}{% set n.g = n.g|map('abs') %}{% endfor %}{{ n.g|list }}";
  EXPECT_NE(refusal("{% set n = namespace(g=[1]) %}" + chain).find("deeper than 128 levels"), std::string::npos);
  EXPECT_NE(refusal("{% set n = namespace(last=namespace(g=[[1]])) %}{% for i in range(1000) %}"
                    "{% set n.last = namespace(g=[n.last]|map(attribute='g')|map('list')) %}{% endfor %}"
                    "{{ n.last.g|list }}")
                .find("deeper than 128 levels"),
            std::string::npos);
  // A loop that is filtered by a macro with such a loop in it.
  EXPECT_NE(refusal("{% macro f(x) %}{% for y in [x] if f(y) %}{% endfor %}{% endmacro %}{{ f(1) }}")
                .find("deeper than 128 levels"),
            std::string::npos);
}

TEST(TemplateLimits, NestingInTheSource) {
  const std::string nested = "nest deeper than 200 levels";
  for (const std::string& source :
       {"{{ " + repeat("(", 5000) + "1" + repeat(")", 5000) + " }}",
        "{{ " + repeat("[", 5000) + repeat("]", 5000) + " }}", "{{ " + repeat("not ", 5000) + "true }}",
        "{{ " + repeat("-", 5000) + "1 }}", repeat("{% if true %}", 5000) + repeat("{% endif %}", 5000),
        repeat("{% for x in y %}", 5000) + repeat("{% endfor %}", 5000), "{{ " + repeat("1 if 1 else ", 5000) + "1 }}",
        "{{ " + repeat("f(", 5000) + repeat(")", 5000) + " }}", "{{ " + repeat("{1:", 5000) + repeat("}", 5000) + " }}",
        "{% set " + repeat("(", 5000) + "a" + repeat(")", 5000) + " = 1 %}"}) {
    EXPECT_NE(refusal(source).find(nested), std::string::npos) << source.substr(0, 30) << refusal(source);
  }
}

TEST(TemplateLimits, LongButFlatSourcesAreFine) {
  EXPECT_EQ(Template("{{ 1" + repeat(" + 1", 20000) + " }}").render(Json::object()), "20001");
  EXPECT_EQ(Template("{{ 'a'" + repeat("|upper", 20000) + " }}").render(Json::object()), "A");
  EXPECT_EQ(Template("{% if 0 %}" + repeat("{% elif 0 %}", 5000) + "{% else %}x{% endif %}").render(Json::object()),
            "x");
  const std::string text(300000, 'x');
  EXPECT_EQ(Template(text).render(Json::object()), text);
  EXPECT_EQ(Template("{{ '" + text + "' }}").render(Json::object()), text);
  EXPECT_EQ(Template("{# " + text + " #}a").render(Json::object()), "a");
}

TEST(TemplateLimits, CallsWithoutEnd) {
  const std::string deep = "deeper than 200 levels";
  EXPECT_NE(refusal("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}").find(deep), std::string::npos);
  EXPECT_NE(refusal("{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}").find(deep), std::string::npos);
  EXPECT_NE(refusal("{% block b %}{{ self.b() }}{% endblock %}").find(deep), std::string::npos);
}

TEST(TemplateLimits, WorkWithoutEnd) {
  EXPECT_NE(refusal("{% set r = range(3000) %}{% for a in r %}{% for b in r %}{% for c in r %}{% endfor %}{% endfor "
                    "%}{% endfor %}")
                .find("50000000 steps"),
            std::string::npos);
  const std::string memory = "MiB of memory";
  EXPECT_NE(refusal("{{ 'x' * 10000000000 }}").find(memory), std::string::npos);
  EXPECT_NE(refusal("{{ [1] * 10000000000 }}").find(memory), std::string::npos);
  EXPECT_NE(refusal("{{ 'x'.ljust(10000000000) }}").find(memory), std::string::npos);
  EXPECT_NE(refusal("{{ 'x' | indent(10000000000, true) }}").find(memory), std::string::npos);
  EXPECT_NE(refusal("{{ '%10000000000d' % 1 }}").find("wider than"), std::string::npos);
  EXPECT_NE(refusal("{{ '{:10000000000}'.format(1) }}").find("wider than"), std::string::npos);
  EXPECT_NE(refusal("{% set n = namespace(t='x') %}{% for i in range(64) %}{% set n.t = n.t + n.t %}{% endfor %}")
                .find(memory),
            std::string::npos);
  EXPECT_NE(refusal("{% for i in range(100000) %}{{ 'x' * 100000 }}{% endfor %}").find(memory), std::string::npos);
  EXPECT_NE(refusal("{{ [1] | tojson(indent=10000000000) }}").find(memory), std::string::npos);
  EXPECT_NE(refusal("{{ 'x' | batch(10000000000, 0) | list }}").find(memory), std::string::npos);
  EXPECT_NE(refusal("{{ [] | slice(10000000000) | list }}").find(memory), std::string::npos);
}

// A few shared lists can stand for more values than there are atoms.
TEST(TemplateLimits, SharedValues) {
  const std::string doubled =
      "{% set n = namespace(l=[1]) %}{% for i in range(60) %}{% set n.l = [n.l, n.l] %}{% endfor %}";
  EXPECT_NE(refusal(doubled + "{{ n.l }}").find("more than 5000000 values"), std::string::npos);
  EXPECT_NE(refusal("{% set s = 'x' * 1000000 %}{{ [s] * 1000 }}").find("64 MiB to print"), std::string::npos);
  EXPECT_NE(refusal("{{ 1" + repeat(" if 1", 1000) + " }}").find("more than 200 conditions"), std::string::npos);
}

TEST(TemplateLimits, NestedValues) {
  EXPECT_NE(refusal("{% set n = namespace(l=[]) %}{% for i in range(1000) %}{% set n.l = [n.l] %}{% endfor %}")
                .find("nests deeper than 128 levels"),
            std::string::npos);
  EXPECT_NE(refusal("{% set n = namespace() %}{% set n.n = n %}{{ [n] }}").find("maximum recursion depth"),
            std::string::npos);
}

TEST(TemplateLimits, TimeIsUp) {
  const std::string sentence = refusal("{% for a in range(100000) %}{% for b in range(100) %}{% endfor %}{% endfor %}",
                                       {.time = std::chrono::milliseconds(0)});
  EXPECT_NE(sentence.find("longer than 0 ms"), std::string::npos) << sentence;
}

TEST(TemplateErrors, SayWhereAndWhat) {
  EXPECT_EQ(refusal("a\n{{ 1 // 0 }}"), "The template fails in line 2: integer division or modulo by zero");
  EXPECT_EQ(refusal("a\n\n{% if %}"),
            "The template cannot be read: line 3: Expected an expression, got 'end of statement block'");
  EXPECT_EQ(refusal("{{ raise_exception('No.') }}"), "The template refuses this: No.");
  EXPECT_EQ(refusal("{{ x.y.z }}", {}, {{"x", Json::object()}}),
            "The template fails in line 1: 'dict object' has no attribute 'y'");
}

TEST(TemplateErrors, QuoteOnlyThePlaceOfALongText) {
  const std::string sentence = refusal("{{ x[('é' * 100000) ~ 'end'].y }}", {}, {{"x", Json::object()}});
  EXPECT_LT(sentence.size(), 700u);
  EXPECT_TRUE(sentence.contains("has no attribute 'éé") && sentence.contains("é … é") && sentence.ends_with("éend'"));
  const std::string said = repeat("word ", 3000);
  EXPECT_EQ(refusal("{{ raise_exception('word ' * 3000) }}"), "The template refuses this: " + said);
  EXPECT_LT(refusal("{{ raise_exception('word ' * 30000) }}").size(), 17000u);
}

TEST(TemplateErrors, NumbersBeyond64BitsAreRefused) {
  for (const std::string source :
       {"{{ 9223372036854775807 + 1 }}", "{{ 2 ** 64 }}", "{{ '99999999999999999999' | int }}", "{{ 1e20 | int }}",
        "{{ 9223372036854775807 * 2 }}"}) {
    EXPECT_NE(refusal(source).find("64 bits"), std::string::npos) << source;
  }
}

TEST(Template, KnowsWhatItMentions) {
  const Template source("{% if tools %}{{ messages[0].content }}{% endif %}");
  EXPECT_TRUE(source.mentions("tools"));
  EXPECT_FALSE(source.mentions("content"));  // an attribute is no variable
  EXPECT_FALSE(source.mentions("enable_thinking"));
}

TEST(Template, RendersOnSeveralThreadsAtOnce) {
  const Template source(
      "{% for m in messages %}{{ m.content | upper }}{{ 'é'.upper() }}{{ m.content[0] }}{% endfor %}");
  const Json variables = {{"messages", {{{"content", "föx"}}, {{"content", "hen"}}}}};
  std::vector<std::thread> threads;
  std::vector<std::string> results(4);
  for (auto& result : results) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) result = source.render(variables);
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& result : results) EXPECT_EQ(result, "FÖXÉfHENÉh");
}

}  // namespace
}  // namespace gerbil::jinja
