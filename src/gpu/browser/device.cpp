#include "gpu/device.hpp"

#include <format>
#include <map>
#include <optional>
#include <utility>

#include "base/json.hpp"
#include "gerbil/error.hpp"
#include "gpu/adapters.hpp"
#include "gpu/browser/bridge.hpp"

namespace gerbil::gpu {
namespace {

// An object of the page, which it lets go of with this.
class Object {
 public:
  explicit Object(int id) : id_(id) {}
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;
  ~Object() { gerbil_gpu_free(id_); }
  int id() const { return id_; }

 private:
  int id_;
};

std::string take_text(int size) {
  std::string text(static_cast<std::size_t>(size), '\0');
  gerbil_gpu_take_text(text.data());
  return text;
}

Capabilities capabilities_of(const Json& page) {
  Capabilities result{.name = page.at("name"), .backend = "the browser"};
  result.software = page.at("software");
  result.shader_f16 = page.at("shader_f16");
  const auto subgroups = page.at("subgroups").get<std::vector<std::uint32_t>>();
  if (!subgroups.empty() && subgroups[0] == subgroups[1] && page.at("subgroup_id").get<bool>())
    result.subgroup_size = subgroups[0];
  std::vector<MatrixShape> shapes;
  for (const Json& shape : page.at("matrices")) shapes.push_back({shape.at(0), shape.at(1), shape.at(2)});
  if (result.shader_f16 && result.subgroup_size != 0) result.matrix = best_matrix(shapes);
  result.max_binding_bytes = page.at("max_binding_bytes");
  result.max_buffer_bytes = page.at("max_buffer_bytes");
  result.max_workgroup_threads = page.at("max_workgroup_threads");
  result.max_workgroup_bytes = page.at("max_workgroup_bytes");
  result.max_groups = page.at("max_groups");
  return result;
}

// What the page says of the device that it has opened.
std::optional<Json> description() {
  const int size = gerbil_gpu_describe();
  if (size == 0) return std::nullopt;
  return Json::parse(take_text(size));
}

[[noreturn]] void cannot_wait() {
  throw Error(ErrorCode::internal, "A page cannot wait for its GPU: submit the request, and poll.");
}

}  // namespace

struct BufferState {
  Object object;
  std::uint64_t size;
};

struct KernelState {
  Object object;
};

struct BindingState {
  Object object;
  std::shared_ptr<KernelState> kernel;
};

struct ReadbackState {
  Object object;
  std::vector<std::byte> bytes;
  bool taken = false;
};

struct Device::State {
  Capabilities capabilities;
  std::map<std::string, Kernel> kernels;  // by source
  bool lost = false;

