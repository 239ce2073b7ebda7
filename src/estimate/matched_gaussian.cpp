#include "fathom/estimate/matched_gaussian.h"

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <vector>

#include "fathom/core/parallel.h"
#include "fathom/core/random.h"

namespace fathom {

namespace {

using Rows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using RowsMap = Eigen::Map<Rows>;

constexpr std::uint64_t kNormalStream = std::uint64_t{0x6761757373} << 24;  // apart from other uses of a seed
constexpr std::size_t kBlock = 256;                                         // rows or columns at a time

std::size_t blocks(std::size_t count) {
  return (count + kBlock - 1) / kBlock;
}

/// begin .. begin + size of a block.
struct Block {
  Eigen::Index begin, size;
  Block(std::size_t index, std::size_t count)
      : begin(static_cast<Eigen::Index>(index * kBlock)),
        size(static_cast<Eigen::Index>(std::min(kBlock, count - index * kBlock))) {}
};

RowsMap mapped(Matrix<float>& rows) {
  return {rows.row(0).data(), static_cast<Eigen::Index>(rows.rows()), static_cast<Eigen::Index>(rows.cols())};
}

Eigen::RowVectorXd remove_mean(RowsMap rows) {
  Eigen::RowVectorXd sum = Eigen::RowVectorXd::Zero(rows.cols());
  for (Eigen::Index i = 0; i < rows.rows(); ++i) sum += rows.row(i).cast<double>();
  const Eigen::RowVectorXd mean = sum / static_cast<double>(rows.rows());
  for (Eigen::Index i = 0; i < rows.rows(); ++i) {
    rows.row(i) = (rows.row(i).cast<double>() - mean).cast<float>();
  }
  return mean;
}

void add_mean(RowsMap rows, const Eigen::RowVectorXd& mean) {
  for (Eigen::Index i = 0; i < rows.rows(); ++i) {
    rows.row(i) = (rows.row(i).cast<double>() + mean).cast<float>();
  }
}

/// Independent standard normal numbers for one row.
template <class Values>
void fill_normal(Values values, std::uint64_t seed, Eigen::Index row) {
  Generator generator = make_generator(seed, kNormalStream + static_cast<std::uint64_t>(row));
  for (Eigen::Index j = 0; j < values.size(); ++j) {
    values(j) = static_cast<typename Values::Scalar>(standard_normal(generator));
  }
}

/// The lower triangle of X'X, block by block; each sums the rows in their order.
Eigen::MatrixXd products_of_columns(const RowsMap& rows, unsigned threads, Progress& progress) {
  const auto cols = static_cast<std::size_t>(rows.cols());
  Eigen::MatrixXd products(rows.cols(), rows.cols());
  std::vector<std::pair<std::size_t, std::size_t>> tiles;
  for (std::size_t i = 0; i < blocks(cols); ++i)
    for (std::size_t j = 0; j <= i; ++j) tiles.emplace_back(i, j);
  parallel_for(tiles.size(), threads, [&](std::size_t t, unsigned) {
    progress.check();
    const Block down(tiles[t].first, cols), across(tiles[t].second, cols);
    Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(down.size, across.size);
    for (std::size_t r = 0; r < blocks(static_cast<std::size_t>(rows.rows())); ++r) {
      const Block part(r, static_cast<std::size_t>(rows.rows()));
      const auto block = rows.middleRows(part.begin, part.size);
      const Eigen::MatrixXd left = block.middleCols(down.begin, down.size).cast<double>();
      const Eigen::MatrixXd right = block.middleCols(across.begin, across.size).cast<double>();
      sum.noalias() += left.transpose() * right;
    }
    products.block(down.begin, across.begin, down.size, across.size) = sum;
  });
  return products;
}

/// D <= N.
void draw_by_factor(RowsMap rows, std::uint64_t seed, unsigned threads, Progress& progress) {
  Eigen::MatrixXd products = products_of_columns(rows, threads, progress);
  const Eigen::LDLT<Eigen::Ref<Eigen::MatrixXd>> factor(products);  // P'L D L'P, where the products were
  const Eigen::VectorXd scale =
      (factor.vectorD().cwiseMax(0.0) / static_cast<double>(rows.rows() - 1)).cwiseSqrt();
  const auto count = static_cast<std::size_t>(rows.rows());
  parallel_for(blocks(count), threads, [&](std::size_t b, unsigned) {
    progress.check();
    const Block block(b, count);
    Eigen::MatrixXd drawn(rows.cols(), block.size);
    for (Eigen::Index i = 0; i < block.size; ++i) fill_normal(drawn.col(i), seed, block.begin + i);
    const Eigen::MatrixXd scaled = scale.asDiagonal() * drawn;
    const Eigen::MatrixXd mixed = factor.matrixL() * scaled;
    const Eigen::MatrixXd placed = factor.transpositionsP().transpose() * mixed;
    rows.middleRows(block.begin, block.size) = placed.transpose().cast<float>();
  });
}

/// D > N.
void draw_by_mixing(RowsMap rows, std::uint64_t seed, unsigned threads, Progress& progress) {
  const auto count = static_cast<std::size_t>(rows.rows()), cols = static_cast<std::size_t>(rows.cols());
  Rows normal(rows.rows(), rows.rows());
  parallel_for(count, threads, [&](std::size_t i, unsigned) {
    fill_normal(normal.row(static_cast<Eigen::Index>(i)), seed, static_cast<Eigen::Index>(i));
  });
  normal /= std::sqrt(static_cast<float>(count - 1));
  parallel_for(blocks(cols), threads, [&](std::size_t b, unsigned) {
    progress.check();
    const Block block(b, cols);
    const Eigen::MatrixXf kept = rows.middleCols(block.begin, block.size);
    const Eigen::MatrixXf mixed = normal * kept;
    rows.middleCols(block.begin, block.size) = mixed;
  });
}

}  // namespace

void match_gaussian(Matrix<float>& rows, std::uint64_t seed, unsigned threads, Progress& progress) {
  FATHOM_CHECK(rows.rows() >= 2);
  const RowsMap map = mapped(rows);
  const Eigen::RowVectorXd mean = remove_mean(map);
  if (rows.cols() <= rows.rows()) {
    draw_by_factor(map, seed, threads, progress);
  } else {
    draw_by_mixing(map, seed, threads, progress);
  }
  add_mean(map, mean);
}

std::uint64_t matched_gaussian_bytes(std::size_t rows, std::size_t cols, unsigned threads) {
  if (cols <= rows) {
    const std::uint64_t working = 4 * kBlock * std::max(cols, kBlock) * sizeof(double);
    return cols * cols * sizeof(double) + threads * working;
  }
  const std::uint64_t working = 2 * kBlock * rows * sizeof(float);
  return rows * rows * sizeof(float) + threads * working;
}

}  // namespace fathom
