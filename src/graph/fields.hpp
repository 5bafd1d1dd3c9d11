// What holds of the fields of every operation, whatever its kind.
#pragma once

#include <optional>
#include <type_traits>
#include <variant>

#include "graph/ops.hpp"

namespace gerbil::graph {

// Calls visit(id) for every field of an operation that names a part of the kind `Id`, where one is named. The operation
// may be const.
template <typename Id, typename AnyOperation, typename Visit>
void for_each_id(AnyOperation& operation, const Visit& visit) {
  const auto field = [&]<typename Field>(std::string_view, Field& value) {
    if constexpr (std::is_same_v<std::remove_const_t<Field>, Id>) visit(value);
    if constexpr (std::is_same_v<std::remove_const_t<Field>, std::optional<Id>>) {
      if (value) visit(*value);
    }
  };
  std::visit([&](auto& kind) { kind.fields(field); }, operation);
}

// Whether a state is another one once the operation has run, so that it is needed although nobody reads its outputs.
inline bool writes_state(const Operation& operation) {
  return std::visit([]<typename Kind>(const Kind&) { return requires { Kind::writes_state; }; }, operation);
}

namespace detail {

struct Anything {
  template <typename T>
  operator T() const;
};

// Members of an aggregate: the most initialisers that it takes.
template <typename Kind, typename... Members>
consteval int count_members() {
  if constexpr (requires { Kind{Members{}..., Anything{}}; }) return count_members<Kind, Members..., Anything>();
  return sizeof...(Members);
}

template <typename Kind>
consteval int count_fields() {
  int count = 0;
  Kind kind;
  kind.fields([&](auto, auto&) { ++count; });
  return count;
}

template <typename... Kinds>
consteval bool all_fields_are_shown(std::type_identity<std::variant<Kinds...>>) {
  return ((count_members<Kinds>() == count_fields<Kinds>()) && ...);
}

}  // namespace detail

static_assert(detail::all_fields_are_shown(std::type_identity<Operation>()),
              "fields() of an operation does not show every member");

}  // namespace gerbil::graph
