#include "fathom/synth/npy.h"

#include <gtest/gtest.h>

#include <cstring>

#include "fathom/core/error.h"
#include "unit/synth/temporary_path.h"

namespace fathom {
namespace {

using testing::read_bytes;
using testing::TemporaryPath;

// What numpy.save writes for a (2, 3) array of float64: magic, version 1.0, a header of 118 bytes, so that
// the data begin at byte 128.
TEST(WriteNpy, IsByteForByteWhatNumPyWrites) {
  Matrix<double> matrix(2, 3);
  const double values[] = {0, 1, -2.5, 1e300, 4, 5};
  for (std::size_t i = 0; i < 6; ++i) matrix.row(i / 3)[i % 3] = values[i];
  const TemporaryPath scratch;
  write_npy(scratch / "a.npy", matrix);
  std::string header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }";
  header.append(117 - header.size(), ' ');
  std::string expected("\x93NUMPY\x01\x00\x76\x00", 10);
  expected += header + "\n";
  const std::size_t start = expected.size();
  ASSERT_EQ(start, 128u);
  expected.resize(start + sizeof values);
  std::memcpy(expected.data() + start, values, sizeof values);
  EXPECT_EQ(read_bytes(scratch / "a.npy"), expected);
}

TEST(WriteNpy, KeepsFloat32) {
  Matrix<float> matrix(2, 1);
  const float values[] = {-2.5F, 1e30F};
  for (std::size_t i = 0; i < 2; ++i) matrix.row(i)[0] = values[i];
  const TemporaryPath scratch;
  write_npy(scratch / "a.npy", matrix);
  const std::string bytes = read_bytes(scratch / "a.npy");
  EXPECT_NE(bytes.find("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }"), std::string::npos);
  ASSERT_EQ(bytes.size(), 128u + sizeof values);
  EXPECT_EQ(std::memcmp(bytes.data() + 128, values, sizeof values), 0);
}

TEST(WriteNpy, ReplacesAFileAndRefusesAMissingFolder) {
  const TemporaryPath scratch;
  std::ofstream(scratch / "a.npy") << "old";
  write_npy(scratch / "a.npy", Matrix<double>(1, 1));
  EXPECT_EQ(read_bytes(scratch / "a.npy").size(), 128u + 8u);
  EXPECT_THROW(write_npy(scratch / "absent/a.npy", Matrix<double>(1, 1)), InputError);
  EXPECT_EQ(scratch.entries(), 1u);
}

}  // namespace
}  // namespace fathom
