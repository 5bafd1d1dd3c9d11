// How long the device worked on what: timestamps at the beginning and the end of compute passes.
// Reference: WebGPU, "Timestamp Query".
#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "gpu/dawn/device_state.hpp"

namespace gerbil::gpu {
namespace {

constexpr std::uint32_t spans_per_set = 2048;  // WebGPU lets a set have 4096 timestamps
constexpr std::uint64_t span_bytes = 2 * sizeof(std::uint64_t);

}  // namespace

void Device::begin_span() {
  std::vector<TimestampSet>& sets = state_->timestamps;
  const std::size_t set = state_->spans / spans_per_set;
  const auto at = static_cast<std::uint32_t>(2 * (state_->spans % spans_per_set));
  if (set == sets.size()) {
    wgpu::QuerySetDescriptor descriptor;
    descriptor.type = wgpu::QueryType::Timestamp;
    descriptor.count = 2 * spans_per_set;
    wgpu::BufferDescriptor buffer;
    buffer.label = "timestamps";
    buffer.size = spans_per_set * span_bytes;
    buffer.usage = wgpu::BufferUsage::QueryResolve | wgpu::BufferUsage::CopySrc;
    Buffer resolved;
    resolved.state_ = std::make_shared<BufferState>(state_->device.CreateBuffer(&buffer), "timestamps");
    sets.push_back({state_->device.CreateQuerySet(&descriptor), resolved});
    state_->check();
  }
  ++state_->spans;
  wgpu::PassTimestampWrites writes;
  writes.querySet = sets[set].queries;
  writes.beginningOfPassWriteIndex = at;
  writes.endOfPassWriteIndex = at + 1;
  wgpu::ComputePassDescriptor descriptor;
  descriptor.timestampWrites = &writes;
  state_->end_pass();
  state_->pass = state_->commands().BeginComputePass(&descriptor);
}

void Device::end_span() { state_->end_pass(); }

std::vector<double> Device::take_spans() {
  std::vector<double> seconds;
  const std::size_t spans = std::exchange(state_->spans, 0);
  if (spans == 0) return seconds;
  state_->end_pass();
  std::vector<Range> ranges;
  for (std::size_t first = 0; first < spans; first += spans_per_set) {
    const TimestampSet& set = state_->timestamps[first / spans_per_set];
    const auto count = static_cast<std::uint32_t>(std::min<std::size_t>(spans - first, spans_per_set));
    state_->commands().ResolveQuerySet(set.queries, 0, 2 * count, set.resolved.state_->buffer, 0);
    ranges.push_back({set.resolved, 0, count * span_bytes});
  }
  const Readback readback = start_read(ranges);
  const std::span<const std::byte> arrived = bytes(readback);
  // A pass may begin while the one before it still works, whose time it then shows as its own.
  std::uint64_t last_end = 0;
  for (std::size_t i = 0; i < spans; ++i) {
    std::array<std::uint64_t, 2> nanoseconds{};
    std::ranges::copy(arrived.subspan(i * span_bytes, span_bytes),
                      std::as_writable_bytes(std::span(nanoseconds)).begin());
    const auto [begin, end] = nanoseconds;
    const std::uint64_t from = std::max(begin, last_end);
    seconds.push_back(end > from ? static_cast<double>(end - from) / 1e9 : 0);
    last_end = std::max(last_end, end);
  }
  return seconds;
}

}  // namespace gerbil::gpu
