// A file while it is downloaded: BLOB.incomplete, which a later download goes on with, and BLOB.incomplete.etag, the
// entity tag of the answer that it is from.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "hub/listing.hpp"

namespace gerbil::hub {

// Not for two at once: whoever has it holds the lock of the blob.
class PartialFile {
 public:
  // Opens what there is, or begins. Throws Error{unavailable} when that cannot be.
  PartialFile(const std::filesystem::path& blob, const RemoteFile& file);
  ~PartialFile();
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;

  std::int64_t size() const { return size_; }
  bool complete() const { return size_ == remote_.size; }
  // Of what there is; empty when the server gave none that can be relied on.
  std::string etag() const;

  // Begins again, with an answer that has this entity tag.
  void restart(const std::string& etag);
  // False when that would be more than the file has, and then nothing is written.
  bool append(std::span<const char> bytes);

  // Of a complete one: makes it the blob when it has the hash, and says whether it does.
  bool publish();

 private:
  std::filesystem::path etag_path() const { return path_.string() + ".etag"; }

  std::filesystem::path blob_;
  std::filesystem::path path_;
  RemoteFile remote_;
  int file_ = -1;
  std::int64_t size_ = 0;
};

// Whether the contents of a file have the hash that the hub lists for it. Throws Error{unavailable}.
bool has_hash(const std::filesystem::path& path, const RemoteFile& file);

}  // namespace gerbil::hub
