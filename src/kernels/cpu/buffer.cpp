#include "kernels/cpu/buffer.hpp"

#include <cstdlib>
#include <format>

#include "gerbil/error.hpp"

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace gerbil::kernels {

void Buffer::Free::operator()(void* memory) const { std::free(memory); }

Buffer::Buffer(std::uint64_t bytes, [[maybe_unused]] bool huge_pages) : size_(static_cast<std::size_t>(bytes)) {
  constexpr std::size_t alignment = 128;
  memory_.reset(bytes > SIZE_MAX - alignment ? nullptr : std::calloc(size_ + alignment, 1));
  if (!memory_) {
    throw Error(ErrorCode::out_of_memory,
                std::format("{} bytes of memory are wanted at once, which the system does not "
                            "have; choose a smaller model, cache or context.",
                            bytes));
  }
  const auto address = reinterpret_cast<std::uintptr_t>(memory_.get());
  data_ = static_cast<std::byte*>(memory_.get()) + (alignment - address % alignment) % alignment;
#ifdef __linux__
  constexpr std::uintptr_t page = 2u << 20;
  const std::size_t skipped = (page - address % page) % page;
  const std::size_t whole = bytes < skipped ? 0 : (bytes - skipped) / page * page;
  // Advice only: without huge pages everything works, a little slower.
  if (huge_pages && whole > 0) madvise(static_cast<std::byte*>(memory_.get()) + skipped, whole, MADV_HUGEPAGE);
#endif
}

}  // namespace gerbil::kernels
