// HTTP itself, through the built program: what is answered, refused, and survived.
#include <gmock/gmock.h>

#include <csignal>
#include <fstream>

#include "client.hpp"

namespace gerbil::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class Front : public ::testing::Test {
 protected:
  static Server& server() {
    static Server server({GERBIL_MODELS "/nano"});
    return server;
  }
  static Answer answer_to(const std::string& bytes) {
    Client client(server().port());
    client.send(bytes);
    return client.answer();
  }
};

TEST_F(Front, HealthSaysReadyOnceTheModelIsThere) {
  ASSERT_TRUE(server().logs("loaded ")) << server().log();
  Answer answer;
  for (int i = 0; i < 100 && answer.status != 200; ++i) answer = ask(server().port(), "GET /health");
  EXPECT_EQ(answer.json().at("status"), "ready");
  EXPECT_EQ(answer.json().at("models").at(0).at("id"), "nano");
}

TEST_F(Front, ThePageIsWholeAndMayOnlyDoWhatItIsFor) {
  const Answer page = ask(server().port(), "GET /");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.headers.at("content-type"), "text/html; charset=utf-8");
  EXPECT_EQ(page.headers.at("x-content-type-options"), "nosniff");
  EXPECT_EQ(page.headers.at("cache-control"), "no-cache");
  EXPECT_THAT(page.body, StartsWith("<!doctype html>\n"));
  EXPECT_TRUE(page.body.ends_with("</html>\n"));
  const std::string policy = page.headers.at("content-security-policy");
  EXPECT_THAT(policy, StartsWith("default-src 'none'; script-src 'sha256-"));
  EXPECT_THAT(policy, HasSubstr("; connect-src 'self'; "));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
  EXPECT_EQ(ask(server().port(), "GET /?chat").status, 200);
  EXPECT_EQ(ask(server().port(), "POST /").headers.at("allow"), "GET, HEAD");
}

