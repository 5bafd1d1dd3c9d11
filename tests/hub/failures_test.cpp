// Networks and hubs that do not do what they should.
#include <gmock/gmock.h>

#include <ostream>

#include "hub/mock_hub.hpp"

namespace gerbil::hub::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

// The weights arrive whole, whatever happened on the way.
struct Trouble {
  std::string model;
  std::string range;          // of the last request for the weights; empty: it began at the beginning
  int requests = 0;           // for them, of the server that has them
  std::string if_range = {};  // a part of it
};

void PrintTo(const Trouble& row, std::ostream* out) { *out << row.model; }

class Troubles : public MockHub, public ::testing::WithParamInterface<Trouble> {};

TEST_P(Troubles, EndWell) {
  const PullResult result = pull("org/" + GetParam().model);
  EXPECT_EQ(fs::file_size(result.folder / "model.safetensors"), 300'000u);
  const bool direct = GetParam().model == "direct";
  std::vector<nlohmann::json> requests;
  for (const auto& request : log())
    if (request["path"].get<std::string>().contains("model.safetensors") &&
        request["server"] == (direct ? "hub" : "cdn"))
      requests.push_back(request);
  ASSERT_EQ(requests.size(), static_cast<std::size_t>(GetParam().requests));
  const auto& last = requests.back();
  EXPECT_EQ(last["range"].is_null() ? "" : last["range"].get<std::string>(), GetParam().range);
  if (!GetParam().if_range.empty()) {
    EXPECT_THAT(last["if_range"].get<std::string>(), HasSubstr(GetParam().if_range));
  }
  for (const std::string& name : names(repository(GetParam().model) / "blobs"))
    EXPECT_THAT(name, ::testing::Not(HasSubstr("incomplete")));
}

INSTANTIATE_TEST_SUITE_P(Hub, Troubles,
                         ::testing::Values(Trouble{"dropped", "bytes=225000-", 3, "\"cdn-"},
                                           Trouble{"direct", "bytes=150000-", 2, "\""},
                                           Trouble{"whole", "bytes=150000-", 2}, Trouble{"changed", "bytes=150000-", 2},
                                           Trouble{"other-part", "", 3}, Trouble{"416", "", 3},
                                           Trouble{"damaged", "", 2}, Trouble{"long", "", 2}, Trouble{"broken", "", 3},
                                           Trouble{"busy", "", 2}, Trouble{"stalls", "bytes=150000-", 2, "\"cdn-"}),
                         [](const auto& row) {
                           std::string name = row.param.model;
                           std::erase(name, '-');
                           return name;
                         });

TEST_F(MockHub, SmallFilesMayComeCompressedAndWithoutALength) {
  const PullResult result = pull("org/gzip");
  EXPECT_EQ(contents(result.folder / "config.json"), R"({"a":1})");
  EXPECT_EQ(fs::file_size(result.folder / "tokenizer.json"), 5002u);
  EXPECT_EQ(contents(result.folder / "generation_config.json"), "");
  EXPECT_EQ(contents(result.folder / "model.safetensors"), std::string(9000, 's'));
}

struct Refusal {
  std::string model;
  ErrorCode code;
  std::vector<std::string> sentence;  // parts of it
  std::string token = {};
};

void PrintTo(const Refusal& row, std::ostream* out) { *out << row.model; }

class Refusals : public MockHub, public ::testing::WithParamInterface<Refusal> {};

TEST_P(Refusals, AreSentencesThatSayWhatToDo) {
  if (!GetParam().token.empty()) setenv("HF_TOKEN", GetParam().token.c_str(), 1);
  try {
    pull(GetParam().model);
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), GetParam().code) << error.what();
    for (const std::string& part : GetParam().sentence) EXPECT_THAT(error.what(), HasSubstr(part));
    EXPECT_THAT(error.what(), ::testing::Not(HasSubstr("secret")));
    EXPECT_THAT(error.what(), ::testing::Not(HasSubstr("hf_wrong")));
  }
  unsetenv("HF_TOKEN");
  const std::vector<std::string> left = fs::exists(cache()) ? names(cache()) : std::vector<std::string>();
  for (const std::string& name : left) EXPECT_FALSE(name.contains("snapshots/") || name.contains("refs/")) << name;
  EXPECT_FALSE(fs::exists(home_ / "evil") || fs::exists(home_.parent_path() / "evil"));
}

