#include <algorithm>
#include <array>

#include "fathom/relate/share.h"
#include "relate/laws.h"

namespace fathom {

void add_share_below(Relations& relations, const CellList& cells, double confidence) {
  const std::array<Variable, 2> both{dimension(), representation_dimension()};
  for (const ModelGroup& group : model_groups(complete(cells, both))) {
    if (group.cells.empty()) continue;
    ShareBelow share;
    share.name = "d_repr below d_data";
    share.model = group.model;
    share.n = group.cells.size();
    share.below = static_cast<std::size_t>(std::ranges::count_if(group.cells, [](const CellResult* cell) {
      return *cell->representation_dimension < *cell->dimension;
    }));
    share.share = static_cast<double>(share.below) / static_cast<double>(share.n);
    share.interval = wilson_interval(share.below, share.n, confidence);
    relations.shares.push_back(std::move(share));
  }
}

}  // namespace fathom
