#include "hub/file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>

#include "hub/patience.hpp"
#include "hub/store.hpp"

namespace gerbil::hub {
namespace {

constexpr std::chrono::milliseconds poll{50};

// Whether the path still names the file: who holds a lock may remove it.
bool still_there(int file, const std::filesystem::path& path) {
  struct stat opened{}, named{};
  return fstat(file, &opened) == 0 && stat(path.c_str(), &named) == 0 && opened.st_ino == named.st_ino &&
         opened.st_dev == named.st_dev;
}

}  // namespace

FileLock::FileLock(const std::filesystem::path& path, const Cancellation& cancellation) {
  for (;;) {
    file_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0664);
    if (file_ < 0) fail_system(std::error_code(errno, std::generic_category()), "open the lock", path);
    while (flock(file_, LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK && errno != EINTR) return;  // nobody can lock here: the hash tells what went wrong
      std::this_thread::sleep_for(poll);
      try {
        check_cancelled(cancellation);
      } catch (...) {
        close(file_);
        throw;
      }
    }
    if (still_there(file_, path)) return;
    close(file_);
  }
}

FileLock::~FileLock() { close(file_); }

}  // namespace gerbil::hub
