// What to say when the hub does not give what it is asked for.
#pragma once

#include "base/hub_cache.hpp"
#include "gerbil/error.hpp"
#include "hub/connection.hpp"
#include "hub/settings.hpp"

namespace gerbil::hub {

// Throws what an answer that is neither a success nor a redirect means: Transient where another attempt may succeed,
// and else Error{not_found|denied|unavailable} with what to do. Reference: huggingface_hub, hf_raise_for_status.
[[noreturn]] void refuse(const Answer& answer, const std::string& url, const HubName& name, const Settings& settings);

}  // namespace gerbil::hub
