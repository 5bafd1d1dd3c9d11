#include "formats/safetensors.hpp"

#include <gmock/gmock.h>

#include <filesystem>

#include "formats/checkpoint.hpp"
#include "formats/checkpoint_writer.hpp"
#include "formats/errors.hpp"

namespace gerbil::formats {
namespace {

using test::error_of;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<Tensor> parse(const std::string& file) {
  return parse_safetensors(std::make_shared<BytesInMemory>(std::as_bytes(std::span(file))), "a file");
}

TEST(Safetensors, GivesTensorsInTheOrderOfTheirBytes) {
  const std::string file = test::safetensors_with_header(
      R"({"__metadata__":{"format":"pt"},"b":{"dtype":"U8","shape":[2,1],"data_offsets":[4,6]},)"
      R"("empty":{"dtype":"F32","shape":[3,0],"data_offsets":[4,4]},"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}   )",
      "abcdef");
  const auto tensors = parse(file);
  ASSERT_EQ(tensors.size(), 3u);
  EXPECT_EQ(tensors[0].name, "a");
  EXPECT_EQ(describe(tensors[0]), "F32 []");
  EXPECT_EQ(tensors[1].name, "empty");
  EXPECT_EQ(describe(tensors[1]), "F32 [3, 0]");
  EXPECT_EQ(tensors[2].name, "b");
  EXPECT_EQ(static_cast<char>(tensors[2].bytes(1, 1).data()[0]), 'f');
}

TEST(Safetensors, AcceptsAFileWithoutTensors) { EXPECT_TRUE(parse(test::safetensors_with_header("{}", "")).empty()); }

TEST(Shards, AreReadAsOneCheckpoint) {
  const test::TemporaryDirectory directory;
  directory.write("config.json", "{}");
  directory.write(
      "model.safetensors.index.json",
      R"({"metadata": {"total_size": 12}, "weight_map": {"b": "model-2.safetensors", "a": "model-1.safetensors"}})");
  directory.write("model-1.safetensors", test::safetensors({{"a", "F32", {1}, test::bytes_of(std::vector<float>{1})}}));
  // A shard may hold tensors that the index leaves out, and files outside the index are not read.
  directory.write("blob", test::safetensors({{"b", "F32", {1}, test::bytes_of(std::vector<float>{2})},
                                             {"extra", "F32", {1}, test::bytes_of(std::vector<float>{3})}}));
  std::filesystem::create_symlink("blob", directory.path() / "model-2.safetensors");  // as in the hub's cache
  directory.write("consolidated.safetensors", "not a safetensors file");
  const Checkpoint checkpoint = Checkpoint::open(directory.path());
  std::vector<std::string> names;
  for (const auto& tensor : checkpoint.tensors()) names.push_back(tensor.name);
  EXPECT_THAT(names, ElementsAre("a", "b", "extra"));
  float value = 0;
  read_dense(checkpoint.vector("b", 1), 0, 1, &value);
  EXPECT_EQ(value, 2);
  EXPECT_EQ(checkpoint.tensors()[0].bytes, 4u);
  EXPECT_EQ(checkpoint.tensors()[0].dtype, "F32");
}

// A directory with these files, each of which holds one tensor of its own name, and an index that names `listed`.
std::vector<std::string> opened(const std::vector<std::string>& files, const std::string& index,
                                const std::vector<std::string>& listed, std::size_t warnings) {
  const test::TemporaryDirectory directory;
  directory.write("config.json", "{}");
  for (const std::string& file : files) directory.write(file, test::safetensors({{file, "F32", {0}, ""}}));
  if (!index.empty()) {
    std::string map;
    for (const std::string& file : listed) map += (map.empty() ? "\"" : ", \"") + file + "\": \"" + file + "\"";
    directory.write(index, R"({"weight_map": {)" + map + "}}");
  }
  const Checkpoint checkpoint = Checkpoint::open(directory.path());
  EXPECT_EQ(checkpoint.warnings().size(), warnings);
  std::vector<std::string> names;
  for (const auto& tensor : checkpoint.tensors()) names.push_back(tensor.name);
  return names;
}

TEST(Shards, AreFoundWithoutAFittingIndex) {
  const std::string index = "model.safetensors.index.json";
  const std::string a = "model-00001-of-00002.safetensors", b = "model-00002-of-00002.safetensors";
  const std::string other = "model-00001-of-00013.safetensors", one = "model.safetensors";
  const std::string x = "gptq-00001-of-00002.safetensors", y = "gptq-00002-of-00002.safetensors";
  EXPECT_THAT(opened({one}, index, {a, b}, 1), ElementsAre(one)) << "one file makes an index moot";
  EXPECT_THAT(opened({one, a, b}, index, {a, b}, 1), ElementsAre(one));
  EXPECT_THAT(opened({a, b, "consolidated.safetensors"}, index, {other}, 1), ElementsAre(a, b)) << "of another build";
  EXPECT_THAT(opened({a, b, "consolidated.safetensors"}, "", {}, 0), ElementsAre(a, b));
  EXPECT_THAT(opened({x, y}, "gptq.safetensors.index.json", {x, y}, 0), ElementsAre(x, y));
  EXPECT_THAT(opened({x, y, "adapter.safetensors"}, "", {}, 0), ElementsAre(x, y));
  EXPECT_THAT(opened({"weights.safetensors"}, index, {a, b}, 1), ElementsAre("weights.safetensors"));
}

