// Connections of strangers: the requests in them are the same whatever the cuts, and their bodies are read or refused.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "server/chat_request.hpp"
#include "server/completion_request.hpp"
#include "server/errors.hpp"
#include "server/messages_request.hpp"
#include "server/request_reader.hpp"
#include "server/responses_request.hpp"
#include "server/trace.hpp"

namespace {

using namespace gerbil::server;

template <typename Read>
void read(const Read& what, std::string_view body) {
  try {
    what(body);
  } catch (const ApiError&) {
  } catch (const gerbil::Error&) {
  }
}

// What is in the bytes when they come `size` at a time.
std::string requests(std::string_view bytes, std::size_t size) {
  RequestReader reader({.head_bytes = 1024, .body_bytes = 4096});
  std::string all;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(size, bytes.size()))) {
    reader.push(bytes.substr(0, size));
    for (auto event = reader.advance(); event != RequestReader::Event::more; event = reader.advance()) {
      if (event == RequestReader::Event::refused) return all + " refused";
      if (event != RequestReader::Event::done) continue;
      const HttpRequest request = reader.take();
      all += request.method + ' ' + request.path + '\n' + request.body + '\n';
    }
  }
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // With limits the place of a refusal hangs on the cuts: only small inputs are compared.
  const std::string whole = requests(text, size + 1);
  if (requests(text, 1) != whole && size < 1000) std::abort();
  read(read_chat_request, text);
  read(read_completion_request, text);
  read([](std::string_view body) { read_messages_request(body); }, text);
  read(read_responses_request, text);
  read_trace_context(text, text);
  return 0;
}
