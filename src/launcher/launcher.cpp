// bin/gerbil of a bundle (scripts/bundle): starts the program that lies in ../lib with the loader and the libraries
// that lie there. Linked statically, so that it runs where there is neither.
#include <sys/auxv.h>
#include <unistd.h>

#include <climits>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

// The folder of the bundle: two above what the kernel was told to execute.
std::string bundle() {
  char path[PATH_MAX];
  // NOLINTNEXTLINE(performance-no-int-to-ptr): the kernel gives the address as a number.
  const auto* const executed = reinterpret_cast<const char*>(getauxval(AT_EXECFN));
  if (executed == nullptr || realpath(executed, path) == nullptr) return {};
  std::string folder = path;
  for (int i = 0; i < 2; ++i) folder.erase(folder.find_last_of('/'));
  return folder;
}

// A machine with nothing installed has no certificates of authorities either.
void find_certificates(const std::string& folder) {
  for (const char* file : {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
                           "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"})
    if (access(file, R_OK) == 0) return;
  setenv("SSL_CERT_FILE", (folder + "/share/gerbil/ca-certificates.crt").c_str(), 0);
}

}  // namespace

int main(int count, char** arguments) {
  const std::string folder = bundle();
  if (folder.empty()) {
    std::fputs("gerbil: this program does not find the folder that it lies in; start it by its path.\n", stderr);
    return 1;
  }
  find_certificates(folder);
  setenv("GERBIL_MODELS", (folder + "/share/gerbil/models").c_str(), 0);
  const std::string libraries = folder + "/lib";
  const std::string loader = libraries + "/ld-linux-x86-64.so.2", program = libraries + "/gerbil";
  std::vector<const char*> words{loader.c_str(), "--library-path", libraries.c_str(),
                                 "--argv0",      "gerbil",         program.c_str()};
  words.insert(words.end(), arguments + (count > 0 ? 1 : 0), arguments + count);
  words.push_back(nullptr);
  execv(loader.c_str(), const_cast<char**>(words.data()));
  std::perror(("gerbil: " + loader).c_str());
  return 1;
}
