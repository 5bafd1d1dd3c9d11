#include "hub/mock_hub.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "hub/connection.hpp"
#include "hub/pull.hpp"

namespace gerbil::hub::testing {

namespace fs = std::filesystem;

MockHub::MockHub() {
  std::string pattern = (fs::temp_directory_path() / "gerbil-hub-XXXXXX").string();
  home_ = mkdtemp(pattern.data());
  std::array<int, 2> in{}, out{};
  EXPECT_EQ(pipe(in.data()), 0);
  EXPECT_EQ(pipe(out.data()), 0);
  process_ = fork();
  if (process_ == 0) {
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    for (const int file : {in[0], in[1], out[0], out[1]}) close(file);
    execlp("python3", "python3", GERBIL_MOCK_HUB, nullptr);
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  input_ = in[1];
  for (char c = 0; read(out[0], &c, 1) == 1 && c != '\n';) endpoint_ += c;
  close(out[0]);
  for (const char* name : {"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_TOKEN_PATH", "HF_HUB_CACHE", "HF_HUB_OFFLINE",
                           "HUGGINGFACE_HUB_CACHE", "TRANSFORMERS_OFFLINE", "http_proxy", "all_proxy", "ALL_PROXY"})
    unsetenv(name);
  setenv("HF_ENDPOINT", endpoint_.c_str(), 1);
  setenv("HF_HOME", home_.c_str(), 1);
  setenv("HF_HUB_DOWNLOAD_TIMEOUT", "1", 1);
}

MockHub::~MockHub() {
  close(input_);
  waitpid(process_, nullptr, 0);
  std::error_code ignored;
  fs::remove_all(home_, ignored);
}

PullResult MockHub::pull(const std::string& model, const PullOptions& options) const {
  return pull_with(model, options, hurried);
}

nlohmann::json MockHub::log() const {
  std::string text;
  Connection({}).send({.url = endpoint_ + "/log"},
                      [&](const Fields&, std::span<const char> bytes) { text.append(bytes.data(), bytes.size()); });
  return nlohmann::json::parse(text);
}

std::vector<std::string> MockHub::names(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (!entry.is_directory() || entry.is_symlink()) names.push_back(entry.path().lexically_relative(folder));
  std::ranges::sort(names);
  return names;
}

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> paths(const PullResult& result) {
  std::vector<std::string> paths;
  for (const PulledFile& file : result.files) paths.push_back(file.path);
  return paths;
}

}  // namespace gerbil::hub::testing
