#include "hub/snapshot.hpp"

#include <filesystem>
#include <format>

#include "base/hub_cache.hpp"
#include "base/mapped_file.hpp"
#include "gerbil/error.hpp"
#include "hub/url.hpp"

namespace gerbil::hub {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_answer = 64 << 20;
constexpr int most_pages = 1000;

Listing local_listing(const fs::path& folder) {
  Listing listing;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    std::error_code ignored;
    if (!fs::is_regular_file(entry->path(), ignored)) continue;  // a folder, or a link to nothing
    const std::string path = entry->path().lexically_relative(folder).generic_string();
    listing[path].size = static_cast<std::int64_t>(fs::file_size(entry->path(), ignored));
    if (listing.size() > most_files) break;
  }
  return listing;
}

std::string api(const Context& context) { return context.settings.endpoint + "/api/models/" + context.name.id; }

}  // namespace

PullResult offline_snapshot(const Context& context, const Store& store, bool all_files) {
  const HubName& name = context.name;
  const fs::path folder = hub_snapshot(store.folder(), name.revision);
  const std::string offline =
      std::format("HF_HUB_OFFLINE is set, and the cache has not all of '{}' at '{}'", name.id, name.revision);
  if (folder.empty()) throw Error(ErrorCode::not_found, offline + ": unset it, and pull again.");
  PullResult result{.model = name.id, .revision = name.revision, .commit = folder.filename(), .folder = folder};
  const Listing listing = local_listing(folder);
  try {
    const auto read = [&](const std::string& path) { return read_text_file(folder / path); };
    const std::set<std::string> needed = needed_files(listing, read, "The snapshot");
    for (const auto& [path, file] : listing)
      if (all_files || needed.contains(path))
        result.files.push_back({.path = path, .bytes = file.size, .cached = true});
  } catch (const Error& error) {
    throw Error(ErrorCode::not_found, std::format("{}: {} Unset it, and pull again.", offline, error.what()));
  }
  return result;
}

std::string find_commit(Client& client) {
  const std::string url = api(client.context()) + "/revision/" + escaped(client.context().name.revision, false);
  return read_commit(client.text(url, largest_answer).text, url, client.context().name.revision);
}

Listing list_files(Client& client, const std::string& commit) {
  Listing listing;
  std::string url = std::format("{}/tree/{}?recursive=true&expand=false", api(client.context()), commit);
  for (int page = 0; page < most_pages; ++page) {
    const auto [text, fields] = client.text(url, largest_answer);
    read_page(text, printable(url.substr(0, url.find('?'))), listing);
    const std::string next = next_page(fields.link);
    if (next.empty()) return listing;
    std::string address = resolved(url, next);
    if (address.empty())
      throw Error(ErrorCode::corrupt,
                  std::format("{} has a next page at '{}', which is no address.", printable(url), printable(next)));
    url = std::move(address);
  }
  throw Error(ErrorCode::corrupt,
              std::format("{} lists its files on more than {} pages.", api(client.context()), most_pages));
}

}  // namespace gerbil::hub
