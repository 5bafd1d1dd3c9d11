#include "kernels/cpu/buffer.hpp"

#include <cstdint>
#include <cstdlib>
#include <new>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace gerbil::kernels {

void Buffer::Free::operator()(void* memory) const { std::free(memory); }

Buffer::Buffer(std::size_t bytes, [[maybe_unused]] bool huge_pages) : size_(bytes) {
  constexpr std::size_t alignment = 128;
  memory_.reset(std::calloc(bytes + alignment, 1));
  if (!memory_) throw std::bad_alloc();
  const auto address = reinterpret_cast<std::uintptr_t>(memory_.get());
  data_ = static_cast<std::byte*>(memory_.get()) + (alignment - address % alignment) % alignment;
#ifdef __linux__
  constexpr std::uintptr_t page = 2u << 20;
  const std::uintptr_t begin = (address + page - 1) / page * page;
  const std::uintptr_t end = (address + bytes) / page * page;
  // Advice only: without huge pages everything works, a little slower.
  if (huge_pages && end > begin) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
#endif
}

}  // namespace gerbil::kernels
