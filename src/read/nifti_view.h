// Slices of volumes -> grey levels, by a View.
#pragma once

#include <cstdint>
#include <vector>

#include "fathom/read/image.h"
#include "fathom/read/nifti.h"
#include "fathom/read/view.h"

namespace fathom {

/// Throws UsageError for a view that volumes do not allow: View::window.
void check_nifti_view(View view);

/// Memory taken while a volume is opened, beside itself.
std::uint64_t bytes_of_view(const NiftiInfo& info, View view);

/// What a view has to know of a whole volume.
class NiftiView {
 public:
  /// Goes through all values where the view takes their percentiles.
  NiftiView(const NiftiVolume& volume, View view);

  /// | view | levels |
  /// | --- | --- |
  /// | stored | the slice itself |
  /// | ct_brain, ct_subdural, ct_bone | as of DICOM; values are taken to be Hounsfield units |
  /// | percentile | from the 0.1 to the 99.9 percentile of the volume at its time, uint16 |
  /// | published | the same from 0 to 255, uint8, cut: as BraTS was prepared (methods.md 5.1) |
  ///
  /// Colours stay as they are. Throws ImageError: a value that is not finite, under any view but stored.
  Image operator()(Image slice, std::size_t time) const;

 private:
  struct Range {
    double low, high;
  };

  View view_;
  std::vector<Range> percentiles_;  ///< of each time
};

}  // namespace fathom
