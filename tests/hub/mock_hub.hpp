// A hub on this machine (mock_hub.py), with a cache of its own that the environment names.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "gerbil/hub.hpp"
#include "hub/patience.hpp"

namespace gerbil::hub::testing {

// Trying again at once.
inline constexpr Patience hurried{.attempts = 3, .first_wait = std::chrono::milliseconds(1)};

class MockHub : public ::testing::Test {
 protected:
  MockHub();
  ~MockHub() override;

  PullResult pull(const std::string& model, const PullOptions& options = {}) const;
  // What was asked of the hub and its CDN since the last call.
  nlohmann::json log() const;
  std::filesystem::path cache() const { return home_ / "hub"; }
  std::filesystem::path repository(const std::string& name) const { return cache() / ("models--org--" + name); }
  // Everything below a folder, by its relative path, sorted.
  static std::vector<std::string> names(const std::filesystem::path& folder);

  std::filesystem::path home_;
  std::string endpoint_;

 private:
  int process_ = -1;
  int input_ = -1;
};

std::string contents(const std::filesystem::path& path);
std::vector<std::string> paths(const PullResult& result);

}  // namespace gerbil::hub::testing
