#ifndef __EMSCRIPTEN__
#define PCRE2_CODE_UNIT_WIDTH 8

#include <pcre2.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>

#include "grammar/unicode_properties.hpp"

namespace gerbil::grammar {
namespace {

using Named = std::pair<std::string_view, std::string_view>;

// ECMA-262's general categories by their long names; PCRE2 knows the short ones.
constexpr std::array<Named, 42> categories = {{{"Cased_Letter", "LC"},
                                               {"Close_Punctuation", "Pe"},
                                               {"Combining_Mark", "M"},
                                               {"Connector_Punctuation", "Pc"},
                                               {"Control", "Cc"},
                                               {"Currency_Symbol", "Sc"},
                                               {"Dash_Punctuation", "Pd"},
                                               {"Decimal_Number", "Nd"},
                                               {"Enclosing_Mark", "Me"},
                                               {"Final_Punctuation", "Pf"},
                                               {"Format", "Cf"},
                                               {"Initial_Punctuation", "Pi"},
                                               {"Letter", "L"},
                                               {"Letter_Number", "Nl"},
                                               {"Line_Separator", "Zl"},
                                               {"Lowercase_Letter", "Ll"},
                                               {"Mark", "M"},
                                               {"Math_Symbol", "Sm"},
                                               {"Modifier_Letter", "Lm"},
                                               {"Modifier_Symbol", "Sk"},
                                               {"Nonspacing_Mark", "Mn"},
                                               {"Number", "N"},
                                               {"Open_Punctuation", "Ps"},
                                               {"Other", "C"},
                                               {"Other_Letter", "Lo"},
                                               {"Other_Number", "No"},
                                               {"Other_Punctuation", "Po"},
                                               {"Other_Symbol", "So"},
                                               {"Paragraph_Separator", "Zp"},
                                               {"Private_Use", "Co"},
                                               {"Punctuation", "P"},
                                               {"Separator", "Z"},
                                               {"Space_Separator", "Zs"},
                                               {"Spacing_Mark", "Mc"},
                                               {"Surrogate", "Cs"},
                                               {"Symbol", "S"},
                                               {"Titlecase_Letter", "Lt"},
                                               {"Unassigned", "Cn"},
                                               {"Uppercase_Letter", "Lu"},
                                               {"cntrl", "Cc"},
                                               {"digit", "Nd"},
                                               {"punct", "P"}}};

// Its binary properties: a name, or two. Left out are Changes_When_NFKC_Casefolded, which PCRE2 lacks, and
// Bidi_Mirrored, of which it knows those characters only that have a counterpart.
constexpr std::string_view binary =
    " ASCII ASCII_Hex_Digit AHex Alphabetic Alpha Any Assigned Bidi_Control Bidi_C Case_Ignorable "
    "CI Cased"
    " Changes_When_Casefolded CWCF Changes_When_Casemapped CWCM Changes_When_Lowercased CWL"
    " Changes_When_Titlecased CWT Changes_When_Uppercased CWU Dash Default_Ignorable_Code_Point DI Deprecated Dep"
    " Diacritic Dia Emoji Emoji_Component EComp Emoji_Modifier EMod Emoji_Modifier_Base EBase Emoji_Presentation EPres"
    " Extended_Pictographic ExtPict Extender Ext Grapheme_Base Gr_Base Grapheme_Extend Gr_Ext Hex_Digit Hex"
    " IDS_Binary_Operator IDSB IDS_Trinary_Operator IDST ID_Continue IDC ID_Start IDS Ideographic Ideo Join_Control"
    " Join_C Logical_Order_Exception LOE Lowercase Lower Math Noncharacter_Code_Point NChar Pattern_Syntax Pat_Syn"
    " Pattern_White_Space Pat_WS Quotation_Mark QMark Radical Regional_Indicator RI Sentence_Terminal STerm"
    " Soft_Dotted SD Terminal_Punctuation Term Unified_Ideograph UIdeo Uppercase Upper Variation_Selector VS"
    " White_Space space XID_Continue XIDC XID_Start XIDS ";

// PCRE2's name, if ECMA-262 has the property.
std::string pcre2_name(std::string_view name) {
  const std::size_t equals = name.find('=');
  const std::string_view kind = equals == name.npos ? "" : name.substr(0, equals);
  const std::string_view value = equals == name.npos ? name : name.substr(equals + 1);
  const bool extensions = kind == "Script_Extensions" || kind == "scx";
  if (extensions || kind == "Script" || kind == "sc") {
    // PCRE2 takes names in any case, and has characters in these extensions that have extensions of their own.
    const bool capital = !value.empty() && value[0] >= 'A' && value[0] <= 'Z';
    const bool shared = extensions && std::ranges::contains(std::array{"Common", "Zyyy", "Inherited", "Zinh"}, value);
    return capital && !shared ? (extensions ? "scx:" : "sc:") + std::string(value) : "";
  }
  if (kind.empty() && binary.contains(" " + std::string(name) + " ")) return std::string(name);
  if (!kind.empty() && kind != "General_Category" && kind != "gc") return "";
  for (const auto& [known, short_name] : categories) {
    if (value == known || value == short_name) return short_name == "LC" ? "L&" : std::string(short_name);
  }
  return "";
}

void append(std::string& text, char32_t c) {
  const auto more = [&](int shift) { text += static_cast<char>(0x80 | (c >> shift & 0x3f)); };
  if (c < 0x80) {
    text += static_cast<char>(c);
  } else if (c < 0x800) {
    text += static_cast<char>(0xc0 | c >> 6);
    more(0);
  } else if (c < 0x10000) {
    text += static_cast<char>(0xe0 | c >> 12);
    more(6), more(0);
  } else {
    text += static_cast<char>(0xf0 | c >> 18);
    more(12), more(6), more(0);
  }
}

// The inverse for a text that has every character in order, surrogates left out: the code point that begins at
// `offset`.
char32_t at_offset(std::size_t offset) {
  constexpr std::size_t two = 0x80, three = two + 2 * (0x800 - 0x80), four = three + 3 * (0x10000 - 0x800 - 0x800);
  if (offset < two) return static_cast<char32_t>(offset);
  if (offset < three) return static_cast<char32_t>(0x80 + (offset - two) / 2);
  if (offset >= four) return static_cast<char32_t>(0x10000 + (offset - four) / 4);
  const auto c = static_cast<char32_t>(0x800 + (offset - three) / 3);
  return c < 0xd800 ? c : c + 0x800;
}

}  // namespace

std::optional<CodeSet> platform_property(std::string_view name) {
  const std::string known = pcre2_name(name);
  if (known.empty()) return std::nullopt;
  const std::string pattern = (known == "Assigned" ? "\\P{Cn}+" : "\\p{" + known + "}+");
  int error = 0;
  PCRE2_SIZE offset = 0;
  const std::unique_ptr<pcre2_code, decltype(&pcre2_code_free)> code(
      pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(), PCRE2_UTF | PCRE2_UCP, &error,
                    &offset, nullptr),
      &pcre2_code_free);
  if (code == nullptr) return std::nullopt;  // no such script
  pcre2_jit_compile(code.get(), PCRE2_JIT_COMPLETE);
  std::string text;
  text.reserve(4'400'000);
  for (char32_t c = 0; c <= 0x10ffff; ++c) {
    if (c < 0xd800 || c > 0xdfff) append(text, c);
  }
  const std::unique_ptr<pcre2_match_data, decltype(&pcre2_match_data_free)> data(pcre2_match_data_create(1, nullptr),
                                                                                 &pcre2_match_data_free);
  CodeSet set;
  for (std::size_t at = 0; at < text.size();) {
    const int found = pcre2_match(code.get(), reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), at,
                                  PCRE2_NO_UTF_CHECK, data.get(), nullptr);
    if (found < 0) break;
    const PCRE2_SIZE* ends = pcre2_get_ovector_pointer(data.get());
    set.add({at_offset(ends[0]), at_offset(ends[1]) - 1});
    at = ends[1];
  }
  return set;
}

}  // namespace gerbil::grammar
#endif
