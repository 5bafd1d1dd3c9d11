// Several files at once.
#pragma once

#include <map>
#include <string>

#include "gerbil/hub.hpp"
#include "hub/client.hpp"
#include "hub/fetch.hpp"
#include "hub/store.hpp"

namespace gerbil::hub {

struct Wanted {
  std::string path;  // one that has it
  RemoteFile file;
  std::int64_t here = 0;  // bytes of an earlier download
};
// By the name of the blob: files with the same contents are downloaded once.
using Downloads = std::map<std::string, Wanted>;

// Fetches all, large ones first, on as many connections as the options say; the first error ends the others and is
// thrown. Gives the bytes that were downloaded.
std::int64_t fetch_all(const Context& context, const Store& store, const std::string& commit,
                       const Downloads& downloads, const PullOptions& options);

}  // namespace gerbil::hub
