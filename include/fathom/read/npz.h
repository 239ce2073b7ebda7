// .npz: several NumPy arrays in a zip archive, stored or deflated.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include "fathom/read/array.h"

namespace fathom {

/// Reads images and labels under the first of these that the archive has: train_images, train_labels,
/// val_..., test_... (MedMNIST); x_train, y_train, x_val, y_val, x_test, y_test (Keras); images, labels; X,
/// y; x, y.
///
/// The first two are splits, in the order train, val, test. Labels may be missing, from all splits or none.
/// All arrays are read at once. Throws InputError: not a zip archive, a corrupt member (CRC), another
/// compression, encryption, none of the known keys (naming those there are), what read_npy and array_data_set
/// refuse.
DataSet open_npz(const std::filesystem::path& path, const ReadOptions& options);
DataSet parse_npz(std::span<const std::byte> bytes, const std::string& name, const ReadOptions& options = {});

}  // namespace fathom
