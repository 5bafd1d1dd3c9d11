// The chat page, page/index.html, as the build has embedded it (cmake/EmbedPage.cmake).
#pragma once

#include <string_view>

namespace gerbil::server {

struct Page {
  std::string_view html;
  // SHA-256 in hexadecimal: of all of it, and of what stands in its <style> and its <script>.
  std::string_view html_hash;
  std::string_view style_hash;
  std::string_view script_hash;
};

const Page& page();

}  // namespace gerbil::server
