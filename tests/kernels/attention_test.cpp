// Attention over more keys than one step of the running softmax takes, against double precision and against itself.
#include "kernels/cpu/attention.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "kernels/cpu/targets.hpp"

namespace gerbil::kernels {
namespace {

constexpr std::int64_t length = 2 * attention_part + 37;
constexpr std::int64_t heads = 2;  // of the one KV head
constexpr std::int64_t head_dim = 24;
constexpr std::int64_t width = heads * head_dim;

struct Mask {
  std::int32_t window;
  bool causal;
  bool sees(std::int64_t query, std::int64_t key) const {
    if (causal) return key <= query && (window == 0 || query - key < window);
    return window == 0 || std::abs(query - key) < window;
  }
};

std::vector<float> random_numbers(std::int64_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> uniform(-3, 3);
  std::vector<float> numbers(static_cast<std::size_t>(count));
  for (float& number : numbers) number = uniform(random);
  return numbers;
}

// One sequence in the pages of a cache, last page first.
class Sequence {
 public:
  explicit Sequence(bool exact) : layout_{1, head_dim, exact} {
    const std::int64_t pages = (length + kv_tokens - 1) / kv_tokens;
    // A stale page holds the largest value there is.
    pool_.resize(static_cast<std::size_t>(pages) * layout_.block_bytes());
    const std::vector<float> stale(head_dim, 65504.0f);
    for (std::int64_t page = 0; page < pages; ++page) {
      blocks_.push_back(static_cast<std::int32_t>(pages - 1 - page));
      for (std::int64_t slot = 0; slot < kv_tokens; ++slot) store(page, slot, stale.data(), stale.data());
    }
    for (std::int64_t i = 0; i < length; ++i) {
      store(i / kv_tokens, i % kv_tokens, keys.data() + i * head_dim, values.data() + i * head_dim);
      positions_.push_back(static_cast<std::int32_t>(i));
    }
  }

  // The rows [first, first + count) of the result.
  std::vector<float> attend(const Mask& mask, std::int64_t first, std::int64_t count) const {
    std::vector<float> out(static_cast<std::size_t>(count * width));
    const AttentionTask task = make_task(mask, first, count, out);
    std::vector<float> scratch(static_cast<std::size_t>(attention_scratch(layout_, heads * count)) + 16);
    kernels::attend(task, scratch.data());
    return out;
  }

  // The same in two steps, the last part first.
  std::vector<float> attend_parts(const Mask& mask, std::int64_t first, std::int64_t count) const {
    std::vector<float> out(static_cast<std::size_t>(count * width));
    const AttentionTask task = make_task(mask, first, count, out);
    const auto state = attention_state(layout_, heads * count);
    const PartRange parts = parts_of(task);
    std::vector<float> scratch(static_cast<std::size_t>(attention_scratch(layout_, heads * count)) + 16);
    std::vector<float> states(static_cast<std::size_t>((parts.end - parts.first) * state));
    for (std::int64_t part = parts.end; part-- > parts.first;) {
      attend_part(task, part, scratch.data(), states.data() + (part - parts.first) * state);
    }
    merge_parts(task, parts.end - parts.first, states.data());
    return out;
  }

  AttentionTask make_task(const Mask& mask, std::int64_t first, std::int64_t count, std::vector<float>& out) const {
    AttentionTask task;
    task.layout = layout_;
    task.pool = pool_.data();
    task.blocks = blocks_.data();
    task.heads = heads;
    task.queries = count;
    task.positions = positions_.data() + first;
    task.q = queries.data() + first * width;
    task.out = out.data();
    task.stride = width;
    task.scale = 0.3f;
    task.window = mask.window;
    task.causal = mask.causal;
    task.length = static_cast<std::int32_t>(length);
    return task;
  }

  double expected(const Mask& mask, std::int64_t query, std::int64_t head, std::int64_t i) const {
    const float* q = queries.data() + query * width + head * head_dim;
    double total = 0;
    double sum = 0;
    for (std::int64_t key = 0; key < length; ++key) {
      if (!mask.sees(query, key)) continue;
      double score = 0;
      for (std::int64_t d = 0; d < head_dim; ++d) score += static_cast<double>(q[d]) * keys[key * head_dim + d];
      const double weight = std::exp(0.3 * score);
      total += weight;
      sum += weight * values[key * head_dim + i];
    }
    return sum / total;
  }

  std::vector<float> queries = random_numbers(length * width, 1);
  std::vector<float> keys = random_numbers(length * head_dim, 2);
  std::vector<float> values = random_numbers(length * head_dim, 3);

 private:
  void store(std::int64_t page, std::int64_t slot, const float* k, const float* v) {
    const auto block = static_cast<std::size_t>(blocks_[static_cast<std::size_t>(page)]);
    kv_store(layout_, pool_.data() + block * layout_.block_bytes(), slot, k, v);
  }

  KvLayout layout_;
  std::vector<std::byte> pool_;
  std::vector<std::int32_t> blocks_;
  std::vector<std::int32_t> positions_;
};

class Attend : public testing::TestWithParam<Mask> {
 protected:
  void TearDown() override { use_target(Target::best); }
};

TEST_P(Attend, IsTheSoftmaxOverAllKeys) {
  for (const Target target : available_targets()) {
    use_target(target);
    for (const bool exact : {true, false}) {
      const Sequence sequence(exact);
      const auto rows = sequence.attend(GetParam(), 0, length);
      double largest = 0;
      for (std::int64_t query = 0; query < length; query += 61) {
        for (std::int64_t i = 0; i < width; ++i) {
          const double expected = sequence.expected(GetParam(), query, i / head_dim, i % head_dim);
          largest = std::max(largest, std::abs(rows[static_cast<std::size_t>(query * width + i)] - expected));
        }
      }
      EXPECT_LT(largest, exact ? 2e-5 : 2e-2);
      EXPECT_GT(largest, 0);
    }
  }
}

TEST_P(Attend, AQueryDoesNotDependOnThoseBesideIt) {
  for (const Target target : available_targets()) {
    use_target(target);
    for (const bool exact : {true, false}) {
      const Sequence sequence(exact);
      const auto whole = sequence.attend(GetParam(), 0, length);
      for (const std::int64_t run : {1, 5, 32}) {
        std::vector<float> parts;
        for (std::int64_t first = 0; first < length; first += run) {
          const auto part = sequence.attend(GetParam(), first, std::min(run, length - first));
          parts.insert(parts.end(), part.begin(), part.end());
        }
        EXPECT_EQ(parts, whole) << run << " queries at once";
      }
    }
  }
}

TEST_P(Attend, ThreadsMayShareTheKeysOut) {
  for (const Target target : available_targets()) {
    use_target(target);
    for (const bool exact : {true, false}) {
      const Sequence sequence(exact);
      for (const std::int64_t count : {1, 32}) {
        for (const std::int64_t first : {std::int64_t{0}, attention_part - 5, length - count}) {
          EXPECT_EQ(sequence.attend_parts(GetParam(), first, count), sequence.attend(GetParam(), first, count))
              << count << " from " << first;
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Masks, Attend,
                         testing::Values(Mask{0, true}, Mask{7, true}, Mask{150, true}, Mask{0, false}, Mask{7, false},
                                         Mask{150, false}, Mask{1500, true}),
                         [](const auto& suffix) {
                           return std::string(suffix.param.causal ? "causal" : "both_sides") + "_window_" +
                                  std::to_string(suffix.param.window);
                         });

}  // namespace
}  // namespace gerbil::kernels
