// What a hub answers: header fields, listings, and the files that say which others are needed. What is taken from them
// becomes names of files, so it must stay where it belongs.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <string>
#include <string_view>

#include "base/hub_cache.hpp"
#include "gerbil/error.hpp"
#include "hub/fields.hpp"
#include "hub/listing.hpp"
#include "hub/selection.hpp"
#include "hub/url.hpp"

namespace {

using namespace gerbil::hub;

void require(bool holds) {
  if (!holds) std::abort();
}

void fields(std::string_view text) {
  Fields fields;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    fields.add(text.substr(0, end));
    text.remove_prefix(end);
  }
  if (const auto range = parse_content_range(fields.content_range)) require(range->first <= range->last);
  if (is_strong_etag(fields.etag)) require(!fields.etag.contains('\n') && !fields.etag.contains('\r'));
  for (const std::string& address : {next_page(fields.link), fields.location}) {
    const std::string next = resolved("https://hub/a/b", address);
    require(next.empty() || next.starts_with("https://"));
  }
  require(printable(fields.error_message).size() <= 203);
}

void listing(std::string_view text) {
  Listing listing;
  try {
    read_page(text, "It", listing);
  } catch (const gerbil::Error&) {
    if (listing.empty()) return;
  }
  for (const auto& [path, file] : listing) {
    require(is_inner_path(path) && file.size >= 0);
    require(file.id.find_first_not_of("0123456789abcdef") == std::string::npos && file.id.size() >= 40);
  }
}

void selection(std::string_view text) {
  Listing listing;
  for (const char* path : {"config.json", "modules.json", "model.safetensors.index.json", "model-1.safetensors",
                           "a/config.json", "a/b/model.safetensors", "a.safetensors"})
    listing[path] = {};
  try {
    for (const std::string& path : needed_files(listing, [&](const std::string&) { return std::string(text); }, "It"))
      require(listing.contains(path));
  } catch (const gerbil::Error&) {
    return;
  }
}

void names(std::string_view text) {
  if (const auto name = gerbil::parse_hub_name(text)) {
    require(is_inner_path(name->revision));
    require(!gerbil::hub_repository(name->id).filename().string().contains('/'));
  }
}

void commit(std::string_view text) {
  try {
    require(read_commit(text, "It", "main").size() == 40);
  } catch (const gerbil::Error&) {
    return;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  constexpr void (*targets[])(std::string_view) = {fields, listing, selection, commit, names};
  targets[data[0] % std::size(targets)](text);
  return 0;
}
