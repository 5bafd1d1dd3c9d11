// Compiled shaders on disk, kept for Dawn between runs.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace gerbil::gpu {

// One file an entry: the length of the key, the key, the value. Its name is a hash of the key; the key inside tells
// collisions apart. Whatever goes wrong on disk is a miss: a cache must not be able to fail a program.
class ShaderCache {
 public:
  // $XDG_CACHE_HOME/gerbil/shaders, or the same below ~/.cache. Without either nothing is kept.
  ShaderCache();
  explicit ShaderCache(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // The size of the value stored for the key, copied to `out` when it fits there; 0 when there is none. Thread-safe.
  std::size_t load(std::span<const std::byte> key, std::span<std::byte> out) const;
  // Thread-safe; another process that reads the entry sees all of it or nothing.
  void store(std::span<const std::byte> key, std::span<const std::byte> value) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace gerbil::gpu
