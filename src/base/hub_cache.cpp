#include "base/hub_cache.hpp"

#include <algorithm>
#include <cctype>

#include "base/environment.hpp"
#include "base/mapped_file.hpp"

namespace gerbil {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_id = 96;
constexpr std::size_t longest_revision = 200;

// Reference: huggingface_hub, validate_repo_id.
bool is_hub_id(std::string_view id) {
  const auto allowed = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.' || c == '/';
  };
  return !id.empty() && id.size() <= longest_id && std::ranges::count(id, '/') <= 1 &&
         std::ranges::all_of(id, allowed) && id.front() != '/' && id.back() != '/' && id.front() != '.' &&
         !id.contains("--") && !id.contains("..") && !id.contains("/.");
}

}  // namespace

fs::path hub_home() {
  if (const auto home = environment("HF_HOME"); !home.empty()) return expanded_path(home);
  const auto cache = environment("XDG_CACHE_HOME");
  return fs::path(expanded_path(cache.empty() ? "~/.cache" : cache)) / "huggingface";
}

fs::path hub_cache() {
  for (const char* name : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"})
    if (const auto cache = environment(name); !cache.empty()) return expanded_path(cache);
  return hub_home() / "hub";
}

bool has_hidden_characters(std::string_view text) {
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    const std::string_view two = text.substr(i, 2);
    const auto last = static_cast<unsigned char>(i + 2 < text.size() ? text[i + 2] : 0);
    if (two[0] == '\xc2' && static_cast<unsigned char>(two[1]) < 0xa0) return true;
    if (two == "\xe2\x80" && (last == 0x8e || last == 0x8f || (last >= 0xaa && last <= 0xae))) return true;
    if (two == "\xe2\x81" && last >= 0xa6 && last <= 0xa9) return true;
  }
  return false;
}

bool is_hub_revision(std::string_view text) {
  const auto allowed = [](unsigned char c) {
    return c > ' ' && c != 0x7f && !std::string_view("\\~^:?*[").contains(c);
  };
  return !text.empty() && text.size() <= longest_revision && std::ranges::all_of(text, allowed) &&
         text.front() != '/' && text.back() != '/' && text.front() != '.' && !text.contains("..") &&
         !text.contains("//") && !text.contains("/.") && !has_hidden_characters(text);
}

std::optional<HubName> parse_hub_name(std::string_view text) {
  HubName name;
  const std::size_t at = text.find('@');
  name.id = text.substr(0, at);
  if (at != std::string_view::npos) name.revision = text.substr(at + 1);
  if (!is_hub_id(name.id) || !is_hub_revision(name.revision)) return std::nullopt;
  return name;
}

fs::path hub_repository(const std::string& id) {
  std::string folder = std::string(hub_repository_prefix) + id;
  if (const std::size_t slash = folder.find('/'); slash != std::string::npos) folder.replace(slash, 1, "--");
  return hub_cache() / folder;
}

fs::path hub_snapshot(const fs::path& repository, const std::string& revision) {
  const fs::path reference = repository / "refs" / revision;
  std::error_code error;
  std::string commit = revision;
  if (fs::is_regular_file(reference, error)) {
    commit = read_text_file(reference);
    std::erase_if(commit, [](unsigned char c) { return std::isspace(c) != 0; });
  }
  if (commit.empty() || commit.contains('/') || commit.starts_with('.')) return {};
  fs::path snapshot = repository / "snapshots" / commit;
  return fs::is_directory(snapshot, error) ? snapshot : fs::path();
}

}  // namespace gerbil
