#include "fathom/core/distance.h"

fathom::ImageIndex first() {
#ifdef MISTAKE
  return 0;
#else
  return fathom::ImageIndex{0};
#endif
}
