// NumPy's .npy, version 1.0.
#pragma once

#include <filesystem>

#include "fathom/core/matrix.h"

namespace fathom {

/// Writes an N x D array of float64, little-endian, C order; an earlier file is replaced, atomically.
/// Throws InputError when the write fails.
void write_npy(const std::filesystem::path& path, const Matrix<double>& matrix);

}  // namespace fathom
