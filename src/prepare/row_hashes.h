// Hashes of rows: what names a data set's content, and tells whether a file still holds it.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "fathom/core/hash.h"
#include "fathom/core/progress.h"

namespace fathom {

/// Appends the hashes of rows hashes.size() .. count-1, each `row_bytes` long, the first at `rows`.
void extend_row_hashes(std::vector<Hash128>& hashes, const std::byte* rows, std::size_t row_bytes,
                       std::size_t count, unsigned threads, Progress& progress);

/// One hash of all rows, in order.
Hash128 hash_of_rows(std::span<const Hash128> hashes);

}  // namespace fathom
