#include "relate/distributions.h"

#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

namespace fathom {

double normal_quantile(double probability) {
  return boost::math::quantile(boost::math::normal(), probability);
}

double t_quantile(double probability, double degrees_of_freedom) {
  return boost::math::quantile(boost::math::students_t(degrees_of_freedom), probability);
}

double t_two_sided(double t, double degrees_of_freedom) {
  if (std::isinf(t)) return 0.0;
  return 2.0 *
         boost::math::cdf(boost::math::complement(boost::math::students_t(degrees_of_freedom), std::abs(t)));
}

double chi_squared_tail(double value, double degrees_of_freedom) {
  if (std::isinf(value)) return 0.0;
  return boost::math::cdf(boost::math::complement(boost::math::chi_squared(degrees_of_freedom), value));
}

}  // namespace fathom
