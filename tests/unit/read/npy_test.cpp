#include "fathom/read/npy.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "unit/read/array_files.h"

namespace fathom {
namespace {

using Shape = std::vector<std::size_t>;

Array parse(const std::string& file) {
  return parse_npy(bytes_of(file), "a.npy");
}
std::string refusal(const std::string& file) {
  return message_of([&] { parse(file); });
}

TEST(Npy, ReadsWhatNumPyWrote) {
  // numpy.save(file, numpy.asfortranarray(numpy.arange(6, dtype="f4").reshape(2, 3) / 2)), NumPy 1.24.
  std::string file("\x93NUMPY\x01\x00\x76\x00", 10);
  file += "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }" + std::string(59, ' ') + "\n";
  file += std::string(
      "\x00\x00\x00\x00\x00\x00\xc0\x3f\x00\x00\x00\x3f\x00\x00\x00\x40\x00\x00\x80\x3f\x00\x00\x20\x40", 24);
  const Array array = parse(file);
  EXPECT_EQ(array.shape, (Shape{2, 3}));
  EXPECT_EQ(array.type, PixelType::float32);
  EXPECT_EQ(values_of<float>(array), (std::vector<float>{0, 0.5F, 1, 1.5F, 2, 2.5F}));
}

TEST(Npy, BytesAndBooleansStayBytes) {
  for (const char* descr : {"|u1", "<u1", ">u1", "u1", "|b1"}) {
    const Array array = parse(npy(descr, "(3,)", std::string("\x00\x01\x01", 3)));
    EXPECT_EQ(array.type, PixelType::uint8) << descr;
    EXPECT_EQ(values_of<std::uint8_t>(array), (std::vector<std::uint8_t>{0, 1, 1})) << descr;
  }
}

TEST(Npy, WidensSmallIntegersToSingle) {
  const Array bytes = parse(npy("|i1", "(3,)", "\x80\xff\x7f"));
  EXPECT_EQ(bytes.type, PixelType::float32);
  EXPECT_EQ(values_of<float>(bytes), (std::vector<float>{-128, -1, 127}));
  const std::vector<float> expected = {-32768, -2, 258};
  EXPECT_EQ(
      values_of<float>(parse(npy("<i2", "(3,)", little(0x8000, 2) + little(0xfffe, 2) + little(258, 2)))),
      expected);
  EXPECT_EQ(values_of<float>(parse(npy(">i2", "(3,)", big(0x8000, 2) + big(0xfffe, 2) + big(258, 2)))),
            expected);
}

TEST(Npy, KeepsUnsigned16) {
  const std::vector<std::uint16_t> expected = {1, 65535};
  EXPECT_EQ(values_of<std::uint16_t>(parse(npy("<u2", "(2,)", little(1, 2) + little(65535, 2)))), expected);
  EXPECT_EQ(values_of<std::uint16_t>(parse(npy(">u2", "(2,)", big(1, 2) + big(65535, 2)))), expected);
}

TEST(Npy, WidensLargeIntegersToDouble) {
  EXPECT_EQ(values_of<double>(parse(npy("<u4", "(2,)", little(0xffffffff, 4) + little(7, 4)))),
            (std::vector<double>{4294967295.0, 7}));
  EXPECT_EQ(values_of<double>(parse(npy(">i4", "(1,)", big(0x80000000, 4)))),
            (std::vector<double>{-2147483648.0}));
  const std::uint64_t most = std::uint64_t{1} << 53;
  EXPECT_EQ(values_of<double>(parse(npy("<u8", "(1,)", little(most, 8)))),
            (std::vector<double>{9007199254740992.0}));
  EXPECT_EQ(values_of<double>(parse(npy(">i8", "(2,)", big(~most + 1, 8) + big(~std::uint64_t{0}, 8)))),
            (std::vector<double>{-9007199254740992.0, -1}));
}

TEST(Npy, RefusesIntegersADoubleCannotHold) {
  const std::uint64_t most = std::uint64_t{1} << 53;
  EXPECT_TRUE(says(refusal(npy("<i8", "(3,)", little(5, 8) + little(6, 8) + little(most + 1, 8))),
                   {"a.npy: value 2 ", "9007199254740993", "2^53"}));
  EXPECT_TRUE(says(refusal(npy("<u8", "(1,)", little(most + 1, 8))), {"value 0 ", "9007199254740993"}));
  // Fortran order: stored third, but the value of row 0, column 1.
  EXPECT_TRUE(says(
      refusal(npy("<i8", "(2, 2)", little(0, 8) + little(0, 8) + little(most + 1, 8) + little(0, 8), true)),
      {"value 1 "}));
}

TEST(Npy, WidensHalves) {
  // IEEE 754 binary16: 1, -2, largest, smallest normal, smallest subnormal, -0, infinity, NaN.
  std::string halves;
  for (const int bits : {0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x8000, 0x7c00, 0x7e00}) {
    halves += big(static_cast<std::uint64_t>(bits), 2);
  }
  const auto values = values_of<float>(parse(npy(">f2", "(8,)", halves)));
  EXPECT_EQ(std::vector<float>(values.begin(), values.begin() + 5),
            (std::vector<float>{1, -2, 65504, std::ldexp(1.0F, -14), std::ldexp(1.0F, -24)}));
  EXPECT_TRUE(values[5] == 0 && std::signbit(values[5]));
  EXPECT_EQ(values[6], std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(values[7]));
}

TEST(Npy, ReadsFloatsInBothByteOrders) {
  const auto single = std::bit_cast<std::uint32_t>(-1.5F);
  const auto real = std::bit_cast<std::uint64_t>(1e300);
  EXPECT_EQ(values_of<float>(parse(npy(">f4", "(1,)", big(single, 4)))), (std::vector<float>{-1.5F}));
  EXPECT_EQ(values_of<double>(parse(npy("<f8", "(1,)", little(real, 8)))), (std::vector<double>{1e300}));
  EXPECT_EQ(values_of<double>(parse(npy(">f8", "(1,)", big(real, 8)))), (std::vector<double>{1e300}));
}

TEST(Npy, PutsFortranOrderIntoCOrder) {
  // a[i, j, k] = 100 i + 10 j + k, of shape (70, 3, 2): more rows than are moved at a time.
  std::string stored;
  for (int k = 0; k < 2; ++k) {
    for (int j = 0; j < 3; ++j) {
      for (int i = 0; i < 70; ++i) stored += little(static_cast<std::uint64_t>(100 * i + 10 * j + k), 2);
    }
  }
  const auto values = values_of<std::uint16_t>(parse(npy("<u2", "(70, 3, 2)", stored, true)));
  std::size_t at = 0;
  for (int i = 0; i < 70; ++i) {
    for (int j = 0; j < 3; ++j) {
      for (int k = 0; k < 2; ++k) ASSERT_EQ(values[at++], 100 * i + 10 * j + k) << i << " " << j << " " << k;
    }
  }
}

TEST(Npy, ReadsMoreValuesThanABlock) {
  std::string stored;
  for (int i = 0; i < 70000; ++i) stored += big(static_cast<std::uint64_t>(i), 4);
  const auto values = values_of<double>(parse(npy(">u4", "(700, 100)", stored)));
  for (std::size_t i = 0; i < values.size(); ++i) ASSERT_EQ(values[i], static_cast<double>(i));
}

TEST(Npy, ReadsAllVersionsAndSpellings) {
  const std::string header = "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }";
  for (const int version : {1, 2, 3}) EXPECT_EQ(parse(npy_with_header(header, "ab", version)).size(), 2u);
  for (const char* spelling : {
           "{\"shape\":(2,),\"descr\":\"|u1\",\"fortran_order\":False}",
           "  { 'descr' : '|u1' , 'fortran_order' : False , 'shape' : ( 2 , ) }  \n",
           "{'descr': '|u1', 'fortran_order': True, 'shape': (1, 2)}",
           "{'descr': '|u1', 'fortran_order': True, 'shape': (1, 2,)}",
           "{'descr': '|u1', 'fortran_order': False, 'shape': (2L,)}",
       }) {
    EXPECT_EQ(parse(npy_with_header(spelling, "ab")).size(), 2u) << spelling;
  }
  EXPECT_EQ(parse(npy("|u1", "()", "a")).shape, Shape{});
  EXPECT_EQ(parse(npy("|u1", "(0, 5)", "")).size(), 0u);
}

TEST(Npy, RefusesWhatIsNoPlainNumber) {
  EXPECT_TRUE(says(refusal(npy("|O", "(2,)", "")), {"a.npy: ", "Python objects", "\"|O\"", "astype"}));
  EXPECT_TRUE(says(refusal(npy("<c16", "(2,)", "")), {"complex", "\"<c16\""}));
  EXPECT_TRUE(says(refusal(npy("<U5", "(2,)", "")), {"text", "\"<U5\""}));
  EXPECT_TRUE(says(refusal(npy("|S5", "(2,)", "")), {"text", "\"|S5\""}));
  EXPECT_TRUE(says(refusal(npy("<M8[ns]", "(2,)", "")), {"dates", "\"<M8[ns]\""}));
  EXPECT_TRUE(says(refusal(npy("<f16", "(2,)", "")), {"long doubles", "\"<f16\""}));
  EXPECT_TRUE(says(refusal(npy("|V4", "(2,)", "")), {"records", "\"|V4\""}));
  EXPECT_TRUE(says(refusal(npy("<i3", "(2,)", "")), {"unknown kind", "\"<i3\""}));
  EXPECT_TRUE(says(refusal(npy("", "(2,)", "")), {"\"\""}));
  const std::string fields =
      "{'descr': [('x', '<f4'), ('y', '<i2')], 'fortran_order': False, 'shape': (2,), }";
  EXPECT_TRUE(says(refusal(npy_with_header(fields, "")), {"records", "('x', '<f4')"}));
}

TEST(Npy, RefusesABrokenHeader) {
  const auto header = [](const std::string& text) { return refusal(npy_with_header(text, "ab")); };
  EXPECT_TRUE(says(header(""), {"lacks a {"}));
  EXPECT_TRUE(says(header("{'descr': '|u1', 'shape': (2,)}"), {"lacks the key \"fortran_order\""}));
  EXPECT_TRUE(says(header("{'fortran_order': False, 'shape': (2,)}"), {"lacks the key \"descr\""}));
  EXPECT_TRUE(says(header("{'descr': '|u1', 'fortran_order': False}"), {"lacks the key \"shape\""}));
  EXPECT_TRUE(says(header("{'descr': '|u1', 'descr': '|u1', 'shape': (2,)}"), {"repeated key \"descr\""}));
  EXPECT_TRUE(says(header("{'extra': 1}"), {"unknown", "\"extra\""}));
  EXPECT_TRUE(
      says(header("{'descr': '|u1', 'fortran_order': 0, 'shape': (2,)}"), {"neither True nor False"}));
  EXPECT_TRUE(says(header("{'descr': '|u1', 'fortran_order': False, 'shape': (2)}"), {"not a tuple"}));
  EXPECT_TRUE(says(header("{'descr': '|u1', 'fortran_order': False, 'shape': (-2,)}"), {"no whole number"}));
  EXPECT_TRUE(says(header("{'descr': '|u1', 'fortran_order': False, 'shape': (2.0,)}"), {"lacks a )"}));
  EXPECT_TRUE(
      says(header("{'descr': '|u1', 'fortran_order': False, 'shape': (2,)} + x"), {"goes on", "+ x"}));
  EXPECT_TRUE(says(header("{'descr': '|u1"), {"quoted string"}));
  EXPECT_TRUE(says(header("{'descr': '|u1\\x41'}"), {"escapes"}));
  std::string axes;
  for (int i = 0; i < 33; ++i) axes += "1,";
  EXPECT_TRUE(says(header("{'descr': '|u1', 'fortran_order': False, 'shape': (" + axes + ")}"),
                   {"more than 32 axes"}));
}

TEST(Npy, RefusesShapesBeyondMemoryBeforeSettingItAside) {
  EXPECT_TRUE(says(refusal(npy("|u1", "(99999999999999999999,)", "a")), {"beyond any memory"}));
  EXPECT_TRUE(says(refusal(npy("|u1", "(4294967296, 4294967296)", "a")), {"beyond any memory"}));
  EXPECT_TRUE(says(refusal(npy("<f8", "(0, 4294967296, 4294967296)", "")), {"beyond any memory"}));
  EXPECT_TRUE(says(refusal(npy("|u1", "(1000000000000,)", "abc")),
                   {"(1000000000000,)", "1000000000000 bytes", "but 3 follow"}));
}

TEST(Npy, RefusesMoreOrFewerValuesThanTheHeaderClaims) {
  EXPECT_TRUE(says(refusal(npy("<u2", "(2, 3)", counting(11))),
                   {"a.npy", "(2, 3)", "takes 12 bytes", "but 11 follow"}));
  EXPECT_TRUE(says(refusal(npy("<u2", "(2, 3)", counting(13))), {"takes 12 bytes", "but 13 follow"}));
  EXPECT_TRUE(says(refusal(npy("|u1", "(2,)", counting(200000))), {"takes 2 bytes", "but 200000 follow"}));
}

TEST(Npy, RefusesWhatIsNoNpy) {
  EXPECT_TRUE(says(refusal(""), {"a.npy", "not a .npy file"}));
  EXPECT_TRUE(says(refusal("a text"), {"not a .npy file"}));
  EXPECT_TRUE(says(refusal("\x93NUMPY"), {"ends within"}));
  EXPECT_TRUE(says(refusal(npy_with_header("{}", "", 4)), {"version 4.0"}));
  const std::string whole = npy("|u1", "(2,)", "ab");
  for (std::size_t size = 8; size < whole.size() - 2; ++size) {
    EXPECT_TRUE(says(refusal(whole.substr(0, size)), {"ends within"})) << size;
  }
  EXPECT_TRUE(
      says(refusal(std::string("\x93NUMPY\x02\x00\xff\xff\xff\x7f", 12)), {"header of 2147483647 bytes"}));
}

using NpyFiles = ArrayFiles;

TEST_F(NpyFiles, OpensImagesWithLabels) {
  const auto images = write("digits.npy", npy("|u1", "(3, 1, 2)", counting(6)));
  ReadOptions options;
  options.labels = write("labels.npy", npy("<i8", "(3,)", little(4, 8) + little(2, 8) + little(4, 8)));
  const DataSet data = open_npy(images, options);
  EXPECT_EQ(data.name, "digits.npy");
  EXPECT_EQ(data.path, images.string());
  EXPECT_EQ(data.format, "npy");
  ASSERT_EQ(data.records.size(), 3u);
  EXPECT_EQ(data.records[2].path, "2");
  EXPECT_EQ(data.records[2].split, Split::none);
  EXPECT_EQ(data.label_columns.at(0).classes, (std::vector<std::string>{"2", "4"}));
  EXPECT_EQ(data.records[0].labels, (std::vector<std::int32_t>{1}));
  EXPECT_EQ(data.records[1].labels, (std::vector<std::int32_t>{0}));
  EXPECT_EQ(pixels_of<std::uint8_t>(data.pixels->read(1)), (std::vector<std::uint8_t>{2, 3}));
  EXPECT_TRUE(open_npy(images, {}).label_columns.empty());
}

TEST_F(NpyFiles, RefusesLabelsInAnotherForm) {
  const auto images = write("digits.npy", npy("|u1", "(3, 1, 2)", counting(6)));
  ReadOptions options;
  options.labels = write("labels.csv", "path,label\n0,1\n");
  EXPECT_THROW(open_npy(images, options), UsageError);
  EXPECT_TRUE(says(message_of([&] { open_npy(images, options); }), {"--labels", "labels.csv"}));
  options.labels = write("labels.npy", npy("|u1", "(2,)", "ab"));
  EXPECT_TRUE(says(message_of([&] { open_npy(images, options); }),
                   {"labels.npy", "2 labels", "digits.npy", "3 images"}));
}

TEST_F(NpyFiles, NamesWhatCannotBeOpened) {
  EXPECT_TRUE(says(message_of([&] { read_npy(folder() / "none.npy"); }), {"none.npy", "No such file"}));
  EXPECT_TRUE(says(message_of([&] { read_npy(folder()); }), {"not a regular file"}));
  EXPECT_FALSE(is_npy_file(folder() / "none.npy"));
  EXPECT_FALSE(is_npy_file(write("text.npy", "text")));
  EXPECT_TRUE(is_npy_file(write("digits", npy("|u1", "(1,)", "a"))));
}

class NpyOnDisk : public ArrayFiles {
 protected:
  /// A header padded as NumPy pads it, to 64 bytes.
  static std::string padded(const std::string& descr, const std::string& shape, const std::string& values,
                            bool fortran = false) {
    std::string header = "{'descr': '" + descr + "', 'fortran_order': " + (fortran ? "True" : "False") +
                         ", 'shape': " + shape + ", }";
    header += std::string(118 - header.size() - 1, ' ') + "\n";
    return npy_with_header(header, values);
  }
  Array read(const std::string& contents) const {
    write("a.npy", contents);
    return read_npy(folder() / "a.npy");
  }
};

TEST_F(NpyOnDisk, ValuesThatNeedNoChangeStayInTheFile) {
  const Array bytes = read(padded("|u1", "(2, 3)", "\x01\x02\x03\x04\x05\x06"));
  EXPECT_TRUE(bytes.in_file);
  std::filesystem::remove(folder() / "a.npy");
  EXPECT_EQ(bytes.shape, (Shape{2, 3}));
  EXPECT_EQ(values_of<std::uint8_t>(bytes), (std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6}));
  const Array doubles = read(padded("<f8", "(1,)", little(std::bit_cast<std::uint64_t>(2.5), 8)));
  EXPECT_TRUE(doubles.in_file);
  EXPECT_EQ(values_of<double>(doubles), std::vector<double>{2.5});
}

TEST_F(NpyOnDisk, OthersAreRead) {
  EXPECT_FALSE(read(padded(">f4", "(1,)", big(0, 4))).in_file);
  EXPECT_FALSE(read(padded("<i2", "(1,)", little(1, 2))).in_file);
  EXPECT_FALSE(read(padded("|u1", "(0, 3)", "")).in_file);
  const Array turned = read(padded("|u1", "(2, 2)", "\x01\x02\x03\x04", true));
  EXPECT_FALSE(turned.in_file);
  EXPECT_EQ(values_of<std::uint8_t>(turned), (std::vector<std::uint8_t>{1, 3, 2, 4}));
  // Values that do not begin at a multiple of their size.
  EXPECT_FALSE(
      read(npy_with_header("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }", little(0, 8)))
          .in_file);
}

TEST_F(NpyOnDisk, OtherLengthsAreRefusedAsEver) {
  for (const char* shape : {"(2, 3)", "(5,)", "(18446744073709551615, 2)", "()"}) {
    const std::string message = message_of([&] { read(padded("|u1", shape, "\x01\x02")); });
    EXPECT_NE(message.find("a.npy"), std::string::npos) << message;
    EXPECT_NE(message.find("shape"), std::string::npos) << message;
  }
}

}  // namespace
}  // namespace fathom
