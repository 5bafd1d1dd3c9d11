// Traces: the context of others, the spans of a request, and a collector that is there or not.
#include <gmock/gmock.h>

#include <chrono>
#include <cstdlib>
#include <thread>

#include "client.hpp"
#include "collector.hpp"
#include "server/trace.hpp"
#include "server/trace_exporter.hpp"
#include "server/tracing.hpp"

namespace gerbil::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

constexpr const char* parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

TEST(TraceContext, IsReadAsW3CHasIt) {
  const auto context = server::read_trace_context(parent, "a=b");
  ASSERT_TRUE(context.has_value());
  EXPECT_EQ(context->trace, "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(context->parent, "b7ad6b7169203331");
  EXPECT_EQ(context->state, "a=b");
  EXPECT_TRUE(context->sampled);
  EXPECT_FALSE(server::read_trace_context("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00", "")->sampled);
  EXPECT_TRUE(server::read_trace_context("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more", ""));
  EXPECT_EQ(server::read_trace_context(parent, std::string(600, 'a'))->state, "");
  for (const char* wrong : {"", "00", "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
                            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0x",
                            "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"})
    EXPECT_FALSE(server::read_trace_context(wrong, "")) << wrong;
}

TEST(Trace, OfARequestHasItsParts) {
  server::RequestTrace trace{.context = *server::read_trace_context(parent, "a=b"), .span = "00000000000000aa"};
  trace.model = "m";
  GenerateResult result;
  result.prompt_tokens = 7;
  result.generated_tokens = 3;
  result.timings = {.time_to_first_token = 0.5, .prefill = 0.25, .decode = 1};
  trace.add(result);
  trace.begin = trace.answers.at(0).end - 2s;
  int number = 0;
  const auto spans = server::spans_of(trace, {.method = "POST", .route = "/v1/chat/completions", .status = 200},
                                      [&] { return std::to_string(number++); });
  std::vector<std::string> names;
  std::vector<double> seconds;
  for (const std::string& text : spans) {
    const Json span = Json::parse(text);
    names.push_back(span.at("name"));
    EXPECT_EQ(span.at("traceId"), "0af7651916cd43dd8448eb211c80319c");
    EXPECT_EQ(span.at("parentSpanId"), names.size() == 1 ? "b7ad6b7169203331" : "00000000000000aa");
    const auto time = [&](const char* key) { return std::stoll(span.at(key).get<std::string>()); };
    seconds.push_back(static_cast<double>(time("endTimeUnixNano") - time("startTimeUnixNano")) / 1e9);
  }
  EXPECT_THAT(names, ElementsAre("POST /v1/chat/completions", "queue", "prefill", "decode"));
  EXPECT_NEAR(seconds.at(1), 0.25, 1e-6);
  EXPECT_NEAR(seconds.at(2), 0.25, 1e-6);
  EXPECT_NEAR(seconds.at(3), 1, 1e-6);
  const Json own = Json::parse(spans.at(0));
  EXPECT_EQ(own.at("traceState"), "a=b");
  EXPECT_EQ(own.at("kind"), 2);
  std::map<std::string, Json> values;
  for (const Json& attribute : own.at("attributes")) values[attribute.at("key")] = attribute.at("value");
  EXPECT_EQ(values["gen_ai.request.model"], Json({{"stringValue", "m"}}));
  EXPECT_EQ(values["gen_ai.operation.name"], Json({{"stringValue", "chat"}}));
  EXPECT_EQ(values["gen_ai.usage.input_tokens"], Json({{"intValue", "7"}}));
  EXPECT_EQ(values["gen_ai.usage.output_tokens"], Json({{"intValue", "3"}}));
  EXPECT_EQ(values["http.response.status_code"], Json({{"intValue", "200"}}));
}

TEST(TraceExporter, DropsAndCountsWhereNobodyIs) {
  server::TraceExporter exporter({.endpoint = "http://127.0.0.1:1"});
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 3; ++i) exporter.add(std::vector<std::string>(2000, "{}"));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
  for (int i = 0; i < 1000 && exporter.dropped() < 6000; ++i) std::this_thread::sleep_for(20ms);
  EXPECT_EQ(exporter.dropped(), 6000u);
  EXPECT_EQ(exporter.sent(), 0u);
}

// Waits for a line of /metrics.
bool counts(const Server& server, const std::string& line) {
  for (int i = 0; i < 1500; ++i) {
    if (ask(server.port(), "GET /metrics").body.contains(line)) return true;
    std::this_thread::sleep_for(20ms);
  }
  return false;
}

TEST(Traces, OfTheServerReachTheirCollector) {
  Collector collector;
  ::setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-team=a%20b", 1);
  const Server server({GERBIL_MODELS "/nano", "--otlp-endpoint", collector.endpoint() + "/"});
  ::unsetenv("OTEL_EXPORTER_OTLP_HEADERS");
  const Json body{{"prompt", "Once upon"}, {"max_tokens", 5}};
  const std::string traced = std::string("traceparent: ") + parent + "\r\n";
  EXPECT_EQ(ask(server.port(), "POST /v1/completions", body, traced).status, 200);
  const auto spans = collector.spans(4);
  ASSERT_EQ(spans.size(), 4u);
  EXPECT_EQ(spans.at(0).at("name"), "POST /v1/completions");
  EXPECT_EQ(spans.at(0).at("parentSpanId"), "b7ad6b7169203331");
  EXPECT_EQ(spans.at(3).at("name"), "decode");
  EXPECT_EQ(spans.at(3).at("parentSpanId"), spans.at(0).at("spanId"));
  EXPECT_EQ(collector.resource().at("attributes").at(0).at("value").at("stringValue"), "gerbil");
  EXPECT_THAT(collector.head(),
              ::testing::AllOf(::testing::StartsWith("POST /v1/traces HTTP/1.1"), ::testing::HasSubstr("x-team: a b")));
  // Who is not traced is not; a refusal has no parts.
  EXPECT_EQ(ask(server.port(), "POST /v1/completions", body,
                "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00\r\n")
                .status,
            200);
  EXPECT_EQ(ask(server.port(), "POST /v1/completions", Json{{"prompt", 5}, {"n", 1}}).status, 400);
  const Json refused = collector.spans(5).at(4);
  EXPECT_NE(refused.at("traceId"), spans.at(0).at("traceId"));
  EXPECT_THAT(refused.at("attributes").dump(), ::testing::HasSubstr("\"error.type\""));
  EXPECT_TRUE(counts(server, "gerbil_trace_spans_sent_total 5\n"));
}

TEST(Traces, WithoutACollectorNothingWaits) {
  const Server server({GERBIL_MODELS "/nano", "--otlp-endpoint", "http://127.0.0.1:1"});
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(ask(server.port(), "POST /v1/completions", {{"prompt", "Once"}, {"max_tokens", 2}}).status, 200);
  EXPECT_TRUE(counts(server, "gerbil_trace_spans_dropped_total 12\n"));
}

}  // namespace
}  // namespace gerbil::testing
