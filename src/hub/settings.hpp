// What the environment says about the hub. Reference: huggingface_hub, constants.py and utils/_auth.py.
#pragma once

#include <chrono>
#include <string>

namespace gerbil::hub {

struct Settings {
  std::string endpoint;            // $HF_ENDPOINT without a slash at its end, or https://huggingface.co
  std::string token;               // empty: none
  std::string token_origin;        // where it was found: "HF_TOKEN" or the path of a file
  bool offline = false;            // $HF_HUB_OFFLINE or $TRANSFORMERS_OFFLINE
  std::chrono::seconds stall{30};  // without a byte, after which a connection is given up: $HF_HUB_DOWNLOAD_TIMEOUT
};

// Throws Error{invalid_argument} for an endpoint that is no http address, or a token with other than printable ASCII.
Settings read_settings();

}  // namespace gerbil::hub
