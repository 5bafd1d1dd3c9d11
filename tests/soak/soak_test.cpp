// `gerbil serve` for a while, with clients of all kinds at once: those that wait, read slowly, leave, vanish, and send
// what no server should be sent.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>
#include <thread>

#include "server/client.hpp"

namespace gerbil::testing {
namespace {

using namespace std::chrono_literals;
using Random = std::mt19937;

int upto(Random& random, int most) { return std::uniform_int_distribution(0, most)(random); }

void pause(Random& random, int most_milliseconds) {
  std::this_thread::sleep_for(std::chrono::milliseconds(upto(random, most_milliseconds)));
}

double metric(unsigned short port, const std::string& name) {
  const std::string text = "\n" + ask(port, "GET /metrics").body;
  const std::size_t place = text.find("\n" + name);
  return place == std::string::npos ? -1 : std::stod(text.substr(text.find(' ', place + 1) + 1));
}

bool becomes(unsigned short port, const std::string& name, double value) {
  for (int i = 0; i < 1000; ++i) {
    if (metric(port, name) == value) return true;
    std::this_thread::sleep_for(10ms);  // the connection that asked is one, too, until it has gone
  }
  return false;
}

// Nobody is left, whatever has become of the clients.
void expect_quiet(unsigned short port) {
  for (const char* name : {"gerbil_requests_running{", "gerbil_requests_waiting{", "gerbil_cache_usage_ratio{"})
    EXPECT_TRUE(becomes(port, name, 0)) << name << ": " << metric(port, name);
  EXPECT_TRUE(becomes(port, "gerbil_connections", 1)) << metric(port, "gerbil_connections");  // that which asks
}

std::string streamed_text(const std::string& body) {
  std::string text;
  for (const Json& chunk : events(body)) text += chunk.at("choices").at(0).at("text");
  return text;
}

class Soak {
 public:
  explicit Soak(unsigned short port) : port_(port) {
    for (int i = 0; i < 8; ++i) {
      requests_.push_back({{"prompt", std::string("Once upon a time ").substr(0, 4 + static_cast<std::size_t>(i))},
                           {"max_tokens", 4 + 9 * i},
                           {"temperature", 1},
                           {"seed", i},
                           {"logit_bias", {{"4085", -100}, {"4087", -100}}}});
      answers_.push_back(ask(port_, "POST /v1/completions", requests_.back()).json()["choices"][0]["text"]);
    }
  }

  void client(unsigned number, const std::stop_token& stop) {
    Random random(number);
    constexpr std::array kinds{&Soak::waits, &Soak::streams, &Soak::reads_slowly, &Soak::leaves, &Soak::errs};
    while (!stop.stop_requested()) {
      (this->*kinds[static_cast<std::size_t>(upto(random, kinds.size() - 1))])(random);
      ++done_;
    }
  }

  int done() const { return done_; }

 private:
  std::size_t any(Random& random) const { return static_cast<std::size_t>(upto(random, 7)); }

  static std::string post(Json request, bool stream) {
    request["stream"] = stream;
    return http("POST /v1/completions", request.dump());
  }

  void waits(Random& random) {
    const std::size_t i = any(random);
    const Answer answer = ask(port_, "POST /v1/completions", requests_[i]);
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.json()["choices"][0]["text"], answers_[i]);
  }

  void streams(Random& random) {
    const std::size_t i = any(random);
    Client client(port_);
    client.send(post(requests_[i], true));
    EXPECT_EQ(streamed_text(client.answer().body), answers_[i]);
  }

  void reads_slowly(Random& random) {
    const std::size_t i = any(random);
    Client client(port_);
    const std::string bytes = post(requests_[i], true);
    const std::size_t half = bytes.size() / 2;
    client.send(bytes.substr(0, half));
    pause(random, 50);
    client.send(bytes.substr(half));
    client.until("text_completion");
    pause(random, 300);
    EXPECT_NE(client.until("[DONE]").find("[DONE]"), std::string::npos);
  }

