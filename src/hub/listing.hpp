// What the hub says of a model: JSON from a stranger, whose names become files of this machine.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "hub/digest.hpp"

namespace gerbil::hub {

struct RemoteFile {
  std::int64_t size = 0;
  Hash hash = Hash::git_sha1;
  std::string id;  // the hash, which is the file's name among the blobs
};
using Listing = std::map<std::string, RemoteFile>;  // by the path in the repository

inline constexpr std::size_t most_files = 100'000;

// The commit in the answer of /api/models/ID/revision/REVISION. Throws Error{corrupt} naming `where` for what is not
// such an answer, and for another commit than the one that was asked for.
std::string read_commit(std::string_view json, std::string_view where, std::string_view revision);

// Adds the files of a page of /api/models/ID/tree/COMMIT?recursive=true. Throws Error{corrupt} as read_commit() does,
// also for paths that lead out of the repository and sizes that no disk has.
void read_page(std::string_view json, std::string_view where, Listing& listing);

// Whether a path stays in the folder that it is appended to, and may be shown: parts without "." and "..", control
// characters, marks of direction or backslashes, of lengths that file systems take.
bool is_inner_path(std::string_view path);

}  // namespace gerbil::hub
