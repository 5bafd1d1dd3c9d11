// Several models in one process: they share a device and its threads, and change nothing for each other.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "gerbil/gerbil.hpp"

namespace gerbil {
namespace {

const std::string nano = GERBIL_MODELS "/nano";
const std::string nano_embed = GERBIL_MODELS "/nano-embed";

Model load(const std::string& path, Device device) {
  return Model::load(path, {.device = device, .threads = 2, .check = false});
}

// One after the other what each model says alone, and then all at once, while more models come and go.
void expect_no_change_in_company(Device device) {
  const Generator first(load(nano, device));
  const Generator second(load(nano, device));
  const Embedder embedder(load(nano_embed, device));
  const auto tell = [](const Generator& generator, const std::string& prompt) {
    return generator.generate(prompt, {.max_tokens = 24}).tokens;
  };
  const auto embed = [&] { return embedder.embed({"A fox lives in a den."}).vectors; };
  const auto fox = tell(first, "Tell me about a fox.");
  const auto owl = tell(second, "Tell me about an owl.");
  const auto vectors = embed();
  ASSERT_NE(fox, owl);

  std::atomic<bool> done = false;
  std::vector<std::thread> threads;
  threads.emplace_back([&] {
    for (int i = 0; i < 3; ++i) EXPECT_EQ(tell(first, "Tell me about a fox."), fox);
  });
  threads.emplace_back([&] {
    for (int i = 0; i < 3; ++i) EXPECT_EQ(tell(second, "Tell me about an owl."), owl);
  });
  threads.emplace_back([&] {
    while (!done) EXPECT_EQ(embed(), vectors);
  });
  EXPECT_EQ(tell(Generator(load(nano, device)), "Tell me about an owl."), owl);
  threads[0].join();
  threads[1].join();
  done = true;
  threads[2].join();
}

TEST(Models, KeepTheirAnswersInCompany) { expect_no_change_in_company(Device::cpu); }
TEST(Models, KeepTheirAnswersInCompanyOnWebGpu) { expect_no_change_in_company(Device::webgpu); }

#ifdef __linux__
TEST(Models, ShareThreads) {
  // Those of models that are gone may still be going.
  const auto threads = [] {
    const auto count = [] {
      return std::distance(std::filesystem::directory_iterator("/proc/self/task"),
                           std::filesystem::directory_iterator());
    };
    auto now = count();
    for (int same = 0; same < 10; ++same) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      if (const auto next = count(); next != now) same = -1, now = next;
    }
    return now;
  };
  const Model first = Model::load(nano, {.device = Device::cpu, .threads = 3, .check = false});
  const auto of_one = threads();
  const Model second = Model::load(nano_embed, {.device = Device::cpu, .threads = 3, .check = false});
  EXPECT_EQ(threads(), of_one);
  const Model other = Model::load(nano_embed, {.device = Device::cpu, .threads = 2, .check = false});
  EXPECT_EQ(threads(), of_one + 1) << "who asks for another number of threads has a pool of his own";
}
#endif

}  // namespace
}  // namespace gerbil
