#include "neighbors/row_comparison.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#include "neighbors/kernels/select_kernels.h"

namespace fathom {

namespace {

/// 64 bits of a mask: bit i of byte j is number 8 j + i.
std::uint64_t word(const std::uint8_t* bytes) {
  std::uint64_t bits = 0;
  if constexpr (std::endian::native == std::endian::little) {
    std::memcpy(&bits, bytes, sizeof bits);
  } else {
    for (std::size_t j = 0; j < sizeof bits; ++j) bits |= std::uint64_t{bytes[j]} << (8 * j);
  }
  return bits;
}

std::size_t round_up_to_word(std::size_t count) {
  return (count + 63) / 64 * 64;
}

/// A squared norm as a kernel takes it: of integers modulo 2^32, of numbers rounded, which the margin covers.
template <class T>
T norm_as(double norm) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(static_cast<std::int64_t>(norm));
  } else {
    return static_cast<T>(norm);
  }
}

/// The least limit of a kernel that leaves nothing out.
template <class T>
T limit_as(double limit) {
  constexpr auto largest = static_cast<double>(std::numeric_limits<T>::max());
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(std::clamp(limit, 0.0, largest));
  } else {
    if (limit > largest) return std::numeric_limits<T>::infinity();
    const auto rounded = static_cast<T>(limit);
    return static_cast<double>(rounded) < limit ? std::nextafter(rounded, std::numeric_limits<T>::infinity())
                                                : rounded;
  }
}

}  // namespace

ProductSearch::RowComparison::RowComparison(const ProductSearch& search, PositionBlock rows, Scratch& scratch)
    : search_(search), rows_(rows), scratch_(scratch) {
  if (search.piece() < search.cols_) return;
  if (search.bounds_are_exact()) {
    integers_.emplace();
  } else if (&search.kernel_ == &search.kernels_.floats) {
    floats_.emplace();
  }
}

void ProductSearch::RowComparison::begin(PositionBlock cols, std::span<const double> col_limit) {
  cols_ = cols;
  if (integers_) {
    begin_at_once(*integers_, col_limit);
  } else if (floats_) {
    begin_at_once(*floats_, col_limit);
  } else {
    search_.multiply(rows_, cols, scratch_);
    for (std::uint32_t r = 0; r < rows_.count; ++r) {
      search_.kernels_.finish_row(distances(r), cols.count, search_.left_norm_[rows_.first + r],
                                  search_.right_norm_.data() + cols.first);
    }
    const std::size_t padded = round_up_to_word(cols.count);
    scratch_.col_limit.assign(padded, -1.0);
    std::ranges::copy(col_limit, scratch_.col_limit.begin());
    scratch_.mask.assign(padded / 8, 0);
  }
}

template <class T>
void ProductSearch::RowComparison::begin_at_once(AtOnce<T>& own, std::span<const double> col_limit) {
  const std::size_t panel = search_.kernel_.layout.panel, padded = (cols_.count + panel - 1) / panel * panel;
  packed_ = search_.packed_columns(cols_, 0, scratch_);
  own.norm.assign(padded, T{0});
  own.limit.assign(padded, T{0});
  for (std::uint32_t c = 0; c < cols_.count; ++c) {
    own.norm[c] = norm_as<T>(search_.right_norm_[cols_.first + c]);
    own.limit[c] = limit_as<T>(col_limit[c]);
  }
  own.squared.resize(kernels::kRowsAtOnce * padded + kernels::kOverrun);
  own.pair.resize(own.squared.size());
}

template <class Begin, class Take>
void ProductSearch::RowComparison::compare(std::uint32_t first, std::span<const double> row_limit,
                                           Begin begin, Take take) {
  if (integers_) {
    compare_at_once(*integers_, search_.kernels_.bytes.compare, first, row_limit, begin, take);
  } else if (floats_) {
    compare_at_once(*floats_, search_.kernels_.compare_floats, first, row_limit, begin, take);
  } else {
    compare_products(first, row_limit, begin, take);
  }
}

