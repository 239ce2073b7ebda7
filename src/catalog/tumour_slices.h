// BraTS: which slices of a case are kept, and with which label.
#pragma once

#include <cstddef>
#include <vector>

namespace fathom {

struct LabelledSlice {
  std::size_t index;
  bool tumour;
};

struct CaseSlices {
  std::vector<LabelledSlice> kept;
  std::size_t ambiguous = 0;  ///< left out by tumour_slices()
  std::size_t small = 0;      ///< left out for too little brain
};

/// `tumour`: of every axial slice, from the feet up, whether the segmentation has a voxel there. Slice i is
/// left out when of the slices i to i+9 some have one and some have not; the last ten slices are judged by
/// themselves alone. Source: the papers' code.
CaseSlices tumour_slices(const std::vector<bool>& tumour);

}  // namespace fathom
