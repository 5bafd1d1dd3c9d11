#include "hub/pull.hpp"

#include <format>
#include <set>

#include "base/mapped_file.hpp"
#include "hub/downloads.hpp"
#include "hub/partial_file.hpp"
#include "hub/snapshot.hpp"

namespace gerbil::hub {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t spare = 16 << 20;  // bytes that stay free
constexpr std::int32_t most_connections = 64;
constexpr std::size_t largest_small_file = 64 << 20;

HubName parse_name(const std::string& model, const std::string& revision) {
  auto name = parse_hub_name(model);
  if (!name)
    throw Error(ErrorCode::invalid_argument,
                std::format("'{}' is no model of the hub; its name should be like Qwen/Qwen3-0.6B, or like "
                            "Qwen/Qwen3-0.6B@main for a revision.",
                            model));
  if (revision.empty()) return *name;
  if (!is_hub_revision(revision))
    throw Error(ErrorCode::invalid_argument,
                std::format("The revision '{}' can be no branch, tag or commit of a repository.", revision));
  if (model.contains('@') && name->revision != revision)
    throw Error(ErrorCode::invalid_argument, std::format("The revision is '{}' in '{}', and '{}' besides: give one.",
                                                         name->revision, model, revision));
  name->revision = revision;
  return *name;
}

class Pull {
 public:
  Pull(const Context& context, const PullOptions& options)
      : context_(context), options_(options), store_(context.name.id), client_(context) {}

  PullResult operator()() {
    PullResult result{.model = context_.name.id, .revision = context_.name.revision, .commit = find_commit(client_)};
    commit_ = result.commit;
    result.folder = store_.snapshot(commit_);
    listing_ = list_files(client_, commit_);
    if (!options_.dry_run) store_.create();
    const std::set<std::string> paths = chosen();
    Downloads downloads;
    for (const std::string& path : paths) {
      const RemoteFile& file = listing_.at(path);
      const bool here = is_here(path, file);
      result.files.push_back({.path = path, .bytes = file.size, .cached = here && !read_.contains(path)});
      if (!here) downloads.emplace(file.id, Wanted{path, file, begun(file)});
    }
    const std::int64_t missing = bytes_of(downloads);
    if (options_.dry_run) {
      result.downloaded_bytes = missing;
      return result;
    }
    check_space(static_cast<std::uintmax_t>(missing));
    result.downloaded_bytes = read_bytes_ + fetch_all(context_, store_, commit_, downloads, options_);
    link(paths);
    return result;
  }

 private:
  std::set<std::string> chosen() {
    if (options_.all_files) {
      std::set<std::string> all;
      for (const auto& [path, file] : listing_) all.insert(path);
      return all;
    }
    return needed_files(
        listing_, [&](const std::string& path) { return read(path); }, std::format("The model '{}'", context_.name.id));
  }

  // A small file that says which others are needed. A dry run keeps nothing of it.
  std::string read(const std::string& path) {
    const RemoteFile& file = listing_.at(path);
    const fs::path snapshot = store_.snapshot(commit_) / path;
    if (store_.has(commit_, path, file)) return read_text_file(snapshot);
    if (store_.has_blob(file)) return read_text_file(store_.blob(file));
    if (options_.dry_run) return client_.text(file_url(context_, commit_, path), largest_small_file, commit_).text;
    read_bytes_ += fetch(client_, store_, commit_, path, file, false, [](std::int64_t) {});
    read_.insert(path);
    return read_text_file(store_.blob(file));
  }

  bool is_here(const std::string& path, const RemoteFile& file) {
    if (store_.has(commit_, path, file)) return !options_.verify || has_hash(store_.snapshot(commit_) / path, file);
    return store_.has_blob(file) && (!options_.verify || has_hash(store_.blob(file), file));
  }

  // Sizes come from the hub: what they add up to might not be a number.
  std::int64_t bytes_of(const Downloads& downloads) const {
    std::int64_t missing = 0;
    for (const auto& [id, wanted] : downloads) {
      if (__builtin_add_overflow(missing, wanted.file.size - wanted.here, &missing))
        throw Error(ErrorCode::corrupt, std::format("The files of '{}' are more bytes than can be counted, so it is no "
                                                    "hub that lists them: check HF_ENDPOINT.",
                                                    context_.name.id));
    }
    return missing;
  }

  std::int64_t begun(const RemoteFile& file) const {
    std::error_code error;
    const std::uintmax_t size = fs::file_size(store_.blob(file).string() + ".incomplete", error);
    return error || size > static_cast<std::uintmax_t>(file.size) ? 0 : static_cast<std::int64_t>(size);
  }

  void check_space(std::uintmax_t missing) const {
    const std::uintmax_t free = store_.free_space();
    if (missing == 0 || free >= missing + spare) return;
    throw Error(ErrorCode::unavailable,
                std::format("The model '{}' needs {} more bytes, but the disk of {} has {} free: make room, or set "
                            "HF_HOME to a folder on another disk.",
                            context_.name.id, missing, store_.folder().string(), free));
  }

  // config.json last: a folder without it is no model to anybody.
  void link(const std::set<std::string>& paths) const {
    for (const std::string& path : paths)
      if (path != "config.json") store_.link(commit_, path, listing_.at(path));
    if (paths.contains("config.json")) store_.link(commit_, "config.json", listing_.at("config.json"));
    store_.refer(context_.name.revision, commit_);
  }

  const Context& context_;
  const PullOptions& options_;
  Store store_;
  Client client_;
  std::string commit_;
  Listing listing_;
  std::set<std::string> read_;
  std::int64_t read_bytes_ = 0;
};

}  // namespace

PullResult pull_with(const std::string& model, const PullOptions& options, const Patience& patience) {
  if (options.connections < 1 || options.connections > most_connections)
    throw Error(ErrorCode::invalid_argument, std::format("There are {} connections asked for, but should be 1 to {}.",
                                                         options.connections, most_connections));
  const Context context{.settings = read_settings(),
                        .name = parse_name(model, options.revision),
                        .patience = patience,
                        .cancellation = options.cancellation};
  if (context.settings.offline) return offline_snapshot(context, Store(context.name.id), options.all_files);
  return Pull(context, options)();
}

}  // namespace gerbil::hub
