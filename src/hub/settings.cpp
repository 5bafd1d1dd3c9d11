#include "hub/settings.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "base/environment.hpp"
#include "base/hub_cache.hpp"
#include "base/mapped_file.hpp"
#include "gerbil/error.hpp"

namespace gerbil::hub {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_token = 4096;

bool is_true(std::string value) {
  std::ranges::transform(value, value.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return value == "1" || value == "ON" || value == "YES" || value == "TRUE";
}

std::string trimmed(std::string text) {
  constexpr const char* space = " \t\r\n";
  text.erase(text.find_last_not_of(space) + 1);
  text.erase(0, std::min(text.find_first_not_of(space), text.size()));
  return text;
}

std::string endpoint() {
  std::string address = environment("HF_ENDPOINT");
  while (address.ends_with('/')) address.pop_back();
  if (address.empty()) return "https://huggingface.co";
  const bool http = address.starts_with("http://") || address.starts_with("https://");
  const auto unusual = [](unsigned char c) { return c <= ' ' || c >= 0x7f || c == '?' || c == '#'; };
  if (!http || std::ranges::any_of(address, unusual))
    throw Error(ErrorCode::invalid_argument,
                "HF_ENDPOINT is '" + address + "', but should be an address such as https://huggingface.co.");
  return address;
}

void find_token(Settings& settings) {
  if (is_true(environment("HF_HUB_DISABLE_IMPLICIT_TOKEN"))) return;
  for (const char* name : {"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"}) {
    settings.token = trimmed(environment(name));
    settings.token_origin = name;
    if (!settings.token.empty()) return;
  }
  const std::string path = environment("HF_TOKEN_PATH");
  const fs::path file = path.empty() ? hub_home() / "token" : fs::path(expanded_path(path));
  std::error_code error;
  if (!fs::is_regular_file(file, error) || fs::file_size(file, error) > longest_token) return;
  settings.token = trimmed(read_text_file(file));
  settings.token_origin = file.string();
}

}  // namespace

Settings read_settings() {
  Settings settings;
  settings.endpoint = endpoint();
  find_token(settings);
  const bool plain = settings.token.size() <= longest_token &&
                     std::ranges::all_of(settings.token, [](unsigned char c) { return c > ' ' && c < 0x7f; });
  if (!plain)
    throw Error(ErrorCode::invalid_argument, "The token of " + settings.token_origin +
                                                 " has characters that no token has; it should be hf_ and letters.");
  const std::string offline = environment("HF_HUB_OFFLINE");
  settings.offline = is_true(offline.empty() ? environment("TRANSFORMERS_OFFLINE") : offline);
  const std::string timeout = environment("HF_HUB_DOWNLOAD_TIMEOUT");
  int seconds = 0;
  std::from_chars(timeout.data(), timeout.data() + timeout.size(), seconds);
  if (seconds > 0) settings.stall = std::chrono::seconds(seconds);
  return settings;
}

}  // namespace gerbil::hub
