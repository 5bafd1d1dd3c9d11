#include "runtime/prefix_tree.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <random>

namespace gerbil::runtime {
namespace {

std::vector<std::int32_t> tokens(std::int32_t count, std::int32_t first = 0) {
  std::vector<std::int32_t> result(static_cast<std::size_t>(count));
  std::iota(result.begin(), result.end(), first);
  return result;
}

TEST(PrefixTree, APageIsFoundAfterTheSamePagesOnly) {
  BlockPool pool(8);
  PrefixTree tree(pool);
  PrefixTree::Node* root = tree.root(0);
  PrefixTree::Node* first = tree.insert(root, tokens(32), pool.take());
  PrefixTree::Node* second = tree.insert(first, tokens(32, 100), pool.take());
  EXPECT_EQ(tree.child(root, tokens(32)), first);
  EXPECT_EQ(tree.child(first, tokens(32, 100)), second);
  EXPECT_EQ(tree.child(root, tokens(32, 100)), nullptr);
  EXPECT_EQ(tree.child(tree.root(1), tokens(32)), nullptr) << "another rope";
}

TEST(PrefixTree, TheSameTokensTwiceAreOnePage) {
  BlockPool pool(8);
  PrefixTree tree(pool);
  PrefixTree::Node* node = tree.insert(tree.root(0), tokens(32), pool.take());
  EXPECT_EQ(tree.insert(tree.root(0), tokens(32), pool.take()), node);
  EXPECT_EQ(pool.available(), 7);
}

TEST(PrefixTree, TheLongestBeginningOfAPageIsFound) {
  BlockPool pool(8);
  PrefixTree tree(pool);
  for (const auto& page : {std::vector{1, 2, 3}, {1, 2, 9, 9}, {5}, {1, 1, 1, 1}})
    tree.insert(tree.root(0), page, pool.take());
  EXPECT_EQ(tree.partial(tree.root(0), std::vector{1, 2, 9, 8}).tokens, 3);
  EXPECT_EQ(tree.partial(tree.root(0), std::vector{1, 2, 3, 4, 5}).tokens, 3);
  EXPECT_EQ(tree.partial(tree.root(0), std::vector{1, 1, 2}).tokens, 2);
  EXPECT_EQ(tree.partial(tree.root(0), std::vector{4}).tokens, 0);
  EXPECT_EQ(tree.partial(tree.root(0), std::vector{5}).block, 2);
}

TEST(PrefixTree, APageThatAnotherBeginsWithIsNotKeptTwice) {
  BlockPool pool(8);
  PrefixTree tree(pool);
  tree.insert(tree.root(0), tokens(10), pool.take());
  tree.insert(tree.root(0), tokens(20), pool.take());
  EXPECT_EQ(pool.available(), 7) << "the shorter one went";
  tree.insert(tree.root(0), tokens(15), pool.take());
  EXPECT_EQ(pool.available(), 7) << "and does not come back";
  EXPECT_EQ(tree.partial(tree.root(0), tokens(32)).tokens, 20);
}

TEST(PrefixTree, LeavesGoLeastRecentlyUsedFirstAndHeldPagesStay) {
  BlockPool pool(8);
  PrefixTree tree(pool);
  PrefixTree::Node* root = tree.root(0);
  PrefixTree::Node* a = tree.insert(root, tokens(32), pool.take());
  PrefixTree::Node* b = tree.insert(a, tokens(32, 100), pool.take());
  tree.insert(a, tokens(5, 200), pool.take());
  tree.insert(root, tokens(32, 300), pool.take());
  tree.advance(root, b);
  EXPECT_EQ(tree.evictable(), 2);
  tree.partial(a, tokens(5, 200));  // used just now
  ASSERT_TRUE(tree.evict());
  EXPECT_EQ(tree.child(root, tokens(32, 300)), nullptr);
  ASSERT_TRUE(tree.evict());
  EXPECT_EQ(tree.partial(a, tokens(5, 200)).tokens, 0);
  EXPECT_FALSE(tree.evict()) << "what is left is held";
  tree.release(b, true);
  EXPECT_EQ(tree.evictable(), 2);
  ASSERT_TRUE(tree.evict());
  EXPECT_EQ(tree.child(root, tokens(32)), a) << "the end goes before the beginning";
  ASSERT_TRUE(tree.evict());
  EXPECT_FALSE(tree.evict());
  EXPECT_EQ(pool.available(), 8);
}

TEST(PrefixTree, PagesOfAHolderWhoNeedsThemNoMoreGoAtOnceUnlessAnotherDoes) {
  BlockPool pool(8);
  PrefixTree tree(pool);
  PrefixTree::Node* root = tree.root(0);
  PrefixTree::Node* chat = tree.insert(root, tokens(32), pool.take());
  tree.advance(root, chat);
  tree.release(chat, true);
  tree.advance(root, chat);
  PrefixTree::Node* mine = tree.insert(chat, tokens(32, 100), pool.take());
  tree.advance(chat, mine);
  tree.advance(root, mine);  // a second holder
  tree.release(mine, false);
  EXPECT_EQ(tree.child(chat, tokens(32, 100)), mine);
  tree.release(mine, false);
  EXPECT_EQ(tree.child(chat, tokens(32, 100)), nullptr);
  EXPECT_EQ(tree.child(root, tokens(32)), chat);
  EXPECT_EQ(pool.available(), 7);
}

// Random walks in a pool that is too small: whatever happens, no block is lost or given out twice.
TEST(PrefixTree, NoBlockIsLost) {
  std::mt19937 random(7);
  BlockPool pool(40);
  PrefixTree tree(pool);
  struct Holder {
    PrefixTree::Node* node;
  };
  std::vector<Holder> holders;
  const auto pick = [&](std::int32_t below) {
    return static_cast<std::int32_t>(random() % static_cast<unsigned>(below));
  };
  for (int i = 0; i < 20000; ++i) {
    if (holders.size() < 5 && pick(3) == 0) holders.push_back({tree.root(0)});
    if (holders.empty()) continue;
    const auto at = static_cast<std::size_t>(pick(static_cast<std::int32_t>(holders.size())));
    Holder& holder = holders[at];
    if (pick(4) > 0) {
      if (pool.available() == 0 && !tree.evict()) continue;
      PrefixTree::Node* next = tree.insert(holder.node, tokens(32, 100 * pick(3)), pool.take());
      tree.advance(holder.node, next);
      holder.node = next;
    } else {
      if (pick(2) == 0 && pool.available() > 0)
        tree.insert(holder.node, tokens(1 + pick(31), 100 * pick(3)), pool.take());
      tree.release(holder.node, pick(2) == 0);
      holders.erase(holders.begin() + static_cast<std::ptrdiff_t>(at));
    }
  }
  for (const Holder& holder : holders) tree.release(holder.node, true);
  EXPECT_EQ(tree.evictable() + pool.available(), 40);
  while (tree.evict()) {
  }
  EXPECT_EQ(pool.available(), 40);
}

}  // namespace
}  // namespace gerbil::runtime
