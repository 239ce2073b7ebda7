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

/// Different images seldom agree in all of their middle, so that few rows are read whole.
constexpr std::size_t kMiddle = 256;

template <class T>
std::span<const T> middle(std::span<const T> row) {
  const std::size_t count = std::min(kMiddle, row.size());
  return row.subspan((row.size() - count) / 2, count);
}

/// Groups of two or more of the rows whose parts have one hash; each group ascending.
template <class T, class Part>
std::vector<std::vector<std::uint32_t>> agreeing(const Matrix<T>& matrix,
                                                 const std::vector<std::uint32_t>& rows, Part part,
                                                 unsigned threads, Progress& progress) {
  struct Hashed {
    Hash128 hash;
    std::uint32_t row;
  };
  std::vector<Hashed> hashed(rows.size());
  constexpr std::size_t chunk = 64;
  parallel_for((rows.size() + chunk - 1) / chunk, threads, [&](std::size_t index, unsigned) {
    progress.check();
    const std::size_t end = std::min(rows.size(), (index + 1) * chunk);
    for (std::size_t i = index * chunk; i < end; ++i)
      hashed[i] = {hash_row<T>(part(matrix.row(rows[i]))), rows[i]};
  });
  std::ranges::sort(hashed, [](const Hashed& a, const Hashed& b) {
    return a.hash != b.hash ? a.hash < b.hash : a.row < b.row;
  });
  std::vector<std::vector<std::uint32_t>> groups;
  for (std::size_t start = 0; start < hashed.size();) {
    std::size_t end = start + 1;
    while (end < hashed.size() && hashed[end].hash == hashed[start].hash) ++end;
    if (end - start > 1) {
      groups.emplace_back();
      for (std::size_t i = start; i < end; ++i) groups.back().push_back(hashed[i].row);
    }
    start = end;
  }
  return groups;
}

template <class T>
Duplicates find_in(const Matrix<T>& matrix, unsigned threads, Progress& progress) {
  const std::size_t rows = matrix.rows();
  Duplicates result;
  result.first.resize(rows);
  std::iota(result.first.begin(), result.first.end(), 0u);

  std::vector<std::uint32_t> suspects;
  for (const auto& group : agreeing(matrix, result.first, middle<T>, threads, progress)) {
    suspects.insert(suspects.end(), group.begin(), group.end());
  }
  const auto whole = [](std::span<const T> row) { return row; };
  for (const auto& group : agreeing(matrix, suspects, whole, threads, progress)) {
    // A hash decides nothing by itself: rows join a group only when every value agrees.
    std::vector<std::uint32_t> heads;
    for (const std::uint32_t row : group) {
      const auto head = std::ranges::find_if(
          heads, [&](std::uint32_t other) { return std::ranges::equal(matrix.row(row), matrix.row(other)); });
      if (head == heads.end()) {
        heads.push_back(row);
      } else {
        result.first[row] = *head;
      }
    }
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