TEST_F(Front, ThePageIsSentOnce) {
  const std::string tag = ask(server().port(), "GET /").headers.at("etag");
  Client client(server().port());
  client.send(http("GET /", "", "If-None-Match: W/" + tag + "\r\n"));
  const std::string head = client.until("\r\n\r\n");
  EXPECT_THAT(head, StartsWith("HTTP/1.1 304 Not Modified\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("Content-Length")));
  EXPECT_THAT(head, HasSubstr(tag));
  client.send(http("GET /health"));  // what follows is another answer
  EXPECT_NE(client.answer().json().value("status", ""), "");
  EXPECT_EQ(ask(server().port(), "GET /", nullptr, "If-None-Match: \"other\"\r\n").status, 200);
}

TEST_F(Front, ModelsAreListed) {
  const Json list = ask(server().port(), "GET /v1/models").json();
  EXPECT_EQ(list.at("object"), "list");
  EXPECT_EQ(list.at("data").at(0).at("id"), "nano");
  EXPECT_EQ(ask(server().port(), "GET /v1/models/nano").json().at("object"), "model");
  const Answer missing = ask(server().port(), "GET /v1/models/a/b");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.json().at("error").at("code"), "model_not_found");
}

TEST_F(Front, AConnectionTakesManyRequestsEvenAtOnce) {
  Client client(server().port());
  client.send(http("GET /v1/models") + http("HEAD /v1/models") + http("GET /nothing") + http("GET /metrics"));
  EXPECT_EQ(client.answer().status, 200);
  const std::string head = client.until("\r\n\r\n");
  EXPECT_THAT(head, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_EQ(client.answer().status, 404);
  EXPECT_THAT(client.answer().body, HasSubstr("# TYPE gerbil_requests_waiting gauge\n"));
}

TEST_F(Front, WhatCannotBeReadInOneWayIsRefused) {
  EXPECT_EQ(answer_to("GET /health HTTP/1.1\r\n\r\n").status, 400);  // no Host
  EXPECT_EQ(answer_to("GET /health HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n").status, 400);
  EXPECT_EQ(answer_to(http("GET /health", "", "X-A: b\r\n c\r\n")).status, 400);  // folded
  EXPECT_EQ(answer_to(http("GET /health", "", "X-A: b\rX-B: c\r\n")).status, 400);
  EXPECT_EQ(answer_to(http("GET /health", "", "X-A: b\nX-B: c\r\n")).status, 400);
  EXPECT_EQ(answer_to(http("GET /health", "", "X-A : b\r\n")).status, 400);
  EXPECT_EQ(answer_to(http("POST /tokenize", "{}", "Transfer-Encoding: chunked\r\n")).status, 400);
  EXPECT_EQ(answer_to("nonsense\r\n\r\n").status, 400);
  EXPECT_EQ(answer_to(http("GET /health", "", "X-A: " + std::string(20000, 'a') + "\r\n")).status, 431);
  EXPECT_EQ(answer_to(http("POST /tokenize", "", "Content-Length: 99999999999\r\n")).status, 413);
  EXPECT_EQ(answer_to(http("POST /tokenize", "", "Content-Length: -1\r\n")).status, 400);
}

TEST_F(Front, ErrorsOfMessagesAreThoseOfAnthropic) {
  const auto type = [](const Answer& answer) {
    EXPECT_EQ(answer.json().value("type", ""), "error") << answer.body;
    return answer.json().at("error").value("type", "");
  };
  EXPECT_EQ(type(answer_to(http("POST /v1/messages", "{"))), "invalid_request_error");
  EXPECT_EQ(type(answer_to(http("POST /v1/messages", "", "Content-Length: 99999999999\r\n"))), "request_too_large");
  EXPECT_EQ(type(ask(server().port(), "GET /v1/messages")), "invalid_request_error");
  EXPECT_EQ(type(ask(server().port(), "POST /v1/messages/batches")), "not_found_error");
  EXPECT_EQ(type(ask(server().port(), "POST /v1/messages", nullptr, "Origin: http://evil.example\r\n")),
            "permission_error");
}

TEST_F(Front, RoutesSayWhatTheyTake) {
  const Answer wrong = ask(server().port(), "GET /v1/chat/completions");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.headers.at("allow"), "POST");
  const Answer nothing = ask(server().port(), "GET /v1/nothing?x=1");
  EXPECT_EQ(nothing.status, 404);
  EXPECT_EQ(nothing.json().at("error").at("type"), "invalid_request_error");
}

TEST_F(Front, BodiesComeInChunksAndAfterAQuestion) {
  const Answer chunked = answer_to(http("POST /tokenize", "", "Transfer-Encoding: chunked\r\n") +
                                   "8\r\n{\"prompt\r\n10\r\n\":\"Hello there\"}\r\n0\r\n\r\n");
  EXPECT_EQ(chunked.status, 200) << chunked.body;
  Client client(server().port());
  client.send(http("POST /tokenize", "", "Expect: 100-continue\r\nContent-Length: 18\r\n"));
  EXPECT_EQ(client.until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("{\"prompt\":\"Hello\"}");
  EXPECT_EQ(client.answer().status, 200);
}

TEST_F(Front, PagesFromElsewhereMayNotAsk) {
  EXPECT_EQ(ask(server().port(), "GET /v1/models", nullptr, "Origin: http://evil.example\r\n").status, 403);
  EXPECT_EQ(ask(server().port(), "GET /v1/models", nullptr, "Origin: http://localhost\r\n").status, 200);
  EXPECT_EQ(answer_to("GET /v1/models HTTP/1.1\r\nHost: evil.example\r\n\r\n").status, 403);
  EXPECT_EQ(answer_to("GET /v1/models HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n").status, 200);
}

TEST_F(Front, WhatIsNotJsonIsSaid) {
  for (const std::string body : {"{", "[]", "{\"messages\":\"\xff\"}"}) {
    const Answer answer = answer_to(http("POST /v1/chat/completions", body));
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_EQ(answer.json().at("error").at("type"), "invalid_request_error");
  }
  const Answer deep = answer_to(http("POST /v1/chat/completions", "{\"a\":" + std::string(100000, '[')));
  EXPECT_THAT(deep.json().at("error").at("message").get<std::string>(), HasSubstr("128"));
}

TEST(FrontAlone, KeysAndOriginsAreAskedFor) {
  const std::string path = ::testing::TempDir() + "/gerbil-keys";
  std::ofstream(path) << "# keys\n secret \n\nother\n";
  const Server server({GERBIL_MODELS "/nano", "--api-keys", path, "--cors", "https://app.example"});
  EXPECT_EQ(ask(server.port(), "GET /v1/models").status, 401);
  EXPECT_EQ(ask(server.port(), "GET /v1/models", nullptr, "Authorization: Bearer secre\r\n").status, 401);
  EXPECT_EQ(ask(server.port(), "GET /v1/models", nullptr, "Authorization: Bearer secret\r\n").status, 200);
  EXPECT_EQ(ask(server.port(), "GET /v1/models", nullptr, "X-Api-Key: other\r\n").status, 200);
  EXPECT_NE(ask(server.port(), "GET /health").status, 401);
  EXPECT_EQ(ask(server.port(), "GET /").status, 200);  // it asks for the key
  const std::string origin = "Origin: https://app.example\r\n";
  const Answer preflight =
      ask(server.port(), "OPTIONS /v1/models", nullptr, origin + "Access-Control-Request-Method: GET\r\n");
  EXPECT_EQ(preflight.status, 204);
  EXPECT_EQ(preflight.headers.at("access-control-allow-origin"), "https://app.example");
  const auto allowed = [&](const std::string& asked) {
    return ask(server.port(), "OPTIONS /v1/models", nullptr,
               origin + "Access-Control-Request-Method: GET\r\nAccess-Control-Request-Headers: " + asked + "\r\n")
        .headers.at("access-control-allow-headers");
  };
  EXPECT_EQ(allowed("content-type,x-stainless-os"), "content-type,x-stainless-os");
  EXPECT_EQ(allowed("a:b"), "Authorization, Content-Type, X-Api-Key");
}

TEST(FrontAlone, IdsMayBeEscaped) {
  const Server server({"a/b=" GERBIL_MODELS "/nano"});
  for (const std::string id : {"a/b", "a%2Fb", "a%2fb"})
    EXPECT_EQ(ask(server.port(), "GET /v1/models/" + id).status, 200) << id;
  EXPECT_EQ(ask(server.port(), "GET /v1/models/a%2").status, 404);
}

TEST(FrontAlone, ASecondSignalEndsItAtOnce) {
  Server server({GERBIL_MODELS "/nano", "--drain", "500"});
  ASSERT_TRUE(server.logs("loaded "));
  Client client(server.port());
  client.send(http("POST /v1/completions", R"({"prompt":"a","max_tokens":900,"stream":true,"n":100})"));
  client.until("text_completion");
  server.signal(SIGTERM);
  ASSERT_TRUE(server.logs("draining"));
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 128 + SIGTERM);
}

TEST(FrontAlone, SigtermEndsIt) {
  Server server({GERBIL_MODELS "/nano"});
  EXPECT_TRUE(server.logs("loaded "));
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
  EXPECT_THAT(server.log(), HasSubstr("draining"));
}

}  // namespace
}  // namespace gerbil::testing
