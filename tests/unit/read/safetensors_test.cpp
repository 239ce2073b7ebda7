#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "fathom/read/tensor_file.h"
#include "unit/read/tensor_files.h"

namespace fathom {
namespace {

using Names = std::vector<std::string>;
using Shape = std::vector<std::int64_t>;

class Safetensors : public ArrayFiles {
 protected:
  static std::string refusal(const std::string& file) {
    return message_of([&] { TensorFile::parse(bytes_of(file), "a.safetensors"); });
  }
  static std::string refusal(const std::string& header, const std::string& values) {
    return refusal(safetensors(header, values));
  }
};

TEST_F(Safetensors, ReadsTensorsInTheOrderOfTheirBytes) {
  const std::string file =
      safetensors(R"({"__metadata__":{"format":"pt","note":"a\nb"},)"
                  R"("half":{"dtype":"F16","shape":[1],"data_offsets":[32,34]},)"
                  R"("a.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},)"
                  R"("steps":{"dtype":"I64","shape":[],"data_offsets":[24,32]},)"
                  R"("none":{"dtype":"BF16","shape":[0,7],"data_offsets":[34,34]},)"
                  R"("mask":{"data_offsets":[34,35],"dtype":"BOOL","shape":[1,1]}}  )",
                  packed<float>({1, 2, 3, 4, 5, 6.5}) + little(7, 8) + little(0x3c00, 2) + "\1");
  const TensorFile read = TensorFile::open(write("a.bin", file));
  EXPECT_EQ(read.format(), TensorFile::Format::safetensors);
  EXPECT_EQ(names_of(read), (Names{"a.weight", "steps", "half", "none", "mask"}));
  const StoredTensor& weight = *read.find("a.weight");
  EXPECT_EQ(weight.type, TensorType::float32);
  EXPECT_EQ(weight.shape, (Shape{2, 3}));
  EXPECT_EQ(values_of<float>(weight), (std::vector<float>{1, 2, 3, 4, 5, 6.5}));
  EXPECT_EQ(read.find("steps")->shape, Shape{});
  EXPECT_EQ(values_of<std::int64_t>(*read.find("steps")), std::vector<std::int64_t>{7});
  EXPECT_EQ(read.find("half")->type, TensorType::float16);
  EXPECT_EQ(read.find("none")->bytes.size(), 0u);
  EXPECT_EQ(read.find("mask")->type, TensorType::boolean);
  EXPECT_EQ(read.find("weight"), nullptr);
  EXPECT_EQ(read.metadata(), (std::map<std::string, std::string>{{"format", "pt"}, {"note", "a\nb"}}));
}

TEST_F(Safetensors, KnowsEveryTypeOfValue) {
  const std::vector<std::pair<std::string, std::size_t>> types = {
      {"F16", 2}, {"BF16", 2}, {"F32", 4}, {"F64", 8}, {"I8", 1},
      {"U8", 1},  {"I16", 2},  {"I32", 4}, {"I64", 8}, {"BOOL", 1}};
  for (const auto& type : types) {
    const std::string bytes = std::to_string(3 * type.second);
    const std::string file =
        safetensors(R"({"x":{"dtype":")" + type.first + R"(","shape":[3],"data_offsets":[0,)" + bytes + "]}}",
                    std::string(3 * type.second, '\0'));
    const TensorFile read = TensorFile::parse(bytes_of(file), "a");
    EXPECT_EQ(read.find("x")->bytes.size(), 3 * tensor_type_bytes(read.find("x")->type)) << type.first;
  }
  EXPECT_TRUE(says(refusal(R"({"x":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}})", "x"),
                   {"a.safetensors", "\"x\"", "F8_E4M3", "convert it to float32"}));
}

