#include "fathom/estimate/participation_ratio.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <vector>

#include "estimate/centered_rows.h"
#include "estimate/halved_estimates.h"
#include "estimate/normal_uncertainty.h"
#include "fathom/core/parallel.h"

namespace fathom {

namespace {

constexpr std::size_t kMostForError = 1024;  // points; their variance is then known to 5 %
constexpr std::size_t kBlock = 64;

/// Of each of some points: |x|^2 and x' S x.
struct Forms {
  std::vector<double> squares, quadratic;
};

double squared_length(std::span<const double> values) {
  return std::inner_product(values.begin(), values.end(), values.begin(), 0.0);
}

Forms forms_of(const CenteredRows& rows, const SquareMatrix& products, std::size_t points,
               const EstimatorSettings& settings) {
  Forms forms{std::vector<double>(points), std::vector<double>(points)};
  const auto scale = static_cast<double>(rows.points() - 1);
  if (!rows.products_of_components()) {
    for (std::size_t i = 0; i < points; ++i) {
      forms.squares[i] = products.row(i)[i];
      forms.quadratic[i] = squared_length({products.row(i), rows.points()}) / scale;
    }
    return forms;
  }
  const std::size_t components = rows.components();
  const kernels::DoubleKernels& kernels = select_double_kernels(settings.simd);
  PackedVectors right(kernels);
  std::vector<const double*> of_products;
  for (std::size_t i = 0; i < components; ++i) of_products.push_back(products.row(i));
  right.pack_rows(of_products, components);
  parallel_for((points + kBlock - 1) / kBlock, settings.threads, [&](std::size_t b, unsigned) {
    const std::size_t first = b * kBlock, count = std::min(kBlock, points - first);
    PackedVectors left(kernels);
    rows.pack(first, count, left);
    std::vector<double> moved(left.padded() * right.padded(), 0.0), point(components);
    left.add_products(right, moved.data(), right.padded(), false);
    for (std::size_t i = 0; i < count; ++i) {
      rows.copy_row(first + i, point);
      forms.squares[first + i] = squared_length(point);
      const double* const row = moved.data() + i * right.padded();
      forms.quadratic[first + i] = std::inner_product(point.begin(), point.end(), row, 0.0) / scale;
    }
  });
  return forms;
}

/// Sum of |x_i|^4.
double fourth_powers(const CenteredRows& rows, const SquareMatrix& products) {
  double sum = 0.0;
  std::vector<double> point(rows.components());
  for (std::size_t i = 0; i < rows.points(); ++i) {
    double square = 0.0;
    if (rows.products_of_components()) {
      rows.copy_row(i, point);
      square = squared_length(point);
    } else {
      square = products.row(i)[i];
    }
    sum += square * square;
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
  const SquareMatrix products = rows.products(progress);
  double sum = 0.0, squares = 0.0;
  for (std::size_t i = 0; i < products.size(); ++i) {
    sum += products.row(i)[i];
    squares += squared_length({products.row(i), products.size()});
  }
  const auto n = static_cast<double>(rows.points());
  const double trace = sum / (n - 1.0), square = squares / ((n - 1.0) * (n - 1.0));
  const double q = fourth_powers(rows, products) / (n - 1.0);
  const double c = (n - 1.0) / (n * (n - 2.0) * (n - 3.0));
  const double trace_of_square = c * ((n - 1.0) * (n - 2.0) * square + trace * trace - n * q);
  const double squared_trace = c * (2.0 * square + (n * n - 3.0 * n + 1.0) * trace * trace - n * q);
  std::vector<DimensionEstimate> estimates;
  const double log_error =
      std_error(forms_of(rows, products, std::min(rows.points(), kMostForError), settings), trace, square,
                rows.points());
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
          .neighbors = [](const EstimatorSettings&) { return std::size_t{0}; },
          .from_sample = estimate};
}

}  // namespace fathom
