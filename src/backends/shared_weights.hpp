// The packed weights that programs of one memory have, for those that come to need them, too.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "backends/weights.hpp"
#include "graph/graph.hpp"

namespace gerbil {

// A weight goes with the last program that has it.
template <typename Packed>
class SharedWeights {
 public:
  using Handle = std::shared_ptr<const Packed>;

  // Null when no program has it in this form.
  Handle find(const graph::WeightDeclaration& declaration, RowOrder order = RowOrder::plain, bool table = false) {
    const auto [begin, end] = known_.equal_range(declaration.parts.front());
    for (auto at = begin; at != end; ++at) {
      const Known& known = at->second;
      if (known.order == order && known.table == table && known.declaration == declaration) return known.packed.lock();
    }
    return nullptr;
  }

  Handle add(Packed packed, const graph::WeightDeclaration& declaration, RowOrder order = RowOrder::plain,
             bool table = false) {
    std::erase_if(known_, [](const auto& entry) { return entry.second.packed.expired(); });
    const auto handle = std::make_shared<const Packed>(std::move(packed));
    known_.emplace(declaration.parts.front(), Known{declaration, order, table, handle});
    return handle;
  }

 private:
  struct Known {
    graph::WeightDeclaration declaration;
    RowOrder order;
    bool table;  // that nothing multiplies with, where the two differ
    std::weak_ptr<const Packed> packed;
  };
  std::unordered_multimap<std::string, Known> known_;  // by the name of the first part
};

}  // namespace gerbil
