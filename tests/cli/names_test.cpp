// What a model is called, and where the Hugging Face cache is.
#include <gmock/gmock.h>

#include <fstream>

#include "tiny_models.hpp"

namespace gerbil::testing {
namespace {

using ::testing::HasSubstr;

std::string name_of(const std::string& model) {
  return gerbil_json({"embed", model, "--text", "the fox", "--device", "cpu"}).at("model");
}

TEST(Names, ADirectoryKeepsItsNameHoweverItsPathEnds) {
  const TemporaryFolder folder;
  const std::string model = tiny_model(folder, "bert_mean");
  const std::string name = std::filesystem::path(model).filename();
  for (const std::string& end : {std::string(), std::string("/"), std::string("/."), std::string("//"),
                                 std::string("/./"), "/../" + name, "/../" + name + "/"})
    EXPECT_EQ(name_of(model + end), name) << end;
  std::filesystem::create_directory_symlink(model, folder.path() / "link");
  EXPECT_EQ(name_of((folder.path() / "link/").string()), "link");
  const std::filesystem::path here = std::filesystem::current_path();
  std::filesystem::current_path(model);
  EXPECT_EQ(name_of("."), name);
  std::filesystem::current_path(here);
}

// An environment variable while it lives.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) { setenv(name, value.c_str(), 1); }
  ~Variable() { unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

class HubCache : public ::testing::Test {
 protected:
  HubCache() {
    for (const char* name : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"}) unsetenv(name);
    const std::filesystem::path repository = hub_ / "models--org--name";
    std::filesystem::create_directories(repository / "refs");
    std::filesystem::create_directories(repository / "snapshots");
    std::ofstream(repository / "refs/main") << "0a1b2c";
    const std::string model = tiny_model(folder_, "bert_mean");
    std::filesystem::rename(model, snapshot());
    std::filesystem::create_directories(hub_ / "models--alone");
    std::filesystem::copy(repository, hub_ / "models--alone", std::filesystem::copy_options::recursive);
  }
  std::filesystem::path snapshot() const { return hub_ / "models--org--name/snapshots/0a1b2c"; }

  TemporaryFolder folder_;
  std::filesystem::path hub_ = folder_.path() / "huggingface/hub";
};

// The order of huggingface_hub's constants.py.
TEST_F(HubCache, IsWhereTheHubsOwnVariablesSay) {
  const std::string home = hub_.parent_path();
  {
    const Variable cache("XDG_CACHE_HOME", folder_.path());
    EXPECT_EQ(name_of("org/name"), "org/name");
  }
  const Variable root("TEST_ROOT", folder_.path());
  for (const std::string& path :
       {home, home + "/", std::string("$TEST_ROOT/huggingface"), std::string("${TEST_ROOT}/huggingface")}) {
    const Variable set("HF_HOME", path);
    EXPECT_EQ(name_of("org/name"), "org/name") << path;
  }
  const Variable elsewhere("HF_HOME", "/nonexistent");
  {
    const Variable older("HUGGINGFACE_HUB_CACHE", hub_);
    EXPECT_EQ(name_of("org/name"), "org/name");
    const Variable newer("HF_HUB_CACHE", "/nonexistent");
    EXPECT_EQ(gerbil({"embed", "org/name", "--text", "a"}).status, 1);
  }
  const Variable newer("HF_HUB_CACHE", hub_);
  EXPECT_EQ(name_of("org/name"), "org/name");
}

TEST_F(HubCache, AnIdIsShownAsItIs) {
  const Variable cache("HF_HUB_CACHE", hub_);
  EXPECT_EQ(name_of("alone"), "alone");
  EXPECT_EQ(name_of(snapshot().string() + "/"), "org/name");
}

TEST_F(HubCache, ARevisionWithoutAReferenceIsNamed) {
  const Variable cache("HF_HUB_CACHE", hub_);
  std::filesystem::remove(hub_ / "models--org--name/refs/main");
  const Outcome outcome = gerbil({"embed", "org/name", "--text", "a"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("models--org--name/snapshots"));
}

}  // namespace
}  // namespace gerbil::testing
