#include "client.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>
#include <utility>

namespace gerbil::testing {
namespace {

constexpr int patience = 30'000;  // milliseconds

int exit_status(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Server::Server(std::vector<std::string> arguments) : log_(memfd_create("log", 0)) {
  arguments.insert(arguments.begin(), {GERBIL_PROGRAM, "serve", "--port", "0", "--device", "cpu", "--threads", "2"});
  child_ = fork();
  if (child_ == 0) {
    dup2(log_, STDERR_FILENO);
    std::vector<char*> pointers;
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    execv(GERBIL_PROGRAM, pointers.data());
    _exit(127);
  }
  if (!logs("listening on http://127.0.0.1:")) return;
  const std::size_t place = log().find("listening on http://127.0.0.1:") + 30;
  port_ = static_cast<unsigned short>(std::stoi(log().substr(place)));
}

Server::~Server() {
  if (child_ > 0) {
    kill(child_, SIGKILL);
    exit_status(child_);
  }
  ::close(log_);
}

void Server::signal(int number) const { kill(child_, number); }
std::size_t Server::resident_bytes() const {
  std::ifstream file("/proc/" + std::to_string(child_) + "/statm");
  std::size_t pages = 0;
  file >> pages >> pages;
  return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

int Server::wait() { return exit_status(std::exchange(child_, -1)); }

std::string Server::log() {
  std::array<char, 4096> bytes{};
  for (ssize_t count = 1; count > 0;) {
    count = pread(log_, bytes.data(), bytes.size(), static_cast<off_t>(written_.size()));
    if (count > 0) written_.append(bytes.data(), static_cast<std::size_t>(count));
  }
  return written_;
}

bool Server::logs(const std::string& text) {
  for (int waited = 0; waited < patience; waited += 10) {
    if (const std::size_t found = log().find(text);
        found != std::string::npos && log().find('\n', found) != std::string::npos)
      return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

Client::Client(unsigned short port) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
}

Client::~Client() { close(); }

void Client::close() {
  if (socket_ >= 0) ::close(std::exchange(socket_, -1));
}

void Client::reset() {
  const linger now{1, 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  close();
}

void Client::send(const std::string& bytes) const {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t count = ::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) return;
    sent += static_cast<std::size_t>(count);
  }
}

std::string Client::receive() {
  pollfd ready{socket_, POLLIN, 0};
  if (poll(&ready, 1, patience) <= 0) return {};
  std::array<char, 16384> bytes{};
  const ssize_t count = recv(socket_, bytes.data(), bytes.size(), 0);
  return count <= 0 ? std::string() : std::string(bytes.data(), static_cast<std::size_t>(count));
}

std::string Client::until(const std::string& text) {
  for (;;) {
    if (const std::size_t found = input_.find(text); found != std::string::npos) {
      std::string result = input_.substr(0, found + text.size());
      input_.erase(0, result.size());
      return result;
    }
    const std::string more = receive();
    if (more.empty()) return std::exchange(input_, {});
    input_ += more;
  }
}

Answer Client::answer() {
  Answer answer;
  const std::string head = until("\r\n\r\n");
  if (!head.starts_with("HTTP/1.1 ")) return answer;
  answer.status = std::stoi(head.substr(9));
  for (std::size_t begin = head.find("\r\n") + 2; begin + 2 < head.size(); begin = head.find("\r\n", begin) + 2) {
    const std::string line = head.substr(begin, head.find("\r\n", begin) - begin);
    std::string name = line.substr(0, line.find(':'));
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    answer.headers[name] = line.substr(std::min(line.size(), name.size() + 2));
  }
  if (answer.headers.contains("transfer-encoding")) {
    for (;;) {
      const std::string size = until("\r\n");
      const std::size_t bytes = size.empty() ? 0 : std::stoul(size, nullptr, 16);
      while (input_.size() < bytes + 2) {
        const std::string more = receive();
        if (more.empty()) return answer;
        input_ += more;
      }
      answer.body += input_.substr(0, bytes);
      input_.erase(0, bytes + 2);
      if (bytes == 0) return answer;
    }
  }
  const std::size_t length =
      answer.headers.contains("content-length") ? std::stoul(answer.headers["content-length"]) : 0;
  while (input_.size() < length) {
    const std::string more = receive();
    if (more.empty()) break;
    input_ += more;
  }
  answer.body = input_.substr(0, length);
  input_.erase(0, length);
  return answer;
}

std::string http(const std::string& what, const std::string& body, const std::string& headers) {
  const std::string length = body.empty() ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return what + " HTTP/1.1\r\nHost: localhost\r\n" + headers + length + "\r\n" + body;
}

Answer ask(unsigned short port, const std::string& what, const Json& body, const std::string& headers) {
  Client client(port);
  client.send(http(what, body.is_null() ? "" : body.dump(), headers));
  return client.answer();
}

std::vector<Json> events(const std::string& body) {
  std::vector<Json> list;
  bool done = false;
  for (std::size_t begin = 0; begin < body.size();) {
    const std::size_t end = body.find("\n\n", begin);
    const std::string text = body.substr(begin, end - begin);
    begin = end == std::string::npos ? body.size() : end + 2;
    if (text.starts_with(":")) continue;
    EXPECT_TRUE(text.starts_with("data: ")) << text;
    EXPECT_FALSE(done);
    if (text == "data: [DONE]") {
      done = true;
    } else {
      list.push_back(Json::parse(text.substr(6)));
    }
  }
  EXPECT_TRUE(done) << body;
  return list;
}

}  // namespace gerbil::testing
