#include "tokenizer/regex_property.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace gerbil::tokenizer {
namespace {

using Row = std::pair<std::string_view, std::string_view>;

// Names that both engines spell the same, from Oniguruma's spelling folded to lower-case letters.
constexpr std::array properties = std::to_array<Row>({
    {"letter", "L"},
    {"uppercaseletter", "Lu"},
    {"lowercaseletter", "Ll"},
    {"titlecaseletter", "Lt"},
    {"modifierletter", "Lm"},
    {"otherletter", "Lo"},
    {"mark", "M"},
    {"nonspacingmark", "Mn"},
    {"spacingmark", "Mc"},
    {"enclosingmark", "Me"},
    {"number", "N"},
    {"decimalnumber", "Nd"},
    {"letternumber", "Nl"},
    {"othernumber", "No"},
    {"punctuation", "P"},
    {"connectorpunctuation", "Pc"},
    {"dashpunctuation", "Pd"},
    {"openpunctuation", "Ps"},
    {"closepunctuation", "Pe"},
    {"initialpunctuation", "Pi"},
    {"finalpunctuation", "Pf"},
    {"otherpunctuation", "Po"},
    {"symbol", "S"},
    {"mathsymbol", "Sm"},
    {"currencysymbol", "Sc"},
    {"modifiersymbol", "Sk"},
    {"othersymbol", "So"},
    {"separator", "Z"},
    {"spaceseparator", "Zs"},
    {"lineseparator", "Zl"},
    {"paragraphseparator", "Zp"},
    {"other", "C"},
    {"control", "Cc"},
    {"format", "Cf"},
    {"surrogate", "Cs"},
    {"privateuse", "Co"},
    {"unassigned", "Cn"},
    {"alphabetic", "Alphabetic"},
    {"alpha", "Alphabetic"},
    {"uppercase", "Uppercase"},
    {"upper", "Uppercase"},
    {"lowercase", "Lowercase"},
    {"lower", "Lowercase"},
    {"whitespace", "White_Space"},
    {"space", "White_Space"},
    {"digit", "Nd"},
    {"cntrl", "Cc"},
    {"ascii", "ASCII"},
    {"any", "Any"},
    {"emoji", "Emoji"},
    {"emojipresentation", "Emoji_Presentation"},
    {"emojimodifier", "Emoji_Modifier"},
    {"emojimodifierbase", "Emoji_Modifier_Base"},
    {"emojicomponent", "Emoji_Component"},
    {"extendedpictographic", "Extended_Pictographic"},
    {"ideographic", "Ideographic"},
});

// One- and two-letter general categories, folded; the table above holds them as values.
std::string_view short_category(std::string_view folded) {
  for (const auto& [name, value] : properties) {
    if (value.size() <= 2 && value.size() == folded.size() &&
        std::ranges::equal(value, folded, {}, [](char c) { return std::tolower(static_cast<unsigned char>(c)); })) {
      return value;
    }
  }
  return {};
}

}  // namespace

std::string property_in_class(std::string_view name, bool negated, RegexDialect dialect) {
  std::string folded;
  for (const char c : name) {
    if (c != ' ' && c != '-' && c != '_') {
      folded.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
    }
  }
  const std::string open = negated ? "\\P{" : "\\p{";
  const auto row = std::ranges::find(properties, folded, &Row::first);
  const std::string_view known = row != properties.end() ? row->second : short_category(folded);
  if (!known.empty()) return open + std::string(known) + "}";
  return open + (dialect == RegexDialect::pcre2 ? "sc:" : "Script=") + std::string(name) + "}";
}

}  // namespace gerbil::tokenizer
