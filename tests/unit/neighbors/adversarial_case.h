// A case of the exactness tests: rows, what is asked of them, and how. Everything follows from its seed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fathom/neighbors/pair_scan.h"
#include "unit/neighbors/adversarial_rows.h"

namespace fathom::adversary {

struct Case {
  std::uint64_t seed = 0;
  std::string kind;  ///< of rows, and what was done to them
  RowMatrix matrix;
  std::vector<std::uint32_t> order;  ///< rows to scan: all, or some of them
  std::size_t k = 0, prefix_k = 0;
  std::vector<std::uint32_t> group;  ///< of a matrix row; often empty
  std::vector<std::uint32_t> prefixes;
  std::vector<PairScanOptions> runs;  ///< at least one with tiles and one with the filter

  Element element() const { return Element{static_cast<int>(matrix.stored.index())}; }
};

/// Largest case: `pair_components` bounds rows^2 x components, and with it the time of the brute force.
struct CaseLimits {
  std::size_t rows = 5000;
  double pair_components = 1.5e8;
};

Case make_case(std::uint64_t seed, const CaseLimits& limits = {});

/// Seeds of the cases that one of `shards` tests runs, out of `cases`. Two environment variables change them:
/// FATHOM_CASE=seed leaves one case, to the first test; FATHOM_CASES is their number.
std::vector<std::uint64_t> case_seeds(std::uint64_t cases, std::uint64_t shard = 0, std::uint64_t shards = 1);

/// Groups of the rows of a matrix: neighbouring rows, random rows, or all of them together.
std::vector<std::uint32_t> make_groups(std::size_t rows, Generator& generator);

/// "case 17: noise, 8-bit, 240 of 241 x 65, k = 20, 3 groups, prefixes 120 240".
std::string describe(const Case& test);
/// "filter, avx2, 3 threads, 20 neighbours announced".
std::string describe(const PairScanOptions& run);

}  // namespace fathom::adversary
