#include "hub/store.hpp"

#include <unistd.h>

#include <format>
#include <fstream>
#include <random>
#include <system_error>

#include "base/hub_cache.hpp"
#include "gerbil/error.hpp"

namespace gerbil::hub {
namespace {

namespace fs = std::filesystem;

bool has_size(const fs::path& path, std::int64_t size) {
  std::error_code error;
  return fs::is_regular_file(path, error) && fs::file_size(path, error) == static_cast<std::uintmax_t>(size) && !error;
}

// A name beside `path` that nobody else has.
fs::path beside(const fs::path& path) {
  std::random_device random;
  return path.parent_path() / std::format("{}.{:08x}.tmp", path.filename().string(), random());
}

void make_folders(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  check_system(error, "make the folder", path);
}

// A file that is there as a whole or not at all.
void write_file(const fs::path& path, const std::string& text) {
  make_folders(path.parent_path());
  const fs::path temporary = beside(path);
  std::ofstream file(temporary, std::ios::binary);
  file << text;
  file.close();
  std::error_code error;
  if (file)
    fs::rename(temporary, path, error);
  else
    error = std::make_error_code(std::errc::io_error);
  if (!error) return;
  std::error_code ignored;
  fs::remove(temporary, ignored);
  check_system(error, "write", path);
}

// Tells programs that make backups to leave the cache out. Reference: bford.info/cachedir.
void tag(const fs::path& cache) {
  const fs::path path = cache / "CACHEDIR.TAG";
  std::error_code error;
  if (fs::exists(path, error)) return;
  write_file(
      path,
      "Signature: 8a477f597d28d172789f06886806bc55\n# This folder is a cache of models of the Hugging Face hub.\n");
}

}  // namespace

void fail_system(const std::error_code& error, const char* action, const fs::path& path) {
  throw Error(ErrorCode::unavailable, std::format("Cannot {} '{}': {}.", action, path.string(), error.message()));
}

void check_system(const std::error_code& error, const char* action, const fs::path& path) {
  if (error) fail_system(error, action, path);
}

Store::Store(const std::string& id) : folder_(fs::absolute(hub_repository(id))) {
  locks_ = folder_.parent_path() / ".locks" / folder_.filename();
}

fs::path Store::lock(const RemoteFile& file) const { return locks_ / (file.id + ".lock"); }

bool Store::has_blob(const RemoteFile& file) const { return has_size(blob(file), file.size); }

bool Store::has(const std::string& commit, const std::string& path, const RemoteFile& file) const {
  return has_size(snapshot(commit) / path, file.size);
}

void Store::create() const {
  make_folders(folder_ / "blobs");
  make_folders(folder_ / "refs");
  make_folders(locks_);
  tag(folder_.parent_path());
}

std::uintmax_t Store::free_space() const {
  std::error_code error;
  for (fs::path place = folder_; !place.empty(); place = place.parent_path()) {
    const fs::space_info space = fs::space(place, error);
    if (!error) return space.available;
    if (place == place.parent_path()) break;
  }
  return static_cast<std::uintmax_t>(-1);
}

void Store::link(const std::string& commit, const std::string& path, const RemoteFile& file) const {
  const fs::path place = snapshot(commit) / path;
  std::error_code error;
  const bool apart = has_blob(file) && !fs::equivalent(place, blob(file), error);
  if (has(commit, path, file) && !apart) return;
  make_folders(place.parent_path());
  const fs::path target = blob(file).lexically_relative(place.parent_path());
  const fs::path temporary = beside(place);
  fs::create_symlink(target, temporary, error);
  if (error) {
    fs::rename(blob(file), place, error);
  } else {
    fs::rename(temporary, place, error);
    std::error_code ignored;
    if (error) fs::remove(temporary, ignored);
  }
  check_system(error, "write", place);
}

void Store::refer(const std::string& revision, const std::string& commit) const {
  if (revision != commit && hub_snapshot(folder_, revision) != snapshot(commit))
    write_file(folder_ / "refs" / revision, commit);
}

}  // namespace gerbil::hub
