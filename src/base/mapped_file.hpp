// A read-only view of a whole file: memory-mapped where the system can, read into memory where it cannot (WASM).
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "base/byte_source.hpp"

namespace gerbil {

class MappedFile final : public ByteSource {
 public:
  // Throws Error{not_found} when the file cannot be opened or is not a regular file.
  static std::shared_ptr<const MappedFile> open(const std::filesystem::path& path);

  ~MappedFile() override;

  std::uint64_t size() const override { return bytes_.size(); }
  void read(std::uint64_t offset, std::span<std::byte> out) const override;
  std::span<const std::byte> view() const override { return bytes_; }
  std::string name() const override { return path_.filename().string(); }

 private:
  MappedFile() = default;

  std::filesystem::path path_;
  std::span<const std::byte> bytes_;
  std::unique_ptr<std::byte[]> copy_;  // owns bytes_ where mapping is not available
};

// The whole file as text. Throws Error{not_found}.
std::string read_text_file(const std::filesystem::path& path);

}  // namespace gerbil
