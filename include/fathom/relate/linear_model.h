// Linear regression by ordinary least squares, with four kinds of standard errors.
//
// Equation     y = X b + e; b minimises |y - X b|^2, by QR with column pivoting (columns scaled to length 1).
// Classical    s^2 (X'X)^-1, s^2 = RSS / (n - p): errors independent, of one variance. Intervals: t, n - p.
// Robust       HC2: residuals e_i / sqrt(1 - h_ii); errors independent, of any variance. Intervals: t, on
//              degrees of freedom of each coefficient (Bell and McCaffrey 2002; Imbens and Kolesar 2016).
//              None where a coefficient needs one point.
// By cluster   CR2 (Bell and McCaffrey 2002; Pustejovsky and Tipton 2018): residuals of each cluster times
//              (I - H)^(-1/2) of its rows, by pseudo-inverse where that is singular; errors of a cluster may
//              depend on each other in any way, and the variance is unbiased where they do not. Intervals: t,
//              on degrees of freedom of each coefficient (Satterthwaite), few where few clusters decide it.
//              None of a single cluster, or where a coefficient needs one cluster.
// Jackknife    CV3 by cluster: (G-1)/G sum over clusters of (b without g - b)^2 (MacKinnon, Nielsen and Webb,
//              "Cluster-robust inference: a guide to empirical practice", 2023, section 2). Intervals: t,
//              G - 1. None where a coefficient needs one cluster.
// Likelihood   Gaussian, at the maximum: -n/2 (log(2 pi RSS / n) + 1). AIC = -2 l + 2 p and
//              BIC = -2 l + p log n; p counts coefficients and not the variance, as statsmodels' OLS does (R
//              counts it: 2 and log n more). Differences between models do not depend on it.
// Agreement    statsmodels OLS: params, bse, llf, aic, bic. The errors by cluster are by definition those of
//              R clubSandwich's vcovCR(type = "CR2") and coef_test(test = "Satterthwaite"); the tests have
//              them from NumPy.
// Refused      Fewer points than coefficients + 1, collinear terms, values that are not finite.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fathom/estimate/dimension.h"

namespace fathom {

/// One column of the design matrix.
struct Regressor {
  std::string name;
  std::vector<double> values;  ///< one a point
};

struct RegressionData {
  std::string what;                  ///< names the fit in errors, such as "generalization law of resnet18"
  std::vector<double> response;      ///< n values
  std::vector<Regressor> terms;      ///< the constant is one of them
  std::vector<std::size_t> cluster;  ///< of each point, any numbers; or empty: no cluster errors
};

/// n ones, named "intercept".
Regressor intercept(std::size_t n);

/// An error whose interval has degrees of freedom of its own.
struct AdjustedUncertainty {
  double std_error = 0.0;
  Interval interval{};
  double degrees_of_freedom = 0.0;
};

struct Coefficient {
  std::string name;
  double estimate = 0.0;
  Uncertainty classical{};
  std::optional<AdjustedUncertainty> robust, cluster;
  std::optional<Uncertainty> jackknife;
};

/// Parts of the residual variance, sigma^2 = within + between: y_gi = x_gi' b + u_g + e_gi.
///
/// Source: equating r'r and |Z'r|^2 (r: residuals of least squares, Z: clusters) with their expectations, as
/// Wallace and Hussain (1969) do for balanced panels; here exact for any clusters. A negative `between` is 0.
struct VarianceComponents {
  double between = 0.0, within = 0.0;
};

struct LinearModel {
  std::size_t n = 0, clusters = 0;  ///< clusters: 0 where none were given
  double confidence = 0.95;
  std::vector<Coefficient> terms;
  double r_squared = 0.0, adjusted_r_squared = 0.0;  ///< about the mean; NaN of a constant response
  double residual_sum_of_squares = 0.0;
  double sigma = 0.0;  ///< sqrt(RSS / (n - p))
  double log_likelihood = 0.0, aic = 0.0, bic = 0.0;
  std::optional<VarianceComponents> components;  ///< of two clusters or more
  std::vector<double> unscaled_covariance;       ///< (X'X)^-1, p x p, row-major
  std::vector<double> cluster_gram;              ///< sum over clusters of s s', s = sum of x_i; p x p

  /// The estimate of a term. Throws InternalError when there is none of that name.
  double estimate(const std::string& name) const;
};

/// Names of terms that are linear combinations of each other, the redundant one first; empty where the terms
/// are independent. A term counts as redundant when less than 1e-9 of its length is outside the others' span.
std::vector<std::string> collinear_terms(std::span<const Regressor> terms);

/// Throws InputError(what, ...): n < p + 1, collinear terms (named), a value that is not finite.
LinearModel fit_linear_model(const RegressionData& data, double confidence = 0.95);

/// The same without any errors, which take most of the time: terms have names and estimates, and NaN for the
/// classical error; there are no clusters.
LinearModel fit_estimates(const RegressionData& data);

struct Prediction {
  double value = 0.0;
  Interval interval{};
};

/// Interval of one more observation at `row` (p values), errors independent: value +- t_{n-p} s sqrt(1 +
/// x'(X'X)^-1 x).
Prediction predict(const LinearModel& model, std::span<const double> row);

/// Interval of an observation of a cluster that the fit has not seen: variance between + within + x' V x,
/// with V the covariance of b under the variance components, and t with the clusters less the coefficients
/// (at least 1) degrees of freedom. Needs model.components.
Prediction predict_new_cluster(const LinearModel& model, std::span<const double> row);

/// Likelihood-ratio test of a model within a larger one, on the same points.
struct NestedTest {
  double likelihood_ratio = 0.0;  ///< 2 (l_full - l_reduced)
  std::size_t degrees_of_freedom = 0;
  double p_value = 0.0;                     ///< chi-squared: too small where points are few
  double delta_aic = 0.0, delta_bic = 0.0;  ///< full less reduced: below 0 favours the full model
};

/// Both must be of the same points, and the reduced model must have fewer terms.
NestedTest likelihood_ratio_test(const LinearModel& full, const LinearModel& reduced);

}  // namespace fathom
