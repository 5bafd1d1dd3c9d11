#include "engine/backends.hpp"

#include <map>
#include <mutex>
#include <utility>

#include "base/thread_pool.hpp"
#include "engine/devices.hpp"

namespace gerbil {

std::shared_ptr<Backend> own_backend(const LoadOptions& options) {
#ifdef GERBIL_WEBGPU
  if (use_webgpu(options.device)) return webgpu::open(options.threads);
#else
  use_webgpu(options.device);
#endif
  return cpu::open(options.threads);
}

std::shared_ptr<Backend> shared_backend(const LoadOptions& options) {
  using Kind = std::pair<bool, int>;  // whether it is a GPU, and its threads
  static std::mutex mutex;
  static std::map<Kind, std::weak_ptr<Backend>> opened;
  const Kind kind{use_webgpu(options.device), options.threads > 0 ? options.threads : ThreadPool::usable_cores()};
  const std::lock_guard lock(mutex);
  if (auto backend = opened[kind].lock(); backend && backend->usable()) return backend;
  auto backend = own_backend(options);
  opened[kind] = backend;
  return backend;
}

}  // namespace gerbil