TEST_F(Safetensors, ACutFileSaysWhere) {
  const std::string whole =
      safetensors(R"({"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", packed<float>({1, 2}));
  EXPECT_TRUE(says(refusal(whole.substr(0, whole.size() - 1)), {"ends before the bytes of \"x\" do"}));
  EXPECT_TRUE(says(refusal(whole.substr(0, 20)), {"ends within its header", "download"}));
  EXPECT_TRUE(says(refusal(whole.substr(0, 5)), {"no file of weights that is known"}));
  EXPECT_TRUE(says(refusal(""), {"no file of weights that is known"}));
  EXPECT_TRUE(says(refusal(whole + "x"), {"nothing says what its last bytes are"}));
}

TEST_F(Safetensors, AHeaderThatLiesIsRefused) {
  const auto x = [](const std::string& shape, const std::string& offsets) {
    return R"({"x":{"dtype":"F32","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
  };
  const std::string eight(8, '\0');
  EXPECT_EQ(refusal(x("[2]", "[0,8]"), eight), "");
  EXPECT_TRUE(
      says(refusal(x("[3]", "[0,8]"), eight), {"\"x\" has 8 bytes, which its shape and type do not"}));
  EXPECT_TRUE(says(refusal(x("[4611686018427387904,4]", "[0,8]"), eight), {"shape and type"}));
  EXPECT_TRUE(says(refusal(x("[18446744073709551615]", "[0,8]"), eight), {"shape and type"}));
  EXPECT_TRUE(says(refusal(x("[-2]", "[0,8]"), eight), {"shape that is no count"}));
  EXPECT_TRUE(says(refusal(x("[2.0]", "[0,8]"), eight), {"shape that is no count"}));
  EXPECT_TRUE(says(refusal(x("2", "[0,8]"), eight), {"no shape"}));
  EXPECT_TRUE(says(refusal(x("[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,2]", "[0,8]"), eight), {"too many"}));
  EXPECT_TRUE(says(refusal(x("[2]", "[8,0]"), eight), {"no place"}));
  EXPECT_TRUE(says(refusal(x("[2]", "[0]"), eight), {"no place"}));
  EXPECT_TRUE(says(refusal(x("[1]", "[4,8]"), eight), {"nothing says what lies before \"x\""}));
  EXPECT_TRUE(says(refusal(R"({"x":{"shape":[2],"data_offsets":[0,8]}})", eight), {"\"x\" has no type"}));
  EXPECT_TRUE(says(refusal(R"({"x":7})", ""), {"\"x\" is no JSON object"}));
  EXPECT_TRUE(says(refusal(R"({"__metadata__":{"a":1}})", ""), {"metadata \"a\" is no text"}));
  EXPECT_TRUE(says(refusal("{not json", ""), {"not JSON"}));
  EXPECT_TRUE(says(refusal("{\"\xff\":1}", ""), {"not JSON"}));
  EXPECT_TRUE(says(refusal(little(200'000'000, 8) + "{}"), {"header would have 200000000 bytes"}));
}

TEST_F(Safetensors, TensorsShareNeitherBytesNorNames) {
  const std::string entry = R"({"dtype":"U8","shape":[2],"data_offsets":)";
  EXPECT_TRUE(
      says(refusal(R"({"a":)" + entry + R"([0,2]},"b":)" + entry + "[1,3]}}", "xyz"), {"\"b\" lies where"}));
  EXPECT_TRUE(says(refusal(R"({"a":)" + entry + R"([0,2]},"a":)" + entry + "[2,4]}}", "wxyz"),
                   {"holds \"a\" twice"}));
}

TEST_F(Safetensors, WritesWhatTheFormatSays) {
  const std::vector<float> weight = {1, 2, 3};
  const std::vector<std::int64_t> steps = {5};
  const std::string mask = std::string("\1\0\1", 3);
  const std::vector<StoredTensor> tensors = {
      {"mask", TensorType::boolean, {3}, bytes_of(mask)},
      {"weight", TensorType::float32, {1, 3}, std::as_bytes(std::span(weight))},
      {"steps", TensorType::int64, {}, std::as_bytes(std::span(steps))}};
  const std::filesystem::path path = folder() / "out.safetensors";
  write_safetensors(path, tensors, {{"format", "fathom.checkpoint/1"}});

  std::ifstream file(path, std::ios::binary);
  const std::string written{std::istreambuf_iterator<char>(file), {}};
  std::string header = R"({"__metadata__":{"format":"fathom.checkpoint/1"},)"
                       R"("mask":{"data_offsets":[20,23],"dtype":"BOOL","shape":[3]},)"
                       R"("steps":{"data_offsets":[0,8],"dtype":"I64","shape":[]},)"
                       R"("weight":{"data_offsets":[8,20],"dtype":"F32","shape":[1,3]}})";
  header.resize((header.size() + 7) / 8 * 8, ' ');
  EXPECT_EQ(written, safetensors(header, packed(steps) + packed(weight) + mask));

  const TensorFile read = TensorFile::open(path);
  EXPECT_EQ(names_of(read), (Names{"steps", "weight", "mask"}));
  EXPECT_EQ(values_of<float>(*read.find("weight")), weight);
  EXPECT_EQ(read.metadata().at("format"), "fathom.checkpoint/1");
}

TEST_F(Safetensors, AClassNameThatIsNoUtf8IsWrittenAllTheSame) {
  const std::filesystem::path path = folder() / "out.safetensors";
  write_safetensors(path, {}, {{"classes", "caf\xe9"}});
  EXPECT_EQ(TensorFile::open(path).metadata().at("classes"), "caf\xef\xbf\xbd");
}

/// Files may grow to so many bytes and no further, while it lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : before_(signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &limit_);
    const rlimit smaller{bytes, limit_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &smaller);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &limit_);
    signal(SIGXFSZ, before_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  void (*before_)(int);
  rlimit limit_{};
};

TEST_F(Safetensors, AFullDiskLeavesTheEarlierFile) {
  const std::vector<float> values(1 << 16, 1.0F);
  const std::vector<StoredTensor> tensors = {
      {"x", TensorType::float32, {1 << 16}, std::as_bytes(std::span(values))}};
  const std::filesystem::path path = write("checkpoint.safetensors", "earlier");
  std::string message;
  {
    const FileSizeLimit limit(1000);
    message = message_of([&] { write_safetensors(path, tensors, {}); });
  }
  EXPECT_TRUE(says(message, {path.string(), "cannot be written", "has space"}));
  EXPECT_EQ(std::filesystem::file_size(path), 7u);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder()), {}), 1);

  message = message_of([&] { write_safetensors(folder() / "none" / "x", tensors, {}); });
  EXPECT_TRUE(says(message, {"none/x", "No such file or directory"}));
  if (std::filesystem::exists("/dev/full")) {
    EXPECT_TRUE(says(message_of([&] { write_safetensors("/dev/full", tensors, {}); }), {"No space left"}));
  }
}

}  // namespace
}  // namespace fathom
