// What a format of tensor files hands over.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fathom/read/tensor_file.h"

namespace fathom {

struct TensorContents {
  std::vector<StoredTensor> tensors;
  std::map<std::string, std::string> metadata;
  /// What the tensors' bytes lie in, beside the bytes that were read from.
  std::vector<std::shared_ptr<const void>> keep;
};

/// Weights have at most five.
inline constexpr std::size_t kMostDimensions = 16;

/// Bytes of a contiguous tensor; nothing where an axis is negative or the product leaves 63 bits.
std::optional<std::uint64_t> bytes_of_shape(std::span<const std::int64_t> shape, TensorType type);

}  // namespace fathom
