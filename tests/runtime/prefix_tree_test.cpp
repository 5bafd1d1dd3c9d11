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
  std::vector<BlockGroup> groups{{BlockPool(8)}};
  BlockPool& pool = groups[0].pool;
  PrefixTree tree(groups);
  PrefixTree::Node* root = tree.root(0);
  PrefixTree::Node* first = tree.insert(root, tokens(32), std::vector{pool.take()});
  PrefixTree::Node* second = tree.insert(first, tokens(32, 100), std::vector{pool.take()});
  EXPECT_EQ(tree.child(root, tokens(32)), first);
  EXPECT_EQ(tree.child(first, tokens(32, 100)), second);
  EXPECT_EQ(tree.child(root, tokens(32, 100)), nullptr);
  EXPECT_EQ(tree.child(tree.root(1), tokens(32)), nullptr) << "another rope";
}

TEST(PrefixTree, TheSameTokensTwiceAreOnePage) {
  std::vector<BlockGroup> groups{{BlockPool(8)}};
  BlockPool& pool = groups[0].pool;
  PrefixTree tree(groups);
  PrefixTree::Node* node = tree.insert(tree.root(0), tokens(32), std::vector{pool.take()});
  EXPECT_EQ(tree.insert(tree.root(0), tokens(32), std::vector{pool.take()}), node);
  EXPECT_EQ(pool.available(), 7);
}

TEST(PrefixTree, TheLongestBeginningOfAPageIsFound) {
  std::vector<BlockGroup> groups{{BlockPool(8)}};
  BlockPool& pool = groups[0].pool;
  PrefixTree tree(groups);
  for (const auto& page : {std::vector{1, 2, 3}, {1, 2, 9, 9}, {5}, {1, 1, 1, 1}})
    tree.insert(tree.root(0), page, std::vector{pool.take()});
  EXPECT_EQ(tree.partial(tree.root(0), std::vector{1, 2, 9, 8}).tokens, 3);
  EXPECT_EQ(tree.partial(tree.root(0), std::vector{1, 2, 3, 4, 5}).tokens, 3);
  EXPECT_EQ(tree.partial(tree.root(0), std::vector{1, 1, 2}).tokens, 2);
  EXPECT_EQ(tree.partial(tree.root(0), std::vector{4}).tokens, 0);
  EXPECT_EQ(tree.partial(tree.root(0), std::vector{5}).node->parts[0].block, 2);
}

TEST(PrefixTree, APageThatAnotherBeginsWithIsNotKeptTwice) {
  std::vector<BlockGroup> groups{{BlockPool(8)}};
  BlockPool& pool = groups[0].pool;
  PrefixTree tree(groups);
  tree.insert(tree.root(0), tokens(10), std::vector{pool.take()});
  tree.insert(tree.root(0), tokens(20), std::vector{pool.take()});
  EXPECT_EQ(pool.available(), 7) << "the shorter one went";
  tree.insert(tree.root(0), tokens(15), std::vector{pool.take()});
  EXPECT_EQ(pool.available(), 7) << "and does not come back";
  EXPECT_EQ(tree.partial(tree.root(0), tokens(32)).tokens, 20);
}

TEST(PrefixTree, LeavesGoLeastRecentlyUsedFirstAndHeldPagesStay) {
  std::vector<BlockGroup> groups{{BlockPool(8)}};
  BlockPool& pool = groups[0].pool;
  PrefixTree tree(groups);
  PrefixTree::Node* root = tree.root(0);
  PrefixTree::Node* a = tree.insert(root, tokens(32), std::vector{pool.take()});
  PrefixTree::Node* b = tree.insert(a, tokens(32, 100), std::vector{pool.take()});
  tree.insert(a, tokens(5, 200), std::vector{pool.take()});
  tree.insert(root, tokens(32, 300), std::vector{pool.take()});
  tree.advance(root, b);
  EXPECT_EQ(tree.evictable(0), 2);
  tree.partial(a, tokens(5, 200));  // used just now
  ASSERT_TRUE(tree.evict(0));
  EXPECT_EQ(tree.child(root, tokens(32, 300)), nullptr);
  ASSERT_TRUE(tree.evict(0));
  EXPECT_EQ(tree.partial(a, tokens(5, 200)).tokens, 0);
  EXPECT_FALSE(tree.evict(0)) << "what is left is held";
  tree.release(b, true);
  EXPECT_EQ(tree.evictable(0), 2);
  ASSERT_TRUE(tree.evict(0));
  EXPECT_EQ(tree.child(root, tokens(32)), a) << "the end goes before the beginning";
  ASSERT_TRUE(tree.evict(0));
  EXPECT_FALSE(tree.evict(0));
  EXPECT_EQ(pool.available(), 8);
}

