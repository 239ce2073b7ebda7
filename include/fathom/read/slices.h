// Which slices of a volume are images.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace fathom {

/// Axial slices lie across the axis from feet to head, coronal ones across that from back to front, sagittal
/// ones across that from left to right.
enum class SliceAxis { axial, coronal, sagittal };

std::string_view slice_axis_name(SliceAxis axis);
/// Throws UsageError naming --slices where it is none of "axial", "coronal", "sagittal".
SliceAxis parse_slice_axis(std::string_view name);

/// Slices are counted from 0: from the feet, the back or the left.
struct SliceOptions {
  SliceAxis axis = SliceAxis::axial;
  std::size_t step = 1;            ///< every step-th slice, from `first` on
  std::size_t first = 0;           ///< the first slice used
  std::optional<std::size_t> end;  ///< the one behind the last used; nothing: to the last there is
  /// Slices with a smaller fraction of foreground are left out, 0..1. Foreground is what Otsu's threshold
  /// of the whole volume leaves above it.
  double min_foreground = 0.0;

  friend bool operator==(const SliceOptions&, const SliceOptions&) = default;
};

/// "40:120", "40:" or ":120", as Python's slices. Throws UsageError naming --slice-range.
void set_slice_range(SliceOptions& options, std::string_view text);

}  // namespace fathom
