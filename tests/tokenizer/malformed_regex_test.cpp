// Damaged files: regular expressions.
#include "malformed.hpp"

namespace gerbil::tokenizer {
namespace {

constexpr auto corrupt = ErrorCode::corrupt, unsupported = ErrorCode::unsupported;

std::string split(const std::string& regex) {
  return with(R"("pre_tokenizer": {"type": "Split", "behavior": "Isolated", "pattern": {"Regex": ")" + regex +
              R"("}})");
}

INSTANTIATE_TEST_SUITE_P(
    Regex, Malformed,
    testing::Values(Attack{"Open", corrupt, "')'", split("(a")}, Attack{"Close", corrupt, "'('", split("a)")},
                    Attack{"OpenClass", corrupt, "']'", split("[a")},
                    Attack{"RepeatsNothing", corrupt, "repeats", split("*a")},
                    Attack{"Property", corrupt, "Klingon", split("\\\\p{Klingon}")},
                    Attack{"PropertyEscape", corrupt, "property", split("\\\\p{L)(}")},
                    Attack{"Backreference", unsupported, "1", split("(a)\\\\1")},
                    Attack{"Recursion", unsupported, "option", split("(?R)")},
                    Attack{"Range", corrupt, "range", split("[z-a]")},
                    Attack{"CodePoint", corrupt, "character", split("\\\\x{110000}")},
                    Attack{"Interval", corrupt, "regular expression", split("a{100000000}")},
                    Attack{"Nesting", corrupt, "nests", split(repeated("(", 5000) + repeated(")", 5000))},
                    Attack{"ClassNesting", corrupt, "nests", split(repeated("[", 5000) + repeated("]", 5000))},
                    Attack{"Backslash", corrupt, "ends", split("a\\\\")}),
    attack_name);

}  // namespace
}  // namespace gerbil::tokenizer
