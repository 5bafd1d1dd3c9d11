// What a compiled graph consists of on a GPU: buffers, and a list of dispatches for every node.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "backends/program.hpp"
#include "backends/webgpu/kernel_source.hpp"
#include "backends/webgpu/memory.hpp"
#include "gpu/device.hpp"
#include "graph/graph.hpp"

namespace gerbil::webgpu {

// How many rows an operation runs for decides which of its dispatches run. One row, a few, several and dozens are
// decoded by the same sums in the same order, so that a sequence gets the same tokens alone and in a batch; many rows,
// of prompts, go through matrix-matrix products.
enum Way : unsigned {
  one_row = 1,
  few_rows = 2,
  several_rows = 4,
  dozens_of_rows = 8,
  many_rows = 16,
  decoded_rows = one_row | few_rows | several_rows | dozens_of_rows,
  any_rows = decoded_rows | many_rows
};

// That of so many decoded or wanted rows.
inline Way decoded_way(std::size_t rows) {
  if (rows == 1) return one_row;
  return rows <= 8 ? few_rows : rows <= 16 ? several_rows : dozens_of_rows;
}

// How many pages the longest of the decoded sequences has decides which kernel attends, with the same bits.
enum Reach : unsigned { near_reach = 1, far_reach = 2, any_reach = near_reach | far_reach };
inline constexpr std::int32_t near_pages = 8;

struct Dispatch {
  gpu::Kernel kernel;
  std::vector<gpu::Binding> bindings;
  std::int64_t groups = 1;          // workgroups for all columns
  std::int64_t rows_per_group = 1;  // a workgroup serves this many rows
  unsigned ways = any_rows;
  unsigned reaches = any_reach;
  bool folds = false;      // groups beyond the most that a dimension has go on in z
  gpu::BoundKernel bound;  // once the kernel has compiled
};

// A step is one pass over the graph for what is decoded and one for what is read of prompts, as these go through other
// kernels. `pass` runs for the rows of each, `gather` for its wanted rows, which it puts where those of both stand
// together, and `wanted` once for all of them, so that no weight is read twice.
enum class Stage { pass, gather, wanted };
Stage stage_of(const graph::Graph& graph, const graph::Node& node);

struct Operation {
  Stage stage = Stage::pass;
  std::int64_t work = 0;  // arithmetic operations a row, to bound the work of one submit
  std::vector<Dispatch> dispatches;
};

// Of kernels/wgsl/step.wgsl: the words of a token, and those of a sequence besides its tables of pages.
inline constexpr std::int64_t step_token_words = 6;
inline constexpr std::int64_t step_sequence_words = 2;

// The memory of pages.
struct KvPool {
  graph::Pages pages;
  std::size_t group = 0;
  gpu::Buffer keys;
  gpu::Buffer values;
  std::uint64_t page_bytes = 0;  // of either
};

// The memory of a recurrent layer's state.
struct SlotPool {
  gpu::Buffer states;
  std::uint64_t slot_bytes = 0;
};

// What prompts are between the kernels of a layer of Gated DeltaNet (kernels/wgsl/delta_net_chunk.wgsl), the same for
// all.
struct DeltaNetBuffers {
  gpu::Buffer mixed;
  gpu::Buffer gates;
  gpu::Buffer solved;
  gpu::Buffer mixing;
};

// Which of the device's features the kernels use.
struct Toolset {
  std::int64_t subgroup_size = 0;  // 0: none
  bool f16 = false;
  gpu::MatrixShape matrix;
};

// What the adapter has, without what the options rule out.
Toolset choose_tools(const gpu::Capabilities& capabilities, const ProgramOptions& options);

struct Machine {
  Machine(std::shared_ptr<GpuMemory> m, graph::Graph g, const ProgramOptions& o);

  std::shared_ptr<GpuMemory> memory;
  gpu::Device& device;
  graph::Graph graph;
  ProgramOptions options;
  Toolset tools;
  std::vector<std::size_t> order;     // of the nodes, as they run: those of the passes, then those of the wanted rows
  std::vector<gpu::Buffer> values;    // by ValueId; [max_tokens or max_outputs, width] f32
  std::int64_t activation_bytes = 0;  // of all of them
  std::vector<SharedWeights<gpu::Buffer>::Handle> vectors;  // by WeightId; f32; none for matrices
  std::vector<KvPool> pages;                                // by PagesId
  std::vector<SlotPool> slots;                              // by SlotId
  std::vector<gpu::Buffer> angles;  // by RopeId; cosine and sine of every position, for the short and the long set
  std::int64_t positions = 0;       // that `angles` has
  gpu::Buffer step;                 // see kernels/wgsl/step.wgsl
  gpu::Buffer chosen;               // tokens that the latest step chose, which the next may take from here
  gpu::Buffer selected;             // of each wanted row of a pass: its row there, and its place among all
  // Inputs of the matrix-matrix products, see kernels/wgsl/linear_prepare.wgsl.
  gpu::Buffer prepared;
  gpu::Buffer factors;
  DeltaNetBuffers delta_net;

  const gpu::Buffer& value(graph::ValueId id) const { return at(values, id); }
  const gpu::Buffer& vector(graph::WeightId id) const { return *at(vectors, id); }
  std::int64_t width(graph::ValueId id) const { return graph.value(id).width; }
  // Invocations of a kernel that looks at the logits of a row with one workgroup: their number bounds how many loads
  // are on their way. What each subgroup found is added up one after the other, so there are no more than 32 of those.
  std::int64_t row_threads() const;

  // Starts compiling a shader. `threads` becomes WG; with it come the subgroup's constants where they are used.
  gpu::Kernel kernel(std::string_view file, Constants constants, std::int64_t threads = 64);
};

// Makes the room that the layers of Gated DeltaNet share. Throws Error{unsupported} for heads that its kernels do not
// take.
void reserve_delta_net(Machine& machine);

// The name of a constant that chooses a variant of a shader: "gelu_tanh" is GELU_TANH there.
std::string constant_name(std::string_view name);

}  // namespace gerbil::webgpu
