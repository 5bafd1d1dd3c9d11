// The Hugging Face hub's cache on this machine, as huggingface_hub lays it out: HUB/models--ORG--NAME with
// refs/REVISION, which names a commit, and snapshots/COMMIT, a folder of the model's files.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace gerbil {

// $HF_HOME, $XDG_CACHE_HOME/huggingface or ~/.cache/huggingface. Reference: huggingface_hub, constants.py.
std::filesystem::path hub_home();
// $HF_HUB_CACHE, $HUGGINGFACE_HUB_CACHE or hub in hub_home().
std::filesystem::path hub_cache();

// "organisation/name", or a "name" from the hub's early days, with a branch, tag or commit behind an '@'.
struct HubName {
  std::string id;
  std::string revision = "main";
};
// Empty when it cannot be one. Neither part can lead out of the folder it is appended to.
std::optional<HubName> parse_hub_name(std::string_view text);
// Whether it has what a terminal may take for a command, or writes backwards: U+0080 to U+009F, and marks of direction.
bool has_hidden_characters(std::string_view text);
// Whether a text may be a revision: the name of a branch or tag (git-check-ref-format), or a commit,
// with no character that hides.
bool is_hub_revision(std::string_view text);

inline constexpr std::string_view hub_repository_prefix = "models--";
// "Qwen/Qwen3-0.6B" is kept in models--Qwen--Qwen3-0.6B.
std::filesystem::path hub_repository(const std::string& id);
// The folder of a revision that the cache has; empty otherwise.
std::filesystem::path hub_snapshot(const std::filesystem::path& repository, const std::string& revision);

}  // namespace gerbil
