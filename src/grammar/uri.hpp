// References between schemas (RFC 3986).
#pragma once

#include <string>
#include <string_view>

namespace gerbil::grammar {

// What `reference` means in a document at `base`, as in 5.2.2; without the fragment.
std::string resolved_uri(std::string_view base, std::string_view reference);

// What stands behind the '#', without its %xx; empty when there is none.
std::string uri_fragment(std::string_view reference);

}  // namespace gerbil::grammar
