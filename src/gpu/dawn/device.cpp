#include "gpu/device.hpp"

#include <algorithm>
#include <format>

#include "gpu/adapters.hpp"
#include "gpu/dawn/device_state.hpp"

namespace gerbil::gpu {
namespace {

// A GPU that has not answered for this long is taken for lost. Software adapters on slow machines need the time.
constexpr std::uint64_t timeout_ns = 300'000'000'000;

}  // namespace

std::uint64_t Buffer::size() const { return state_ ? state_->buffer.GetSize() : 0; }

// Dawn's own lock, which ImplicitDeviceSynchronization turns on, lets one thread wait while another submits.
void Device::State::open() {
  std::vector<wgpu::FeatureName> features;
  for (const wgpu::FeatureName feature :
       {wgpu::FeatureName::ShaderF16, wgpu::FeatureName::Subgroups,
        wgpu::FeatureName::ChromiumExperimentalSubgroupMatrix, wgpu::FeatureName::TimestampQuery,
        wgpu::FeatureName::ImplicitDeviceSynchronization})
    if (adapter.HasFeature(feature)) features.push_back(feature);
  wgpu::Limits limits;
  adapter.GetLimits(&limits);

  wgpu::DawnCacheDeviceDescriptor cache_descriptor;
  cache_descriptor.isolationKey = "gerbil";
  cache_descriptor.SetDawnLoadCacheDataCallback(
      [](std::span<const std::byte> key, std::span<std::byte> value, const ShaderCache* shaders) {
        return shaders->load(key, value.data() == nullptr ? std::span<std::byte>() : value);
      },
      &cache);
  cache_descriptor.SetDawnStoreCacheDataCallback([](std::span<const std::byte> key, std::span<const std::byte> value,
                                                    const ShaderCache* shaders) { shaders->store(key, value); },
                                                 &cache);

  // Kernels are gerbil's own and stay inside their buffers; checking every access again took a third of a prompt's time
  // on an H100. Timestamps are rounded to 0.1 ms for the sake of browsers, whose pages must not spy on each other.
  const char* const on[] = {"disable_robustness"};
  const char* const off[] = {"timestamp_quantization"};
  wgpu::DawnTogglesDescriptor toggles;
  toggles.enabledToggleCount = std::size(on);
  toggles.enabledToggles = on;
  toggles.disabledToggleCount = std::size(off);
  toggles.disabledToggles = off;
  cache_descriptor.nextInChain = &toggles;

  wgpu::DeviceDescriptor descriptor;
  descriptor.nextInChain = &cache_descriptor;
  descriptor.label = "gerbil";
  descriptor.requiredFeatureCount = features.size();
  descriptor.requiredFeatures = features.data();
  descriptor.requiredLimits = &limits;
  descriptor.SetDeviceLostCallback(
      wgpu::CallbackMode::AllowSpontaneous,
      [](const wgpu::Device&, wgpu::DeviceLostReason reason, wgpu::StringView message, Failure* out) {
        if (reason == wgpu::DeviceLostReason::CallbackCancelled) return;
        const std::scoped_lock lock(out->mutex);
        if (!out->lost) out->lost = to_string(message);
      },
      &failure);
  descriptor.SetUncapturedErrorCallback(
      [](const wgpu::Device&, wgpu::ErrorType type, wgpu::StringView message, Failure* out) {
        const std::scoped_lock lock(out->mutex);
        if (out->error) return;
        if (type == wgpu::ErrorType::OutOfMemory)
          out->error = Error(ErrorCode::out_of_memory, "The GPU has not enough free memory: " + to_string(message));
        else
          out->error = Error(ErrorCode::internal, "WebGPU rejected a command: " + to_string(message));
      },
      &failure);
  std::string message;
  struct Result {
    wgpu::Device* device;
    std::string* message;
  } result{&device, &message};
  const wgpu::Future future = adapter.RequestDevice(
      &descriptor, wgpu::CallbackMode::WaitAnyOnly,
      [](wgpu::RequestDeviceStatus, wgpu::Device opened, wgpu::StringView text, Result* out) {
        *out->device = std::move(opened);
        *out->message = to_string(text);
      },
      &result);
  instance.WaitAny(future, timeout_ns);
  if (!device)
    throw Error(ErrorCode::not_found,
                std::format("The WebGPU adapter {} could not be opened: {}", capabilities.name, message));
  queue = device.GetQueue();
}

void Device::State::check_lost() {
  const std::scoped_lock lock(failure.mutex);
  if (failure.lost)
    throw Error(ErrorCode::device_lost, std::format("The GPU {} was lost ({}). Load the engine again to go on.",
                                                    capabilities.name, *failure.lost));
}

void Device::State::check() {
  check_lost();
  const std::scoped_lock lock(failure.mutex);
  if (failure.error) {
    const Error error = *failure.error;
    failure.error.reset();
    throw error;
  }
}

// Whose turn it is not must not take an error away that is another's.
void Device::State::wait_outside(wgpu::Future future) {
  if (instance.WaitAny(future, timeout_ns) != wgpu::WaitStatus::Success) {
    const std::scoped_lock lock(failure.mutex);
    if (!failure.lost) failure.lost = std::format("it did not answer for {} seconds", timeout_ns / 1'000'000'000);
  }
  check_lost();
}

void Device::State::wait(wgpu::Future future) {
  wait_outside(future);
  check();
}

wgpu::CommandEncoder& Device::State::commands() {
  if (!encoder) encoder = device.CreateCommandEncoder();
  return encoder;
}

void Device::State::end_pass() {
  if (!pass) return;
  pass.End();
  pass = nullptr;
}

Device::Device() : state_(std::make_unique<State>()) {
  state_->instance = instance();
  const std::vector<wgpu::Adapter> found = find_adapters(state_->instance);
  if (found.empty())
    throw Error(ErrorCode::not_found, "WebGPU found no adapter: there is no GPU, or its driver is not installed.");
  state_->adapter = found.front();
  state_->capabilities = capabilities_of(state_->instance, state_->adapter);
  state_->open();
}

Device::~Device() {
  // Kernels still compiling and commands still running refer to the cache and the failure slot in the state.
  for (const auto& [source, kernel] : state_->kernels) state_->instance.WaitAny(kernel.state_->future, timeout_ns);
  state_->end_pass();
  if (state_->device) state_->device.Destroy();
  state_->instance.ProcessEvents();
}

const Capabilities& Device::capabilities() const { return state_->capabilities; }
bool Device::lost() const {
  const std::scoped_lock lock(state_->failure.mutex);
  return state_->failure.lost.has_value();
}

Buffer Device::buffer(std::uint64_t bytes, const std::string& label) {
  wgpu::BufferDescriptor descriptor;
  descriptor.label = std::string_view(label);
  descriptor.size = buffer_bytes(state_->capabilities, bytes, label);
  descriptor.usage = wgpu::BufferUsage::Storage | wgpu::BufferUsage::CopySrc | wgpu::BufferUsage::CopyDst;
  Buffer result;
  result.state_ = std::make_shared<BufferState>();
  result.state_->label = label;
  result.state_->buffer = state_->device.CreateBuffer(&descriptor);
  state_->check();
  return result;
}

void Device::write(const Buffer& buffer, std::uint64_t offset, std::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  submit();  // the queue runs writes and submits in order, so what was recorded before must go first
  state_->queue.WriteBuffer(buffer.state_->buffer, offset, bytes.data(), bytes.size());
}

Kernel Device::kernel(const std::string& label, const std::string& source) {
  if (const auto known = state_->kernels.find(source); known != state_->kernels.end()) return known->second;
  wgpu::ShaderSourceWGSL wgsl;
  wgsl.code = std::string_view(source);
  wgpu::ShaderModuleDescriptor module_descriptor;
  module_descriptor.nextInChain = &wgsl;
  module_descriptor.label = std::string_view(label);
  wgpu::ComputePipelineDescriptor descriptor;
  descriptor.label = std::string_view(label);
  descriptor.compute.module = state_->device.CreateShaderModule(&module_descriptor);
  descriptor.compute.entryPoint = "main";
  state_->check();
  Kernel result;
  result.state_ = std::make_shared<KernelState>();
  result.state_->label = label;
  result.state_->future = state_->device.CreateComputePipelineAsync(
      &descriptor, wgpu::CallbackMode::WaitAnyOnly,
      [](wgpu::CreatePipelineAsyncStatus, wgpu::ComputePipeline pipeline, wgpu::StringView message, KernelState* out) {
        out->pipeline = std::move(pipeline);
        out->message = to_string(message);
      },
      result.state_.get());
  state_->kernels.emplace(source, result);
  return result;
}

bool Device::compiled(const Kernel& kernel) {
  const KernelState& state = *kernel.state_;
  if (!state.pipeline && state.message.empty()) state_->instance.WaitAny(state.future, 0);
  state_->check_lost();
  return state.pipeline || !state.message.empty();
}

BoundKernel Device::bind(const Kernel& kernel, std::span<const Binding> bindings) {
  KernelState& state = *kernel.state_;
  if (!state.pipeline && state.message.empty()) state_->wait(state.future);
  if (!state.pipeline)
    throw Error(ErrorCode::internal, std::format("The kernel {} does not compile: {}", state.label, state.message));
  std::vector<wgpu::BindGroupEntry> entries;
  for (const Binding& binding : bindings) {
    wgpu::BindGroupEntry entry;
    entry.binding = binding.slot;
    entry.buffer = binding.buffer.state_->buffer;
    entries.push_back(entry);
  }
  wgpu::BindGroupDescriptor descriptor;
  descriptor.label = std::string_view(state.label);
  descriptor.layout = state.pipeline.GetBindGroupLayout(0);
  descriptor.entryCount = entries.size();
  descriptor.entries = entries.data();
  BoundKernel result;
  result.state_ = std::make_shared<BindingState>(state.pipeline, state_->device.CreateBindGroup(&descriptor));
  state_->check();
  return result;
}

void Device::dispatch(const BoundKernel& bound, Grid grid) {
  if (!state_->pass) state_->pass = state_->commands().BeginComputePass();
  state_->pass.SetPipeline(bound.state_->pipeline);
  state_->pass.SetBindGroup(0, bound.state_->group);
  state_->pass.DispatchWorkgroups(grid.x, grid.y, grid.z);
}

void Device::copy(const Buffer& from, std::uint64_t from_offset, const Buffer& to, std::uint64_t to_offset,
                  std::uint64_t bytes) {
  state_->end_pass();
  state_->commands().CopyBufferToBuffer(from.state_->buffer, from_offset, to.state_->buffer, to_offset, bytes);
}

void Device::clear(const Buffer& buffer, std::uint64_t offset, std::uint64_t bytes) {
  state_->end_pass();
  state_->commands().ClearBuffer(buffer.state_->buffer, offset, bytes);
}

void Device::submit() {
  if (!state_->encoder) return;
  state_->end_pass();
  const wgpu::CommandBuffer commands = state_->encoder.Finish();
  state_->encoder = nullptr;
  state_->queue.Submit(1, &commands);
  state_->check();
}

void Device::wait_idle() {
  submit();
  const wgpu::Future future = state_->queue.OnSubmittedWorkDone(wgpu::CallbackMode::WaitAnyOnly,
                                                                [](wgpu::QueueWorkDoneStatus, wgpu::StringView) {});
  state_->wait(future);
}

void Device::lose(const std::string& cause) {
  state_->device.ForceLoss(wgpu::DeviceLostReason::Unknown, std::string_view(cause));
}

}  // namespace gerbil::gpu
