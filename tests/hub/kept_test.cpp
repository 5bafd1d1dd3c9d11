// What is in the cache already: links, damage, and being all there is.
#include <gmock/gmock.h>

#include <fstream>

#include "hub/mock_hub.hpp"

namespace gerbil::hub::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;

class Kept : public MockHub {};

TEST_F(Kept, BlobsMayBeLinksIntoASharedStore) {
  const PullResult first = pull("org/plain");
  const fs::path blob = fs::canonical(first.folder / "model.safetensors");
  const fs::path shared = cache() / "blobs/ab" / std::string(64, 'a');
  fs::create_directories(shared.parent_path());
  fs::rename(blob, shared);
  fs::create_symlink(fs::relative(shared, blob.parent_path()), blob);
  EXPECT_EQ(pull("org/plain").downloaded_bytes, 0);
  fs::remove(shared);  // a link to nothing is replaced, and nothing is written through it
  EXPECT_EQ(pull("org/plain").downloaded_bytes, 300'000);
  EXPECT_FALSE(fs::exists(shared));
  EXPECT_FALSE(fs::is_symlink(blob));
}

TEST_F(Kept, DamagedFilesAreReplacedWhenAskedTo) {
  const PullResult first = pull("org/plain");
  const fs::path weights = first.folder / "model.safetensors";
  const std::string sound = contents(weights);
  std::fstream(weights, std::ios::in | std::ios::out | std::ios::binary) << "damage";
  ASSERT_NE(contents(weights), sound);
  EXPECT_EQ(pull("org/plain").downloaded_bytes, 0) << "of its size, and not looked into";
  EXPECT_EQ(pull("org/plain", {.verify = true}).downloaded_bytes, 300'000);
  EXPECT_EQ(contents(weights), sound);
  fs::resize_file(weights, 9);
  EXPECT_EQ(pull("org/plain").downloaded_bytes, 300'000) << "of another size";
  EXPECT_EQ(contents(weights), sound);
}

TEST_F(Kept, OfflineTheCacheAnswers) {
  const PullResult online = pull("org/sharded");
  log();
  setenv("HF_HUB_OFFLINE", "1", 1);
  const PullResult offline = pull("org/sharded");
  EXPECT_EQ(offline.folder, online.folder);
  EXPECT_EQ(offline.commit, online.commit);
  EXPECT_EQ(paths(offline), paths(online));
  fs::remove(online.folder / "model-00002-of-00003.safetensors");
  fs::remove(online.folder / "model.safetensors.index.json");
  fs::remove(online.folder / "config.json");
  for (const char* name : {"org/sharded", "org/plain"}) {
    try {
      pull(name);
      FAIL() << name;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::not_found);
      EXPECT_THAT(error.what(), ::testing::HasSubstr("HF_HUB_OFFLINE"));
    }
  }
  EXPECT_THAT(log(), IsEmpty());
  unsetenv("HF_HUB_OFFLINE");
}

}  // namespace
}  // namespace gerbil::hub::testing
