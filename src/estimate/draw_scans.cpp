#include "estimate/draw_scans.h"

#include <algorithm>

namespace fathom {

namespace {

/// Hands on the wish to stop; how far one draw is would only flicker.
class Stop : public Progress {
 public:
  explicit Stop(const Progress& outer) : outer_(outer) {}
  bool cancelled() const override { return outer_.cancelled(); }

 private:
  const Progress& outer_;
};

}  // namespace

std::vector<std::optional<SquaredDistance>> scan_draws(const RowMatrix& matrix, const Duplicates& duplicates,
                                                       const LabelPairsRequest& request, unsigned threads,
                                                       SimdLevel simd, Progress& progress) {
  std::vector<std::optional<SquaredDistance>> smallest;
  if (request.draws.empty()) return smallest;
  Stop stop(progress);
  progress.begin("comparing draws", request.draws.size());
  for (const std::vector<std::uint32_t>& draw : request.draws) {
    std::vector<std::uint32_t> rows;
    for (const std::uint32_t image : draw) rows.push_back(duplicates.first[image]);
    std::ranges::sort(rows);
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());

    // So few rows that no filter would pay.
    PairScan scan(matrix, rows, {threads, simd, SearchMode::tiles, 1});
    LabelPairs pairs(scan, duplicates, {request.label, 1, {draw}, request.group, request.seed});
    Collector* collectors[] = {&pairs};
    const std::uint32_t prefix[] = {scan.size()};
    scan.run(collectors, prefix, stop);
    smallest.push_back(pairs.nearest_in_draws(scan).front());
    progress.advance(1);
  }
  progress.end();
  return smallest;
}

}  // namespace fathom
