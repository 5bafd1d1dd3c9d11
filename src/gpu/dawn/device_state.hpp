// What the handles and the device of device.hpp hold.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "gerbil/error.hpp"
#include "gpu/dawn/dawn.hpp"
#include "gpu/dawn/shader_cache.hpp"

namespace gerbil::gpu {

// What callbacks, which may come from any thread, report to the next call of a function.
struct Failure {
  std::mutex mutex;
  std::optional<std::string> lost;
  std::optional<Error> error;
};

struct BufferState {
  wgpu::Buffer buffer;
  std::string label;
};

struct KernelState {
  std::string label;
  wgpu::Future future;
  wgpu::ComputePipeline pipeline;
  std::string message;  // why there is none
};

struct BindingState {
  wgpu::ComputePipeline pipeline;
  wgpu::BindGroup group;
};

struct ReadbackState {
  wgpu::Instance instance;
  std::shared_ptr<std::vector<wgpu::Buffer>> idle;  // where the staging buffer goes back to
  wgpu::Buffer staging;
  std::uint64_t bytes = 0;
  wgpu::Future future;
  bool answered = false;
  std::string message;  // why there are no bytes

  ReadbackState() = default;
  ReadbackState(const ReadbackState&) = delete;
  ReadbackState& operator=(const ReadbackState&) = delete;
  ~ReadbackState();
};

// Beginnings and ends of spans, and where they go to be read.
struct TimestampSet {
  wgpu::QuerySet queries;
  Buffer resolved;
};

struct Device::State {
  ShaderCache cache;
  Failure failure;
  wgpu::Instance instance;
  wgpu::Adapter adapter;
  wgpu::Device device;
  wgpu::Queue queue;
  Capabilities capabilities;
  std::map<std::string, Kernel> kernels;  // by source
  wgpu::CommandEncoder encoder;
  wgpu::ComputePassEncoder pass;
  std::shared_ptr<std::vector<wgpu::Buffer>> staging = std::make_shared<std::vector<wgpu::Buffer>>();  // idle ones
  std::vector<TimestampSet> timestamps;
  std::size_t spans = 0;  // begun since they were last taken

  void open();
  void check_lost();  // by any thread
  void check();
  void wait_outside(wgpu::Future future);  // by any thread
  void wait(wgpu::Future future);
  wgpu::CommandEncoder& commands();
  void end_pass();
  wgpu::Buffer take_staging(std::uint64_t bytes);
};

}  // namespace gerbil::gpu
