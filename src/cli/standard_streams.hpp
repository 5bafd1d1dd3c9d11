// Results that cannot be written are never lost in silence.
#pragma once

#include <array>
#include <streambuf>

namespace gerbil::cli {

// While it lives, std::cout is the program's only way to stdout, and a write that fails ends the program there and
// then: with a sentence on stderr and kError, or without a word by SIGPIPE when nobody reads any more. Its end writes
// what is left. A standard stream that the program was started without counts as one that cannot be read or written.
class StandardStreams {
 public:
  StandardStreams();
  ~StandardStreams();
  StandardStreams(const StandardStreams&) = delete;
  StandardStreams& operator=(const StandardStreams&) = delete;

 private:
  class Results : public std::streambuf {
   public:
    Results();

   protected:
    int_type overflow(int_type next) override;
    int sync() override;

   private:
    void write_out();
    std::array<char, 1 << 16> buffer_{};
  };

  Results results_;
  std::streambuf* before_;
};

}  // namespace gerbil::cli