INSTANTIATE_TEST_SUITE_P(
    Hub, Refusals,
    ::testing::Values(
        Refusal{"org/missing", ErrorCode::not_found, {"no model 'org/missing'", "private", "HF_TOKEN"}},
        Refusal{"org/missing", ErrorCode::not_found, {"no model", "the token in HF_TOKEN may not read"}, "hf_right"},
        Refusal{"org/private", ErrorCode::not_found, {"private", "/settings/tokens"}},
        Refusal{"org/plain@v9", ErrorCode::not_found, {"no revision 'v9'"}},
        Refusal{"org/gated", ErrorCode::denied, {"gated", "accept its terms", "/org/gated", "HF_TOKEN"}},
        Refusal{"org/plain", ErrorCode::denied, {"does not accept the token in HF_TOKEN"}, "hf_wrong"},
        Refusal{"org/plain", ErrorCode::invalid_argument, {"The token of HF_TOKEN"}, "hf_\r\nHost: x"},
        Refusal{"org/pickle", ErrorCode::unsupported, {"no weights in safetensors", ".bin"}},
        Refusal{"org/gguf", ErrorCode::unsupported, {"no config.json", "GGUF"}},
        Refusal{"org/bad-index", ErrorCode::corrupt, {"weight_map"}},
        Refusal{"org/traversal", ErrorCode::corrupt, {"../../../evil", "does not stay"}},
        Refusal{"org/always-damaged", ErrorCode::corrupt, {"has not the hash", "3 times"}},
        Refusal{"org/always-dropped", ErrorCode::unavailable, {"tried 3 times"}},
        Refusal{"org/never-goes-on", ErrorCode::unavailable, {"again and again"}},
        Refusal{"org/down", ErrorCode::unavailable, {"status 503", "tried 3 times"}},
        Refusal{"org/much-later", ErrorCode::overloaded, {"3600 seconds"}},
        Refusal{"org/loop", ErrorCode::corrupt, {"more than 8 times"}},
        Refusal{"org/to-a-file", ErrorCode::corrupt, {"file:///etc/passwd"}},
        Refusal{"org/no-commit", ErrorCode::corrupt, {"no hub", "HF_ENDPOINT"}},
        Refusal{"org/html", ErrorCode::corrupt, {"not answered as a hub does", "HF_ENDPOINT"}},
        Refusal{"org/huge", ErrorCode::corrupt, {"more than 67108864 bytes"}},
        Refusal{"org/endless-error", ErrorCode::corrupt, {"status 404 and more than"}},
        Refusal{"a/b/c", ErrorCode::invalid_argument, {"'a/b/c' is no model of the hub"}},
        Refusal{"../etc", ErrorCode::invalid_argument, {"no model of the hub"}},
        Refusal{"org/plain@../../x", ErrorCode::invalid_argument, {"no model of the hub"}}));

TEST_F(MockHub, WithoutAServerThatIsSaid) {
  setenv("HF_ENDPOINT", "http://127.0.0.1:9", 1);
  try {
    pull("org/plain");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::unavailable);
    EXPECT_THAT(error.what(), HasSubstr("127.0.0.1:9"));
  }
  setenv("HF_ENDPOINT", "ftp://x", 1);
  EXPECT_THROW(pull("org/plain"), Error);
}

TEST_F(MockHub, ADamagedBeginningIsNotGoneOnWith) {
  const PullResult first = pull("org/plain");
  const fs::path blob = fs::canonical(first.folder / "model.safetensors");
  const std::string sound = contents(blob);
  fs::rename(blob, blob.string() + ".incomplete");
  fs::resize_file(blob.string() + ".incomplete", 0);
  fs::resize_file(blob.string() + ".incomplete", 1000);  // zeros
  EXPECT_GT(pull("org/plain").downloaded_bytes, 300'000);
  EXPECT_EQ(contents(blob), sound);
}

TEST_F(MockHub, AllOfItMayBeThereButItsName) {
  const PullResult first = pull("org/plain");
  const fs::path blob = fs::canonical(first.folder / "model.safetensors");
  fs::rename(blob, blob.string() + ".incomplete");
  EXPECT_EQ(pull("org/plain").downloaded_bytes, 0);
  EXPECT_EQ(fs::file_size(blob), 300'000u);
}

}  // namespace
}  // namespace gerbil::hub::testing
