#include "neighbors/codes.h"

#include <algorithm>
#include <cmath>

#include "fathom/core/parallel.h"
#include "neighbors/float_products.h"
#include "neighbors/kernels/select_kernels.h"
#include "neighbors/margin.h"
#include "neighbors/row_values.h"

namespace fathom {

namespace {

/// Standard deviations of a projected component that codes reach, on either side. Fewer make finer steps,
/// more clamp fewer values.
constexpr double kReach = 3.0, kFineReach = 8.0;
constexpr std::size_t kChunk = 64;
/// Components whose squares add up to less than 2^32.
constexpr std::size_t kSummedTogether = 64 * 1024;

void for_each_chunked(std::size_t count, unsigned threads, const std::function<void(std::size_t)>& body) {
  parallel_for((count + kChunk - 1) / kChunk, threads, [&](std::size_t chunk, unsigned) {
    for (std::size_t i = chunk * kChunk; i < std::min(count, (chunk + 1) * kChunk); ++i) body(i);
  });
}

/// The values of a coordinate that codes 0..last of one scale stand for.
struct Steps {
  double low, scale;
  double last = 255.0;
  double clamped(double value) const { return std::clamp(value, low, low + last * scale); }
  double code(double clamped) const {
    return std::clamp(std::floor((clamped - low) / scale + 0.5), 0.0, last);
  }
  double value(double code) const { return low + scale * code; }
};

Steps steps_around(double middle, double scale, double last) {
  return {middle - 0.5 * last * scale, scale, last};
}

/// Largest code, at most `largest`, for which the squared distance of codes of so many components is at most
/// `most`.
double last_code(double most, std::size_t components, double largest) {
  return std::min(largest, std::floor(std::sqrt(most / static_cast<double>(components))));
}

/// Steps over the range of a sample's values, all but the outermost thousandth, and a little more.
Steps steps_over(const RowMatrix& matrix, std::span<const std::uint32_t> order) {
  std::vector<double> values;
  const std::size_t rows = std::min<std::size_t>(order.size(), 256), cols = matrix.stored_cols();
  const std::size_t stride = std::max<std::size_t>(1, cols / 256);
  for (std::size_t i = 0; i < rows; ++i) {
    with_row(matrix, order[i * order.size() / rows], [&](const auto& row) {
      for (std::size_t k = i % stride; k < cols; k += stride) {
        const auto value = static_cast<double>(row[k]);
        if (std::abs(value) <= kLargestMagnitude) values.push_back(value);  // others are refused soon
      }
    });
  }
  if (values.empty()) values.push_back(0.0);
  const std::size_t outer = values.size() / 1000;
  const auto low = values.begin() + static_cast<std::ptrdiff_t>(outer);
  std::nth_element(values.begin(), low, values.end());
  const double lowest = *low;
  const auto high = values.end() - 1 - static_cast<std::ptrdiff_t>(outer);
  std::nth_element(values.begin(), high, values.end());
  const double range = *high - lowest;
  const double last = last_code(0x1p32 - 1.0, std::max<std::size_t>(1, cols), 255.0);
  const double scale = (range > margin::kUnderflow ? range : std::max(std::abs(lowest), 1.0)) / last;
  return {lowest, scale, last};
}

}  // namespace

void Codes::own_rows(std::size_t count) {
  own_ = Matrix<std::uint8_t>(0, cols_);
  own_.resize_rows(count);
  for (std::size_t p = 0; p < count; ++p) rows_.push_back(own_.row(p).data());
}

void Codes::finish(const PairScanOptions& options) {
  const kernels::KernelSet& set = select_kernels(options.simd);
  squared_norm_.resize(rows_.size());
  sum_.resize(rows_.size());
  for_each_chunked(rows_.size(), options.threads, [&](std::size_t p) {
    for (std::size_t start = 0; start < cols_; start += kSummedTogether) {
      const kernels::ByteSums sums =
          set.byte_sums(rows_[p] + start, std::min(kSummedTogether, cols_ - start));
      squared_norm_[p] += sums.squares;
      sum_[p] += sums.values;
    }
  });
  for (const double error : lower_error_) largest_error_ = std::max(largest_error_, error);
}

std::uint32_t Codes::limit(double squared, std::size_t position) const {
  if (exact()) {
    constexpr double largest = std::numeric_limits<std::uint32_t>::max();
    return squared < largest ? static_cast<std::uint32_t>(squared)
                             : std::numeric_limits<std::uint32_t>::max();
  }
  return bound::limit(squared, scale_, lower_error_[position] + largest_error_, direct_);
}

Codes stored_codes(const RowMatrix& matrix, std::span<const std::uint32_t> order,
                   const PairScanOptions& options) {
  const auto& bytes = std::get<Matrix<std::uint8_t>>(matrix.stored);
  Codes codes;
  codes.cols_ = bytes.cols();
  for (const std::uint32_t row : order) codes.rows_.push_back(bytes.row(row).data());
  codes.finish(options);
  return codes;
}

Codes quantised_codes(const RowMatrix& matrix, std::span<const std::uint32_t> order,
                      const PairScanOptions& options) {
  Codes codes;
  codes.cols_ = matrix.stored_cols();
  codes.own_rows(order.size());
  codes.lower_error_.resize(order.size());
  codes.upper_error_.resize(order.size());
  const kernels::KernelSet& set = select_kernels(options.simd);
  const Steps steps = steps_over(matrix, order);
  codes.scale_ = steps.scale;
  codes.direct_ = margin::direct_sum(codes.cols_);
  // Of low + scale * code and of the subtraction, in float64.
  const double rounding = 4.0 * margin::kDoubleUnit * std::sqrt(static_cast<double>(codes.cols_)) *
                          (std::abs(steps.low) + steps.last * steps.scale);
  for_each_chunked(order.size(), options.threads, [&](std::size_t p) {
    kernels::QuantisationLeft left{};
    with_row(matrix, order[p], [&]<class T>(std::span<const T> row) {
      const kernels::Quantiser quantiser{steps.low, steps.scale, steps.last, kLargestMagnitude};
      if constexpr (std::is_same_v<T, float>) {
        set.quantise_float(row.data(), row.size(), quantiser, codes.own_.row(p).data(), left);
      } else if constexpr (std::is_same_v<T, double>) {
        set.quantise_double(row.data(), row.size(), quantiser, codes.own_.row(p).data(), left);
      }
      if (!left.within) check_magnitudes(row, order[p]);
    });
    codes.lower_error_[p] = std::sqrt(left.clamped) * margin::kSafety + rounding + margin::kUnderflow;
    codes.upper_error_[p] = std::sqrt(left.all) * margin::kSafety + rounding + margin::kUnderflow;
  });
  codes.finish(options);
  return codes;
}

ProjectedCodes projected_codes(const RowMatrix& matrix, std::span<const std::uint32_t> order,
                               const Projection& projection, const PairScanOptions& options) {
  const std::size_t directions = projection.directions.rows(), components = matrix.stored_cols();
  ProjectedCodes codes;
  Codes& coarse = codes.coarse;
  FineCodes& fine = codes.fine;
  coarse.cols_ = directions + 1;
  coarse.own_rows(order.size());
  coarse.lower_error_.resize(order.size());
  coarse.direct_ = fine.direct_ = matrix.exact_integers() ? 0.0 : margin::direct_sum(components);
  fine.rows_ = Matrix<std::int16_t>(0, coarse.cols_);
  fine.rows_.resize_rows(order.size());
  fine.error_.resize(order.size());

  const double reach = projection.spread > 0.0 ? projection.spread : std::max(projection.residual, 1.0);
  // Squares of that many differences of at most `last` stay below 2^31.
  const double last = last_code(0x1p31 - 1.0, coarse.cols_, 32'766.0);
  coarse.scale_ = 2.0 * kReach * reach / 255.0;
  fine.scale_ = 2.0 * kFineReach * reach / last;
  const auto coarse_steps = [&](double middle) { return steps_around(middle, coarse.scale_, 255.0); };
  const auto fine_steps = [&](double middle) { return steps_around(middle, fine.scale_, last); };
  const Steps coarse_inside = coarse_steps(0.0), coarse_outside = coarse_steps(projection.residual);
  const Steps fine_inside = fine_steps(0.0), fine_outside = fine_steps(projection.residual);

  std::vector<const float*> right;
  for (std::size_t j = 0; j < directions; ++j) right.push_back(projection.directions.row(j).data());
  const kernels::KernelSet& set = select_kernels(options.simd);
  const FloatProducts products(set.floats, right, components, options.threads);
  const bool rows_are_exact = matrix.exact_integers();
  products.each(
      order.size(), options.threads,
      [&](std::size_t p, std::span<float> row) { load_centred(matrix, order[p], projection.centre, row); },
      [&](std::size_t p, std::span<const float> row, std::span<const double> projected) {
        const auto coarse_row = coarse.own_.row(p);
        const auto fine_row = fine.rows_.row(p);
        double inside = 0.0, coarse_left = 0.0, fine_left = 0.0;
        const auto round = [](double value, const Steps& steps, double& left) {
          const double clamped = steps.clamped(value), code = steps.code(clamped);
          const double difference = clamped - steps.value(code);
          left += difference * difference;
          return code;
        };
        const auto encode = [&](std::size_t j, double value, const Steps& of_coarse, const Steps& of_fine) {
          coarse_row[j] = static_cast<std::uint8_t>(round(value, of_coarse, coarse_left));
          fine_row[j] = static_cast<std::int16_t>(round(value, of_fine, fine_left));
        };
        for (std::size_t j = 0; j < directions; ++j) {
          inside += projected[j] * projected[j];
          encode(j, projected[j], coarse_inside, fine_inside);
        }
        const double squared = set.squared_norm_float(row.data(), row.size());
        const double length = std::sqrt(squared), residual = std::sqrt(std::max(0.0, squared - inside));
        encode(directions, residual, coarse_outside, fine_outside);
        const double of_projection =
            margin::projection(length, directions, components, FloatProducts::piece, projection.defect);
        const double computing =
            of_projection +
            margin::residual(squared, std::sqrt(inside), of_projection, residual, components) +
            (rows_are_exact ? 0.0 : 2.0 * margin::row_rounding(length, components));
        coarse.lower_error_[p] = (std::sqrt(coarse_left) + computing) * margin::kSafety;
        fine.error_[p] = (std::sqrt(fine_left) + computing) * margin::kSafety;
      });
  coarse.finish(options);
  return codes;
}

}  // namespace fathom
