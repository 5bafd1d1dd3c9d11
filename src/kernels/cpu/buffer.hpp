// Memory for weights, keys and values, and activations.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace gerbil::kernels {

// Zeroed bytes on a cache line boundary. Pages that are never touched cost no memory where the system maps them lazily.
class Buffer {
 public:
  Buffer() = default;
  // huge_pages asks the system for them: fewer address translations for weights that every token reads in order.
  // Throws Error{out_of_memory}, also for what addresses of 32 bits do not reach.
  explicit Buffer(std::uint64_t bytes, bool huge_pages = false);

  std::byte* data() const { return data_; }
  std::size_t size() const { return size_; }
  template <typename T>
  T* as() const {
    return reinterpret_cast<T*>(data_);
  }

 private:
  struct Free {
    void operator()(void* memory) const;
  };
  std::unique_ptr<void, Free> memory_;
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace gerbil::kernels
