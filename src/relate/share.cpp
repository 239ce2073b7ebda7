#include "fathom/relate/share.h"

#include <algorithm>
#include <cmath>

#include "fathom/core/error.h"
#include "relate/distributions.h"

namespace fathom {

Interval wilson_interval(std::size_t count, std::size_t n, double confidence) {
  FATHOM_CHECK(n >= 1 && count <= n);
  const double z = normal_quantile(0.5 + confidence / 2.0), size = static_cast<double>(n);
  const double share = static_cast<double>(count) / size;
  const double middle = (share + z * z / (2.0 * size)) / (1.0 + z * z / size);
  const double half =
      z / (1.0 + z * z / size) * std::sqrt(share * (1.0 - share) / size + z * z / (4.0 * size * size));
  return {count == 0 ? 0.0 : middle - half, count == n ? 1.0 : middle + half};
}

}  // namespace fathom
