#include "text_output.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include "terminal.hpp"

namespace gerbil::cli {

TextOutput::TextOutput(std::ostream& stream, int file)
    : stream_(stream), file_(file), is_terminal_(isatty(file) != 0), styled_(is_terminal_ && may_style()) {}

void TextOutput::write(std::string_view text, bool dimmed) {
  if (!is_terminal_) {
    stream_ << text << std::flush;
    return;
  }
  if (dimmed != dimmed_) show(wrap_.finish(width()));
  dimmed_ = dimmed;
  const int columns = width();
  show(columns > 0 ? wrap_.push(text, columns) : std::string(text));
}

void TextOutput::end(std::string_view separator) {
  show(wrap_.finish(width()));
  wrap_ = {};
  stream_ << separator << std::flush;
}

void TextOutput::show(std::string_view text) { stream_ << dim(text, styled_ && dimmed_) << std::flush; }

// Asked for every time: a window may become another size. 0 when the terminal does not know it.
int TextOutput::width() const {
  winsize size{};
  return ioctl(file_, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

}  // namespace gerbil::cli