TEST(PrefixTree, PagesOfAHolderWhoNeedsThemNoMoreGoAtOnceUnlessAnotherDoes) {
  std::vector<BlockGroup> groups{{BlockPool(8)}};
  BlockPool& pool = groups[0].pool;
  PrefixTree tree(groups);
  PrefixTree::Node* root = tree.root(0);
  PrefixTree::Node* chat = tree.insert(root, tokens(32), std::vector{pool.take()});
  tree.advance(root, chat);
  tree.release(chat, true);
  tree.advance(root, chat);
  PrefixTree::Node* mine = tree.insert(chat, tokens(32, 100), std::vector{pool.take()});
  tree.advance(chat, mine);
  tree.advance(root, mine);  // a second holder
  tree.release(mine, false);
  EXPECT_EQ(tree.child(chat, tokens(32, 100)), mine);
  tree.release(mine, false);
  EXPECT_EQ(tree.child(chat, tokens(32, 100)), nullptr);
  EXPECT_EQ(tree.child(root, tokens(32)), chat);
  EXPECT_EQ(pool.available(), 7);
}

TEST(PrefixTree, ABlockOfAWindowGoesAndComesBackWhileItsPageStays) {
  std::vector<BlockGroup> groups{{BlockPool(8)}, {BlockPool(8), 40}};
  PrefixTree tree(groups);
  const auto take = [&] { return std::vector{groups[0].pool.take(), groups[1].pool.take()}; };
  PrefixTree::Node* page = tree.insert(tree.root(0), tokens(32), take());
  ASSERT_TRUE(tree.evict(1));
  EXPECT_EQ(tree.child(tree.root(0), tokens(32)), page);
  EXPECT_EQ(page->parts[1].block, -1);
  EXPECT_EQ(tree.partial(tree.root(0), tokens(20)).tokens, 0) << "there is nothing to copy";
  EXPECT_EQ(tree.insert(tree.root(0), tokens(20), take()), page);
  EXPECT_EQ(page->parts[1].block, -1) << "a block of fewer tokens is none of this page";
  EXPECT_EQ(tree.insert(tree.root(0), tokens(32), take()), page);
  EXPECT_GE(page->parts[1].block, 0);
  EXPECT_EQ(groups[0].pool.available(), 7);
  EXPECT_EQ(groups[1].pool.available(), 7);
}

TEST(PrefixTree, PassedBlocksGoFirstAndHeldOnesStay) {
  std::vector<BlockGroup> groups{{BlockPool(8)}, {BlockPool(8), 40}};
  PrefixTree tree(groups);
  std::vector<PrefixTree::Node*> pages;
  for (int i = 0; i < 3; ++i) {
    pages.push_back(
        tree.insert(tree.root(0), tokens(32, 100 * i), std::vector{groups[0].pool.take(), groups[1].pool.take()}));
    tree.advance(tree.root(0), pages.back());
    tree.hold(pages.back(), 1);
  }
  EXPECT_EQ(tree.evictable(1), 0);
  tree.let_go(pages[0], 1, false);
  tree.let_go(pages[1], 1, true);
  EXPECT_EQ(tree.evictable(1), 2);
  ASSERT_TRUE(tree.evict(1));
  EXPECT_EQ(pages[1]->parts[1].block, -1) << "passed, though later";
  ASSERT_TRUE(tree.evict(1));
  EXPECT_EQ(pages[0]->parts[1].block, -1);
  EXPECT_FALSE(tree.evict(1)) << "the third is held";
}

// Random walks in a pool that is too small: whatever happens, no block is lost or given out twice.
TEST(PrefixTree, NoBlockIsLost) {
  std::mt19937 random(7);
  std::vector<BlockGroup> groups{{BlockPool(40)}};
  BlockPool& pool = groups[0].pool;
  PrefixTree tree(groups);
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
      if (pool.available() == 0 && !tree.evict(0)) continue;
      PrefixTree::Node* next = tree.insert(holder.node, tokens(32, 100 * pick(3)), std::vector{pool.take()});
      tree.advance(holder.node, next);
      holder.node = next;
    } else {
      if (pick(2) == 0 && pool.available() > 0)
        tree.insert(holder.node, tokens(1 + pick(31), 100 * pick(3)), std::vector{pool.take()});
      tree.release(holder.node, pick(2) == 0);
      holders.erase(holders.begin() + static_cast<std::ptrdiff_t>(at));
    }
  }
  for (const Holder& holder : holders) tree.release(holder.node, true);
  EXPECT_EQ(tree.evictable(0) + pool.available(), 40);
  while (tree.evict(0)) {
  }
  EXPECT_EQ(pool.available(), 40);
}

}  // namespace
}  // namespace gerbil::runtime
