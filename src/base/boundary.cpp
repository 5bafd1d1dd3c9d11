#include "base/boundary.hpp"

#include <nlohmann/json.hpp>

#include <format>
#include <new>
#include <stdexcept>
#include <string>
#include <system_error>

#include "gerbil/error.hpp"

namespace gerbil {
namespace {

// Made beforehand: when there is no memory, there is none for a sentence. Copies of an Error share theirs.
const Error no_memory(ErrorCode::out_of_memory, "There is not enough memory for this.");

ErrorCode code_of(const std::error_code& code) {
  if (code == std::errc::no_such_file_or_directory) return ErrorCode::not_found;
  // The system has no more threads, or no more memory.
  if (code == std::errc::not_enough_memory || code == std::errc::resource_unavailable_try_again)
    return ErrorCode::out_of_memory;
  return ErrorCode::internal;
}

// Of the exception that is being handled; std::bad_alloc stays what it is.
[[noreturn]] void rethrow_as_error() try { throw; } catch (const std::bad_alloc&) {
  throw;
} catch (const std::length_error&) {
  throw no_memory;  // a size that no memory has
} catch (const std::system_error& error) {
  throw Error(code_of(error.code()), std::format("The system refused what gerbil asked for: {}.", error.what()));
} catch (const nlohmann::json::exception& error) {
  throw Error(ErrorCode::corrupt, std::format("JSON is not what it should be: {}.", error.what()));
} catch (const std::exception& error) {
  throw Error(ErrorCode::internal, std::format("This should not happen: {}. Please report it.", error.what()));
} catch (...) {
  throw Error(ErrorCode::internal, "This should not happen: an unknown exception. Please report it.");
}

}  // namespace

void rethrow_at_boundary() {
  try {
    throw;
  } catch (const CallersException& callers) {
    std::rethrow_exception(callers.thrown);
  } catch (const Error&) {
    throw;
  } catch (...) {
    try {
      rethrow_as_error();
    } catch (const std::bad_alloc&) {  // saying it needs memory, too
      throw no_memory;
    }
  }
}

std::exception_ptr at_boundary(const std::exception_ptr& error) noexcept {
  if (!error) return nullptr;
  try {
    guarded([&] { std::rethrow_exception(error); });
  } catch (...) {
    return std::current_exception();
  }
  return nullptr;
}

}  // namespace gerbil
