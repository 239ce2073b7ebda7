// NumPy arrays as the library sees them: their own memory, never a copy.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstddef>
#include <memory>
#include <vector>

#include "fathom/core/matrix.h"
#include "fathom/read/array.h"

namespace fathom::python {

/// Over the memory of a C-contiguous, aligned (n, d) array of uint8, float32 or float64, which stays alive as
/// long as the matrix. It is only read.
RowMatrix matrix_over(const pybind11::array& array);

/// Likewise of any shape, and of uint16 too: as a file of images would be read.
Array array_over(const pybind11::array& array);

/// A new (rows, cols) array and where its values go.
template <class T>
pybind11::array_t<T> new_array(std::size_t rows, std::size_t cols) {
  return pybind11::array_t<T>(std::vector<std::size_t>{rows, cols});
}

}  // namespace fathom::python
