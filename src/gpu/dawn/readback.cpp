// Bytes on their way from the device: copied to a buffer that the CPU can map, which is kept for the next ones.
#include <algorithm>
#include <format>
#include <utility>

#include "gpu/dawn/device_state.hpp"

namespace gerbil::gpu {

ReadbackState::~ReadbackState() {
  if (!staging) return;
  staging.Unmap();
  if (answered) {
    if (message.empty()) idle->push_back(std::move(staging));
  } else if (future.id != 0) {
    instance.WaitAny(future, 0);  // the callback, which refers to this object, has been given its answer by Unmap
  }
}

// An idle buffer that is large enough, or a new one in place of one that is not.
wgpu::Buffer Device::State::take_staging(std::uint64_t bytes) {
  const auto fits = std::ranges::find_if(*staging, [&](const wgpu::Buffer& b) { return b.GetSize() >= bytes; });
  wgpu::Buffer taken;
  if (fits != staging->end()) {
    taken = std::move(*fits);
    staging->erase(fits);
    return taken;
  }
  if (!staging->empty()) staging->pop_back();
  wgpu::BufferDescriptor descriptor;
  descriptor.label = "readback";
  descriptor.size = std::max<std::uint64_t>(bytes, 4096);
  descriptor.usage = wgpu::BufferUsage::MapRead | wgpu::BufferUsage::CopyDst;
  taken = device.CreateBuffer(&descriptor);
  check();
  return taken;
}

Readback Device::start_read(std::span<const Range> ranges) {
  Readback result;
  result.state_ = std::make_shared<ReadbackState>();
  ReadbackState& state = *result.state_;
  state.instance = state_->instance;
  state.idle = state_->staging;
  for (const Range& range : ranges) state.bytes += range.bytes;
  state.staging = state_->take_staging(state.bytes);
  state_->end_pass();
  std::uint64_t at = 0;
  for (const Range& range : ranges) {
    state_->commands().CopyBufferToBuffer(range.buffer.state_->buffer, range.offset, state.staging, at, range.bytes);
    at += range.bytes;
  }
  submit();
  state.future = state.staging.MapAsync(
      wgpu::MapMode::Read, 0, state.bytes, wgpu::CallbackMode::WaitAnyOnly,
      [](wgpu::MapAsyncStatus status, wgpu::StringView text, ReadbackState* out) {
        out->answered = true;
        if (status != wgpu::MapAsyncStatus::Success) out->message = "it said " + to_string(text);
      },
      &state);
  return result;
}

bool Device::arrived(const Readback& readback) {
  const ReadbackState& state = *readback.state_;
  if (!state.answered) state_->instance.WaitAny(state.future, 0);
  return state.answered;
}

void Device::wait(const Readback& readback) {
  const ReadbackState& state = *readback.state_;
  if (!state.answered) state_->wait_outside(state.future);
}

std::span<const std::byte> Device::bytes(const Readback& readback) {
  wait(readback);
  state_->check();
  const ReadbackState& state = *readback.state_;
  const void* mapped = state.message.empty() ? state.staging.GetConstMappedRange(0, state.bytes) : nullptr;
  if (mapped == nullptr)
    throw Error(ErrorCode::device_lost,
                std::format("The GPU {} did not return results: {}.", state_->capabilities.name, state.message));
  return {static_cast<const std::byte*>(mapped), state.bytes};
}

void Device::read(const Buffer& buffer, std::uint64_t offset, std::span<std::byte> out) {
  if (out.empty()) return;
  const Range range{buffer, offset, (out.size() + 3) / 4 * 4};
  const Readback readback = start_read({&range, 1});
  std::ranges::copy(bytes(readback).first(out.size()), out.begin());
}

}  // namespace gerbil::gpu
