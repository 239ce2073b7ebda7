// What a fuzz target does with what a reader has accepted: touch all of it, so that the sanitizers see it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "fathom/core/error.h"
#include "fathom/read/array.h"

namespace fathom {

inline std::span<const std::byte> input(const std::uint8_t* data, std::size_t size) {
  return std::as_bytes(std::span(data, size));
}

/// Keeps the compiler from leaving reads out.
inline volatile unsigned sum_of_all = 0;

inline void touch(std::span<const std::byte> bytes) {
  unsigned sum = 0;
  for (const std::byte byte : bytes) sum += std::to_integer<unsigned>(byte);
  sum_of_all = sum;
}

inline void read_everything(const DataSet& data) {
  constexpr std::size_t most_images = 1000;
  for (const Record& record : data.records) {
    if (record.source >= most_images) break;
    touch(data.pixels->read(record.source).bytes());
    for (std::size_t i = 0; i < record.labels.size(); ++i) {
      FATHOM_CHECK(static_cast<std::size_t>(record.labels[i]) < data.label_columns.at(i).classes.size());
    }
  }
}

/// The array as images, and where it can be, as its own labels.
inline void read_everything(const Array& array) {
  std::vector<ArrayPart> parts;
  parts.push_back({Split::none, "images", array, std::nullopt, "labels"});
  read_everything(array_data_set(parts, {}));
  if (array.shape.size() == 2 && array.shape[1] > 16) return;
  parts[0].labels = array;
  read_everything(array_data_set(std::move(parts), {}));
}

}  // namespace fathom
