// A file to read: memory-mapped where the system can. WebAssembly cannot, and reads each range from the file.
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

  std::uint64_t size() const override { return size_; }
  void read(std::uint64_t offset, std::span<std::byte> out) const override;
  std::span<const std::byte> view() const override { return bytes_; }
  std::string name() const override { return path_.filename().string(); }

 private:
  MappedFile() = default;

  std::filesystem::path path_;
  std::uint64_t size_ = 0;
  std::span<const std::byte> bytes_;  // mapped
  int descriptor_ = -1;               // to read from, where nothing is mapped
};

// The whole file as text. Throws Error{not_found}.
std::string read_text_file(const std::filesystem::path& path);

}  // namespace gerbil
