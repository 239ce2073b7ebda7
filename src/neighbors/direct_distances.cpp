#include "neighbors/direct_distances.h"

#include <algorithm>
#include <array>
#include <type_traits>
#include <vector>

#include "fathom/core/parallel.h"
#include "neighbors/kernels/select_kernels.h"

namespace fathom {

namespace {

using kernels::KernelSet;
using kernels::PartialSums;

/// Rows that are compared with one other at a time.
constexpr std::size_t kAtOnce = 8;
/// Long rows are compared piece by piece, all pairs of a piece before the next: what few rows a memory's
/// caches hold of them whole, they hold of all rows of a piece.
constexpr std::size_t kLongRow = 64 * 1024;  // bytes
constexpr std::size_t kPiece = 1024;         // components, a multiple of kernels::kPartialSums
/// Pairs whose sums are kept at a time, and pairs that are compared whole between two looks at what is next.
constexpr std::size_t kMostTogether = 16 * 1024, kFewTogether = 256;

/// Consecutive pairs of one first row.
struct Run {
  std::size_t first, count;
};

std::vector<Run> runs_of(std::span<const RowPair> pairs) {
  std::vector<Run> runs;
  for (std::size_t i = 0; i < pairs.size();) {
    std::size_t end = i + 1;
    while (end < pairs.size() && end - i < kAtOnce && pairs[end].first == pairs[i].first) ++end;
    runs.push_back({i, end - i});
    i = end;
  }
  return runs;
}

template <class T>
void distances_from(const KernelSet& set, const Matrix<T>& rows, std::uint32_t row,
                    std::span<const std::uint32_t> others, std::span<SquaredDistance> out) {
  const T* const own = rows.row(row).data();
  for (std::size_t first = 0; first < others.size(); first += kAtOnce) {
    const std::size_t count = std::min(kAtOnce, others.size() - first);
    std::array<const T*, kAtOnce> other;
    std::array<double, kAtOnce> squared;
    for (std::size_t i = 0; i < count; ++i) other[i] = rows.row(others[first + i]).data();
    if constexpr (std::is_same_v<T, std::uint8_t>) {
      for (std::size_t i = 0; i < count; ++i)
        squared[i] = static_cast<double>(set.squared_distance_bytes(own, other[i], rows.cols()));
    } else if constexpr (std::is_same_v<T, float>) {
      set.squared_distances_float(own, other.data(), count, rows.cols(), squared.data());
    } else {
      set.squared_distances_double(own, other.data(), count, rows.cols(), squared.data());
    }
    for (std::size_t i = 0; i < count; ++i) out[first + i] = {squared[i]};
  }
}

/// Piece by piece.
template <class T>
void long_distances(const KernelSet& set, const Matrix<T>& rows, std::span<const RowPair> pairs,
                    std::span<SquaredDistance> out) {
  const std::vector<Run> runs = runs_of(pairs);
  const std::size_t whole = rows.cols() / kernels::kPartialSums * kernels::kPartialSums;
  std::vector<PartialSums> sums(pairs.size(), PartialSums{});
  for (std::size_t start = 0; start < whole; start += kPiece) {
    const std::size_t count = std::min(kPiece, whole - start);
    std::array<const T*, kAtOnce> other{}, next{};
    const auto take = [&](const Run& run, std::array<const T*, kAtOnce>& places) {
      for (std::size_t i = 0; i < kAtOnce; ++i)
        places[i] = rows.row(pairs[run.first + std::min(i, run.count - 1)].second).data() + start;
    };
    for (std::size_t r = 0; r < runs.size(); ++r) {
      take(runs[r], other);
      take(runs[std::min(r + 1, runs.size() - 1)], next);
      const T* const own = rows.row(pairs[runs[r].first].first).data() + start;
      if constexpr (std::is_same_v<T, float>) {
        set.add_squares_float(own, other.data(), next.data(), runs[r].count, count, &sums[runs[r].first]);
      } else {
        set.add_squares_double(own, other.data(), next.data(), runs[r].count, count, &sums[runs[r].first]);
      }
    }
  }
  for (std::size_t p = 0; p < pairs.size(); ++p) {
    const T* const a = rows.row(pairs[p].first).data() + whole;
    const T* const b = rows.row(pairs[p].second).data() + whole;
    if constexpr (std::is_same_v<T, float>) {
      out[p] = {set.last_squares_float(a, b, rows.cols() - whole, sums[p])};
    } else {
      out[p] = {set.last_squares_double(a, b, rows.cols() - whole, sums[p])};
    }
  }
}

}  // namespace

void direct_distances(const RowMatrix& matrix, std::uint32_t row, std::span<const std::uint32_t> others,
                      const PairScanOptions& options, std::span<SquaredDistance> out) {
  std::visit([&](const auto& rows) { distances_from(select_kernels(options.simd), rows, row, others, out); },
             matrix.stored);
}

void direct_distances(const RowMatrix& matrix, std::span<const RowPair> pairs, const PairScanOptions& options,
                      std::span<SquaredDistance> out) {
  const KernelSet& set = select_kernels(options.simd);
  std::visit(
      [&]<class T>(const Matrix<T>& rows) {
        const bool in_pieces =
            !std::is_same_v<T, std::uint8_t> && rows.cols() * sizeof(T) >= kLongRow && pairs.size() > kAtOnce;
        const std::size_t fair = (pairs.size() + options.threads - 1) / std::max(1u, options.threads);
        const std::size_t part =
            std::max<std::size_t>(1, std::min(fair, in_pieces ? kMostTogether : kFewTogether));
        parallel_for((pairs.size() + part - 1) / part, options.threads, [&](std::size_t number, unsigned) {
          const std::size_t first = number * part, count = std::min(part, pairs.size() - first);
          const auto own = pairs.subspan(first, count);
          const auto own_out = out.subspan(first, count);
          if constexpr (!std::is_same_v<T, std::uint8_t>) {
            if (in_pieces) return long_distances(set, rows, own, own_out);
          }
          std::array<std::uint32_t, kAtOnce> others{};
          for (const Run& run : runs_of(own)) {
            for (std::size_t i = 0; i < run.count; ++i) others[i] = own[run.first + i].second;
            distances_from(set, rows, own[run.first].first, std::span(others).first(run.count),
                           own_out.subspan(run.first, run.count));
          }
        });
      },
      matrix.stored);
}

}  // namespace fathom
