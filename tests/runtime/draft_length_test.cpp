#include "runtime/draft_length.hpp"

#include <gtest/gtest.h>

namespace gerbil::runtime {
namespace {

TEST(DraftLength, GrowsWithSuccessAndRestsAfterFailure) {
  DraftLength length;
  EXPECT_EQ(length.next(7), 3);
  EXPECT_EQ(length.next(2), 2);
  length.learn(3, 3);
  EXPECT_EQ(length.next(16), 6);
  length.learn(6, 4);
  EXPECT_EQ(length.next(16), 4);
  length.learn(4, 0);
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(length.next(16), 0);
    length.learn(0, 0);
  }
  EXPECT_EQ(length.next(16), 3);
  length.learn(3, 0);
  for (int i = 0; i < 8; ++i) length.learn(0, 0);
  EXPECT_EQ(length.next(16), 3);
}

TEST(DraftLength, OfGuessesThatCostOnlyThoseThatPay) {
  DraftLength length;
  EXPECT_EQ(length.next(7, 0.0), 1);
  for (int i = 0; i < 8; ++i) length.learn(3, 3);
  EXPECT_EQ(length.next(7, 0.0), 7);
  for (int i = 0; i < 4; ++i) length.learn(3, 2);
  EXPECT_GT(length.next(7, 0.1), length.next(7, 0.5));
  EXPECT_EQ(length.next(7, 0.5, 1.0), 0);
  EXPECT_EQ(length.next(7, 1.0), 0) << "it would have to be right more often than always";
  EXPECT_EQ(length.next(2, 0.0), 2);
  // Every second guess is right.
  for (int i = 0; i < 20; ++i) length.learn(1, i % 2);
  while (length.next(7) == 0) length.learn(0, 0);
  EXPECT_EQ(length.next(7, 0.0), 2);
  EXPECT_EQ(length.next(7, 0.6), 0);
  for (int i = 0; i < 1000; ++i) length.learn(0, 0);
  EXPECT_GT(length.next(7, 0.6), 0) << "after long it is tried again";
  for (int i = 0; i < 40; ++i) length.learn(7, 7);
  EXPECT_EQ(length.next(7, 0.6), 7);
}

}  // namespace
}  // namespace gerbil::runtime
