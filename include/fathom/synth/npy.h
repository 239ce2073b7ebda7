// NumPy's .npy, version 1.0.
#pragma once

#include <filesystem>

#include "fathom/core/matrix.h"

namespace fathom {

/// Writes an N x D array of float64 or float32, little-endian, C order; an earlier file is replaced,
/// atomically. The values are written from where they are. Throws InputError when the write fails.
void write_npy(const std::filesystem::path& path, const Matrix<double>& matrix);
void write_npy(const std::filesystem::path& path, const Matrix<float>& matrix);

}  // namespace fathom
