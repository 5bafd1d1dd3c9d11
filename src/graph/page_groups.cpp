#include <algorithm>

#include "graph/graph.hpp"

namespace gerbil::graph {

PageGroups page_groups(const Graph& graph) {
  const auto kept = [](const Pages& pages) { return pages.causal ? pages.window : 0; };
  PageGroups groups;
  for (const Pages& pages : graph.pages) groups.windows.push_back(kept(pages));
  std::ranges::sort(groups.windows);
  const auto rest = std::ranges::unique(groups.windows);
  groups.windows.erase(rest.begin(), rest.end());
  for (const Pages& pages : graph.pages) {
    groups.of.push_back(
        static_cast<std::size_t>(std::ranges::find(groups.windows, kept(pages)) - groups.windows.begin()));
  }
  if (groups.windows.empty()) groups.windows.push_back(0);
  return groups;
}

}  // namespace gerbil::graph
