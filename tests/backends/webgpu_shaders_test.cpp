// The directives of shader files, and the cache of compiled shaders.
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "backends/webgpu/kernel_source.hpp"
#include "gerbil/error.hpp"
#include "gpu/dawn/shader_cache.hpp"

namespace gerbil::test {
namespace {

using webgpu::kernel_source;

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(KernelSource, ConstantsComeFirstAndConditionsFollowThem) {
  const std::string silu = kernel_source("activate", {{"COLUMNS", std::int64_t{8}}, {"SILU", std::int64_t{1}}});
  EXPECT_TRUE(silu.starts_with("const COLUMNS = 8;\n"));
  EXPECT_TRUE(holds(silu, "x / (1.0 + exp(-x))"));
  EXPECT_FALSE(holds(silu, "0.044715"));  // of GELU_TANH, the next branch
  EXPECT_FALSE(holds(silu, "#"));
  const std::string off = kernel_source("activate", {{"COLUMNS", std::int64_t{8}}, {"SILU", std::int64_t{0}}});
  EXPECT_FALSE(holds(off, "exp(-x)"));
}

TEST(KernelSource, TheFirstBranchWhoseConditionHoldsIsTaken) {
  const auto pool = [](const std::string& mode) { return kernel_source("pool", {{mode, std::int64_t{1}}}); };
  EXPECT_TRUE(holds(pool("FIRST"), "x[first * COLUMNS + id.x]"));
  EXPECT_FALSE(holds(pool("FIRST"), "x[last * COLUMNS + id.x]"));
  EXPECT_TRUE(holds(pool("LAST"), "x[last * COLUMNS + id.x]"));
  EXPECT_FALSE(holds(pool("LAST"), "sum"));
  EXPECT_TRUE(holds(pool("MEAN"), "sum / count"));
  EXPECT_FALSE(holds(pool("MEAN"), "sqrt"));
  EXPECT_TRUE(holds(pool("MEAN_SQRT_LENGTH"), "sum / sqrt(count)"));
}

TEST(KernelSource, FeaturesSwitchOnTheirExtensions) {
  EXPECT_TRUE(holds(kernel_source("add", {{"F16", std::int64_t{1}}}), "enable f16;"));
  EXPECT_TRUE(holds(kernel_source("add", {{"SUBGROUPS", std::int64_t{1}}}), "enable subgroups;"));
  EXPECT_FALSE(holds(kernel_source("add", {}), "enable"));
}

TEST(KernelSource, FloatsReadBackAsTheSameBits) {
  EXPECT_TRUE(holds(kernel_source("add", {{"EPSILON", 1e-6f}}), "const EPSILON = 9.999999975e-07f;"));
}

TEST(KernelSource, AMissingFileOrCountIsAnError) {
  EXPECT_THROW(kernel_source("nothing", {}), Error);
  EXPECT_THROW(kernel_source("linear_gemv", {}), Error);  // repeats TOKENS times, which nobody gave
}

class ShaderCacheTest : public testing::Test {
 protected:
  ShaderCacheTest()
      : folder_(std::filesystem::temp_directory_path() / ("gerbil-shaders-" + std::to_string(::getpid()))),
        cache_(folder_) {}
  ~ShaderCacheTest() override { std::filesystem::remove_all(folder_); }

  static std::vector<std::byte> bytes(const std::string& text) {
    const auto* data = reinterpret_cast<const std::byte*>(text.data());
    return {data, data + text.size()};
  }
  std::string load(const std::string& key) const {
    std::string value(cache_.load(bytes(key), {}), ' ');
    cache_.load(bytes(key), std::as_writable_bytes(std::span(value)));
    return value;
  }

  std::filesystem::path folder_;
  gpu::ShaderCache cache_;
};

TEST_F(ShaderCacheTest, KeepsWhatWasStored) {
  EXPECT_EQ(load("key"), "");
  cache_.store(bytes("key"), bytes("value"));
  cache_.store(bytes("other"), bytes("something else"));
  EXPECT_EQ(load("key"), "value");
  EXPECT_EQ(load("other"), "something else");
  cache_.store(bytes("key"), bytes("newer"));
  EXPECT_EQ(load("key"), "newer");
}

TEST_F(ShaderCacheTest, ADamagedEntryIsAMiss) {
  cache_.store(bytes("key"), bytes("value"));
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    std::ofstream(entry.path(), std::ios::binary) << "short";
  }
  EXPECT_EQ(load("key"), "");
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    std::ofstream(entry.path(), std::ios::binary) << std::string(64, 'x');
  }
  EXPECT_EQ(load("key"), "");
}

TEST_F(ShaderCacheTest, AFolderThatCannotBeWrittenFailsNothing) {
  const gpu::ShaderCache cache("/proc/gerbil");
  cache.store(bytes("key"), bytes("value"));
  EXPECT_EQ(cache.load(bytes("key"), {}), 0u);
}

}  // namespace
}  // namespace gerbil::test
