// A scalar interpreter of graphs in double precision, and the parts that tests of backends are made of.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backends/backend.hpp"

namespace gerbil::test {

// Numbers in [−1, 1) that depend on the seed only.
class Random {
 public:
  explicit Random(std::uint32_t seed) : state_(seed * 2654435761u + 1) {}
  std::uint32_t bits();
  float uniform() { return static_cast<float>(bits() >> 8) * 0x1p-23f - 1.0f; }

 private:
  std::uint32_t state_;
};

// How a weight of a test is stored.
struct Form {
  DType dtype = DType::f32;  // of a dense weight; of scales and biases of a coded one
  int bits = 0;              // 0: dense
  int group = 0;
  bool act_order = false;
  std::optional<int> zero = {};   // symmetric: no biases
  std::vector<float> table = {};  // levels; no biases either
  int outer = 0;                  // inputs that share the factors of scales and biases, which are whole numbers then
};

// A graph under construction together with its weights.
class TestGraph {
 public:
  graph::Graph graph;

  graph::WeightId matrix(std::int64_t rows, std::int64_t columns, Form form, float scale = 1.0f);
  graph::WeightId vector(std::int64_t size);
  graph::ValueId node(graph::Operation operation, std::vector<graph::ValueId> inputs, std::int32_t width,
                      graph::Rows rows = graph::Rows::tokens);
  void sink(graph::Operation operation, std::vector<graph::ValueId> inputs);
  // Rows of a random table, one for each token.
  graph::ValueId input(std::int32_t width, std::int64_t vocabulary = 64);
  // Makes the wanted rows of `value` the graph's output.
  void finish(graph::ValueId value);

  WeightSource source() const;
  const std::vector<float>& dense(graph::WeightId id) const { return at(dense_, id); }

 private:
  graph::WeightId declare(std::int64_t rows, std::int64_t columns, bool vector, formats::Weight weight,
                          std::vector<float> dense);
  std::vector<formats::Weight> weights_;
  std::vector<std::vector<float>> dense_;  // the same numbers, [rows, columns]
};

// A batch that owns what it refers to.
struct TestBatch {
  struct Part {
    std::int32_t sequence;  // index into blocks
    std::int32_t first;     // position
    std::vector<std::int32_t> tokens;
    std::optional<Phase> phase = {};  // by default a single token is decoded
  };
  std::vector<std::int32_t> tokens, positions, sequences, types, ordinals, outputs;
  std::int32_t task = 1;
  // Of each sequence the tables of its groups, that the views and their copies refer to.
  std::shared_ptr<const std::vector<std::vector<std::vector<std::int32_t>>>> blocks;
  std::vector<SequenceView> views;
  std::vector<Sampling> sampling;

  // All rows are wanted, their types alternate, and every third is padding to the ordinals. Sequence s owns the pages
  // pages[s] in the first group, and others in the next.
  TestBatch(const std::vector<Part>& parts, const std::vector<std::vector<std::int32_t>>& pages,
            const std::vector<bool>& long_rope = {});
  Batch batch() const;
};

// A step that hands back all wanted rows, and chooses a token for each rule of `sampling`.
StepResult run(Program& program, const TestBatch& batch);

// What the graph means. State is kept from step to step.
class Reference {
 public:
  explicit Reference(const TestGraph& graph) : graph_(graph) {}
  std::vector<double> step(const TestBatch& batch);  // [outputs, width]

 private:
  void delta_net(const graph::DeltaNet& op, const TestBatch& batch, const std::vector<double>& x,
                 std::vector<double>& y);
  const TestGraph& graph_;
  std::map<std::pair<graph::PagesId, std::int32_t>, std::vector<double>> keys_, values_;  // by slot of the pool
  std::map<std::pair<graph::SlotId, std::int32_t>, std::vector<double>> states_;          // by place in the slot
};

// One transformer layer of every fused op, in weights of the given form; vocabulary and outputs are 64.
void build_layer(TestGraph& graph, Form form);

// Ids below 64 that depend on the seed only.
std::vector<std::int32_t> random_tokens(std::int32_t count, std::uint32_t seed);

// sqrt(Σ (a − b)² / Σ b²); infinite when a holds something that is not a number or sizes differ.
double normalised_error(const std::vector<float>& a, const std::vector<double>& b);

}  // namespace gerbil::test
