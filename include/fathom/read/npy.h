// .npy: one NumPy array (format versions 1, 2 and 3).
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include "fathom/read/array.h"

namespace fathom {

/// Reads an array of booleans, integers (8 to 64 bits) or floats (16, 32, 64 bits), in either byte order, in
/// C or Fortran order. Format: NEP 1, and numpy.lib.format for versions 2 and 3.
///
/// Values that need no change (C order, little-endian, bool, 8- or 16-bit unsigned, 32- or 64-bit float) stay
/// in the file, which is mapped, and must not be written to meanwhile; others are read.
///
/// Throws InputError naming the file: not a .npy file, a broken header, objects, text, dates, complex
/// numbers, records or long doubles (naming the dtype), a shape that takes more or fewer bytes than the file
/// holds, a 64-bit integer beyond 2^53 (naming its index).
Array read_npy(const std::filesystem::path& path);
Array parse_npy(std::span<const std::byte> bytes, const std::string& name);

/// True for files that begin as .npy files do; false too for what cannot be read.
bool is_npy_file(const std::filesystem::path& path);

/// The images of one array, without splits; ReadOptions::labels may name a .npy or IDX file of their labels.
/// Throws InputError: see read_npy and array_data_set.
DataSet open_npy(const std::filesystem::path& path, const ReadOptions& options);

}  // namespace fathom
