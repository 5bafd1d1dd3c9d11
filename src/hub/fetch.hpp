// Downloading one file.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "hub/client.hpp"
#include "hub/listing.hpp"
#include "hub/store.hpp"

namespace gerbil::hub {

// How many bytes of the file are here; fewer than before where a download has to begin again.
using Reached = std::function<void(std::int64_t)>;

// The address of a file.
std::string file_url(const Context& context, const std::string& commit, const std::string& path);

// Afterwards the store has the blob: what there is of it is gone on with, and only what has the hash becomes a blob.
// `replace` downloads it when there is one, too. Gives the number of bytes that were downloaded. Throws as pull() does.
std::int64_t fetch(Client& client, const Store& store, const std::string& commit, const std::string& path,
                   const RemoteFile& file, bool replace, const Reached& reached);

}  // namespace gerbil::hub
