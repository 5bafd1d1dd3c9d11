#include "hub/listing.hpp"

#include <algorithm>
#include <format>

#include "base/hub_cache.hpp"
#include "base/json.hpp"
#include "gerbil/error.hpp"
#include "hub/fields.hpp"

namespace gerbil::hub {
namespace {

constexpr std::int64_t largest_file = std::int64_t{1} << 50;
constexpr std::size_t longest_path = 1000;
constexpr std::size_t longest_part = 240;

bool is_hash(std::string_view text, std::size_t size) {
  return text.size() == size && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

[[noreturn]] void not_a_hub(std::string_view where, const std::string& why) {
  throw Error(ErrorCode::corrupt,
              std::format("{} is not answered as a hub does: {} Check HF_ENDPOINT, and the proxy where there is one.",
                          where, why));
}

template <typename Read>
auto reading(std::string_view where, Read read) {
  try {
    return read();
  } catch (const Error& error) {
    not_a_hub(where, error.what());
  }
}

RemoteFile read_file(const Json& entry) {
  RemoteFile file;
  file.id = json_required<std::string>(entry, "oid");
  file.size = json_required<std::int64_t>(entry, "size");
  if (const auto lfs = entry.find("lfs"); lfs != entry.end() && !lfs->is_null()) {
    file.hash = Hash::lfs_sha256;
    file.id = json_required<std::string>(*lfs, "oid");
    file.size = json_required<std::int64_t>(*lfs, "size");
  }
  if (!is_hash(file.id, file.hash == Hash::lfs_sha256 ? 64 : 40))
    throw Error(ErrorCode::corrupt, std::format("\"oid\" is '{}', which is no hash.", printable(file.id)));
  if (file.size < 0 || file.size > largest_file)
    throw Error(ErrorCode::corrupt, std::format("\"size\" is {}, which no file has.", file.size));
  return file;
}

}  // namespace

bool is_inner_path(std::string_view path) {
  if (path.empty() || path.size() > longest_path) return false;
  const auto odd = [](unsigned char c) { return c < ' ' || c == 0x7f || c == '\\'; };
  if (std::ranges::any_of(path, odd) || has_hidden_characters(path)) return false;
  while (true) {
    const std::size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    if (part.empty() || part.size() > longest_part || part == "." || part == "..") return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

std::string read_commit(std::string_view json, std::string_view where, std::string_view revision) {
  return reading(where, [&] {
    auto commit = json_required<std::string>(parse_json(json, "The answer"), "sha");
    if (!is_hash(commit, 40))
      throw Error(ErrorCode::corrupt, std::format("\"sha\" is '{}', which is no commit.", printable(commit)));
    if (is_hash(revision, 40) && revision != commit)
      throw Error(ErrorCode::corrupt, std::format("the commit {} is {} to it, so it is no hub.", revision, commit));
    return commit;
  });
}

void read_page(std::string_view json, std::string_view where, Listing& listing) {
  reading(where, [&] {
    const Json page = parse_json(json, "The answer");
    if (!page.is_array()) throw Error(ErrorCode::corrupt, "The answer is no list.");
    for (const Json& entry : page) {
      if (json_required<std::string>(entry, "type") != "file") continue;
      const auto path = json_required<std::string>(entry, "path");
      if (!is_inner_path(path))
        throw Error(ErrorCode::corrupt, std::format("the path '{}' does not stay in the repository.", printable(path)));
      listing[path] = read_file(entry);
      if (listing.size() > most_files)
        throw Error(ErrorCode::corrupt, std::format("it lists more than {} files.", most_files));
    }
  });
}

}  // namespace gerbil::hub
