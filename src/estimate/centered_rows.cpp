#include "estimate/centered_rows.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <utility>
#include <variant>

#include "fathom/core/error.h"
#include "fathom/core/parallel.h"
#include "fathom/core/random.h"

namespace fathom {

namespace {

constexpr std::uint64_t kPointStream = 0x63656e74;  // apart from every other use of the seed
constexpr std::size_t kBlock = 256;                 // rows or columns at a time

std::size_t blocks(std::size_t count) {
  return (count + kBlock - 1) / kBlock;
}

std::size_t block_size(std::size_t block, std::size_t count) {
  return std::min(kBlock, count - block * kBlock);
}

std::vector<std::uint32_t> measured_rows(const Sample& sample, std::size_t components, std::uint64_t seed) {
  const NeighborTable& table = sample.neighbors;
  std::vector<std::uint32_t> rows;
  for (std::size_t i = 0; i < table.rows(); ++i) rows.push_back(sample.rows[table.place(i)]);
  if (components <= kMostProducts || rows.size() <= kMostProducts) return rows;
  Generator generator = make_generator(seed, kPointStream << 32);
  shuffle(std::span(rows), generator);
  rows.resize(kMostProducts);
  std::ranges::sort(rows);
  return rows;
}

}  // namespace

CenteredRows::CenteredRows(const Sample& sample, const EstimatorSettings& settings)
    : matrix_(sample.matrix),
      threads_(settings.threads),
      rows_(measured_rows(sample, sample.matrix.stored_cols(), settings.seed)),
      mean_(Eigen::RowVectorXd::Zero(static_cast<Eigen::Index>(sample.matrix.stored_cols()))) {
  const std::size_t columns = components();
  Eigen::RowVectorXd sums = mean_;
  parallel_for(blocks(columns), threads_, [&](std::size_t b, unsigned) {
    const std::size_t size = block_size(b, columns);
    auto sum = sums.segment(static_cast<Eigen::Index>(b * kBlock), static_cast<Eigen::Index>(size));
    for (std::size_t i = 0; i < points(); i += kBlock) {
      sum += block(i, std::min(kBlock, points() - i), b * kBlock, size).colwise().sum();
    }
  });
  mean_ = sums / static_cast<double>(points());
}

Eigen::MatrixXd CenteredRows::block(std::size_t row, std::size_t rows, std::size_t column,
                                    std::size_t columns) const {
  Eigen::MatrixXd values(static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(columns));
  std::visit(
      [&](const auto& matrix) {
        for (std::size_t i = 0; i < rows; ++i) {
          const auto stored = matrix.row(rows_[row + i]);
          for (std::size_t j = 0; j < columns; ++j) {
            values(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) =
                static_cast<double>(stored[column + j]) - mean_(static_cast<Eigen::Index>(column + j));
          }
        }
      },
      matrix_.stored);
  return values;
}

Eigen::MatrixXd CenteredRows::products(Progress& progress) const {
  const bool of_components = products_of_components();
  const std::size_t size = of_components ? components() : points();
  const std::size_t length = of_components ? points() : components();
  Eigen::MatrixXd products(static_cast<Eigen::Index>(size), static_cast<Eigen::Index>(size));
  std::vector<std::pair<std::size_t, std::size_t>> tiles;
  for (std::size_t i = 0; i < blocks(size); ++i)
    for (std::size_t j = 0; j <= i; ++j) tiles.emplace_back(i, j);
  const auto part = [&](std::size_t b, std::size_t l) {
    const std::size_t first = b * kBlock, count = block_size(b, size);
    const std::size_t along = l * kBlock, steps = block_size(l, length);
    return of_components ? block(along, steps, first, count)
                         : Eigen::MatrixXd(block(first, count, along, steps).transpose());
  };
  parallel_for(tiles.size(), threads_, [&](std::size_t t, unsigned) {
    progress.check();
    const auto [down, across] = tiles[t];
    const auto rows = static_cast<Eigen::Index>(block_size(down, size));
    const auto columns = static_cast<Eigen::Index>(block_size(across, size));
    Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(rows, columns);
    for (std::size_t l = 0; l < blocks(length); ++l) {
      const Eigen::MatrixXd left = part(down, l);
      if (down == across) {
        sum.noalias() += left.transpose() * left;
      } else {
        sum.noalias() += left.transpose() * part(across, l);
      }
    }
    const auto top = static_cast<Eigen::Index>(down * kBlock),
               side = static_cast<Eigen::Index>(across * kBlock);
    products.block(top, side, rows, columns) = sum;
    products.block(side, top, columns, rows) = sum.transpose();
  });
  return products;
}

std::vector<double> covariance_spectrum(const Eigen::MatrixXd& products, std::size_t points) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(products, Eigen::EigenvaluesOnly);
  FATHOM_CHECK(solver.info() == Eigen::Success);
  const Eigen::VectorXd& values = solver.eigenvalues();
  const double smallest = values(values.size() - 1) * 1e-13 * static_cast<double>(values.size());
  std::vector<double> spectrum;
  for (Eigen::Index i = values.size(); i-- > 0 && values(i) > smallest;) {
    spectrum.push_back(values(i) / static_cast<double>(points - 1));
  }
  return spectrum;
}

}  // namespace fathom
