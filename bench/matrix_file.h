// Matrices as .npy files, so that the peers in Python read them too.
#pragma once

#include <filesystem>

#include "fathom/core/matrix.h"

namespace fathom::bench {

/// 8-bit or float32 rows, no map. Throws InputError when the write fails.
void write_matrix(const std::filesystem::path& path, const RowMatrix& matrix);

/// Reads what write_matrix wrote, straight into the matrix: memory never holds the values twice. Throws
/// InputError.
RowMatrix read_matrix(const std::filesystem::path& path);

}  // namespace fathom::bench
