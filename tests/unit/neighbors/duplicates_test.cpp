#include "fathom/neighbors/duplicates.h"

#include <gtest/gtest.h>

namespace fathom {
namespace {

RowMatrix rows_of(std::initializer_list<std::initializer_list<float>> rows) {
  Matrix<float> matrix(rows.size(), rows.begin()->size());
  std::size_t i = 0;
  for (const auto& row : rows) std::copy(row.begin(), row.end(), matrix.row(i++).begin());
  RowMatrix result;
  result.stored = std::move(matrix);
  return result;
}

TEST(Duplicates, GroupsEqualRowsByTheirFirst) {
  const Duplicates found = find_duplicates(rows_of({{1, 2}, {3, 4}, {1, 2}, {3, 5}, {3, 4}, {1, 2}}), 2);
  EXPECT_EQ(found.first, (std::vector<std::uint32_t>{0, 1, 0, 3, 1, 0}));
  EXPECT_EQ(found.distinct, (std::vector<std::uint32_t>{0, 1, 3}));
  EXPECT_EQ(found.groups, (std::vector<std::vector<std::uint32_t>>{{0, 2, 5}, {1, 4}}));
}

TEST(Duplicates, NegativeZeroIsZero) {
  const Duplicates found = find_duplicates(rows_of({{0.0f, 1.0f}, {-0.0f, 1.0f}}), 1);
  EXPECT_EQ(found.distinct.size(), 1u);
}

TEST(Duplicates, NoneAmongDistinctRows) {
  const Duplicates found = find_duplicates(rows_of({{1, 2}, {2, 1}}), 1);
  EXPECT_EQ(found.distinct.size(), 2u);
  EXPECT_TRUE(found.groups.empty());
}

// Rows are first compared in their middle alone.
TEST(Duplicates, RowsThatDifferAtTheirEndsOnlyAreDistinct) {
  for (const std::size_t cols : {1u, 2u, 255u, 256u, 257u, 258u, 1001u}) {
    Matrix<std::uint8_t> matrix(6, cols);
    matrix.row(1).front() = 1;
    matrix.row(2).back() = 2;
    matrix.row(4).front() = 1;
    matrix.row(5).back() = 2;
    RowMatrix rows;
    rows.stored = matrix;
    const Duplicates found = find_duplicates(rows, 2);
    EXPECT_EQ(found.first, (std::vector<std::uint32_t>{0, 1, 2, 0, 1, 2})) << cols;
    EXPECT_EQ(found.groups, (std::vector<std::vector<std::uint32_t>>{{0, 3}, {1, 4}, {2, 5}})) << cols;
  }
}

TEST(Duplicates, NegativeZeroIsZeroAnywhere) {
  Matrix<double> matrix(2, 700);
  for (std::size_t c = 0; c < 700; c += 3) matrix.row(1)[c] = -0.0;
  RowMatrix rows;
  rows.stored = matrix;
  EXPECT_EQ(find_duplicates(rows, 1).distinct.size(), 1u);
}

}  // namespace
}  // namespace fathom
