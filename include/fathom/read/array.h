// Arrays: numbers with a shape, from .npy, .npz, IDX and CIFAR files.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "fathom/read/data_set.h"

namespace fathom {

/// An N-dimensional array in C order, in one of the pixel types.
struct Array {
  std::vector<std::size_t> shape;
  PixelType type = PixelType::uint8;
  std::shared_ptr<const std::byte[]> values;

  std::size_t size() const;  ///< product of the shape
};

/// A pixel source over the first axis of `images`, and one record an image. `labels` (integers, (N,) or (N, 1), may
/// be empty) become the column "label". Records are named by index, after `prefix` ("train/").
/// Throws InputError naming `name`: a shape that is no set of images, labels of another length, labels that are
/// not integers.
void append_array(DataSet& data, const std::string& name, const Array& images, const Array* labels, Split split);

}  // namespace fathom
