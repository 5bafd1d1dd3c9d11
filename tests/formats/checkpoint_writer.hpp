// Writes small checkpoints for tests.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace gerbil::test {

struct StoredTensor {
  std::string name;
  std::string dtype;
  std::vector<std::int64_t> shape;
  std::string bytes;
};

// The bytes of numbers as they lie in memory.
template <typename T>
std::string bytes_of(const std::vector<T>& values) {
  return std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
}

std::string f16_bytes(const std::vector<float>& values);
std::string bf16_bytes(const std::vector<float>& values);

// A safetensors file: the header, padded to 8 bytes as the reference writer does, and the tensors one after the other.
std::string safetensors(const std::vector<StoredTensor>& tensors);
// A safetensors file with a header of our own making.
std::string safetensors_with_header(const std::string& header, const std::string& data);

// A directory of its own that disappears with the object.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  void write(const std::string& name, const std::string& content) const;
  // config.json and model.safetensors.
  void write_checkpoint(const std::string& config, const std::vector<StoredTensor>& tensors) const;

 private:
  std::filesystem::path path_;
};

}  // namespace gerbil::test
