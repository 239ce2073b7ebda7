#include "fathom/prepare/rows_of.h"

#include <algorithm>
#include <utility>

namespace fathom {

namespace {

template <class T>
Matrix<T> chosen(const Matrix<T>& matrix, std::span<const std::uint32_t> rows) {
  Matrix<T> made(rows.size(), matrix.cols());
  for (std::size_t i = 0; i < rows.size(); ++i) std::ranges::copy(matrix.row(rows[i]), made.row(i).begin());
  return made;
}

}  // namespace

PreparedData rows_of(const PreparedData& data, std::span<const std::uint32_t> rows) {
  PreparedData made;
  made.matrix.unit = data.matrix.unit;
  std::visit([&](const auto& matrix) { made.matrix.stored = chosen(matrix, rows); }, data.matrix.stored);
  for (std::uint32_t i = 0; i < rows.size(); ++i) {
    made.records.push_back(data.records[rows[i]]);
    if (!data.contrast.empty()) made.contrast.push_back(data.contrast[rows[i]]);
    if (std::ranges::binary_search(data.black, rows[i])) made.black.push_back(i);
  }
  made.label_columns = data.label_columns;
  made.protocol = data.protocol;
  made.channels = data.channels;
  made.size = data.size;
  made.row_size = data.row_size;
  made.range = data.range;
  made.ambient_dimension = data.ambient_dimension;
  made.content_hash = data.content_hash;
  return made;
}

}  // namespace fathom
