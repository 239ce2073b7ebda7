#include "fathom/neighbors/duplicates.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <numeric>
#include <span>
#include <type_traits>

#include "fathom/core/hash.h"
#include "fathom/core/parallel.h"

namespace fathom {

namespace {

template <class T>
Hash128 hash_row(std::span<const T> row) {
  if constexpr (std::is_floating_point_v<T>) {
    std::vector<T> values(row.begin(), row.end());
    for (T& value : values) value += T{0};  // -0.0 becomes 0.0
    return hash128(std::as_bytes(std::span<const T>(values)));
  } else {
    return hash128(std::as_bytes(row));
  }
}

template <class T>
Duplicates find_in(const Matrix<T>& matrix, unsigned threads, Progress& progress) {
  const std::size_t rows = matrix.rows();
  std::vector<Hash128> hash(rows);
  constexpr std::size_t chunk = 64;
  parallel_for((rows + chunk - 1) / chunk, threads, [&](std::size_t index, unsigned) {
    progress.check();
    const std::size_t end = std::min(rows, (index + 1) * chunk);
    for (std::size_t i = index * chunk; i < end; ++i) hash[i] = hash_row<T>(matrix.row(i));
  });

  // Rows of one hash stand together, ascending.
  std::vector<std::uint32_t> order(rows);
  std::iota(order.begin(), order.end(), 0u);
  std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
    return hash[a] != hash[b] ? hash[a] < hash[b] : a < b;
  });

  Duplicates result;
  result.first.resize(rows);
  for (std::size_t start = 0; start < rows;) {
    std::size_t end = start + 1;
    while (end < rows && hash[order[end]] == hash[order[start]]) ++end;
    // A hash decides nothing by itself: rows join a group only when every value agrees.
    std::vector<std::uint32_t> heads;
    for (std::size_t i = start; i < end; ++i) {
      const std::uint32_t row = order[i];
      const auto head = std::ranges::find_if(
          heads, [&](std::uint32_t other) { return std::ranges::equal(matrix.row(row), matrix.row(other)); });
      result.first[row] = head == heads.end() ? row : *head;
      if (head == heads.end()) heads.push_back(row);
    }
    start = end;
  }

  std::map<std::uint32_t, std::vector<std::uint32_t>> groups;
  for (std::uint32_t row = 0; row < rows; ++row) {
    if (result.first[row] == row) {
      result.distinct.push_back(row);
    } else {
      auto& group = groups[result.first[row]];
      if (group.empty()) group.push_back(result.first[row]);
      group.push_back(row);
    }
  }
  for (auto& [head, members] : groups) result.groups.push_back(std::move(members));
  return result;
}

}  // namespace

Duplicates find_duplicates(const RowMatrix& matrix, unsigned threads, Progress& progress) {
  return std::visit([&](const auto& stored) { return find_in(stored, threads, progress); }, matrix.stored);
}

}  // namespace fathom
