// The built server, and a client that speaks to it byte by byte.
#pragma once

#include <sys/types.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace gerbil::testing {

using Json = nlohmann::json;

// `gerbil serve ARGUMENTS` on a free port of the loopback interface, until the end of its scope.
class Server {
 public:
  explicit Server(std::vector<std::string> arguments);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  unsigned short port() const { return port_; }
  void signal(int number) const;
  std::size_t resident_bytes() const;  // of its memory
  int wait();                          // for its end: the exit code, or 128 + the signal
  std::string log();                   // what it has written so far
  bool logs(const std::string& text);  // waits until it has written that; false after half a minute

 private:
  pid_t child_ = -1;
  int log_ = -1;
  unsigned short port_ = 0;
  std::string written_;
};

struct Answer {
  int status = 0;                              // 0: none came
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
  Json json() const { return Json::parse(body, nullptr, false); }
};

class Client {
 public:
  explicit Client(unsigned short port);
  ~Client();
  Client(Client&& other) noexcept : socket_(other.socket_), input_(std::move(other.input_)) { other.socket_ = -1; }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void send(const std::string& bytes) const;
  std::string receive();  // what comes next, at least a byte; "" at the end, or after half a minute
  Answer answer();        // the next, chunks put together
  std::string until(const std::string& text);  // all up to and with it
  void close();
  void reset();  // as the system does it for a process that is killed

 private:
  int socket_;
  std::string input_;
};

// "METHOD PATH" with a body, if there is one.
std::string http(const std::string& what, const std::string& body = {}, const std::string& headers = {});
// On a connection of its own.
Answer ask(unsigned short port, const std::string& what, const Json& body = nullptr, const std::string& headers = {});

// The events of a stream, without the last, which must be [DONE].
std::vector<Json> events(const std::string& body);

}  // namespace gerbil::testing
