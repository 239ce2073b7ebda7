// IDX: the files of MNIST, plain or gzip.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include "fathom/read/array.h"

namespace fathom {

/// Reads an array of 8-bit unsigned, 8-, 16- or 32-bit signed integers or 32- or 64-bit floats, all
/// big-endian. Format: "The IDX file format", yann.lecun.com/exdb/mnist. Throws InputError naming the file:
/// not IDX, broken gzip, a header that claims more or fewer values than follow.
Array read_idx(const std::filesystem::path& path);
Array parse_idx(std::span<const std::byte> bytes, const std::string& name);

/// True for files that begin as IDX files do, also inside gzip; false too for what cannot be read.
bool is_idx_file(const std::filesystem::path& path);
/// True for folders that hold a file named ...images-idx3-ubyte or ...images.idx3-ubyte, plain or .gz.
bool is_idx_folder(const std::filesystem::path& path);

/// Opens a file of images, with the labels that ReadOptions::labels names or that lie beside it
/// (t10k-images-idx3-ubyte.gz: t10k-labels-idx1-ubyte, plain or .gz), or a folder of such pairs.
///
/// A folder of one pair has no splits, one of several has those their names begin with (train; val; t10k or
/// test). Throws InputError: see read_idx and array_data_set; no images in the folder, or several pairs that
/// are no splits (naming them).
DataSet open_idx(const std::filesystem::path& path, const ReadOptions& options);

}  // namespace fathom
