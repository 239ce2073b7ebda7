#include "fathom/core/distance.h"

fathom::Distance nearest(fathom::SquaredDistance squared) {
#ifdef MISTAKE
  return squared;
#else
  return fathom::root(squared);
#endif
}
