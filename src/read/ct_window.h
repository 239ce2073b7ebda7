// The windows of computed tomography that have a name.
#pragma once

#include <algorithm>

#include "fathom/core/error.h"
#include "fathom/read/view.h"

namespace fathom {

/// In Hounsfield units.
struct CtWindow {
  double centre, width;

  /// 0..1: black to white. Source: DICOM PS3.3 C.11.2.1.3.2, LINEAR_EXACT.
  double operator()(double value) const { return std::clamp((value - centre) / width + 0.5, 0.0, 1.0); }
};

/// Of View::ct_brain, ct_subdural or ct_bone.
inline CtWindow ct_window(View view) {
  switch (view) {
    case View::ct_brain:
      return {40.0, 80.0};
    case View::ct_subdural:
      return {80.0, 200.0};
    case View::ct_bone:
      return {600.0, 2800.0};
    default:
      throw InternalError("this view is no window of computed tomography");
  }
}

}  // namespace fathom
