// JSON into values and back.
#pragma once

#include <string>

#include "base/json.hpp"
#include "template/heap.hpp"

namespace gerbil::jinja {

// Objects become dictionaries in their order. Throws Failure for a number that 64 bits cannot hold.
Value from_json(Heap& heap, const Json& json);

}  // namespace gerbil::jinja
