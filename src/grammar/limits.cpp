#include "grammar/limits.hpp"

#include <format>

#include "gerbil/error.hpp"

namespace gerbil::grammar {

void exceed(std::size_t limit, const std::string& what, const std::string& advice) {
  throw Error(ErrorCode::invalid_argument, std::format("The grammar needs more than {} {}; {}.", limit, what, advice));
}

}  // namespace gerbil::grammar
