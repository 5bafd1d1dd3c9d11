// Bytes that can be read in ranges: a file that is mapped, or anything that holds what a file would.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace gerbil {

class ByteSource {
 public:
  ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;
  virtual ~ByteSource() = default;

  virtual std::uint64_t size() const = 0;
  // Fills `out` with the bytes from `offset` on; the range lies inside. Thread-safe. Throws Error{not_found} when they
  // cannot be read any more.
  virtual void read(std::uint64_t offset, std::span<std::byte> out) const = 0;
  // All bytes where they lie in memory, for as long as the source lives; empty where they do not.
  virtual std::span<const std::byte> view() const { return {}; }
  // For people: the name of the file, without its folder.
  virtual std::string name() const = 0;
};

// A range of a source: where it lies in memory, or read into memory of its own.
class Bytes {
 public:
  // The range lies inside the source, which outlives this where it has a view.
  Bytes(const ByteSource& source, std::uint64_t offset, std::size_t size) {
    if (const auto all = source.view(); !all.empty()) {
      bytes_ = all.subspan(static_cast<std::size_t>(offset), size);
    } else if (size > 0) {
      copy_.resize(size);
      source.read(offset, copy_);
      bytes_ = copy_;
    }
  }
  Bytes(const Bytes&) = delete;
  Bytes& operator=(const Bytes&) = delete;

  const std::byte* data() const { return bytes_.data(); }
  std::span<const std::byte> span() const { return bytes_; }

 private:
  std::vector<std::byte> copy_;
  std::span<const std::byte> bytes_;
};

// Bytes that the caller keeps.
class BytesInMemory final : public ByteSource {
 public:
  explicit BytesInMemory(std::span<const std::byte> bytes) : bytes_(bytes) {}
  std::uint64_t size() const override { return bytes_.size(); }
  void read(std::uint64_t offset, std::span<std::byte> out) const override;
  std::span<const std::byte> view() const override { return bytes_; }
  std::string name() const override { return "memory"; }

 private:
  std::span<const std::byte> bytes_;
};

}  // namespace gerbil
