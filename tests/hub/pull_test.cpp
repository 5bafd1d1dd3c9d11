// What a pull leaves in the cache, and what it asks for.
#include <gmock/gmock.h>

#include <fstream>

#include "hub/mock_hub.hpp"

namespace gerbil::hub::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::SizeIs;

class Pull : public MockHub {};

TEST_F(Pull, LaysTheCacheOutAsHuggingfaceHubDoes) {
  const PullResult result = pull("org/plain");
  EXPECT_THAT(paths(result), ElementsAre("config.json", "model.safetensors", "tokenizer.json"));
  const fs::path folder = repository("plain");
  EXPECT_EQ(result.folder, folder / "snapshots" / result.commit);
  EXPECT_EQ(contents(folder / "refs/main"), result.commit);
  EXPECT_THAT(names(result.folder), ElementsAre("config.json", "model.safetensors", "tokenizer.json"));
  const fs::path link = fs::read_symlink(result.folder / "model.safetensors");
  EXPECT_EQ(link.parent_path(), "../../blobs");
  EXPECT_THAT(link.filename().string(), SizeIs(64)) << "the SHA-256 of large files";
  EXPECT_THAT(fs::read_symlink(result.folder / "config.json").filename().string(), SizeIs(40)) << "that of git";
  EXPECT_THAT(names(folder / "blobs"), SizeIs(3)) << "and nothing that was unfinished";
  EXPECT_EQ(fs::file_size(result.folder / "model.safetensors"), 300'000u);
  EXPECT_TRUE(contents(cache() / "CACHEDIR.TAG").starts_with("Signature: 8a477f597d28d172789f06886806bc55"));
}

TEST_F(Pull, DownloadsNothingTwice) {
  const PullResult first = pull("org/plain");
  EXPECT_GT(first.downloaded_bytes, 300'000);
  log();
  const PullResult second = pull("org/plain");
  EXPECT_EQ(second.downloaded_bytes, 0);
  for (const PulledFile& file : second.files) EXPECT_TRUE(file.cached) << file.path;
  for (const auto& request : log()) EXPECT_TRUE(request["path"].get<std::string>().starts_with("/api/")) << request;
}

TEST_F(Pull, RevisionsArePinned) {
  const PullResult tag = pull("org/plain@v1.0");
  EXPECT_EQ(contents(repository("plain") / "refs/v1.0"), tag.commit);
  EXPECT_FALSE(fs::exists(repository("plain") / "refs/main"));
  EXPECT_EQ(pull("org/plain", {.revision = "refs/pr/1"}).commit, tag.commit);
  EXPECT_EQ(contents(repository("plain") / "refs/refs/pr/1"), tag.commit);
  EXPECT_EQ(pull("org/plain", {.revision = tag.commit}).folder, tag.folder);
  EXPECT_FALSE(fs::exists(repository("plain") / "refs" / tag.commit));
  EXPECT_EQ(pull("legacy").folder.parent_path(), cache() / "models--legacy/snapshots");
}

TEST_F(Pull, FollowsARenamedModel) { EXPECT_THAT(pull("org/old-name").files, SizeIs(3)); }

TEST_F(Pull, ChoosesWhatGerbilReads) {
  EXPECT_THAT(paths(pull("org/sharded")),
              ElementsAre("additional_chat_templates/tool.jinja", "config.json", "model-00001-of-00003.safetensors",
                          "model-00002-of-00003.safetensors", "model-00003-of-00003.safetensors",
                          "model.safetensors.index.json", "tokenizer_config.json"));
  EXPECT_THAT(paths(pull("org/sentence")),
              ElementsAre("1_Pooling/config.json", "2_Dense/config.json", "2_Dense/model.safetensors", "config.json",
                          "model.safetensors", "modules.json", "sentence_bert_config.json"));
  EXPECT_THAT(paths(pull("org/sentence", {.all_files = true})), Contains("3_Other/config.json"));
  EXPECT_THAT(
      fs::read_symlink(repository("sentence") / "snapshots" / pull("org/sentence").commit / "2_Dense/model.safetensors")
          .parent_path(),
      "../../../blobs");
}

TEST_F(Pull, ADryRunChangesNothing) {
  const PullResult plan = pull("org/sharded", {.dry_run = true});
  EXPECT_THAT(paths(plan), SizeIs(7));
  EXPECT_GT(plan.downloaded_bytes, 150'000);
  EXPECT_FALSE(fs::exists(cache()));
  EXPECT_EQ(pull("org/sharded").downloaded_bytes, plan.downloaded_bytes);
}

TEST_F(Pull, TheTokenGoesToTheHubAlone) {
  setenv("HF_TOKEN", " hf_right\n", 1);
  EXPECT_THAT(pull("org/gated").files, SizeIs(3));
  EXPECT_THAT(pull("org/private").files, SizeIs(3));
  EXPECT_THAT(pull("org/elsewhere").files, SizeIs(3)) << "redirected on the same host";
  unsetenv("HF_TOKEN");
  std::ofstream(home_ / "token") << "hf_right\n";
  EXPECT_THAT(pull("org/gated@v1.0").files, SizeIs(3));
  int hub = 0, cdn = 0;
  for (const auto& request : log()) {
    if (request["server"] == "cdn") {
      EXPECT_TRUE(request["token"].is_null()) << request;
      ++cdn;
    } else {
      EXPECT_EQ(request["token"], "Bearer hf_right") << request;
      ++hub;
    }
  }
  EXPECT_GT(hub, 0);
  EXPECT_GT(cdn, 0);
}

TEST_F(Pull, ReportsProgressFromWhereItBegins) {
  PullOptions options;
  std::vector<std::pair<std::int64_t, std::int64_t>> calls;
  options.progress = [&](std::int64_t done, std::int64_t total) { calls.emplace_back(done, total); };
  const PullResult result = pull("org/plain", options);
  ASSERT_GE(calls.size(), 2u);
  EXPECT_EQ(calls.front(), std::pair(std::int64_t{0}, result.downloaded_bytes));
  EXPECT_EQ(calls.back(), std::pair(result.downloaded_bytes, result.downloaded_bytes));
}

TEST_F(Pull, ACancelledOneGoesOnLater) {
  PullOptions options;
  options.progress = [&](std::int64_t done, std::int64_t) {
    if (done > 20'000) options.cancellation.cancel();
  };
  try {
    pull("org/slow", options);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::cancelled);
  }
  EXPECT_FALSE(fs::exists(repository("slow") / "snapshots"));
  EXPECT_FALSE(fs::exists(repository("slow") / "refs/main"));
  const PullResult rest = pull("org/slow");
  EXPECT_LT(rest.downloaded_bytes, 290'000);
  EXPECT_EQ(fs::file_size(rest.folder / "model.safetensors"), 300'000u);
}

TEST_F(Pull, WhatProgressThrowsEndsIt) {
  PullOptions options;
  options.progress = [](std::int64_t done, std::int64_t) {
    if (done > 0) throw std::string("enough");
  };
  EXPECT_THROW(pull("org/plain", options), std::string);
}

}  // namespace
}  // namespace gerbil::hub::testing
