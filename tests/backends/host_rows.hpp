// A graph with a table that stays on the host, and a note of what is read of it.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <set>

#include "backends/reference.hpp"
#include "backends/steps.hpp"

namespace gerbil::test {

class HostRows : public testing::TestWithParam<Compile> {
 protected:
  HostRows();
  WeightSource watched();

  TestGraph graph_;
  std::shared_ptr<int> held_ = std::make_shared<int>();  // stands for the mapped file
  std::mutex mutex_;
  std::set<std::int64_t> read_;
};

}  // namespace gerbil::test
