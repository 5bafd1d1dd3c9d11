// What a person sees: terminals, readable numbers, tables, Ctrl-C.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gerbil/cancellation.hpp"

namespace gerbil::cli {

bool stdin_is_terminal();
bool stdout_is_terminal();
bool stderr_is_terminal();

// The text in a terminal's dim style, or as it is when `styled` is false.
std::string dim(std::string_view text, bool styled);
// Whether a stream that is a terminal may be styled: not with NO_COLOR set (no-color.org) nor on TERM=dumb.
bool may_style();

std::string readable_bytes(double bytes);      // "1.25 GB", decimal units
std::string readable_count(double count);      // "596 M"
std::string readable_seconds(double seconds);  // "2 min 05 s", "3.2 s", "85 ms"

// Two columns, the first padded to its widest entry.
std::string table(const std::vector<std::pair<std::string, std::string>>& rows);

// "gerbil: …" on stderr.
void say(std::string_view sentence);

// While it lives, Ctrl-C cancels the generation instead of ending the program; a second Ctrl-C ends the program.
class InterruptGuard {
 public:
  explicit InterruptGuard(const Cancellation& cancellation);
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

 private:
  Cancellation cancellation_;
};

}  // namespace gerbil::cli
