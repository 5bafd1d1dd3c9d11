#include "hub/partial_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <system_error>
#include <vector>

#include "base/mapped_file.hpp"
#include "hub/fields.hpp"
#include "hub/store.hpp"

namespace gerbil::hub {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t piece = 1 << 20;

std::error_code last_error() { return {errno, std::generic_category()}; }

bool has_hash_in(int file, const fs::path& path, const RemoteFile& remote) {
  Digest digest(remote.hash, remote.size);
  std::vector<char> buffer(piece);
  for (std::int64_t offset = 0;;) {
    const ssize_t count = pread(file, buffer.data(), buffer.size(), offset);
    if (count < 0) check_system(last_error(), "read", path);
    if (count == 0) return offset == remote.size && digest.finish() == remote.id;
    digest.add({buffer.data(), static_cast<std::size_t>(count)});
    offset += count;
  }
}

}  // namespace

bool has_hash(const fs::path& path, const RemoteFile& file) {
  const int opened = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (opened < 0) check_system(last_error(), "open", path);
  try {
    const bool result = has_hash_in(opened, path, file);
    close(opened);
    return result;
  } catch (...) {
    close(opened);
    throw;
  }
}

PartialFile::PartialFile(const fs::path& blob, const RemoteFile& file)
    : blob_(blob), path_(blob.string() + ".incomplete"), remote_(file) {
  file_ = open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (file_ < 0) fail_system(last_error(), "write", path_);
  struct stat status{};
  if (fstat(file_, &status) == 0) size_ = status.st_size;
  if (size_ > remote_.size) restart({});
}

PartialFile::~PartialFile() { close(file_); }

std::string PartialFile::etag() const {
  std::error_code error;
  if (!fs::is_regular_file(etag_path(), error) || fs::file_size(etag_path(), error) > piece) return {};
  std::string text = read_text_file(etag_path());
  return is_strong_etag(text) ? text : std::string();
}

// The tag is that of what is there, whenever this ends: it goes before the bytes do, and comes after.
void PartialFile::restart(const std::string& etag) {
  std::error_code error;
  fs::remove(etag_path(), error);
  if (ftruncate(file_, 0) != 0) check_system(last_error(), "write", path_);
  size_ = 0;
  if (is_strong_etag(etag)) std::ofstream(etag_path(), std::ios::binary) << etag;
}

bool PartialFile::append(std::span<const char> bytes) {
  if (static_cast<std::int64_t>(bytes.size()) > remote_.size - size_) return false;
  while (!bytes.empty()) {
    const ssize_t count = pwrite(file_, bytes.data(), bytes.size(), size_);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) check_system(last_error(), "write", path_);
    size_ += count;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return true;
}

bool PartialFile::publish() {
  if (!has_hash_in(file_, path_, remote_)) return false;
  // The name must not be on the disk before the bytes are.
  if (fdatasync(file_) != 0) check_system(last_error(), "write", path_);
  std::error_code error;
  fs::rename(path_, blob_, error);
  check_system(error, "write", blob_);
  fs::remove(etag_path(), error);
  return true;
}

}  // namespace gerbil::hub
