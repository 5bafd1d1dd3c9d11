// What leaves the library is a gerbil::Error, whatever went wrong inside. Memory that cannot be had is what can go
// wrong anywhere: the n-th large allocation of this thread fails, for larger and larger n. Small ones do not:
// nlohmann's values allocate a little in their destructors, which ends the program when there is nothing left at all.
#include <gmock/gmock.h>

#include <cstdlib>
#include <functional>
#include <new>
#include <stdexcept>

#include "gerbil/gerbil.hpp"

namespace {

constexpr std::size_t large = 1 << 14;
thread_local long allocations_left = -1;  // large ones, before one fails; negative: none does

[[maybe_unused]] void* allocate(std::size_t size) {
  if (allocations_left == 0 && size >= large) throw std::bad_alloc();
  if (allocations_left > 0 && size >= large) --allocations_left;
  if (void* memory = std::malloc(size > 0 ? size : 1)) return memory;
  throw std::bad_alloc();
}

}  // namespace

// ThreadSanitizer has replaced them itself.
#if __has_feature(thread_sanitizer)
constexpr bool replaced = false;
#else
constexpr bool replaced = true;
void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return std::malloc(size > 0 ? size : 1); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return std::malloc(size > 0 ? size : 1); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
#endif

namespace gerbil {
namespace {

const std::string nano = GERBIL_MODELS "/nano";

// Runs `action` until it succeeds, each time with more allocations. Everything that it throws must be an Error.
void starve(const std::function<void()>& action) {
  int failures = 0;
  for (long count = 0;; count += 1 + count / 8) {
    ErrorCode code = ErrorCode::internal;
    try {
      allocations_left = count;
      action();
      allocations_left = -1;
      break;
    } catch (const Error& error) {
      allocations_left = -1;
      code = error.code();
    } catch (const std::exception& other) {
      allocations_left = -1;
      FAIL() << "after " << count << " allocations: " << other.what();
    }
    EXPECT_EQ(code, ErrorCode::out_of_memory) << "after " << count << " allocations";
    ++failures;
  }
  EXPECT_GT(failures, 0);
}

TEST(Boundary, MemoryThatCannotBeHadIsAnError) {
  if (!replaced) GTEST_SKIP() << "nothing fails here";
  const Model model = Model::load(nano, {.device = Device::cpu, .threads = 1});
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "The fox runs. ";
  const std::vector<Message> messages{{"user", text}};
  starve([&] { model.tokenize(text); });
  const std::vector<std::int32_t> tokens(20000, 300);
  starve([&] { model.detokenize(tokens); });
  starve([&] { model.render(messages); });
  starve([&] { to_json(messages); });
  const std::string request = R"({"messages":[{"role":"user","content":")" + text + R"("}],"temperature":1})";
  starve([&] { from_json<GenerateRequest>(request); });
  const Error error(ErrorCode::internal, text);
  starve([&] { to_json(error); });
}

TEST(Boundary, EmbeddingsThatThereIsNoMemoryForAreErrors) {
  if (!replaced) GTEST_SKIP() << "nothing fails here";
  const Embedder embedder(Model::load(GERBIL_MODELS "/nano-embed", {.device = Device::cpu, .threads = 1}));
  const std::vector<TokenizedText> texts(1000);
  starve([&] { embedder.embed(texts); });
}

TEST(Boundary, WhatACallbackThrowsIsWhatComesBack) {
  const auto thrown = std::runtime_error("mine");
  const LoadOptions load{.device = Device::cpu, .threads = 1, .progress = [&](auto, auto) { throw thrown; }};
  EXPECT_THROW(Model::load(nano, load), std::runtime_error);
  const Generator generator(Model::load(nano, {.device = Device::cpu, .threads = 1}));
  GenerateOptions options{.max_tokens = 8};
  options.on_text = [](std::string_view, bool) { throw 5; };
  EXPECT_THROW(generator.generate("Hello", options), int);
  EXPECT_THROW(Chat(generator).send("Hello", options), int);
  EXPECT_THROW(generator.stream("Hello", options).result(), int);
}

}  // namespace
}  // namespace gerbil
