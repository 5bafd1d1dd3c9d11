#include "hub/digest.hpp"

#include <array>
#include <format>

#include "gerbil/error.hpp"

namespace gerbil::hub {
namespace {

void check(int result) {
  if (result != 1) throw Error(ErrorCode::internal, "OpenSSL does not compute hashes on this machine.");
}

}  // namespace

Digest::Digest(Hash hash, std::int64_t size) : context_(EVP_MD_CTX_new()) {
  check(context_ ? EVP_DigestInit_ex(context_.get(), hash == Hash::git_sha1 ? EVP_sha1() : EVP_sha256(), nullptr) : 0);
  if (hash != Hash::git_sha1) return;
  const std::string header = std::format("blob {}", size);
  add({header.c_str(), header.size() + 1});
}

void Digest::add(std::span<const char> bytes) { check(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size())); }

std::string Digest::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned int size = 0;
  check(EVP_DigestFinal_ex(context_.get(), bytes.data(), &size));
  std::string text;
  for (unsigned int i = 0; i < size; ++i) text += std::format("{:02x}", bytes[i]);
  return text;
}

}  // namespace gerbil::hub
