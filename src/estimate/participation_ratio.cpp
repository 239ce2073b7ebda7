#include "fathom/estimate/participation_ratio.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>

#include "estimate/centered_rows.h"
#include "estimate/halved_estimates.h"
#include "estimate/normal_uncertainty.h"

namespace fathom {

namespace {

constexpr std::size_t kMostForError = 1024;  // points; their variance is then known to 5 %
constexpr std::size_t kBlock = 256;

/// Of each of some points: |x|^2 and x' S x.
struct Forms {
  std::vector<double> squares, quadratic;
};

Forms forms_of(const CenteredRows& rows, const Eigen::MatrixXd& products, std::size_t points) {
  Forms forms;
  const auto scale = static_cast<double>(rows.points() - 1);
  for (std::size_t first = 0; first < points; first += kBlock) {
    const std::size_t count = std::min(kBlock, points - first);
    if (rows.products_of_components()) {
      const Eigen::MatrixXd block = rows.block(first, count, 0, rows.components());
      const Eigen::MatrixXd moved = block * products;
      for (Eigen::Index i = 0; i < block.rows(); ++i) {
        forms.squares.push_back(block.row(i).squaredNorm());
        forms.quadratic.push_back(block.row(i).dot(moved.row(i)) / scale);
      }
    } else {
      for (std::size_t i = first; i < first + count; ++i) {
        const auto index = static_cast<Eigen::Index>(i);
        forms.squares.push_back(products(index, index));
        forms.quadratic.push_back(products.col(index).squaredNorm() / scale);
      }
    }
  }
  return forms;
}

/// Sum of |x_i|^4.
double fourth_powers(const CenteredRows& rows, const Eigen::MatrixXd& products) {
  if (!rows.products_of_components()) return products.diagonal().array().square().sum();
  double sum = 0.0;
  for (std::size_t first = 0; first < rows.points(); first += kBlock) {
    const std::size_t count = std::min(kBlock, rows.points() - first);
    sum += rows.block(first, count, 0, rows.components()).rowwise().squaredNorm().array().square().sum();
  }
  return sum;
}

/// Of the logarithm.
double std_error(const Forms& forms, double trace, double trace_of_square, std::size_t points) {
  double sum = 0.0, squares = 0.0;
  for (std::size_t i = 0; i < forms.squares.size(); ++i) {
    const double influence = 2.0 * forms.squares[i] / trace - 2.0 * forms.quadratic[i] / trace_of_square;
    sum += influence;
    squares += influence * influence;
  }
  const auto n = static_cast<double>(forms.squares.size());
  return std::sqrt((squares - sum * sum / n) / (n - 1.0) / static_cast<double>(points));
}

EstimateResult estimate(const Sample& sample, const EstimatorSettings& settings, Progress& progress) {
  const CenteredRows rows(sample, settings);
  const Eigen::MatrixXd products = rows.products(progress);
  const auto n = static_cast<double>(rows.points());
  const double trace = products.trace() / (n - 1.0),
               square = products.squaredNorm() / ((n - 1.0) * (n - 1.0));
  const double q = fourth_powers(rows, products) / (n - 1.0);
  const double c = (n - 1.0) / (n * (n - 2.0) * (n - 3.0));
  const double trace_of_square = c * ((n - 1.0) * (n - 2.0) * square + trace * trace - n * q);
  const double squared_trace = c * (2.0 * square + (n * n - 3.0 * n + 1.0) * trace * trace - n * q);
  std::vector<DimensionEstimate> estimates;
  const double log_error = std_error(forms_of(rows, products, std::min(rows.points(), kMostForError)), trace,
                                     square, rows.points());
  const auto add = [&](const char* variant, double value) {
    if (!(value > 0.0 && std::isfinite(value))) return;
    DimensionEstimate& made =
        estimates.emplace_back(plain_estimate("participation_ratio", variant, value, rows.points()));
    made.analytic = normal_uncertainty(value, value * log_error);
    set_uncertainty(made, {}, 0);
  };
  add("corrected", squared_trace / trace_of_square);
  add("as_published", trace * trace / square);
  if (estimates.empty()) return Refusal{"has too few points for the traces of its covariance"};
  return estimates;
}

}  // namespace

Estimator participation_ratio_estimator() {
  return {.name = "participation_ratio",
          .neighbors = [](const EstimatorSettings&) { return std::size_t{3}; },
          .from_sample = estimate};
}

}  // namespace fathom
