// The data of a palette, written as segments.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace fathom {

/// What one number of a segment takes in the file.
enum class SegmentWidth { bytes, words };

/// Expands discrete, linear and indirect segments (PS3.3 C.7.9.2) to at most `most` entries; those of a
/// linear one are rounded to the nearest, halves to the even number, as numpy.around does. A segment of
/// padding at the end, which stands for nothing, is passed over.
///
/// Throws ImageError: a segment of another kind, one that ends behind the data, a linear or an indirect one
/// at the beginning, an indirect one that leads to another or to no segment.
std::vector<std::uint16_t> expand_segments(std::span<const std::uint16_t> data, SegmentWidth width,
                                           std::size_t most);

}  // namespace fathom
