// The hash that the hub lists for a file.
#pragma once

#include <openssl/evp.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace gerbil::hub {

// Of large files the SHA-256 (Git LFS), of others that of git: the SHA-1 of "blob SIZE\0" and the file.
enum class Hash { lfs_sha256, git_sha1 };

// Of a file of `size` bytes that is given in pieces.
class Digest {
 public:
  Digest(Hash hash, std::int64_t size);
  void add(std::span<const char> bytes);
  // In lower-case hexadecimal. Ends it.
  std::string finish();

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context_;
};

}  // namespace gerbil::hub
