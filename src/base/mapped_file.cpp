#include "base/mapped_file.hpp"

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>
#include <system_error>

#include "gerbil/error.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#ifndef __EMSCRIPTEN__
#include <sys/mman.h>
#endif

namespace gerbil {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& reason) {
  throw Error(ErrorCode::not_found, "Cannot open '" + path.string() + "': " + reason + ".");
}

std::uint64_t size_of_regular_file(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found) fail(path, "there is no such file");
  if (error) fail(path, error.message());
  if (!std::filesystem::is_regular_file(status)) fail(path, "it is not a regular file");
  const auto size = std::filesystem::file_size(path, error);
  if (error) fail(path, error.message());
  return size;
}

std::size_t in_memory(const std::filesystem::path& path, std::uint64_t size) {
  if (size > std::numeric_limits<std::size_t>::max())
    fail(path, "its " + std::to_string(size) + " bytes are more than this machine can address");
  return static_cast<std::size_t>(size);
}

void read_into(const std::filesystem::path& path, char* out, std::size_t size) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) fail(path, "it cannot be read");
  stream.read(out, static_cast<std::streamsize>(size));
  if (stream.gcount() != static_cast<std::streamsize>(size)) fail(path, "it ended while it was being read");
}

}  // namespace

std::shared_ptr<const MappedFile> MappedFile::open(const std::filesystem::path& path) {
  std::uint64_t size = size_of_regular_file(path);
  std::shared_ptr<MappedFile> file(new MappedFile);
  file->path_ = path;
  if (size == 0) return file;
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) fail(path, std::generic_category().message(errno));
  struct stat opened{};
  if (::fstat(descriptor, &opened) == 0)
    size = std::min(size, static_cast<std::uint64_t>(opened.st_size));  // replaced?
  file->size_ = size;
#ifdef __EMSCRIPTEN__
  file->descriptor_ = descriptor;
#else
  void* address = ::mmap(nullptr, in_memory(path, size), PROT_READ, MAP_PRIVATE, descriptor, 0);
  const int mmap_error = errno;
  ::close(descriptor);
  if (address == MAP_FAILED) fail(path, std::generic_category().message(mmap_error));
  file->bytes_ = {static_cast<const std::byte*>(address), size};
#endif
  return file;
}

MappedFile::~MappedFile() {
#ifdef __EMSCRIPTEN__
  if (descriptor_ >= 0) ::close(descriptor_);
#else
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
#endif
}

void MappedFile::read(std::uint64_t offset, std::span<std::byte> out) const {
#ifdef __EMSCRIPTEN__
  while (!out.empty()) {
    const ssize_t done = ::pread(descriptor_, out.data(), out.size(), static_cast<off_t>(offset));
    if (done <= 0) fail(path_, done == 0 ? "it ended while it was being read" : std::generic_category().message(errno));
    offset += static_cast<std::uint64_t>(done);
    out = out.subspan(static_cast<std::size_t>(done));
  }
#else
  std::ranges::copy(bytes_.subspan(static_cast<std::size_t>(offset), out.size()), out.begin());
#endif
}

std::string read_text_file(const std::filesystem::path& path) {
  std::string text(in_memory(path, size_of_regular_file(path)), '\0');
  read_into(path, text.data(), text.size());
  return text;
}

}  // namespace gerbil
