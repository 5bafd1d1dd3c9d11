// Arguments between tags of their own, one pair each, to one JSON object.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "calls/header.hpp"

namespace gerbil::calls {

class ParameterReader {
 public:
  // What it is given must outlive it.
  ParameterReader(const ToolCallFormat& format, const Tools& tools, std::string name);

  // Takes what it can from the beginning of `text` and adds to `json`. `yes` at the end of the arguments, the literal
  // after a call included, `no` for what is no argument, `partial` when it needs more text.
  Fit read(std::string& text, std::string& json);

 private:
  Fit begin_argument(std::string& text, std::string& json);
  Fit read_argument(std::string& text, std::string& json);
  Found find_end(std::string_view text, std::size_t& value_size);

  const ToolCallFormat& format_;
  const Tools& tools_;
  std::string name_;
  std::set<std::string> keys_;
  bool begun_ = false;   // the object
  bool inside_ = false;  // an argument
  bool text_only_ = false;
  std::optional<bool> quoted_;  // unset: not known yet
  unsigned types_ = any_value;
  std::size_t searched_ = 0;  // bytes of what is held that have no end of the argument
};

}  // namespace gerbil::calls
