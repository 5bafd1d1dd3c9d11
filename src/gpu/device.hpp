// What the WebGPU backend needs of a GPU: buffers, kernels from WGSL, dispatches in order, and readbacks. There are two
// of it: src/gpu/dawn, and src/gpu/browser on a page's navigator.gpu.
//
// Commands are recorded by dispatch(), copy() and clear() and run in that order, after every write() that came before
// them. Functions throw Error{device_lost} once the device is gone, Error{out_of_memory} when a buffer does not fit,
// and Error{internal} with Dawn's message when it rejects what was recorded. A Device is used from one thread at a
// time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace gerbil::gpu {

// M × N × K of a subgroup matrix multiplication with f16 inputs and f32 results; all 0 when there is none.
struct MatrixShape {
  std::uint32_t m = 0;
  std::uint32_t n = 0;
  std::uint32_t k = 0;
};

struct Capabilities {
  std::string name;     // "NVIDIA H200"
  std::string driver;   // "llvmpipe: Mesa 26.1.6"
  std::string backend;  // "Vulkan"
  bool software = false;
  bool shader_f16 = false;
  bool timestamps = false;          // begin_span() works
  std::uint32_t subgroup_size = 0;  // 0: no subgroups, or their size is not one known number
  MatrixShape matrix;
  std::uint64_t max_binding_bytes = 0;
  std::uint64_t max_buffer_bytes = 0;
  std::uint32_t max_workgroup_threads = 0;
  std::uint32_t max_workgroup_bytes = 0;
  std::uint32_t max_groups = 0;  // workgroups in one dimension of a dispatch
};

// Whether a thread may wait for the device. A page may not: its event loop brings what is waited for. There, kernels
// compile until the first step, which the page begins when they have; what would wait is Error{internal}.
#ifdef __EMSCRIPTEN__
inline constexpr bool may_wait = false;
#else
inline constexpr bool may_wait = true;
#endif

struct BufferState;
struct KernelState;
struct BindingState;
struct ReadbackState;

// Handles: copies name the same object, which lives as long as any of them.
class Buffer {
 public:
  Buffer() = default;
  explicit operator bool() const { return state_ != nullptr; }
  std::uint64_t size() const;  // bytes, rounded up to a multiple of 4

 private:
  friend class Device;
  std::shared_ptr<BufferState> state_;
};

class Kernel {
 public:
  Kernel() = default;
  explicit operator bool() const { return state_ != nullptr; }

 private:
  friend class Device;
  std::shared_ptr<KernelState> state_;
};

struct Binding {
  std::uint32_t slot = 0;  // @group(0) @binding(slot)
  Buffer buffer;
};

// A kernel with its buffers, ready to be dispatched any number of times.
class BoundKernel {
 public:
  BoundKernel() = default;
  explicit operator bool() const { return state_ != nullptr; }

 private:
  friend class Device;
  std::shared_ptr<BindingState> state_;
};

// Part of a buffer; offset and bytes are multiples of 4.
struct Range {
  Buffer buffer;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};

// Bytes on their way from the device. They are let go with the last copy of the handle, be they here or not.
class Readback {
 public:
  Readback() = default;
  explicit operator bool() const { return state_ != nullptr; }

 private:
  friend class Device;
  std::shared_ptr<ReadbackState> state_;
};

struct Grid {
  std::uint32_t x = 1;
  std::uint32_t y = 1;
  std::uint32_t z = 1;
};

// Its functions are called by one thread at a time, but for arrived() and wait(), which any may call beside that one.
class Device {
 public:
  // Opens the best adapter with all its features and limits, or in a page takes what it has opened. Throws
  // Error{not_found} when there is none.
  Device();
  ~Device();
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  const Capabilities& capabilities() const;
  bool lost() const;  // by any thread

  // Zero-filled storage that kernels, copies, write() and read() can use.
  Buffer buffer(std::uint64_t bytes, const std::string& label);
  // offset and bytes.size() are multiples of 4.
  void write(const Buffer& buffer, std::uint64_t offset, std::span<const std::byte> bytes);

  // Starts compiling a compute kernel whose entry point is `main`. The same text gives the same kernel.
  Kernel kernel(const std::string& label, const std::string& source);
  // Whether bind() would not wait.
  bool compiled(const Kernel& kernel);
  // Waits for the kernel. A buffer may stand in several slots only when none of them is written.
  BoundKernel bind(const Kernel& kernel, std::span<const Binding> bindings);

  void dispatch(const BoundKernel& bound, Grid grid);
  // Between two different buffers; offsets and bytes are multiples of 4.
  void copy(const Buffer& from, std::uint64_t from_offset, const Buffer& to, std::uint64_t to_offset,
            std::uint64_t bytes);
  // Fills with zeros; offset and bytes are multiples of 4.
  void clear(const Buffer& buffer, std::uint64_t offset, std::uint64_t bytes);
  // Hands the recorded commands to the GPU. Does not wait.
  void submit();
  // Submits, and starts to bring the bytes of all ranges here, one after the other. Does not wait.
  Readback start_read(std::span<const Range> ranges);
  // Whether bytes() would not wait, be it for an error. Throws nothing.
  bool arrived(const Readback& readback);
  // Waits until the bytes are here.
  void wait(const Readback& readback);
  // Waits for the bytes. They stay as long as the readback.
  std::span<const std::byte> bytes(const Readback& readback);
  // All three at once.
  void read(const Buffer& buffer, std::uint64_t offset, std::span<std::byte> out);
  void wait_idle();

  // Times what is dispatched between the two, by the device's clock; only where it has timestamps. Spans are one after
  // the other, and no submit() is within one.
  void begin_span();
  void end_span();
  // Waits for all spans since the last call, and gives their seconds in order. What two of them share counts as the
  // first one's.
  std::vector<double> take_spans();

  // Makes the device fail as if the driver had taken it away; for tests.
  void lose(const std::string& cause);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gerbil::gpu
