// The options of loading, and classifiers, as JSON.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gerbil/json.hpp"

namespace gerbil {
namespace {

using ::testing::HasSubstr;

template <typename T>
std::string refusal(std::string_view json) {
  try {
    from_json<T>(json);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    return error.what();
  }
  return "";
}

TEST(JsonLoad, OptionsComeBack) {
  for (const char* text : {
           R"({"model":"nano"})",
           R"({"model":"m","device":"webgpu","task":"embed","quantize":"int4","group_size":64,"threads":2,)"
           R"("context_length":512,"cache_tokens":1024,"speculate":false,"draft":"d","check":false,"max_waiting":8,)"
           R"("exact":true})",
       })
    EXPECT_EQ(to_json(from_json<LoadRequest>(text)), text);
  const LoadRequest read = from_json<LoadRequest>(R"({"model":"m","device":"auto","task":null,"quantize":"none"})");
  EXPECT_EQ(read.options.device, Device::automatic);
  EXPECT_FALSE(read.options.task);
}

TEST(JsonLoad, WhatIsWrongIsNamed) {
  EXPECT_THAT(refusal<LoadRequest>("{}"), HasSubstr("\"model\" is missing"));
  EXPECT_THAT(refusal<LoadRequest>(R"({"model":"m","device":"gpu"})"),
              HasSubstr(R"("device" is "gpu", but should be one of "auto", "cpu", "webgpu")"));
  EXPECT_THAT(refusal<LoadRequest>(R"({"model":"m","quantize":4})"), HasSubstr("\"quantize\" is 4"));
  EXPECT_THAT(refusal<LoadRequest>(R"({"model":"m","context_length":-1})"), HasSubstr("\"context_length\" is -1"));
  EXPECT_THAT(refusal<LoadRequest>(R"({"model":"m","context_length":600000000})"), HasSubstr("600000000"));
  EXPECT_THAT(refusal<LoadRequest>(R"({"model":"m","quantise":"int4"})"), HasSubstr("\"quantise\" is no field"));
}

TEST(JsonLoad, ClassifiersHaveRequestsAndResults) {
  const std::string request = R"({"model":"m","input":["a","b"],"truncate":true,"timeout":2.0})";
  EXPECT_EQ(to_json(from_json<ClassifyRequest>(request)), request);
  EXPECT_THAT(refusal<ClassifyRequest>(R"({"input":[1]})"), HasSubstr("\"input[0]\" is 1"));
  const std::string result = to_json(ClassifyResult{.logits = {{0.5f, -1}, {2, 3}}, .tokens = 4, .seconds = 1});
  EXPECT_EQ(result, R"({"logits":[[0.5,-1],[2,3]],"tokens":4,"seconds":1.0})");
  EXPECT_EQ(to_json(from_json<ClassifyResult>(result)), result);
}

TEST(JsonLoad, PiecesAndStatisticsAreWritten) {
  EXPECT_EQ(to_json(ToolCallPiece{.index = 1, .id = "c", .name = "f", .arguments = "{\"", .whole = false}),
            R"({"index":1,"id":"c","name":"f","arguments":"{\"","whole":false})");
  EXPECT_THAT(to_json(ModelStatistics{.running = 2, .steps = 7}), HasSubstr(R"("running":2)"));
}

}  // namespace
}  // namespace gerbil
