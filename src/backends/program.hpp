// What a backend makes of a graph: a program that runs one step of a ragged batch.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "backends/sampling.hpp"
#include "graph/graph.hpp"

namespace gerbil {

// Tokens in one page of the KV cache. Position p of a sequence lives in slot p % 32 of its block p / 32.
inline constexpr std::int32_t kv_block_tokens = 32;

// Whether a sequence reads its prompt or writes its answer, a token a step. A backend may have other kernels for each,
// which sum in another order: this word chooses them, never the number of tokens, which hangs on what else is in the
// step.
enum class Phase : std::uint8_t { prompt, decode };

// One sequence of a batch.
struct SequenceView {
  // By group (graph::page_groups), its pages, enough for `length` tokens. Those that no query of the step looks back to
  // are not read, and may be -1.
  std::span<const std::vector<std::int32_t>> blocks;
  std::int32_t length = 0;   // tokens in the cache once this step has run
  bool long_rope = false;    // see graph::RopeTable
  std::int32_t skipped = 0;  // its first rows that graph::Pool leaves out
  Phase phase = Phase::prompt;
  std::int32_t slot = -1;  // the number of its place in every graph::Slot; none where the graph has none
  // By row of the step, the slot where the state after it goes, the first of them `slot`: whoever decodes guesses goes
  // on from the last that was right. Empty: all goes to `slot`.
  std::span<const std::int32_t> row_slots;
};

// T tokens from any number of sequences. The tokens of one sequence stand together, in order, at increasing positions.
// A sequence whose first token of the step is at position 0 starts from zeros, whatever its slot holds.
struct Batch {
  // [T]; −1 − i is the i-th token that the step before chose, whose result need not be here yet.
  std::span<const std::int32_t> tokens;
  std::span<const std::int32_t> positions;  // [T]
  std::span<const std::int32_t> sequences;  // [T], index into views
  std::span<const std::int32_t> types;      // [T], for models with types of tokens; empty: all 0
  std::span<const std::int32_t> ordinals;   // [T], for models with such a table, see graph::Index
  std::int32_t task = 0;                    // for models with adapters
  std::span<const SequenceView> views;
  std::span<const std::int32_t> outputs;  // [S] increasing row numbers: the wanted rows; may be empty
  std::span<const float> rows;            // [T, width of graph::Input], for graphs with one
};

// What becomes of the wanted rows, which go by their places in Batch::outputs: of some the next token is chosen, others
// are handed back as they are. A row may be both.
struct Choices {
  std::span<const std::int32_t> chosen;  // [C], increasing
  std::span<const Sampling> sampling;    // [C]
  std::span<const std::int32_t> read;    // [R], increasing
  // [H], increasing row numbers of the batch, of which Graph::handed is handed back.
  std::span<const std::int32_t> handed;
};

struct StepResult {
  std::vector<std::int32_t> tokens;  // [C]
  // [C]; of those that asked for it (Sampling::alternatives) the chosen token, then the most likely ones, in order.
  std::vector<std::vector<ScoredToken>> probabilities;
  std::vector<float> rows;    // [R, width of the output]: logits before adjustments, or embeddings
  std::vector<float> handed;  // [H, width of Graph::handed]
};

struct BlockCopy {
  std::size_t group = 0;
  std::int32_t from = 0;
  std::int32_t to = 0;
};

class Profiler;

enum class Feature { subgroups, shader_f16, subgroup_matrix };

struct ProgramOptions {
  int threads = 0;                         // of a backend that is opened for the program: 0 = one a core
  bool exact = false;                      // keep activations, keys and values in f32
  std::int32_t kv_tokens = 4096;           // capacity of pages over all sequences, rounded up to whole blocks
  std::int32_t max_positions = 0;          // of a sequence; 0: kv_tokens
  std::vector<std::int32_t> group_tokens;  // and by group of pages, where it is another
  std::int32_t slots = 0;                  // places in every graph::Slot, for sequences and for what is kept of them
  std::int32_t max_tokens = 512;           // largest T of a step
  std::int32_t max_sequences = 64;         // of a step
  std::int32_t max_outputs = 64;           // largest S of a step
  bool pipelined = true;                   // false: ProgramInfo::pipelined is false, for comparisons
  // Measures every operation of every step, which makes steps slower; none: nothing is measured. compile() throws
  // Error{unsupported} when the device has no clock for it.
  std::shared_ptr<Profiler> profiler;
  // WebGPU, for tests: features not to use although the adapter has them, and a lower limit on a binding (0: the
  // adapter's).
  std::vector<Feature> without;
  std::uint64_t max_binding_bytes = 0;
};

// What one step costs; the numbers `gerbil bench` prints.
struct ProgramInfo {
  std::string device;                            // "CPU, AVX-512 VNNI, 2 threads"; adapter name and driver
  std::vector<std::string> notes;                // fast paths not taken, and why
  std::int64_t weight_bytes = 0;                 // packed bytes of all weights
  std::int64_t shared_bytes = 0;                 // of those, what another program of the memory had packed
  std::int64_t bytes_per_token = 0;              // packed weight bytes a decode step reads
  std::int64_t operations_per_token = 0;         // 2 · multiply-adds in the projections of one decoded token
  std::int64_t operations_per_prompt_token = 0;  // without those that only the wanted logits need
  std::int64_t arena_bytes = 0;
  std::int64_t kv_bytes = 0;
  std::int64_t slot_bytes = 0;
  int dispatches_per_token = 0;  // WebGPU, decode of one sequence
  int dispatches_per_batch = 0;  // WebGPU, a step of many tokens and a few wanted rows
  int readbacks_per_token = 0;
  // Whether a step should be begun before the one before it is finished: a device works while the calls return, and
  // takes tokens from step to step by itself.
  bool pipelined = false;
};

class Program {
 public:
  virtual ~Program() = default;
  // A step, in calls one at a time. begin() starts it, choose() says what becomes of its wanted rows, finish() waits
  // and gives the result; a device works while they return. What batch and choices refer to must stay until then. The
  // caller checks their ranges; a batch of more rows than the program was compiled for is an
  // Error{invalid_argument}. All three may throw Error{device_lost|out_of_memory}, which ends the step.
  //
  // Of a program that is pipelined the next step may be begun and chosen from before finish(); copies may come between.
  // All run in the order of the calls, and finish() gives the results of the steps that have been chosen from in their
  // order. A program may go while steps are in flight.
  virtual void begin(const Batch& batch) = 0;
  virtual void choose(const Choices& choices) = 0;
  virtual bool ready() = 0;  // whether finish() would not wait; throws nothing
  virtual StepResult finish() = 0;
  // Copies a block of all pages of a group: a branch of a sequence gets its own last page.
  virtual void copy_block(const BlockCopy& copy) = 0;
  // Copies slot `from` over slot `to` in every state.
  virtual void copy_slot(std::int32_t from, std::int32_t to) = 0;
  virtual const ProgramInfo& info() const = 0;
};

// For backends: how many blocks each group of pages has.
std::vector<std::int64_t> block_counts(const graph::PageGroups& groups, const ProgramOptions& options);

// For backends: throws Error{invalid_argument} when the batch has more tokens, sequences or wanted rows than the
// program was compiled for.
void check_rows(const Batch& batch, const ProgramOptions& options);

}  // namespace gerbil
