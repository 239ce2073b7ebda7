#include "estimate/neighborhood.h"

#include <algorithm>
#include <variant>

namespace fathom {

namespace {

constexpr std::size_t kComponents = 256;  // at a time, so that a block stays in the cache

std::vector<std::uint32_t> rows_of_neighbors(const Sample& sample, std::size_t row, std::size_t k) {
  std::vector<std::uint32_t> rows;
  for (const ImageIndex point : sample.neighbors.index(row).first(k)) {
    rows.push_back(sample.rows[number(point)]);
  }
  return rows;
}

/// Components first .. first + out.rows() of the differences, a column each.
template <class T>
void fill_differences(const Matrix<T>& matrix, std::uint32_t center, std::span<const std::uint32_t> others,
                      std::size_t first, Eigen::Ref<Eigen::MatrixXd> out) {
  const T* origin = matrix.row(center).data() + first;
  for (std::size_t j = 0; j < others.size(); ++j) {
    const T* other = matrix.row(others[j]).data() + first;
    double* column = out.col(static_cast<Eigen::Index>(j)).data();
    for (Eigen::Index c = 0; c < out.rows(); ++c) {
      column[c] = static_cast<double>(other[c]) - static_cast<double>(origin[c]);
    }
  }
}

}  // namespace

Eigen::MatrixXd differences_to_neighbors(const Sample& sample, std::size_t row, std::size_t k) {
  const std::vector<std::uint32_t> others = rows_of_neighbors(sample, row, k);
  const std::uint32_t center = sample.rows[sample.neighbors.place(row)];
  Eigen::MatrixXd differences(static_cast<Eigen::Index>(sample.matrix.stored_cols()),
                              static_cast<Eigen::Index>(k));
  std::visit([&](const auto& matrix) { fill_differences(matrix, center, others, 0, differences); },
             sample.matrix.stored);
  return differences;
}

Eigen::MatrixXd products_of_neighbors(const Sample& sample, std::size_t row, std::size_t k) {
  const std::vector<std::uint32_t> others = rows_of_neighbors(sample, row, k);
  const std::uint32_t center = sample.rows[sample.neighbors.place(row)];
  const auto size = static_cast<Eigen::Index>(k);
  const std::size_t components = sample.matrix.stored_cols();
  Eigen::MatrixXd products = Eigen::MatrixXd::Zero(size, size);
  Eigen::MatrixXd block(static_cast<Eigen::Index>(std::min(kComponents, components)), size);
  for (std::size_t first = 0; first < components; first += kComponents) {
    if (components - first < kComponents) block.resize(static_cast<Eigen::Index>(components - first), size);
    std::visit([&](const auto& matrix) { fill_differences(matrix, center, others, first, block); },
               sample.matrix.stored);
    products.selfadjointView<Eigen::Lower>().rankUpdate(block.transpose());
  }
  products.triangularView<Eigen::StrictlyUpper>() = products.transpose();
  return products;
}

Eigen::MatrixXd centered(const Eigen::MatrixXd& products) {
  const Eigen::VectorXd means = products.rowwise().mean();
  Eigen::MatrixXd result = products;
  result.colwise() -= means;
  result.rowwise() -= means.transpose();
  result.array() += means.mean();
  return result;
}

}  // namespace fathom
