// What the pool says of itself.
#include <array>

#include "server/model_pool.hpp"

namespace gerbil::server {

std::string_view to_string(ModelPool::Phase phase) {
  constexpr std::array<std::string_view, 5> names{"unloaded", "waiting", "loading", "loaded", "failed"};
  return names[static_cast<std::size_t>(phase)];
}

std::vector<ModelPool::Status> ModelPool::status() const {
  std::vector<Status> list;
  list.reserve(entries_.size());
  for (const Entry& entry : entries_) list.push_back({entry.name.id, entry.phase, entry.error});
  return list;
}

std::vector<ModelState> ModelPool::states() const {
  std::vector<ModelState> list;
  list.reserve(entries_.size());
  for (const Entry& entry : entries_)
    list.push_back({entry.name.id, entry.model.has_value(), entry.model ? entry.model->statistics() : ModelStatistics{},
                    entry.model ? entry.bytes : 0});
  return list;
}

const Model* ModelPool::loaded(const std::string& id) const {
  for (const Entry& entry : entries_)
    if (entry.name.id == id && entry.model) return &*entry.model;
  return nullptr;
}

std::uint64_t ModelPool::loads(const std::string& id) const {
  for (const Entry& entry : entries_)
    if (entry.name.id == id) return entry.loads;
  return 0;
}

}  // namespace gerbil::server
