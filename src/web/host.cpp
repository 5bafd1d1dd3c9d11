#include "web/host.hpp"

#include <cstddef>

#include "gerbil/json.hpp"

extern "C" {  // host.js
void gerbil_host_text(int call, const char* kind, std::size_t kind_size, const char* json, std::size_t size);
void gerbil_host_numbers(int call, const char* kind, std::size_t kind_size, const float* numbers, std::size_t count);
}

namespace gerbil::web {

void tell(CallId call, std::string_view kind, std::string_view json) {
  gerbil_host_text(call, kind.data(), kind.size(), json.data(), json.size());
}

void tell(CallId call, std::string_view kind, std::span<const float> numbers) {
  gerbil_host_numbers(call, kind.data(), kind.size(), numbers.data(), numbers.size());
}

void tell_error(CallId call, const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const Error& error) {
    tell(call, "error", to_json(error));
  } catch (const std::exception& error) {
    tell(call, "error", to_json(Error(ErrorCode::internal, error.what())));
  }
}

}  // namespace gerbil::web
