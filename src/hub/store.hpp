// The folder of one model in the hub's cache: blobs by their hash, and snapshots that are links to them.
#pragma once

#include <filesystem>
#include <string>

#include "gerbil/cancellation.hpp"
#include "hub/listing.hpp"

namespace gerbil::hub {

class Store {
 public:
  // Touches nothing.
  explicit Store(const std::string& id);

  const std::filesystem::path& folder() const { return folder_; }
  std::filesystem::path blob(const RemoteFile& file) const { return folder_ / "blobs" / file.id; }
  std::filesystem::path lock(const RemoteFile& file) const;
  std::filesystem::path snapshot(const std::string& commit) const { return folder_ / "snapshots" / commit; }

  // Whether a blob of the file's size is there; it may be a link to a store that models share.
  bool has_blob(const RemoteFile& file) const;
  // Whether the snapshot has the file, with its size.
  bool has(const std::string& commit, const std::string& path, const RemoteFile& file) const;

  // Makes the folders. Throws Error{unavailable} where they cannot be made.
  void create() const;
  // Bytes that may be written. The folders need not exist.
  std::uintmax_t free_space() const;

  // Makes the file of a snapshot from its blob: a relative link, or the blob itself on file systems without links.
  void link(const std::string& commit, const std::string& path, const RemoteFile& file) const;
  // refs/REVISION names the commit, unless they are the same.
  void refer(const std::string& revision, const std::string& commit) const;

 private:
  std::filesystem::path folder_;
  std::filesystem::path locks_;
};

// Throws Error{unavailable} "Cannot ACTION 'PATH': …"; the second when there is an error.
[[noreturn]] void fail_system(const std::error_code& error, const char* action, const std::filesystem::path& path);
void check_system(const std::error_code& error, const char* action, const std::filesystem::path& path);

}  // namespace gerbil::hub