TEST(Shards, ThatAreMissingAreNamed) {
  const std::string a = "model-00001-of-00002.safetensors", b = "model-00002-of-00002.safetensors";
  EXPECT_THAT(error_of(ErrorCode::not_found, [&] { opened({b}, "", {}, 0); }), HasSubstr("1 of 2 shards; number 1"));
  EXPECT_THAT(error_of(ErrorCode::not_found, [&] { opened({a}, "model.safetensors.index.json", {a, b}, 0); }),
              HasSubstr(b));
  const std::string x = "x-00001-of-00001.safetensors", y = "y-00001-of-00001.safetensors";
  EXPECT_THAT(error_of(ErrorCode::not_found, [&] { opened({x, y}, "", {}, 0); }), HasSubstr("2 .safetensors files"));
}

std::string refusal(const std::string& name, const std::string& config) {
  const test::TemporaryDirectory directory;
  directory.write("config.json", config);
  const std::string plain = test::safetensors({{"a", "F32", {0}, ""}});
  directory.write(name, name.ends_with(".safetensors") ? plain : name.ends_with(".bin") ? "\x80\x02" : "x");
  return error_of(ErrorCode::unsupported, [&] { (void)Checkpoint::open(directory.path()); });
}

TEST(Refusal, NamesTheFormatAndWhatIsSupported) {
  const std::pair<const char*, const char*> methods[] = {
      {"awq", "AWQ"},     {"compressed-tensors", "compressed-tensors"},
      {"fp8", "FP8"},     {"bitsandbytes", "bitsandbytes"},
      {"mxfp4", "MXFP4"}, {"hqq", "HQQ"}};
  for (const auto& [method, name] : methods) {
    const std::string sentence = refusal("model.safetensors", R"({"quantization_config": {"quant_method": ")" +
                                                                  std::string(method) + R"(", "bits": 4}})");
    EXPECT_THAT(sentence, HasSubstr("quantised with " + std::string(name)));
    EXPECT_THAT(sentence, HasSubstr("gerbil reads safetensors with F32, F16 or BF16 weights, GPTQ"));
  }
  EXPECT_THAT(refusal("model.safetensors", R"({"quantization_config": {"load_in_4bit": true}})"),
              HasSubstr("bitsandbytes"));
  EXPECT_THAT(refusal("pytorch_model.bin", "{}"), HasSubstr("pickle"));
  EXPECT_THAT(refusal("model-Q4_0.gguf", "{}"), HasSubstr("GGUF"));
}

TEST(Refusal, OnlyWhatIsAPickleIsCalledOne) {
  const auto sentence = [](const std::string& content) {
    const test::TemporaryDirectory directory;
    directory.write("config.json", "{}");
    directory.write("model.bin", content);
    return error_of(content == "GGUF" ? ErrorCode::not_found : ErrorCode::unsupported,
                    [&] { (void)Checkpoint::open(directory.path()); });
  };
  EXPECT_THAT(sentence("PK\x03\x04…"), HasSubstr("pickle"));
  EXPECT_THAT(sentence("GGUF"), Not(HasSubstr("pickle")));
}

TEST(Refusal, RecognizesTensorsWithoutAConfig) {
  const std::pair<const char*, const char*> names[] = {{"m.qweight", "GPTQ or AWQ"},
                                                       {"m.weight_packed", "compressed-tensors"},
                                                       {"m.weight_scale_inv", "FP8"},
                                                       {"m.weight.absmax", "bitsandbytes"},
                                                       {"m.gate_up_proj_blocks", "MXFP4"}};
  for (const auto& [name, format] : names) {
    const test::TemporaryDirectory directory;
    directory.write_checkpoint("{}", {{name, "U8", {1}, "x"}});
    const std::string sentence = error_of(ErrorCode::unsupported, [&] { (void)Checkpoint::open(directory.path()); });
    EXPECT_THAT(sentence, HasSubstr(format));
    EXPECT_THAT(sentence, HasSubstr(name));
  }
  const test::TemporaryDirectory directory;
  directory.write_checkpoint("{}", {{"m.weight", "F8_E4M3", {1}, "x"}});
  EXPECT_THAT(error_of(ErrorCode::unsupported, [&] { (void)Checkpoint::open(directory.path()); }),
              HasSubstr("F8_E4M3 [1], an FP8 weight"));
}

TEST(Refusal, OfPathsThatAreNoDirectory) {
  const test::TemporaryDirectory directory;
  directory.write("model.gguf", "GGUF");
  directory.write("notes.txt", "");
  EXPECT_THAT(error_of(ErrorCode::unsupported, [&] { (void)Checkpoint::open(directory.path() / "model.gguf"); }),
              HasSubstr("is a GGUF file"));
  EXPECT_THAT(error_of(ErrorCode::not_found, [&] { (void)Checkpoint::open(directory.path() / "notes.txt"); }),
              HasSubstr("is not a directory"));
  EXPECT_THAT(error_of(ErrorCode::not_found, [&] { (void)Checkpoint::open(directory.path() / "gone"); }),
              HasSubstr("There is no model directory"));
}

}  // namespace
}  // namespace gerbil::formats
