#include "neighbors/principal_components.h"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <algorithm>
#include <cmath>

#include "fathom/core/parallel.h"
#include "fathom/core/random.h"
#include "neighbors/float_products.h"
#include "neighbors/kernels/select_kernels.h"
#include "neighbors/row_values.h"

namespace fathom {

namespace {

constexpr std::uint64_t kDirectionStream = 0x64697265;  // apart from every other use of a seed
constexpr int kIterations = 3;
constexpr double kSmallestShare = 1e-7;  // of the largest eigenvalue; what is below is rounding

using Square = Eigen::MatrixXd;

std::vector<const float*> rows_of(const Matrix<float>& matrix) {
  std::vector<const float*> rows;
  for (std::size_t i = 0; i < matrix.rows(); ++i) rows.push_back(matrix.row(i).data());
  return rows;
}

/// Of components `first` to `first + count`: scale * rows, transposed.
Matrix<float> transposed(const Matrix<float>& rows, std::size_t first, std::size_t count, float scale) {
  Matrix<float> result(count, rows.rows());
  constexpr std::size_t block = 64;
  for (std::size_t i = 0; i < rows.rows(); i += block) {
    for (std::size_t k = 0; k < count; ++k) {
      for (std::size_t r = i; r < std::min(i + block, rows.rows()); ++r) {
        result.row(k)[r] = scale * rows.row(r)[first + k];
      }
    }
  }
  return result;
}

/// left * right', each given by rows.
std::vector<double> products(const kernels::ProductKernel& kernel, const Matrix<float>& left,
                             const Matrix<float>& right, unsigned threads) {
  const FloatProducts packed(kernel, rows_of(right), right.cols(), threads);
  std::vector<double> result(left.rows() * right.rows());
  packed.each(
      left.rows(), threads,
      [&](std::size_t i, std::span<float> row) { std::ranges::copy(left.row(i), row.begin()); },
      [&](std::size_t i, std::span<const float>, std::span<const double> row) {
        std::ranges::copy(row, result.begin() + static_cast<std::ptrdiff_t>(i * right.rows()));
      });
  return result;
}

Matrix<float> as_floats(const std::vector<double>& values, std::size_t rows) {
  Matrix<float> result(rows, rows == 0 ? 0 : values.size() / rows);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t k = 0; k < result.cols(); ++k) {
      result.row(i)[k] = static_cast<float>(values[i * result.cols() + k]);
    }
  }
  return result;
}

Matrix<float> as_floats(const Square& values) {
  Matrix<float> result(static_cast<std::size_t>(values.rows()), static_cast<std::size_t>(values.cols()));
  for (Eigen::Index i = 0; i < values.rows(); ++i) {
    for (Eigen::Index k = 0; k < values.cols(); ++k) {
      result.row(static_cast<std::size_t>(i))[static_cast<std::size_t>(k)] = static_cast<float>(values(i, k));
    }
  }
  return result;
}

Square as_square(const std::vector<double>& values, std::size_t rows) {
  return Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(
      values.data(), static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(rows));
}

/// map * (scale * rows), some components at a time: of long rows all, transposed, would take the memory of
/// several samples.
Matrix<float> mapped(const Matrix<float>& map, const Matrix<float>& rows, const PairScanOptions& options,
                     float scale = 1.0f) {
  const auto& kernel = select_kernels(options.simd).floats;
  constexpr std::size_t together = 8192;
  Matrix<float> result(map.rows(), rows.cols());
  for (std::size_t first = 0; first < rows.cols(); first += together) {
    const std::size_t count = std::min(together, rows.cols() - first);
    const std::vector<double> values =
        products(kernel, map, transposed(rows, first, count, scale), options.threads);
    for (std::size_t j = 0; j < map.rows(); ++j) {
      for (std::size_t k = 0; k < count; ++k) {
        result.row(j)[first + k] = static_cast<float>(values[j * count + k]);
      }
    }
  }
  return result;
}

Matrix<float> mapped(const Square& map, const Matrix<float>& rows, const PairScanOptions& options) {
  return mapped(as_floats(map), rows, options);
}

/// The inverse of the Cholesky factor of a Gram matrix: rows mapped by it are orthonormal, as nearly as the
/// ridge, a share of the mean square of the rows that keeps the factor finite, lets them be.
Square orthonormaliser(Square gram, double ridge) {
  gram.diagonal().array() += ridge * gram.trace() / static_cast<double>(gram.rows()) + 1e-300;
  const Eigen::LLT<Square> cholesky(gram);
  return cholesky.matrixL().solve(Square::Identity(gram.rows(), gram.rows()));
}

Matrix<float> random_rows(std::size_t rows, std::size_t cols) {
  Generator generator = make_generator(0, kDirectionStream << 32);
  Matrix<float> result(rows, cols);
  for (std::size_t i = 0; i < rows; ++i) {
    for (float& value : result.row(i)) value = static_cast<float>(standard_normal(generator));
  }
  return result;
}

Square random_rotation(std::size_t size) {
  Generator generator = make_generator(0, (kDirectionStream << 32) + 1);
  const auto n = static_cast<Eigen::Index>(size);
  Square normal(n, n);
  for (Eigen::Index i = 0; i < n; ++i) {
    for (Eigen::Index k = 0; k < n; ++k) normal(i, k) = standard_normal(generator);
  }
  return Eigen::HouseholderQR<Square>(normal).householderQ();
}

}  // namespace

