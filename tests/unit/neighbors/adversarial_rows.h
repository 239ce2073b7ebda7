// Rows that are hard on a neighbour search: every kind of data attacks one step by which a neighbour could be
// lost.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "fathom/core/matrix.h"
#include "fathom/core/random.h"

namespace fathom::adversary {

enum class Element { byte, float32, float64 };

const char* element_name(Element element);

struct Shape {
  std::size_t rows, cols;
  Element element;
};

struct KindOfRows {
  const char* name;
  Matrix<double> (*make)(const Shape& shape, Generator& generator);
  /// Elements that can hold the values: all from this one on.
  Element from;
};

/// All of them, in a fixed order.
std::span<const KindOfRows> kinds_of_rows();

/// Rows as the library stores them. Bytes are rounded and cut to 0..255.
RowMatrix stored_as(Element element, const Matrix<double>& rows);

/// Makes a share of the rows copies of others.
void copy_some_rows(Matrix<double>& rows, Generator& generator);

void sort_by_norm(Matrix<double>& rows);

}  // namespace fathom::adversary
