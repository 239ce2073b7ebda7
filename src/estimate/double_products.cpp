#include "estimate/double_products.h"

#include <algorithm>

#include "fathom/core/error.h"

namespace fathom {

namespace {

constexpr std::size_t kWidestPanel = 16;
constexpr std::size_t kRowPadding = 8;  // beyond a row, that vectors of the kernels may begin anywhere in it
constexpr std::size_t kDepthAtOnce =
    128;  // of a panel that stays in the first-level cache; fixes the order of sums

std::size_t round_up(std::size_t value, std::size_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

const std::vector<double>& zeros(std::size_t count) {
  thread_local std::vector<double> values;
  if (values.size() < count) values.resize(count, 0.0);
  return values;
}

template <class T>
std::vector<const T*>& pointers() {
  thread_local std::vector<const T*> all;
  all.clear();
  return all;
}

void pack(const kernels::DoubleKernels& set, std::span<const std::uint8_t* const> vectors, std::size_t depth,
          const double* origin, double* packed) {
  set.pack_bytes(vectors.data(), vectors.size(), depth, origin, packed);
}
void pack(const kernels::DoubleKernels& set, std::span<const float* const> vectors, std::size_t depth,
          const double* origin, double* packed) {
  set.pack_floats(vectors.data(), vectors.size(), depth, origin, packed);
}
void pack(const kernels::DoubleKernels& set, std::span<const double* const> vectors, std::size_t depth,
          const double* origin, double* packed) {
  set.pack_doubles(vectors.data(), vectors.size(), depth, origin, packed);
}

void pack_columns_of(const kernels::DoubleKernels& set, const std::uint8_t* const* rows, std::size_t count,
                     std::size_t depth, const double* origin, double* packed) {
  set.pack_byte_columns(rows, count, depth, origin, packed);
}
void pack_columns_of(const kernels::DoubleKernels& set, const float* const* rows, std::size_t count,
                     std::size_t depth, const double* origin, double* packed) {
  set.pack_float_columns(rows, count, depth, origin, packed);
}
void pack_columns_of(const kernels::DoubleKernels& set, const double* const* rows, std::size_t count,
                     std::size_t depth, const double* origin, double* packed) {
  set.pack_double_columns(rows, count, depth, origin, packed);
}

}  // namespace

const kernels::DoubleKernels& select_double_kernels(SimdLevel level) {
  switch (level) {
    case SimdLevel::scalar:
      return kernels::scalar_double_kernels();
#if defined(__x86_64__)
    case SimdLevel::avx2:
      return kernels::avx2_double_kernels();
    case SimdLevel::avx512:
    case SimdLevel::avx512_vnni:
      return kernels::avx512_double_kernels();
#else
    default:
      break;
#endif
  }
  throw InternalError("no kernels for this SIMD level");
}

void SquareMatrix::reset(std::size_t size) {
  size_ = size;
  const std::size_t padded = round_up(size, kWidestPanel);
  stride_ = padded + kRowPadding;
  values_.assign(padded * stride_, 0.0);
}

void SquareMatrix::mirror() {
  for (std::size_t i = 0; i < size_; ++i) {
    for (std::size_t j = 0; j < i; ++j) row(i)[j] = row(j)[i];
  }
}

template <class Pack>
void PackedVectors::fill(std::size_t count, std::size_t depth, const Pack& pack_panel) {
  count_ = count;
  depth_ = depth;
  values_.resize(padded() * depth);
  for (std::size_t first = 0; first < count; first += kernels_.panel) {
    pack_panel(first, std::min(kernels_.panel, count - first), values_.data() + first * depth);
  }
}

void PackedVectors::pack_rows(const RowMatrix& matrix, std::span<const std::uint32_t> rows, std::size_t first,
                              std::span<const double> origin) {
  std::visit(
      [&]<class T>(const Matrix<T>& stored) {
        fill(rows.size(), origin.size(), [&](std::size_t begin, std::size_t count, double* packed) {
          std::vector<const T*>& vectors = pointers<T>();
          for (const std::uint32_t row : rows.subspan(begin, count))
            vectors.push_back(stored.row(row).data() + first);
          pack(kernels_, vectors, origin.size(), origin.data(), packed);
        });
      },
      matrix.stored);
}

void PackedVectors::pack_columns(const RowMatrix& matrix, std::span<const std::uint32_t> rows,
                                 std::size_t first, std::span<const double> origin) {
  std::visit(
      [&]<class T>(const Matrix<T>& stored) {
        fill(origin.size(), rows.size(), [&](std::size_t begin, std::size_t count, double* packed) {
          std::vector<const T*>& starts = pointers<T>();
          for (const std::uint32_t row : rows) starts.push_back(stored.row(row).data() + first + begin);
          pack_columns_of(kernels_, starts.data(), count, rows.size(), origin.data() + begin, packed);
        });
      },
      matrix.stored);
}

void PackedVectors::pack_rows(std::span<const double* const> rows, std::size_t depth) {
  fill(rows.size(), depth, [&](std::size_t begin, std::size_t count, double* packed) {
    pack(kernels_, rows.subspan(begin, count), depth, zeros(depth).data(), packed);
  });
}

void PackedVectors::pack_columns(std::span<const double* const> rows, std::size_t columns) {
  fill(columns, rows.size(), [&](std::size_t begin, std::size_t count, double* packed) {
    std::vector<const double*>& starts = pointers<double>();
    for (const double* row : rows) starts.push_back(row + begin);
    pack_columns_of(kernels_, starts.data(), count, rows.size(), zeros(columns).data(), packed);
  });
}

void PackedVectors::add_products(const PackedVectors& right, double* out, std::size_t stride,
                                 bool upper) const {
  FATHOM_CHECK(depth_ == right.depth_);
  const std::size_t panel = kernels_.panel, block = kernels_.block;
  for (std::size_t start = 0; start < depth_; start += kDepthAtOnce) {
    const std::size_t depth = std::min(kDepthAtOnce, depth_ - start);
    for (std::size_t j = 0; j < right.count_; j += panel) {
      const double* columns = right.values_.data() + j * depth_ + start * panel;
      const std::size_t rows = upper ? std::min(count_, j + panel) : count_;
      for (std::size_t i = 0; i < rows; i += block) {
        const std::size_t within = i % panel;
        const double* left = values_.data() + (i - within) * depth_ + start * panel + within;
        kernels_.multiply(left, columns, depth, out + i * stride + j, stride);
      }
    }
  }
}

std::size_t PackedVectors::padded() const {
  return round_up(count_, kernels_.panel);
}

}  // namespace fathom