  // At any time, politely or not.
  void leaves(Random& random) {
    Client client(port_);
    const std::string bytes = post(requests_[any(random)], upto(random, 1) == 0);
    const bool whole = upto(random, 3) > 0;
    client.send(whole ? bytes : bytes.substr(0, static_cast<std::size_t>(upto(random, 200))));
    if (whole && upto(random, 1) == 0) client.receive();
    pause(random, 30);
    if (upto(random, 1) == 0) client.reset();
  }

  void errs(Random& random) {
    std::string body = requests_[any(random)].dump();
    for (int i = upto(random, 8); i >= 0; --i)
      body[static_cast<std::size_t>(upto(random, static_cast<int>(body.size()) - 1))] =
          static_cast<char>(upto(random, 255));
    const std::array<std::string, 5> bytes{
        http("POST /v1/completions", body), http("POST /v1/chat/completions", std::string(5000, '[')), body,
        http("POST /v1/embeddings", "5\r\n", "Transfer-Encoding: chunked\r\n"),
        http("POST /v1/completions", R"({"prompt":"a","response_format":{"type":"json_schema","json_schema":1}})")};
    Client client(port_);
    client.send(bytes[static_cast<std::size_t>(upto(random, 4))] + "\r\n\r\n");
    const int status = client.answer().status;
    EXPECT_TRUE(status == 200 || (status >= 400 && status < 500)) << status << ": " << body;
  }

  unsigned short port_;
  std::vector<Json> requests_;
  std::vector<std::string> answers_;
  std::atomic<int> done_ = 0;
};

TEST(Soak, ClientsOfAllKindsLeaveNothingBehind) {
  const char* said = std::getenv("GERBIL_SOAK_SECONDS");
  const std::chrono::duration<double> length(said ? std::stod(said) : 20);
  // What AddressSanitizer keeps of freed memory is no leak.
  const char* options = std::getenv("ASAN_OPTIONS");
  setenv("ASAN_OPTIONS", ((options ? std::string(options) + ":" : "") + "quarantine_size_mb=4").c_str(), 1);
  Server server({GERBIL_MODELS "/nano", "--context", "256", "--cache", "1024"});
  Soak soak(server.port());
  std::size_t early = 0;
  {
    std::vector<std::jthread> clients;
    for (unsigned i = 0; i < 24; ++i)
      clients.emplace_back([&soak, i](const std::stop_token& stop) { soak.client(i, stop); });
    std::this_thread::sleep_for(length / 3);
    early = server.resident_bytes();
    std::this_thread::sleep_for(length * 2 / 3);
  }
  expect_quiet(server.port());
  const std::size_t late = server.resident_bytes();
  EXPECT_LT(late, early + early / 10 + (8 << 20));
  std::printf("%d requests; %zu KiB after a third, %zu KiB at the end\n", soak.done(), early >> 10, late >> 10);
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0) << server.log();
}

TEST(Soak, AThousandIdleConnectionsBesideTwoHundredStreams) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < 1300) GTEST_SKIP() << "the system allows " << limit.rlim_cur << " files only";
  const Server server({GERBIL_MODELS "/nano"});
  std::vector<Client> idle;
  for (int i = 0; i < 1000; ++i) idle.emplace_back(server.port());
  std::vector<Client> streams;
  const Json request{{"prompt", "Once upon a time"}, {"max_tokens", 30}, {"stream", true}};
  for (int i = 0; i < 200; ++i) {
    streams.emplace_back(server.port());
    streams.back().send(http("POST /v1/completions", request.dump()));
  }
  const std::string first = streamed_text(streams.front().answer().body);
  EXPECT_FALSE(first.empty());
  for (std::size_t i = 1; i < streams.size(); ++i)
    if (i % 4 == 0) streams[i].reset();  // what is on its way to it is lost, and nothing else
  for (std::size_t i = 1; i < streams.size(); ++i)
    if (i % 4 != 0) {
      EXPECT_EQ(streamed_text(streams[i].answer().body), first);
    }
  for (Client& client : idle) {
    client.send(http("GET /v1/models"));
    EXPECT_EQ(client.answer().status, 200);
  }
  idle.clear();
  streams.clear();
  expect_quiet(server.port());
}

}  // namespace
}  // namespace gerbil::testing
