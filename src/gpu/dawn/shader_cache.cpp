#include "gpu/dawn/shader_cache.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <format>
#include <fstream>
#include <system_error>
#include <vector>

namespace gerbil::gpu {
namespace {

constexpr std::uint64_t max_entry_bytes = std::uint64_t{64} << 20;

// FNV-1a (Fowler, Noll, Vo), 64 bits.
std::uint64_t hash(std::span<const std::byte> bytes) {
  std::uint64_t value = 14695981039346656037ull;
  for (const std::byte byte : bytes) value = (value ^ static_cast<std::uint8_t>(byte)) * 1099511628211ull;
  return value;
}

std::filesystem::path entry(const std::filesystem::path& folder, std::span<const std::byte> key) {
  return folder / std::format("{:016x}", hash(key));
}

}  // namespace

ShaderCache::ShaderCache() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache != '\0')
    folder_ = std::filesystem::path(cache) / "gerbil" / "shaders";
  else if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0')
    folder_ = std::filesystem::path(home) / ".cache" / "gerbil" / "shaders";
}

std::size_t ShaderCache::load(std::span<const std::byte> key, std::span<std::byte> out) const {
  if (folder_.empty()) return 0;
  std::ifstream file(entry(folder_, key), std::ios::binary | std::ios::ate);
  const std::streamoff end = file.tellg();
  std::uint64_t key_bytes = 0;
  if (!file || end < static_cast<std::streamoff>(sizeof key_bytes + key.size())) return 0;
  const auto value_bytes = static_cast<std::uint64_t>(end) - sizeof key_bytes - key.size();
  file.seekg(0);
  file.read(reinterpret_cast<char*>(&key_bytes), sizeof key_bytes);
  std::vector<std::byte> stored_key(key.size());
  file.read(reinterpret_cast<char*>(stored_key.data()), static_cast<std::streamsize>(stored_key.size()));
  if (!file || key_bytes != key.size() || !std::ranges::equal(stored_key, key) || value_bytes > max_entry_bytes)
    return 0;
  if (out.size() < value_bytes) return value_bytes;
  file.read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(value_bytes));
  return file ? value_bytes : 0;
}

void ShaderCache::store(std::span<const std::byte> key, std::span<const std::byte> value) const {
  static std::atomic<std::uint64_t> counter{0};
  if (folder_.empty() || value.size() > max_entry_bytes) return;
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  if (error) return;
  const std::filesystem::path target = entry(folder_, key);
  std::filesystem::path temporary = target;
  // Unique among threads by the counter and, closely enough for a cache, among processes by the clock.
  temporary += std::format(".{:x}.{:x}", std::chrono::steady_clock::now().time_since_epoch().count(), counter++);
  {
    std::ofstream file(temporary, std::ios::binary);
    const std::uint64_t key_bytes = key.size();
    file.write(reinterpret_cast<const char*>(&key_bytes), sizeof key_bytes);
    file.write(reinterpret_cast<const char*>(key.data()), static_cast<std::streamsize>(key.size()));
    file.write(reinterpret_cast<const char*>(value.data()), static_cast<std::streamsize>(value.size()));
    if (!file.flush()) {
      file.close();
      std::filesystem::remove(temporary, error);
      return;
    }
  }
  std::filesystem::rename(temporary, target, error);
  if (error) std::filesystem::remove(temporary, error);
}

}  // namespace gerbil::gpu
