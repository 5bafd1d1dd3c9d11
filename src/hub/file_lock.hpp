// A lock that processes share, and that ends with the process that holds it.
#pragma once

#include <filesystem>

#include "gerbil/cancellation.hpp"

namespace gerbil::hub {

class FileLock {
 public:
  // Waits for it. Throws Error{unavailable} when the file cannot be made, and Error{cancelled}. Two in one process
  // exclude each other, too. Reference: Python's filelock, which huggingface_hub takes the same files for.
  FileLock(const std::filesystem::path& path, const Cancellation& cancellation);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int file_ = -1;
};

}  // namespace gerbil::hub
