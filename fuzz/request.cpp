// Requests, results and errors as JSON: what is read must be written so that it is read again as the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "gerbil/json.hpp"

namespace {

template <typename T>
void there_and_back(std::string_view text) {
  std::string written;
  try {
    written = gerbil::to_json(gerbil::from_json<T>(text));
  } catch (const gerbil::Error&) {
    return;
  }
  if (gerbil::to_json(gerbil::from_json<T>(written)) != written) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  there_and_back<gerbil::GenerateRequest>(text);
  there_and_back<gerbil::EmbedRequest>(text);
  there_and_back<gerbil::RankRequest>(text);
  there_and_back<gerbil::ClassifyRequest>(text);
  there_and_back<gerbil::LoadRequest>(text);
  there_and_back<gerbil::GenerateOptions>(text);
  there_and_back<gerbil::Message>(text);
  there_and_back<gerbil::GenerateResult>(text);
  there_and_back<gerbil::EmbedResult>(text);
  there_and_back<gerbil::RankResult>(text);
  there_and_back<gerbil::ClassifyResult>(text);
  there_and_back<gerbil::Error>(text);
  return 0;
}
