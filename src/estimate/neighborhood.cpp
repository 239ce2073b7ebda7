#include "estimate/neighborhood.h"

#include <algorithm>
#include <variant>

#include "fathom/core/error.h"

namespace fathom {

namespace {

constexpr std::size_t kComponents = 256;  // at a time, so that what is packed stays in the cache

}  // namespace

void Neighborhood::center_products(bool with_point, SquareMatrix& out) const {
  const std::size_t k = size(), all = with_point ? k + 1 : k;
  out.reset(all);
  thread_local std::vector<double> means;
  means.assign(all, 0.0);
  for (std::size_t i = 0; i < k; ++i) {
    const double* const from = products_->row(chosen_[i]);
    double* const to = out.row(i);
    to[i] = from[chosen_[i]];
    double sum = to[i];
    for (std::size_t j = i + 1; j < k; ++j) {
      to[j] = from[chosen_[j]];
      sum += to[j];
      means[j] += to[j];
    }
    means[i] += sum;
  }
  double mean = 0.0;
  for (double& one : means) mean += one /= static_cast<double>(all);
  mean /= static_cast<double>(all);
  for (std::size_t i = 0; i < all; ++i) {
    double* const to = out.row(i);
    for (std::size_t j = i; j < all; ++j) to[j] = to[j] - means[i] - means[j] + mean;
  }
}

void Neighborhood::center_covariance(const kernels::DoubleKernels& kernels, SquareMatrix& out) const {
  FATHOM_CHECK(components_ < kFewComponents);
  thread_local std::vector<const double*> rows;
  thread_local std::vector<double> sums;
  rows.clear();
  sums.assign(components_, 0.0);
  for (const std::uint32_t one : chosen_) {
    rows.push_back(vectors_[one]);
    for (std::size_t c = 0; c < components_; ++c) sums[c] += vectors_[one][c];
  }
  PackedVectors packed(kernels);
  packed.pack_columns(rows, components_);
  out.reset(components_);
  packed.add_products(packed, out.row(0), out.stride(), true);
  const auto points = static_cast<double>(size() + 1);
  for (std::size_t i = 0; i < components_; ++i) {
    for (std::size_t j = i; j < components_; ++j) out.row(i)[j] -= sums[i] * sums[j] / points;
  }
}

NeighborhoodProducts::NeighborhoodProducts(const Sample& sample, SimdLevel simd)
    : sample_(sample), components_(sample.matrix.stored_cols()), packed_(select_double_kernels(simd)) {}

void NeighborhoodProducts::take(std::size_t row, std::size_t count) {
  rows_.clear();
  for (const ImageIndex point : sample_.neighbors.index(row).first(count)) {
    rows_.push_back(sample_.rows[number(point)]);
  }
  const std::uint32_t center = sample_.rows[sample_.neighbors.place(row)];
  origin_.resize(components_);
  std::visit([&](const auto& matrix) { std::ranges::copy(matrix.row(center), origin_.begin()); },
             sample_.matrix.stored);
  products_.reset(count);
  for (std::size_t first = 0; first < components_; first += kComponents) {
    const std::size_t depth = std::min(kComponents, components_ - first);
    packed_.pack_rows(sample_.matrix, rows_, first, std::span(origin_).subspan(first, depth));
    packed_.add_products(packed_, products_.row(0), products_.stride(), true);
  }
  if (components_ < Neighborhood::kFewComponents) keep_vectors();
}

void NeighborhoodProducts::keep_vectors() {
  values_.resize(rows_.size() * components_);
  vectors_.clear();
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    double* const vector = values_.data() + i * components_;
    std::visit(
        [&](const auto& matrix) {
          const auto row = matrix.row(rows_[i]);
          for (std::size_t c = 0; c < components_; ++c) vector[c] = static_cast<double>(row[c]) - origin_[c];
        },
        sample_.matrix.stored);
    vectors_.push_back(vector);
  }
}

}  // namespace fathom
