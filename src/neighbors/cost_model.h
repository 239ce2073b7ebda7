// The cost model: which search is the fastest, from the number of rows and components, the neighbours wanted
// and the spectrum of a sample. It decides speed alone: every search finds the same neighbours.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "fathom/core/matrix.h"
#include "fathom/neighbors/pair_scan.h"
#include "neighbors/codes.h"
#include "neighbors/principal_components.h"

namespace fathom::cost_model {

/// Numbers of components a filter may look at.
inline constexpr std::size_t filter_sizes[] = {32, 64, 128, 256};

/// What a scan of all pairs compares.
struct Task {
  std::size_t rows, components, neighbors;
  bool bytes;    ///< 8-bit rows
  double pairs;  ///< to be compared
};

/// Rows a sample must have for the filter to be planned from it.
std::size_t sample_rows(const Task& task);
/// Seconds on one thread, for comparison with one another alone.
double tiles(const Task& task);
/// Of every row with all others, the rows of `anchors`.
double rows(const Task& task, std::uint32_t anchors);
/// Whether comparing by rows is as fast as any other search, whatever its bounds were to rule out.
bool rows_are_fastest(const Task& task, std::uint32_t anchors);
/// Of tiles of 8-bit codes of floating-point rows, which leave this share of the pairs open.
double coded_tiles(const Task& task, double share);
/// Of finding directions and projecting all rows on `size` of them.
double projecting(const Task& task, std::size_t size);
/// Of comparing all pairs over `size` components, and the share of them that survives over all.
double filtering(const Task& task, std::size_t size, double share);

/// The cheapest filter of at most `largest` components, judged by what the sample's pairs would survive.
struct FilterPlan {
  std::size_t size = 0;
  double seconds = 0.0;
};
FilterPlan plan_filter(const Task& task, const Sample& sample, const PrincipalComponents& components,
                       std::size_t largest);

/// Of pairs of a few rows with others: the share whose codes do not rule them out as neighbours among all
/// rows.
double surviving_share(const Task& task, const Codes& codes, const PairScan& scan);

}  // namespace fathom::cost_model
