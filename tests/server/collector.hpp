// A collector of OpenTelemetry's traces that keeps what it is sent.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

namespace gerbil::testing {

// A collector of one connection at a time.
class Collector {
 public:
  Collector() : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(bind(socket_, any, size), 0);
    EXPECT_EQ(listen(socket_, 16), 0);
    EXPECT_EQ(getsockname(socket_, any, &size), 0);
    endpoint_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    thread_ = std::jthread([this](const std::stop_token& stop) {
      pollfd ready{socket_, POLLIN, 0};
      while (!stop.stop_requested())
        if (poll(&ready, 1, 50) > 0) answer(accept(socket_, nullptr, nullptr));
    });
  }
  ~Collector() {
    thread_ = {};
    close(socket_);
  }
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;

  const std::string& endpoint() const { return endpoint_; }
  // All that it was sent, once there are so many spans; after half a minute those that there are.
  std::vector<nlohmann::json> spans(std::size_t count) {
    for (int i = 0; i < 1500; ++i) {
      {
        const std::lock_guard lock(mutex_);
        if (spans_.size() >= count) return spans_;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    const std::lock_guard lock(mutex_);
    return spans_;
  }
  nlohmann::json resource() {
    const std::lock_guard lock(mutex_);
    return resource_;
  }
  std::string head() {
    const std::lock_guard lock(mutex_);
    return head_;
  }

 private:
  void answer(int client) {
    std::string text;
    std::array<char, 65536> bytes{};
    std::size_t whole = std::string::npos;
    while (text.size() < whole) {
      const ssize_t count = recv(client, bytes.data(), bytes.size(), 0);
      if (count <= 0) break;
      text.append(bytes.data(), static_cast<std::size_t>(count));
      const std::size_t end = text.find("\r\n\r\n");
      if (end != std::string::npos) whole = end + 4 + std::stoul(text.substr(text.find("Content-Length: ") + 16));
    }
    const std::string good = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
    send(client, good.data(), good.size(), MSG_NOSIGNAL);
    close(client);
    const std::lock_guard lock(mutex_);
    head_ = text.substr(0, text.find("\r\n\r\n"));
    const nlohmann::json body = nlohmann::json::parse(text.substr(head_.size() + 4));
    resource_ = body.at("resourceSpans").at(0).at("resource");
    for (const nlohmann::json& span : body.at("resourceSpans").at(0).at("scopeSpans").at(0).at("spans"))
      spans_.push_back(span);
  }

  int socket_;
  std::string endpoint_;
  std::mutex mutex_;  // guards what follows
  std::vector<nlohmann::json> spans_;
  nlohmann::json resource_;
  std::string head_;
  std::jthread thread_;
};

}  // namespace gerbil::testing
