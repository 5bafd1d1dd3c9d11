// What Python's str knows of single characters. The tables are those of utf8proc natively and of the platform's RegExp
// and String in WebAssembly.
#pragma once

#include <cstdint>
#include <string>

namespace gerbil::jinja {

bool is_letter(char32_t c);             // str.isalpha
bool is_decimal(char32_t c);            // str.isdecimal
bool is_digit(char32_t c);              // str.isdigit: decimals, superscripts, circled digits
bool is_numeric(char32_t c);            // str.isnumeric, without ideographs
bool is_numeric_ideograph(char32_t c);  // those that are numbers, 一 for instance
bool is_printable(char32_t c);          // what repr() does not escape
bool is_space(char32_t c);              // str.isspace
bool is_identifier_start(char32_t c);   // of a Python identifier
bool is_identifier_part(char32_t c);    // of a Python identifier, behind its first character
std::int64_t digit_value(char32_t c);   // 0 to 9 of a decimal
bool is_upper(char32_t c);
bool is_lower(char32_t c);
bool is_title(char32_t c);           // ǅ and its like
bool is_case_ignorable(char32_t c);  // marks and points that do not end a word

// Full case mappings (SpecialCasing.txt): one character may become several.
void append_upper(std::string& result, char32_t c);
void append_lower(std::string& result, char32_t c);
void append_title(std::string& result, char32_t c);
void append_folded(std::string& result, char32_t c);

}  // namespace gerbil::jinja
