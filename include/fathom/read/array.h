// Arrays: numbers with a shape, from .npy, .npz, IDX and CIFAR files, and how they become records.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fathom/read/data_set.h"

namespace fathom {

/// An N-dimensional array in C order, in one of the pixel types; values are aligned for it.
///
/// Stored numbers are widened by their type alone: bool and 8-bit unsigned stay uint8, 16-bit unsigned
/// uint16; 8- and 16-bit signed, half and single precision become float32; everything else float64.
struct Array {
  std::vector<std::size_t> shape;
  PixelType type = PixelType::uint8;
  std::shared_ptr<const std::byte[]> values;
  bool in_file = false;  ///< the values are a mapped file's

  std::size_t size() const;  ///< product of the shape
  /// The values as T, which must be the C++ type of `type`.
  template <class T>
  std::span<const T> as() const {
    FATHOM_CHECK(sizeof(T) == pixel_bytes(type));
    return {reinterpret_cast<const T*>(values.get()), size()};
  }
};

/// A whole number of images and their labels: one split of a data set, one file of a split, or all there is.
struct ArrayPart {
  Split split = Split::none;
  std::string name;  ///< for messages: the file, and the member in it
  Array images;
  std::optional<Array> labels;
  std::string labels_name;  ///< for messages
};

/// What a format tells about one column of its labels.
struct KnownLabels {
  std::string column;
  std::size_t count = 0;           ///< labels are 0..count-1
  std::vector<std::string> names;  ///< of the classes, all different; empty: they are named by their number
};

/// One data set of all parts, in their order. The caller sets its name, path and format.
///
/// Images, by shape: (N, D) vectors of height 1; (N, H, W) grey; (N, H, W, C) with C = 1, 3 or 4, whose alpha
/// is dropped; (N, C, H, W) with C = 1 or 3 where the last axis can be no C. A shape that can be either is
/// read as (N, H, W, C), with a note. RGB images whose channels agree in every pixel are handed out as grey.
/// Images are views into the array wherever its layout is theirs. NaN is let through: the prepare layer names
/// the image.
///
/// Labels, integers of any type: (N,) and (N, 1) give the column "label"; (N, L) the columns "label0",
/// "label1", ... Classes are named by their number, unless `known`, one entry for each column of labels,
/// names them. Only columns in ReadOptions::label_columns are kept, when it names any.
///
/// Records are named by index ("17"), counted within their split where there is one ("train/17").
///
/// Throws InputError naming the part: a shape that is no set of images, parts of different shapes, labels of
/// another length, not integers, out of a known range, or in some parts only; no image at all; a wanted label
/// column that does not exist (naming those that do). Throws UsageError for options that only a table can
/// satisfy.
DataSet array_data_set(std::vector<ArrayPart> parts, const ReadOptions& options,
                       std::span<const KnownLabels> known = {});

}  // namespace fathom
