#include "server/model_pool.hpp"

#include <algorithm>
#include <format>
#include <utility>

#include "server/errors.hpp"

namespace gerbil::server {
namespace {

constexpr auto longest_wait = std::chrono::seconds(2);  // for those who go on using other models

std::chrono::steady_clock::duration to_duration(double seconds) {
  return std::chrono::duration_cast<std::chrono::steady_clock::duration>(std::chrono::duration<double>(seconds));
}

std::int64_t bytes_of(const Model& model) {
  const ModelInfo& info = model.info();
  return info.weight_bytes + info.arena_bytes + info.cache_bytes + info.draft_bytes;
}

}  // namespace

ModelPool::ModelPool(std::vector<Name> names, const PoolOptions& options, Tasks& tasks)
    : options_(options), tasks_(tasks), loader_(options.load, tasks) {
  for (Name& name : names) entries_.emplace_back().name = std::move(name);
}

ModelPool::Entry* ModelPool::find(std::string_view id) {
  const auto found = std::ranges::find_if(entries_, [&](const Entry& entry) { return entry.name.id == id; });
  return found == entries_.end() ? nullptr : &*found;
}

const std::string& ModelPool::resolve(std::string_view model) const {
  if (model.empty()) return entries_.front().name.id;
  std::string known;
  for (const Entry& entry : entries_) {
    if (entry.name.id == model) return entry.name.id;
    known += std::format("{}'{}'", known.empty() ? "" : ", ", entry.name.id);
  }
  throw ApiError(404, "invalid_request_error", "model_not_found",
                 std::format("The model '{}' is not served here; there are {}.", model, known), "model");
}

void ModelPool::acquire(const std::string& id, const Patience& patience, Ready ready) {
  Entry& entry = *find(id);
  if (entry.phase == Phase::loaded && !entry.leaving) {
    ready(lease(entry), nullptr);
    return;
  }
  const auto now = Clock::now();
  entry.waiters.push_back({patience.gone, now,
                           patience.seconds > 0 ? now + to_duration(patience.seconds) : Clock::time_point::max(),
                           std::move(ready)});
  if (entry.phase != Phase::loading && entry.phase != Phase::loaded) entry.phase = Phase::waiting;
  work();
}

Lease ModelPool::lease(Entry& entry) {
  ++entry.users;
  return {&*entry.model, [pool = weak_from_this(), &tasks = tasks_, &entry](const Model*) {
            if (pool.expired()) return;
            tasks.on_front([pool, &entry] {
              if (const auto alive = pool.lock()) alive->release(entry);
            });
          }};
}

void ModelPool::release(Entry& entry) {
  --entry.users;
  entry.used = Clock::now();
  work();
}

std::int64_t ModelPool::memory() const {
  std::int64_t sum = 0;
  for (const Entry& entry : entries_) sum += entry.model ? entry.bytes : 0;
  return sum;
}

// Of the loaded ones that nobody uses, the one that nobody has used for longest.
ModelPool::Entry* ModelPool::idlest() {
  Entry* idlest = nullptr;
  for (Entry& entry : entries_)
    if (entry.phase == Phase::loaded && entry.users == 0 && (!idlest || entry.used < idlest->used)) idlest = &entry;
  return idlest;
}

void ModelPool::unload(Entry& entry) {
  loader_.discard(std::move(*entry.model));
  entry.model.reset();
  entry.leaving = false;
  entry.phase = entry.waiters.empty() ? Phase::unloaded : Phase::waiting;
}

bool ModelPool::over_limit(std::int64_t more) const {
  return options_.memory_limit > 0 && memory() + more > options_.memory_limit;
}

// Whether there is room for the model, once idle ones have gone. What it takes is known once it has been loaded; until
// then it may be loaded wherever the limit is not reached.
bool ModelPool::make_room(const Entry& entry) {
  while (memory() > 0 && over_limit(std::max<std::int64_t>(entry.bytes, 1))) {
    Entry* idle = idlest();
    if (!idle) return false;
    unload(*idle);
  }
  return true;
}

void ModelPool::start(Entry& entry) {
  entry.phase = Phase::loading;
  try {
    loader_.load(entry.name.name, [this, &entry](std::optional<Model> model, const std::exception_ptr& error) {
      finish(entry, std::move(model), error);
    });
  } catch (...) {
    finish(entry, std::nullopt, std::current_exception());
  }
}

// Loads what somebody waits for, as far as there is room.
void ModelPool::work() {
  if (loader_.busy()) return;
  forget_waiters();
  if (Entry* entry = next(); !entry) {
    stay();
    while (over_limit(0) && idlest()) unload(*idlest());
  } else if (make_room(*entry)) {
    return start(*entry);
  } else if (entry->waiters.front().since + longest_wait <= Clock::now()) {
    empty_for(*entry);  // then until a lease has gone
  }
  loader_.sweep();
}

void ModelPool::finish(Entry& entry, std::optional<Model> model, std::exception_ptr error) {
  if (model) entry.bytes = bytes_of(*model);
  if (model && options_.memory_limit > 0 && entry.bytes > options_.memory_limit) {
    error = std::make_exception_ptr(
        Error(ErrorCode::out_of_memory,
              std::format("It takes {} bytes, but all models may take {}.", entry.bytes, options_.memory_limit)));
    loader_.discard(std::move(*model));
    model.reset();
  }
  if (model) make_room(entry);  // as far as it goes: what it takes was not known before
  entry.model = std::move(model);
  ++entry.loads;
  entry.phase = entry.model ? Phase::loaded : Phase::failed;
  entry.error = error ? to_api_error(error).what() : "";
  entry.used = Clock::now();
  serve(entry, error);
  work();
}

void ModelPool::tick() {
  if (options_.keep_alive >= 0) {
    const auto before = Clock::now() - to_duration(options_.keep_alive);
    for (Entry* idle = idlest(); idle && idle->used <= before; idle = idlest()) unload(*idle);
  }
  forget_waiters();
  work();
}

}  // namespace gerbil::server
