// Checkpoints over a source that can only be read in ranges: the same numbers as from mapped files, and no range that
// is much of a file.
#include <gmock/gmock.h>

#include <atomic>
#include <cstring>
#include <fstream>

#include "formats/checkpoint.hpp"
#include "gerbil/error.hpp"

namespace gerbil::formats {
namespace {

class RangedFile final : public ByteSource {
 public:
  RangedFile(std::filesystem::path path, std::atomic<std::size_t>& longest)
      : path_(std::move(path)), longest_(longest) {}
  std::uint64_t size() const override { return std::filesystem::file_size(path_); }
  std::string name() const override { return path_.filename().string(); }
  void read(std::uint64_t offset, std::span<std::byte> out) const override {
    ASSERT_LE(offset + out.size(), size());
    std::ifstream stream(path_, std::ios::binary);
    stream.seekg(static_cast<std::streamoff>(offset));
    stream.read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(out.size()));
    longest_ = std::max<std::size_t>(longest_, out.size());
  }

 private:
  std::filesystem::path path_;
  std::atomic<std::size_t>& longest_;
};

// The bits of a weight's numbers, read in two parts; empty where the checkpoint has no such weight.
std::vector<std::uint32_t> bits_of(const Checkpoint& checkpoint, const std::string& module, std::int64_t rows,
                                   std::int64_t columns) {
  try {
    const Weight weight = checkpoint.matrix(module, rows, columns);
    std::vector<float> values(static_cast<std::size_t>(rows * columns));
    read_dense(weight, 0, rows / 2, values.data());
    read_dense(weight, rows / 2, rows - rows / 2, values.data() + rows / 2 * columns);
    std::vector<std::uint32_t> bits(values.size());
    std::memcpy(bits.data(), values.data(), values.size() * sizeof(float));
    return bits;
  } catch (const Error&) {
    return {};
  }
}

// Compares all weights that the shapes of the stored tensors suggest, and says how many there were.
int compare(const Checkpoint& mapped, const Checkpoint& ranged) {
  int count = 0;
  const auto same = [&](const std::string& module, std::int64_t rows, std::int64_t columns) {
    const auto wanted = bits_of(mapped, module, rows, columns);
    EXPECT_EQ(bits_of(ranged, module, rows, columns), wanted) << module;
    count += wanted.empty() ? 0 : 1;
  };
  for (const Checkpoint::TensorInfo& tensor : mapped.tensors()) {
    const std::string module = tensor.name.substr(0, tensor.name.rfind('.'));
    if (tensor.shape.size() != 2) continue;
    same(module, tensor.shape[0], tensor.shape[1]);
    if (!tensor.name.ends_with(".scales")) continue;
    for (const std::int64_t group : {32, 64, 128}) {
      same(module, tensor.shape[0], tensor.shape[1] * group);  // MLX
      same(module, tensor.shape[1], tensor.shape[0] * group);  // GPTQ
    }
  }
  return count;
}

TEST(RangedFile, GivesTheSameNumbersAsAMappedOne) {
  for (const char* name : {"dense/qwen3", "mlx/qwen3", "mlx/qwen3_mixed", "mlx/grid_3bit_group64",
                           "gptq/int4_act_order", "gptq/int4_asymmetric_v1", "gptq/int4_symmetric_v2", "gptq/llama"}) {
    SCOPED_TRACE(name);
    const std::filesystem::path folder = std::filesystem::path(GERBIL_FIXTURES) / "goldens" / name;
    std::atomic<std::size_t> longest = 0;
    std::uintmax_t largest_file = 0;
    const auto open = [&](const std::filesystem::path& path) -> std::shared_ptr<const ByteSource> {
      largest_file = std::max(largest_file, std::filesystem::file_size(path));
      return std::make_shared<RangedFile>(path, longest);
    };
    const Checkpoint mapped = Checkpoint::open(folder);
    EXPECT_GT(compare(mapped, Checkpoint::open(folder, {}, open)), 5);
    EXPECT_GT(longest, 0u);
    EXPECT_LT(longest, largest_file / 2);
  }
}

}  // namespace
}  // namespace gerbil::formats
