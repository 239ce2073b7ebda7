#include "fathom/core/progress.h"

namespace fathom {

Progress& no_progress() {
  static Progress silent;
  return silent;
}

}  // namespace fathom