  // Throws what has gone wrong since the last call.
  void check() {
    std::uint32_t size = 0;
    const int kind = gerbil_gpu_failure(&size);
    if (kind == 0) return;
    const std::string text = take_text(static_cast<int>(size));
    if (kind == 2) throw Error(ErrorCode::out_of_memory, "The GPU has not enough free memory: " + text);
    if (kind == 3) throw Error(ErrorCode::internal, "WebGPU rejected a command: " + text);
    lost = true;
    throw Error(ErrorCode::device_lost,
                std::format("The GPU {} was lost ({}). Load the engine again to go on.", capabilities.name, text));
  }
};

std::vector<Adapter> adapters() {
  const std::optional<Json> page = description();
  if (!page) return {};
  const auto subgroups = page->at("subgroups").get<std::vector<std::uint32_t>>();
  return {{capabilities_of(*page), page->at("software").get<bool>() ? "software" : "unknown",
           subgroups.empty() ? "no" : subgroup_text(subgroups[0], subgroups[1])}};
}

std::uint64_t Buffer::size() const { return state_ ? state_->size : 0; }

Device::Device() : state_(std::make_unique<State>()) {
  const std::optional<Json> page = description();
  if (!page)
    throw Error(ErrorCode::not_found, "The page has opened no GPU: the browser has no WebGPU, or no adapter for it.");
  state_->capabilities = capabilities_of(*page);
}

Device::~Device() = default;

const Capabilities& Device::capabilities() const { return state_->capabilities; }

// A page opens another device for what comes after a loss: this one stays lost.
bool Device::lost() const {
  if (gerbil_gpu_lost() != 0) state_->lost = true;
  return state_->lost;
}

Buffer Device::buffer(std::uint64_t bytes, const std::string& label) {
  const std::uint64_t size = buffer_bytes(state_->capabilities, bytes, label);
  Buffer result;
  const int id = gerbil_gpu_buffer(static_cast<double>(size), label.data(), static_cast<int>(label.size()));
  result.state_ = std::shared_ptr<BufferState>(new BufferState{Object(id), size});
  state_->check();
  return result;
}

void Device::write(const Buffer& buffer, std::uint64_t offset, std::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  gerbil_gpu_write(buffer.state_->object.id(), static_cast<double>(offset), bytes.data(), bytes.size());
}

Kernel Device::kernel(const std::string& label, const std::string& source) {
  if (const auto known = state_->kernels.find(source); known != state_->kernels.end()) return known->second;
  Kernel result;
  const int id = gerbil_gpu_kernel(label.data(), static_cast<int>(label.size()), source.data(), source.size());
  result.state_ = std::shared_ptr<KernelState>(new KernelState{Object(id)});
  state_->kernels.emplace(source, result);
  return result;
}

bool Device::compiled(const Kernel&) { return true; }

BoundKernel Device::bind(const Kernel& kernel, std::span<const Binding> bindings) {
  std::vector<std::uint32_t> pairs;
  for (const Binding& binding : bindings) {
    pairs.push_back(binding.slot);
    pairs.push_back(static_cast<std::uint32_t>(binding.buffer.state_->object.id()));
  }
  BoundKernel result;
  const int id = gerbil_gpu_bind(kernel.state_->object.id(), pairs.data(), static_cast<int>(bindings.size()));
  result.state_ = std::shared_ptr<BindingState>(new BindingState{Object(id), kernel.state_});
  return result;
}

void Device::dispatch(const BoundKernel& bound, Grid grid) {
  gerbil_gpu_dispatch(bound.state_->object.id(), static_cast<int>(grid.x), static_cast<int>(grid.y),
                      static_cast<int>(grid.z));
}

void Device::copy(const Buffer& from, std::uint64_t from_offset, const Buffer& to, std::uint64_t to_offset,
                  std::uint64_t bytes) {
  gerbil_gpu_copy(from.state_->object.id(), static_cast<double>(from_offset), to.state_->object.id(),
                  static_cast<double>(to_offset), static_cast<double>(bytes));
}

void Device::clear(const Buffer& buffer, std::uint64_t offset, std::uint64_t bytes) {
  gerbil_gpu_clear(buffer.state_->object.id(), static_cast<double>(offset), static_cast<double>(bytes));
}

void Device::submit() {
  gerbil_gpu_submit();
  state_->check();
}

Readback Device::start_read(std::span<const Range> ranges) {
  std::vector<double> triples;
  std::uint64_t bytes = 0;
  for (const Range& range : ranges) {
    triples.insert(triples.end(), {static_cast<double>(range.buffer.state_->object.id()),
                                   static_cast<double>(range.offset), static_cast<double>(range.bytes)});
    bytes += range.bytes;
  }
  Readback result;
  const int id = gerbil_gpu_read(triples.data(), static_cast<int>(ranges.size()));
  result.state_ = std::shared_ptr<ReadbackState>(new ReadbackState{Object(id), std::vector<std::byte>(bytes)});
  state_->check();
  return result;
}

bool Device::arrived(const Readback& readback) { return gerbil_gpu_arrived(readback.state_->object.id()) != 0; }

void Device::wait(const Readback& readback) {
  if (!arrived(readback)) cannot_wait();
}

std::span<const std::byte> Device::bytes(const Readback& readback) {
  wait(readback);
  state_->check();
  ReadbackState& state = *readback.state_;
  if (!state.taken) state.taken = gerbil_gpu_take(state.object.id(), state.bytes.data()) != 0;
  if (!state.taken)
    throw Error(ErrorCode::device_lost, std::format("The GPU {} did not return results.", state_->capabilities.name));
  return state.bytes;
}

void Device::read(const Buffer&, std::uint64_t, std::span<std::byte>) { cannot_wait(); }
void Device::wait_idle() { cannot_wait(); }

// Browsers round timestamps, and most give none.
void Device::begin_span() { throw Error(ErrorCode::unsupported, "In a browser operations cannot be timed."); }
void Device::end_span() {}
std::vector<double> Device::take_spans() { return {}; }

void Device::lose(const std::string&) { gerbil_gpu_lose(); }

}  // namespace gerbil::gpu