Sample take_sample(const RowMatrix& matrix, std::span<const std::uint32_t> order, std::size_t rows,
                   const PairScanOptions& options) {
  rows = std::min(rows, order.size());
  const std::size_t cols = matrix.stored_cols();
  const auto row_of = [&](std::size_t i) { return order[i * order.size() / rows]; };
  std::vector<double> mean(cols, 0.0);
  for (std::size_t i = 0; i < rows; ++i) {
    with_row(matrix, row_of(i), [&](const auto& values) {
      for (std::size_t k = 0; k < cols; ++k) mean[k] += static_cast<double>(values[k]);
    });
  }
  Sample sample;
  for (const double sum : mean) {
    const double value = sum / static_cast<double>(rows);
    sample.centre.push_back(static_cast<float>(matrix.exact_integers() ? std::round(value) : value));
  }
  sample.centred = Matrix<float>(rows, cols);
  parallel_for(rows, options.threads, [&](std::size_t i, unsigned) {
    load_centred(matrix, row_of(i), sample.centre, sample.centred.row(i));
  });
  float largest = 0.0f;
  for (const float value : sample.centred.values()) largest = std::max(largest, std::abs(value));
  // float32 is precise enough here, but its range is not enough for the squares of any magnitude.
  const kernels::KernelSet& set = select_kernels(options.simd);
  sample.products =
      products(largest < 1e12f ? set.floats : set.doubles, sample.centred, sample.centred, options.threads);
  return sample;
}

PrincipalComponents principal_components(const Sample& sample, std::size_t count,
                                         const PairScanOptions& options) {
  const auto& floats = select_kernels(options.simd).floats;
  const std::size_t rows = sample.rows();
  count = std::min({count, rows, sample.centred.cols()});
  PrincipalComponents result{Matrix<float>(0, sample.centred.cols()), {}};
  double largest = 0.0;
  for (std::size_t i = 0; i < rows; ++i) largest = std::max(largest, sample.product(i, i));
  if (!(largest > 0.0)) return result;

  // Scaled, so that float32 holds the products of rows of any magnitude.
  std::vector<double> scaled = sample.products;
  for (double& value : scaled) value /= largest;
  const Matrix<float> gram = as_floats(scaled, rows);
  Matrix<float> basis = random_rows(count, rows);
  for (int iteration = 0; iteration < kIterations; ++iteration) {
    basis = as_floats(products(floats, basis, gram, options.threads), count);
    basis = mapped(orthonormaliser(as_square(products(floats, basis, basis, options.threads), count), 1e-6),
                   basis, options);
  }
  const Matrix<float> image = as_floats(products(floats, basis, gram, options.threads), count);
  const Eigen::SelfAdjointEigenSolver<Square> eigen(
      as_square(products(floats, image, basis, options.threads), count));
  const auto& values = eigen.eigenvalues();  // ascending
  Eigen::Index kept = 0;
  while (kept < values.size() &&
         values(values.size() - 1 - kept) > kSmallestShare * values(values.size() - 1)) {
    ++kept;
  }
  const Square turn = eigen.eigenvectors().rightCols(kept).rowwise().reverse().transpose();
  const Matrix<float> weights = mapped(turn, basis, options);  // directions x rows

  // direction = weights * rows / sqrt(eigenvalue), score = sqrt(eigenvalue) * weight, in the data's scale.
  const auto count_kept = static_cast<std::size_t>(kept);
  result.directions = mapped(weights, sample.centred, options, static_cast<float>(1.0 / std::sqrt(largest)));
  result.scores.resize(rows * count_kept);
  for (std::size_t j = 0; j < count_kept; ++j) {
    const double root = std::sqrt(values(values.size() - 1 - static_cast<Eigen::Index>(j)));
    for (float& value : result.directions.row(j)) value = static_cast<float>(value / root);
    for (std::size_t i = 0; i < rows; ++i) {
      result.scores[i * count_kept + j] = root * std::sqrt(largest) * static_cast<double>(weights.row(j)[i]);
    }
  }
  return result;
}

Projection rotated_projection(const Sample& sample, const PrincipalComponents& components, std::size_t count,
                              const PairScanOptions& options) {
  Projection result;
  result.centre = sample.centre;
  result.directions = Matrix<float>(0, sample.centred.cols());
  count = std::min(count, components.count());
  if (count == 0) return result;

  const auto& doubles = select_kernels(options.simd).doubles;
  Matrix<float> leading = components.directions;
  leading.resize_rows(count);
  const Square gram = as_square(products(doubles, leading, leading, options.threads), count);
  result.directions = mapped(random_rotation(count) * orthonormaliser(gram, 1e-12), leading, options);
  Square defect = as_square(products(doubles, result.directions, result.directions, options.threads), count);
  defect.diagonal().array() -= 1.0;
  result.defect = defect.norm() * (1.0 + 1e-6) + 1e-12;

  double sum = 0.0, all = 0.0;
  for (std::size_t i = 0; i < sample.rows(); ++i) {
    all += sample.product(i, i);
    for (std::size_t j = 0; j < count; ++j) {
      const double score = components.scores[i * components.count() + j];
      sum += score * score;
    }
  }
  result.spread = std::sqrt(sum / static_cast<double>(sample.rows() * count));
  result.residual = std::sqrt(std::max(0.0, all - sum) / static_cast<double>(sample.rows()));
  return result;
}

}  // namespace fathom
