// CIFAR-10 and CIFAR-100 in their binary version.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include "fathom/read/array.h"

namespace fathom {

enum class CifarKind { cifar10, cifar100 };

struct CifarBatch {
  Array images;  ///< (N, 3, 32, 32) uint8
  Array labels;  ///< (N,) uint8; CIFAR-100: (N, 2), fine and coarse
};

/// Parses records of 3073 bytes (a label and 1024 red, green and blue pixels each) or 3074 (coarse label,
/// fine label, pixels). Source: www.cs.toronto.edu/~kriz/cifar.html. Labels are not checked here. Throws
/// InputError: no record, or a size that is no multiple of a record's.
CifarBatch parse_cifar(std::span<const std::byte> bytes, const std::string& name, CifarKind kind);

/// True for folders that hold data_batch_1.bin ... or test_batch.bin (CIFAR-10), or train.bin or test.bin
/// (CIFAR-100).
bool is_cifar_folder(const std::filesystem::path& path);
/// True for files named .bin.
bool is_cifar_file(const std::filesystem::path& path);

/// Opens a folder, or a single .bin file (its kind told by ReadOptions::format, or else by its size).
///
/// A folder with training and test files has the splits train and test; one of either, or a single file, has
/// none. Classes are named by batches.meta.txt, or fine_label_names.txt and coarse_label_names.txt, where
/// they lie beside the data, and otherwise by number. CIFAR-10 has the label column "label", CIFAR-100 "fine"
/// and "coarse". Throws InputError: see parse_cifar and array_data_set; a label out of range, naming the
/// record; a list of names of another length; no such file.
DataSet open_cifar(const std::filesystem::path& path, const ReadOptions& options);

}  // namespace fathom
