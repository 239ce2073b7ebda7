#include "fathom/read/npz.h"

#include <gtest/gtest.h>
#include <zip.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "unit/read/array_files.h"

namespace fathom {
namespace {

using Members = std::vector<std::pair<std::string, std::string>>;
using Names = std::vector<std::string>;

class Npz : public ArrayFiles {
 protected:
  /// A zip archive of these members, in the compression given, as bytes.
  std::string zipped(const Members& members, zip_int32_t method = ZIP_CM_STORE) const {
    const std::filesystem::path path = folder() / "made.npz";
    std::filesystem::remove(path);
    zip_t* zip = zip_open(path.c_str(), ZIP_CREATE, nullptr);
    for (const auto& member : members) {
      zip_source_t* source = zip_source_buffer(zip, member.second.data(), member.second.size(), 0);
      const zip_int64_t index = zip_file_add(zip, member.first.c_str(), source, 0);
      zip_set_file_compression(zip, static_cast<zip_uint64_t>(index), method, 0);
    }
    EXPECT_EQ(zip_close(zip), 0);
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  static DataSet parse(const std::string& file) { return parse_npz(bytes_of(file), "a.npz"); }
  static std::string refusal(const std::string& file) {
    return message_of([&] { parse(file); });
  }
};

Names paths_of(const DataSet& data) {
  Names paths;
  for (const Record& record : data.records) paths.push_back(record.path);
  return paths;
}

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

const std::string three = npy("|u1", "(3, 1, 2)", counting(6));
const std::string three_labels = npy("|u1", "(3, 1)", std::string("\x01\x00\x01", 3));

TEST_F(Npz, ReadsWhatNumPyCompressed) {
  // numpy.savez_compressed(images=numpy.arange(24, dtype=">i2").reshape(3, 2, 4) * 100,
  //                        labels=numpy.array([[7], [-1], [7]])), NumPy 1.24: deflated, with zip64 fields.
  const DataSet data = parse(from_hex(
      "504b030414000000080000002100d62044717b000000b00000000a001400696d616765732e6e707901001000b00000000000"
      "00007b000000000000009bec17ea1b10c9c850c650ad9e925a9c5ca46ea5a06e9369a4aea3a09e965f54529498179f5f9492"
      "0a12774bcc294e058a17672416a402f91ac63a0a463a0a269a3a0ab50ae4012e06861486130c3a8c1318bf304630ed615260"
      "6e617ec1ecc3b2814584b582f50eab03db12360ef61cf60bec261c3338fe700000504b030414000000080000002100215bb6"
      "0c4e000000980000000a0014006c6162656c732e6e70790100100098000000000000004e000000000000009bec17ea1b10c9"
      "c850c650ad9e925a9c5ca46ea5a06e9369a1aea3a09e965f54529498179f5f94920a12774bcc294e058a17672416a402f91a"
      "c63a0a869a3a0ab50a64032e760608f80f05303e00504b0102140314000000080000002100d62044717b000000b00000000a"
      "0000000000000000000000800100000000696d616765732e6e7079504b0102140314000000080000002100215bb60c4e0000"
      "00980000000a00000000000000000000008001b70000006c6162656c732e6e7079504b050600000000020002007000000041"
      "0100000000"));
  EXPECT_EQ(data.format, "npz");
  EXPECT_EQ(paths_of(data), (Names{"0", "1", "2"}));
  EXPECT_EQ(data.label_columns.at(0).classes, (Names{"-1", "7"}));
  EXPECT_EQ(data.records[1].labels, (std::vector<std::int32_t>{0}));
  EXPECT_EQ(pixels_of<float>(data.pixels->read(2)),
            (std::vector<float>{1600, 1700, 1800, 1900, 2000, 2100, 2200, 2300}));
}

TEST_F(Npz, MedMnistKeysAreSplitsInOrder) {
  const std::string one = npy("|u1", "(1, 1, 2)", "yz");
  const std::string one_label = npy("|u1", "(1,)", std::string(1, '\0'));
  for (const zip_int32_t method : {ZIP_CM_STORE, ZIP_CM_DEFLATE}) {
    const DataSet data = parse(zipped({{"test_labels.npy", one_label},
                                       {"test_images.npy", one},
                                       {"val_images.npy", one},
                                       {"val_labels.npy", one_label},
                                       {"train_images.npy", three},
                                       {"train_labels.npy", three_labels}},
                                      method));
    EXPECT_EQ(paths_of(data), (Names{"train/0", "train/1", "train/2", "val/0", "test/0"}));
    EXPECT_EQ(data.records[3].split, Split::validation);
    EXPECT_EQ(data.label_columns.at(0).classes, (Names{"0", "1"}));
    EXPECT_EQ(data.records[2].labels, (std::vector<std::int32_t>{1}));
    EXPECT_EQ(data.records[4].labels, (std::vector<std::int32_t>{0}));
    EXPECT_EQ(pixels_of<std::uint8_t>(data.pixels->read(4)), (std::vector<std::uint8_t>{'y', 'z'}));
  }
}

TEST_F(Npz, KnowsTheOtherKeys) {
  EXPECT_EQ(paths_of(parse(zipped({{"x_test.npy", three}, {"x_train.npy", three}}))).at(5), "test/2");
  for (const auto& keys : {std::pair("X", "y"), std::pair("x", "y"), std::pair("images", "labels")}) {
    const DataSet data = parse(zipped(
        {{keys.first + std::string(".npy"), three}, {keys.second + std::string(".npy"), three_labels}}));
    EXPECT_EQ(paths_of(data).at(2), "2");
    EXPECT_EQ(data.records[0].labels.size(), 1u);
  }
}

TEST_F(Npz, LabelsMayBeMissing) {
  const DataSet data = parse(zipped({{"images.npy", three}}));
  EXPECT_TRUE(data.label_columns.empty());
  EXPECT_TRUE(data.records[0].labels.empty());
  EXPECT_TRUE(data.notes.empty());
  EXPECT_TRUE(says(
      refusal(zipped(
          {{"train_images.npy", three}, {"train_labels.npy", three_labels}, {"test_images.npy", three}})),
      {"a.npz (test_images.npy)", "0 labels an image"}));
}

TEST_F(Npz, SaysWhatItDoesNotUse) {
  const DataSet data =
      parse(zipped({{"images.npy", three}, {"weights.npy", three}, {"readme.txt", "hello"}}));
  ASSERT_EQ(data.notes.size(), 1u);
  EXPECT_TRUE(says(data.notes[0], {"Not used", "weights"}));
}

TEST_F(Npz, NamesTheKeysWhenItKnowsNone) {
  EXPECT_TRUE(says(refusal(zipped({{"pictures.npy", three}, {"arr_0.npy", three}})),
                   {"a.npz", "arr_0, pictures", "train_images", "images, labels", "x_train"}));
  EXPECT_TRUE(says(refusal(zipped({{"readme.txt", "hello"}})), {"archive without arrays"}));
  EXPECT_TRUE(says(refusal(zipped({{"train_labels.npy", three_labels}})), {"train_labels"}));
}

TEST_F(Npz, NamesTheMemberThatIsBroken) {
  EXPECT_TRUE(says(refusal(zipped({{"images.npy", npy("|u1", "(3, 1, 2)", counting(5))}})),
                   {"a.npz (images.npy)", "takes 6 bytes", "but 5 follow"}));
  EXPECT_TRUE(
      says(refusal(zipped({{"images.npy", npy("|u1", "(3, 1, 2)", counting(7))}})), {"but 7 follow"}));
  EXPECT_TRUE(says(refusal(zipped({{"images.npy", npy("|O", "(3, 1, 2)", "")}})),
                   {"a.npz (images.npy)", "Python objects"}));
  EXPECT_TRUE(says(refusal(zipped({{"images.npy", three}, {"labels.npy", npy("|u1", "(2,)", "ab")}})),
                   {"a.npz (labels.npy)", "2 labels", "3 images"}));
}

TEST_F(Npz, ChecksTheCrc) {
  for (const zip_int32_t method : {ZIP_CM_STORE, ZIP_CM_DEFLATE}) {
    std::string file = zipped({{"images.npy", npy("|u1", "(1, 50, 50)", std::string(2500, 'q'))}}, method);
    // The CRC-32 of the first member, APPNOTE.TXT 4.3.7 and 4.3.12: in its local and its central header.
    const std::size_t central = file.rfind("PK\x01\x02");
    file[14] = static_cast<char>(file[14] ^ 1);
    file[central + 16] = static_cast<char>(file[central + 16] ^ 1);
    EXPECT_TRUE(says(refusal(file), {"a.npz (images.npy)", "CRC"})) << method;
  }
}

TEST_F(Npz, RefusesSizesThatNoDeflateStreamReaches) {
  const std::string claims = npy("|u1", "(1, 40000, 50000)", "short");
  std::string file = zipped({{"images.npy", claims}}, ZIP_CM_DEFLATE);
  const std::uint64_t size = claims.size() - 5 + 2'000'000'000;
  const std::size_t central = file.rfind("PK\x01\x02");
  file.replace(22, 4, little(size, 4));
  file.replace(central + 24, 4, little(size, 4));
  EXPECT_TRUE(says(refusal(file), {"a.npz (images.npy)", "claims " + std::to_string(size) + " bytes"}));
}

TEST_F(Npz, RefusesTruncatedAndForeignFiles) {
  const std::string whole = zipped({{"images.npy", three}, {"labels.npy", three_labels}});
  for (const std::size_t size : {std::size_t{0}, std::size_t{10}, whole.size() / 2, whole.size() - 1}) {
    EXPECT_TRUE(says(refusal(whole.substr(0, size)), {"a.npz", "archive"})) << size;
  }
  EXPECT_TRUE(says(refusal("a text file"), {"a.npz", "archive", "numpy.savez"}));
  EXPECT_TRUE(says(refusal(zipped({{"images.npy", three}}, ZIP_CM_BZIP2)), {"compression method 12"}));
}

TEST_F(Npz, RefusesAKeyThatIsThereTwice) {
  std::string file = zipped({{"images.npy", three}, {"imagez.npy", three}});
  for (std::size_t at = file.find("imagez"); at != std::string::npos; at = file.find("imagez"))
    file[at + 5] = 's';
  EXPECT_TRUE(says(refusal(file), {"a.npz", "\"images\" twice"}));
}

TEST_F(Npz, NamesWhatCannotBeOpened) {
  EXPECT_TRUE(says(message_of([&] { open_npz(folder() / "none.npz", {}); }), {"none.npz", "No such file"}));
  EXPECT_TRUE(says(message_of([&] { open_npz(folder(), {}); }), {"not a regular file"}));
  const auto path = write("set.npz", zipped({{"images.npy", three}}));
  EXPECT_EQ(open_npz(path, {}).name, "set.npz");
  EXPECT_EQ(open_npz(path, {}).path, path.string());
  ReadOptions options;
  options.labels = path;
  EXPECT_THROW(open_npz(path, options), UsageError);
}

TEST_F(Npz, ReadsPneumoniaMnist) {
  const auto shared = shared_data();
  if (!shared) GTEST_SKIP() << "FATHOM_SHARED names no folder of real data";
  // Counts and sums by NumPy 1.24.
  const DataSet data = open_npz(*shared / "pneumoniamnist.npz", {});
  ASSERT_EQ(data.records.size(), 2428u + 270u + 468u);
  EXPECT_EQ(data.records[2427].path, "train/2427");
  EXPECT_EQ(data.records[2428].path, "val/0");
  EXPECT_EQ(data.records[2698].path, "test/0");
  EXPECT_EQ(data.label_columns.at(0).classes, (Names{"0", "1"}));
  EXPECT_EQ(class_counts(data), (std::vector<std::size_t>{1214 + 135 + 234, 1214 + 135 + 234}));
  std::uint64_t sum = 0;
  for (const Record& record : data.records) sum += sum_of(data.pixels->read(record.source));
  EXPECT_EQ(sum, 273679017u + 30537618u + 52669370u);
  EXPECT_EQ(sum_of(data.pixels->read(17)), 102648u);
  EXPECT_EQ(sum_of(data.pixels->read(2698 + 467)), 118026u);
}

}  // namespace
}  // namespace fathom
