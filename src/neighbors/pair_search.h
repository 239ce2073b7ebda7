// How the pairs of two blocks of positions are compared: by codes (code_search.h) or by products
// (product_search.h).
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "fathom/neighbors/pair_scan.h"

namespace fathom {

/// Consecutive positions of the scan.
struct PositionBlock {
  std::uint32_t first, count;
};

/// Where the pairs go, and what they are wanted for.
class Delivery {
 public:
  Delivery(const PairScan& scan, std::span<Collector* const> collectors, unsigned worker)
      : scan_(scan), collectors_(collectors), worker_(worker) {}

  double limit(std::uint32_t position) const {
    double limit = -1.0;
    for (const Collector* collector : collectors_) limit = std::max(limit, collector->limit(position));
    return limit;
  }
  bool wants_any() const { return !collectors_.empty(); }
  /// Whether a pair with this lower bound still matters.
  bool wants(std::uint32_t a, std::uint32_t b, double lower) const {
    return lower <= limit(a) || lower <= limit(b);
  }
  void deliver(std::span<const PairBound> pairs) {
    if (pairs.empty()) return;
    for (Collector* collector : collectors_) collector->collect(scan_, pairs, worker_);
  }
  const PairScan& scan() const { return scan_; }
  unsigned worker() const { return worker_; }

 private:
  const PairScan& scan_;
  std::span<Collector* const> collectors_;
  unsigned worker_;
};

class PairSearch {
 public:
  virtual ~PairSearch() = default;
  /// Positions of a block, at most.
  virtual std::uint32_t block_rows() const = 0;
  virtual bool bounds_are_exact() const = 0;
  virtual double upper(std::uint32_t position_a, std::uint32_t position_b, double lower) const = 0;
  /// The cheapest upper bound of a squared distance that is nearly as low as can be.
  virtual double close_upper(const PairScan& scan, std::uint32_t position_a, std::uint32_t position_b) const {
    return scan.exact(scan.row(position_a), scan.row(position_b)).value;
  }
  /// A guess of the rows that are nearest would pay: compared directly, pairs are dear, and guess() is not.
  virtual bool guesses() const { return false; }
  /// Begins with the guesses of so many neighbours of these positions.
  virtual void begin_guesses(PositionBlock /*positions*/, std::size_t /*neighbors*/) {}
  /// Takes the pairs of two blocks into account. From several threads at once.
  virtual void guess(PositionBlock /*rows*/, PositionBlock /*cols*/, unsigned /*worker*/) {}
  virtual std::vector<std::uint32_t> guessed(std::uint32_t /*position*/) { return {}; }
  virtual void end_guesses() {}
  /// Delivers the pairs of two blocks, which are the same or apart, that the bound leaves open.
  virtual void compare(PositionBlock rows, PositionBlock cols, Delivery& delivery) = 0;
};

}  // namespace fathom
