// SVHN, format 2 (cropped digits): train_32x32.mat, test_32x32.mat, extra_32x32.mat.
#pragma once

#include <filesystem>

#include "fathom/read/array.h"

namespace fathom {

/// True for folders that hold train_32x32.mat, test_32x32.mat or extra_32x32.mat.
bool is_svhn_folder(const std::filesystem::path& path);
/// True for files that begin as MATLAB's do (levels 5 and 7).
bool is_matlab_file(const std::filesystem::path& path);

/// Opens a folder, or a single .mat file: X, (32, 32, 3, N) uint8, and y, (N, 1), as the publisher ships them
/// (ufldl.stanford.edu/housenumbers). The publisher's label 10 is the digit 0, as torchvision reads it.
///
/// A folder with training and test files has the splits train and test; the extra images are not read, and a
/// note says so where they lie beside others. Throws InputError: no such file, damaged or cut short, MATLAB's
/// level 7.3 (HDF5), no X and y, of other shapes or types; a label that is none of 1..10.
DataSet open_svhn(const std::filesystem::path& path, const ReadOptions& options);

}  // namespace fathom