template <class T, class Begin, class Take>
void ProductSearch::RowComparison::compare_at_once(
    AtOnce<T>& own, void (*kernel)(const kernels::ComparedRows<T>&, kernels::Survivors<T>&),
    std::uint32_t first, std::span<const double> row_limit, Begin begin, Take take) {
  const kernels::Layout& layout = search_.kernel_.layout;
  const std::size_t depth = search_.cols_, count = row_limit.size();
  const std::size_t stride = (depth + layout.group - 1) / layout.group * layout.group * layout.left_bytes;
  const bool as_they_are = layout.staging_copies && depth % layout.group == 0;
  if (!as_they_are) own.staged.resize(kernels::kRowsAtOnce * stride);
  std::array<const void*, kernels::kRowsAtOnce> left{};
  std::array<T, kernels::kRowsAtOnce> norm{}, limit{};
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t position = rows_.first + first + static_cast<std::uint32_t>(i);
    left[i] = search_.row(position);
    if (!as_they_are) {
      layout.stage_left(left[i], depth, own.staged.data() + i * stride);
      left[i] = own.staged.data() + i * stride;
    }
    norm[i] = norm_as<T>(search_.left_norm_[position]);
    limit[i] = limit_as<T>(row_limit[i]);
  }
  std::fill(left.begin() + static_cast<std::ptrdiff_t>(count), left.end(), left.front());
  kernels::Survivors<T> survivors{own.pair.data(), own.squared.data(), 0};
  kernel({left.data(), count, first, norm.data(), limit.data(), packed_, cols_.count, own.norm.data(),
          own.limit.data(), depth},
         survivors);
  begin(survivors.count);
  for (std::size_t i = 0; i < survivors.count; ++i) {
    take(own.pair[i] >> 16, own.pair[i] & 0xffff, static_cast<double>(own.squared[i]));
  }
}

double* ProductSearch::RowComparison::distances(std::uint32_t r) const {
  return scratch_.products.data() + std::size_t{r} * search_.block_rows();
}

template <class Begin, class Take>
void ProductSearch::RowComparison::compare_products(std::uint32_t first, std::span<const double> row_limit,
                                                    Begin begin, Take take) {
  found_.clear();
  for (std::uint32_t r = first; r < first + row_limit.size(); ++r) {
    const double* values = distances(r);
    search_.kernels_.find_below(values, cols_.count, row_limit[r - first], scratch_.col_limit.data(),
                                scratch_.mask.data());
    for (std::size_t g = 0; g < scratch_.mask.size(); g += sizeof(std::uint64_t)) {
      for (std::uint64_t bits = word(scratch_.mask.data() + g); bits != 0; bits &= bits - 1) {
        const auto c = static_cast<std::uint32_t>(8 * g) + static_cast<std::uint32_t>(std::countr_zero(bits));
        if (c < cols_.count) found_.push_back({r, c, values[c]});
      }
    }
  }
  begin(found_.size());
  for (const NearPair& pair : found_) take(pair.row, pair.position, pair.lower);
}

void ProductSearch::RowComparison::take_all(std::uint32_t first, std::size_t count) {
  constexpr std::array<double, kernels::kRowsAtOnce> none = [] {
    std::array<double, kernels::kRowsAtOnce> limits{};
    limits.fill(std::numeric_limits<double>::infinity());
    return limits;
  }();
  all_.resize(kernels::kRowsAtOnce * cols_.count);
  const auto take = [&](std::uint32_t row, std::uint32_t col, double lower) {
    all_[(row - first) * cols_.count + col] = lower;
  };
  compare(
      first, {none.data(), count}, [](std::size_t) {}, take);
}
std::span<const ProductSearch::RowComparison::NearPair> ProductSearch::RowComparison::near(
    std::uint32_t first, std::span<const double> row_limit) {
  std::size_t count = 0;
  const auto take = [&](std::uint32_t row, std::uint32_t col, double lower) {
    near_[count++] = {row, cols_.first + col, lower};
  };
  compare(
      first, row_limit, [&](std::size_t found) { near_.resize(found); }, take);
  return near_;
}

}  // namespace fathom
