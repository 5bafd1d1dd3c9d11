// A read-only view of a whole file: memory-mapped where the system can, read into memory where it cannot (WASM).
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace gerbil {

class MappedFile {
 public:
  // Throws Error{not_found} when the file cannot be opened or is not a regular file.
  static std::shared_ptr<const MappedFile> open(const std::filesystem::path& path);

  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  std::span<const std::byte> bytes() const { return bytes_; }
  const std::filesystem::path& path() const { return path_; }

 private:
  MappedFile() = default;

  std::filesystem::path path_;
  std::span<const std::byte> bytes_;
  std::unique_ptr<std::byte[]> copy_;  // owns bytes_ where mapping is not available
};

// The whole file as text. Throws Error{not_found}.
std::string read_text_file(const std::filesystem::path& path);

}  // namespace gerbil
