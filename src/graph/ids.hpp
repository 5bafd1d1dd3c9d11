// Numbers of the parts of a graph. Each kind is a type of its own, so that a weight's number cannot be taken for a
// value's.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace gerbil::graph {

struct Value;
struct WeightDeclaration;
struct Pages;
struct Slot;
struct RopeTable;

template <typename Of>
struct Id {
  std::int32_t index = -1;  // -1: not set, which the validator refuses
  auto operator<=>(const Id&) const = default;
};

using ValueId = Id<Value>;               // into Graph::values
using WeightId = Id<WeightDeclaration>;  // into Graph::weights
using PagesId = Id<Pages>;               // into Graph::pages
using SlotId = Id<Slot>;                 // into Graph::slots
using RopeId = Id<RopeTable>;            // into Graph::ropes

// The entry of a table that has one for each number.
template <typename Table, typename Of>
decltype(auto) at(Table& table, Id<Of> id) {
  return table[static_cast<std::size_t>(id.index)];
}

// Adds a part to its table, and gives its number.
template <typename Part>
Id<Part> append(std::vector<Part>& table, Part part) {
  table.push_back(std::move(part));
  return {static_cast<std::int32_t>(table.size()) - 1};
}

}  // namespace gerbil::graph
