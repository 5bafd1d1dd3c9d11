// Models from the Hugging Face hub. A library of its own, gerbil::hub, so that a program that downloads nothing links
// no HTTP client: Model::load reads the cache that pull() fills, and never downloads.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "gerbil/cancellation.hpp"
#include "gerbil/error.hpp"

namespace gerbil {

struct PullOptions {
  std::string revision;    // a branch, tag or commit; the hub's "main" when empty
  bool all_files = false;  // and not only those that gerbil reads
  bool dry_run = false;    // say what would be downloaded, and change nothing
  bool verify = false;     // read what is there already, too, and download again what is damaged
  std::int32_t connections = 8;
  // Bytes of the files that were not here, and how many they are in all. The first call says what an earlier pull that
  // was stopped had left. From several threads, one at a time.
  std::function<void(std::int64_t done, std::int64_t total)> progress;
  Cancellation cancellation;
};

struct PulledFile {
  std::string path;  // in the repository
  std::int64_t bytes = 0;
  bool cached = false;  // it was there already
};

struct PullResult {
  std::string model;     // the id
  std::string revision;  // as it was asked for
  std::string commit;
  std::filesystem::path folder;       // of the snapshot, for Model::load
  std::vector<PulledFile> files;      // in the order of their paths
  std::int64_t downloaded_bytes = 0;  // or that would be, of a dry run
};

// Downloads a model, "organisation/name" or "organisation/name@revision", into the hub's cache on this machine, which
// is shared with huggingface_hub; what is there already is not downloaded again, and what was begun goes on. Every file
// is checked against the hash that the hub lists. Only then is it in the cache; so a process may end at any moment, and
// several may pull the same model at once.
//
// Honours HF_ENDPOINT, HF_TOKEN, HF_TOKEN_PATH, HF_HOME, HF_HUB_CACHE, HF_HUB_OFFLINE, HF_HUB_DISABLE_IMPLICIT_TOKEN
// and HF_HUB_DOWNLOAD_TIMEOUT as huggingface_hub does, and the proxies of curl.
//
// Throws Error{invalid_argument} for a name, revision or setting that cannot be, {not_found} for a model or revision
// that the hub does not have, {denied} for one that it does not give to this user, {unsupported} for one without
// weights that gerbil reads, {unavailable} when the hub cannot be reached or the disk is full, {overloaded} when the
// hub asks to come back later than in a minute, {corrupt} for answers that are not a hub's or files that do not have
// their hash, and {cancelled}; and what `progress` throws.
PullResult pull(const std::string& model, const PullOptions& options = {});

}  // namespace gerbil
