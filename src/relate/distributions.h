// Quantiles and tail probabilities of the distributions that the tests and intervals of this layer use.
#pragma once

namespace fathom {

double normal_quantile(double probability);
/// Of Student's t; degrees_of_freedom > 0.
double t_quantile(double probability, double degrees_of_freedom);
/// P(|T| >= |t|); 0 at infinity.
double t_two_sided(double t, double degrees_of_freedom);
/// P(X >= value) of chi-squared; value >= 0.
double chi_squared_tail(double value, double degrees_of_freedom);

}  // namespace fathom
