#include "kernels/cpu/buffer.hpp"

#include <gmock/gmock.h>

#include <cstdint>

#include "gerbil/error.hpp"

namespace gerbil::kernels {
namespace {

TEST(Buffer, BeginsOnACacheLineAndHoldsZeros) {
  const Buffer buffer(1000);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(buffer.data()) % 128, 0u);
  for (std::size_t i = 0; i < buffer.size(); ++i) ASSERT_EQ(buffer.data()[i], std::byte{0});
}

TEST(Buffer, MemoryThatCannotBeHadIsAnErrorThatSaysHowMuch) {
  try {
    const Buffer buffer(SIZE_MAX - 7);
    ADD_FAILURE() << "no Error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::out_of_memory);
    EXPECT_THAT(error.what(), testing::HasSubstr(std::to_string(SIZE_MAX - 7) + " bytes"));
  }
}

}  // namespace
}  // namespace gerbil::kernels
