#include "fathom/core/matrix.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <utility>

namespace fathom {
namespace {

TEST(Matrix, HasRowsOfItsOwn) {
  Matrix<float> matrix(2, 3);
  matrix.row(1)[2] = 5;
  EXPECT_EQ(matrix.rows(), 2u);
  EXPECT_EQ(std::vector<float>(matrix.values().begin(), matrix.values().end()),
            (std::vector<float>{0, 0, 0, 0, 0, 5}));
  Matrix<float> copy = matrix;
  copy.row(1)[2] = 6;
  EXPECT_EQ(std::as_const(matrix).row(1)[2], 5);
}

TEST(Matrix, BeginsOnACacheLine) {
  for (const std::size_t rows : {std::size_t{1}, std::size_t{3}, std::size_t{100'000}}) {
    const Matrix<float> matrix(rows, 33);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(matrix.values().data()) % 64, 0u) << rows;
  }
}

TEST(Matrix, LivesInAPlaceThatItKeeps) {
  const std::shared_ptr<int[]> place(new int[6]{1, 2, 3, 4, 5, 6});
  {
    Matrix<int> matrix(place, 1, 2, 3);
    EXPECT_EQ(matrix.rows(), 1u);
    EXPECT_EQ(matrix.values().size(), 2u);
    matrix.resize_rows(3);
    EXPECT_EQ(std::as_const(matrix).row(2)[1], 6);
    matrix.row(0)[0] = 9;
    EXPECT_EQ(place[0], 9);
    EXPECT_NO_THROW(matrix.reserve_rows(3));
    EXPECT_THROW(matrix.reserve_rows(4), InternalError);
    EXPECT_THROW(matrix.resize_rows(4), InternalError);
    const Matrix<int> moved = std::move(matrix);
    EXPECT_EQ(moved.row(0)[0], 9);
    EXPECT_EQ(place.use_count(), 2);
  }
  EXPECT_EQ(place.use_count(), 1);
}

TEST(Matrix, AViewIsSharedAndNotWritten) {
  std::shared_ptr<const int[]> place(new int[4]{1, 2, 3, 4});
  Matrix<int> view = Matrix<int>::view(place, 2, 2);
  const Matrix<int> copy = view;
  place.reset();
  EXPECT_EQ(copy.row(1)[0], 3);
  EXPECT_EQ(copy.values().data(), std::as_const(view).values().data());
  EXPECT_THROW(static_cast<void>(view.row(0)), InternalError);
  EXPECT_THROW(view.resize_rows(1), InternalError);
}

}  // namespace
}  // namespace fathom
