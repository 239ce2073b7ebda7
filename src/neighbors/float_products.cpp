#include "neighbors/float_products.h"

#include <algorithm>

#include "fathom/core/error.h"
#include "fathom/core/parallel.h"

namespace fathom {

namespace {

/// Left rows that are multiplied together, and bytes of them.
constexpr std::size_t kMostLeft = 64, kLeftBytes = std::size_t{24} << 20;

std::size_t round_up(std::size_t value, std::size_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

}  // namespace

FloatProducts::FloatProducts(const kernels::ProductKernel& kernel, std::span<const float* const> right,
                             std::size_t depth, unsigned threads)
    : kernel_(kernel),
      depth_(depth),
      right_count_(right.size()),
      stride_(round_up(right.size(), kernel.layout.panel)),
      packed_(stride_ * depth * kernel.layout.right_bytes) {
  FATHOM_CHECK(kernel.layout.group == 1);
  parallel_for((depth + piece - 1) / piece, threads, [&](std::size_t number, unsigned) {
    const std::size_t start = number * piece;
    std::vector<const void*> rows;
    for (const float* row : right) rows.push_back(row + start);
    kernel.layout.pack_right(rows.data(), rows.size(), std::min(piece, depth - start),
                             packed_.data() + stride_ * start * kernel.layout.right_bytes);
  });
}

void FloatProducts::multiply(std::span<const float* const> left, std::span<double> dot) const {
  constexpr std::size_t at_once = kernels::kRowsAtOnce;
  FATHOM_CHECK(dot.size() >= round_up(left.size(), at_once) * stride_);
  alignas(64) double staged[at_once * piece];  // room for either type
  auto* bytes = static_cast<std::byte*>(static_cast<void*>(staged));
  std::ranges::fill(dot, 0.0);
  for (std::size_t start = 0; start < depth_; start += piece) {
    const std::size_t depth = std::min(piece, depth_ - start);
    const std::byte* right = packed_.data() + stride_ * start * kernel_.layout.right_bytes;
    for (std::size_t first = 0; first < left.size(); first += at_once) {
      for (std::size_t r = 0; r < at_once; ++r) {
        kernel_.layout.stage_left(left[std::min(first + r, left.size() - 1)] + start, depth,
                                  bytes + r * depth * kernel_.layout.left_bytes);
      }
      kernel_.multiply(staged, right, stride_, depth, dot.data() + first * stride_, stride_);
    }
  }
}

void FloatProducts::each(
    std::size_t left_count, unsigned threads, const std::function<void(std::size_t, std::span<float>)>& load,
    const std::function<void(std::size_t, std::span<const float>, std::span<const double>)>& use) const {
  // A piece of the right rows then stays in a cache for all of them, and threads have enough to share.
  const std::size_t fitting = kLeftBytes / std::max<std::size_t>(1, depth_ * sizeof(float));
  const std::size_t fair = left_count / (4 * static_cast<std::size_t>(std::max(1u, threads)));
  const std::size_t together =
      round_up(std::clamp<std::size_t>(std::min(fitting, fair), 1, kMostLeft), kernels::kRowsAtOnce);
  parallel_for((left_count + together - 1) / together, threads, [&](std::size_t chunk, unsigned) {
    thread_local std::vector<float> rows;
    thread_local std::vector<double> dot;
    rows.resize(together * depth_);
    dot.resize(together * stride_);
    const std::size_t first = chunk * together, count = std::min(together, left_count - first);
    std::vector<const float*> left;
    for (std::size_t r = 0; r < count; ++r) {
      load(first + r, {rows.data() + r * depth_, depth_});
      left.push_back(rows.data() + r * depth_);
    }
    multiply(left, dot);
    for (std::size_t r = 0; r < count; ++r) {
      use(first + r, {rows.data() + r * depth_, depth_}, {dot.data() + r * stride_, right_count_});
    }
  });
}

}  // namespace fathom
