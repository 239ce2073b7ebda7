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

}  // namespace
}  // namespace fathom
