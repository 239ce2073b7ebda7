#include "prepare/row_hashes.h"

#include <algorithm>

#include "fathom/core/parallel.h"

namespace fathom {

void extend_row_hashes(std::vector<Hash128>& hashes, const std::byte* rows, std::size_t row_bytes,
                       std::size_t count, unsigned threads, Progress& progress) {
  const std::size_t first = hashes.size();
  if (count <= first) return;
  std::vector<Hash128> added(count - first);
  constexpr std::size_t chunk = 64;
  parallel_for((added.size() + chunk - 1) / chunk, threads, [&](std::size_t index, unsigned) {
    progress.check();
    const std::size_t end = std::min(added.size(), (index + 1) * chunk);
    for (std::size_t i = index * chunk; i < end; ++i) {
      added[i] = hash128({rows + (first + i) * row_bytes, row_bytes});
    }
    progress.advance(end - index * chunk);
  });
  hashes.insert(hashes.end(), added.begin(), added.end());
}

Hash128 hash_of_rows(std::span<const Hash128> hashes) {
  return hash128(std::as_bytes(hashes));
}

}  // namespace fathom
