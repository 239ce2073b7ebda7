#include "fathom/relate/linear_model.h"

#include <Eigen/Dense>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>

#include "fathom/core/error.h"
#include "relate/bias_reduced.h"
#include "relate/distributions.h"

namespace fathom {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kRedundant = 1e-9;
/// Products of columns of length 1 round to 1e-16 of their own.
constexpr double kSingularGram = 1e-12;

Index index_of(std::size_t value) {
  return static_cast<Index>(value);
}

/// Columns of length 1, and their lengths; a column of zeros stays.
struct Scaled {
  MatrixXd columns;
  VectorXd lengths;
};

Scaled scaled_design(std::span<const Regressor> terms) {
  const std::size_t n = terms.empty() ? 0 : terms.front().values.size();
  Scaled scaled{MatrixXd(index_of(n), index_of(terms.size())), VectorXd(index_of(terms.size()))};
  for (std::size_t j = 0; j < terms.size(); ++j) {
    FATHOM_CHECK(terms[j].values.size() == n);
    const Eigen::Map<const VectorXd> column(terms[j].values.data(), index_of(n));
    const double length = column.norm();
    scaled.lengths[index_of(j)] = length > 0.0 ? length : 1.0;
    scaled.columns.col(index_of(j)) = column / scaled.lengths[index_of(j)];
  }
  return scaled;
}

using PivotedQr = Eigen::ColPivHouseholderQR<MatrixXd>;

PivotedQr factored(const MatrixXd& columns) {
  PivotedQr qr;
  qr.setThreshold(kRedundant);
  qr.compute(columns);
  return qr;
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
  }
  return text;
}

void check_values(const RegressionData& data) {
  const auto check = [&](const std::vector<double>& values, const std::string& name) {
    for (const double value : values) {
      if (!std::isfinite(value))
        throw InputError(data.what, name + " has a value that is not finite", "leave it out");
    }
  };
  check(data.response, "the response");
  for (const Regressor& term : data.terms) check(term.values, term.name);
}

void check_shape(const RegressionData& data) {
  FATHOM_CHECK(!data.terms.empty());
  FATHOM_CHECK(data.terms.front().values.size() == data.response.size());
  FATHOM_CHECK(data.cluster.empty() || data.cluster.size() == data.response.size());
  if (data.response.size() <= data.terms.size()) {
    throw InputError(data.what,
                     std::to_string(data.response.size()) + " points are too few for " +
                         std::to_string(data.terms.size()) + " coefficients",
                     "give at least " + std::to_string(data.terms.size() + 1));
  }
  check_values(data);
  if (const std::vector<std::string> names = collinear_terms(data.terms); !names.empty()) {
    throw InputError(data.what, "the terms " + listed(names) + " cannot be told apart in these points",
                     "leave one out, or add points in which they differ");
  }
}

/// Numbers 0..G-1 for clusters, as they appear.
std::vector<std::size_t> numbered(const std::vector<std::size_t>& cluster, std::size_t& count) {
  std::map<std::size_t, std::size_t> numbers;
  std::vector<std::size_t> out;
  for (const std::size_t key : cluster) out.push_back(numbers.emplace(key, numbers.size()).first->second);
  count = numbers.size();
  return out;
}

/// Row g: the sum of weight_i x_i over the points of cluster g.
MatrixXd cluster_sums(const MatrixXd& x, const VectorXd& weights, const std::vector<std::size_t>& cluster,
                      std::size_t count) {
  MatrixXd sums = MatrixXd::Zero(index_of(count), x.cols());
  for (std::size_t i = 0; i < cluster.size(); ++i) {
    sums.row(index_of(cluster[i])) += weights[index_of(i)] * x.row(index_of(i));
  }
  return sums;
}

std::vector<double> row_major(const MatrixXd& matrix) {
  std::vector<double> out;
  for (Index i = 0; i < matrix.rows(); ++i) {
    for (Index j = 0; j < matrix.cols(); ++j) out.push_back(matrix(i, j));
  }
  return out;
}

VarianceComponents variance_components(const MatrixXd& sums, const MatrixXd& inverse, const VectorXd& sizes,
                                       const VectorXd& residual_sums, double rss, double freedom) {
  const MatrixXd a = MatrixXd(sizes.asDiagonal()) - sums * inverse * sums.transpose();
  const double trace = a.trace(), square = a.squaredNorm();
  const double determinant = freedom * square - trace * trace;
  const double pooled = rss / freedom;
  // Clusters of one point each: their variance cannot be told from that of the points.
  if (determinant <= 1e-12 * freedom * square) return {0.0, pooled};
  const double between = (freedom * residual_sums.squaredNorm() - trace * rss) / determinant;
  if (between <= 0.0) return {0.0, pooled};
  const double within = (rss - between * trace) / freedom;
  if (within <= 0.0) return {pooled, 0.0};
  return {between, within};
}

Uncertainty uncertainty(double estimate, double variance, double quantile) {
  const double error = std::sqrt(variance);
  return {error, {estimate - quantile * error, estimate + quantile * error}};
}

double two_sided_quantile(double confidence, double degrees_of_freedom) {
  return t_quantile(0.5 + confidence / 2.0, degrees_of_freedom);
}

/// Nothing where the error is not known.
std::optional<AdjustedUncertainty> adjusted(double estimate, const BiasReduced& errors, Index column,
                                            double confidence) {
  const double variance = errors.variances[column], freedom = errors.degrees_of_freedom[column];
  if (!std::isfinite(variance)) return std::nullopt;
  const Uncertainty found = uncertainty(estimate, variance, two_sided_quantile(confidence, freedom));
  return AdjustedUncertainty{found.std_error, found.interval, freedom};
}

/// What one fit needs in all its parts; x has its own scale.
struct Fitted {
  MatrixXd x, inverse;
  MatrixXd basis,
      combination;  ///< orthonormal columns U of the same span; coefficients are combination * U' y
  VectorXd coefficients, residuals;
};

Fitted least_squares(const RegressionData& data) {
  const Scaled scaled = scaled_design(data.terms);
  const PivotedQr qr = factored(scaled.columns);
  const Eigen::Map<const VectorXd> y(data.response.data(), index_of(data.response.size()));
  const VectorXd scaled_coefficients = qr.solve(y);
  const Index p = scaled.columns.cols();
  const MatrixXd r = qr.matrixR().topLeftCorner(p, p).template triangularView<Eigen::Upper>();
  const MatrixXd r_inverse = r.triangularView<Eigen::Upper>().solve(MatrixXd::Identity(p, p));
  const MatrixXd pivot = qr.colsPermutation() * r_inverse;
  const VectorXd per_length = scaled.lengths.cwiseInverse();
  Fitted fitted;
  fitted.residuals = y - scaled.columns * scaled_coefficients;
  fitted.coefficients = scaled_coefficients.cwiseProduct(per_length);
  fitted.combination = per_length.asDiagonal() * pivot;
  fitted.inverse = fitted.combination * fitted.combination.transpose();
  fitted.basis = qr.householderQ() * MatrixXd::Identity(scaled.columns.rows(), p);
  fitted.x = scaled.columns * scaled.lengths.asDiagonal();
  return fitted;
}

using Rows = std::vector<std::vector<Index>>;

Rows rows_of_clusters(const std::vector<std::size_t>& cluster, std::size_t count) {
  Rows rows(count);
  for (std::size_t i = 0; i < cluster.size(); ++i) rows[cluster[i]].push_back(index_of(i));
  return rows;
}

Rows single_rows(Index n) {
  Rows rows;
  for (Index i = 0; i < n; ++i) rows.push_back({i});
  return rows;
}

/// CV3: what leaving out each cluster changes. Nothing where one cannot be left out.
///
/// Least squares without cluster g moves the coefficients by -(X'X - Xg'Xg)^-1 Xg' e_g, with e the residuals
/// of all.
std::optional<VectorXd> jackknife_variances(const Fitted& fitted, const std::vector<std::size_t>& cluster,
                                            std::size_t count) {
  const Index p = fitted.x.cols();
  const VectorXd lengths = fitted.x.colwise().norm();
  const MatrixXd x = fitted.x * lengths.cwiseInverse().asDiagonal();
  std::vector<MatrixXd> grams(count, MatrixXd::Zero(p, p));
  MatrixXd scores = MatrixXd::Zero(p, index_of(count));
  for (std::size_t i = 0; i < cluster.size(); ++i) {
    const VectorXd row = x.row(index_of(i)).transpose();
    grams[cluster[i]] += row * row.transpose();
    scores.col(index_of(cluster[i])) += fitted.residuals[index_of(i)] * row;
  }
  const MatrixXd gram = x.transpose() * x;
  VectorXd sums = VectorXd::Zero(p);
  for (std::size_t g = 0; g < count; ++g) {
    Eigen::FullPivLU<MatrixXd> rest;
    rest.setThreshold(kSingularGram);
    rest.compute(gram - grams[g]);
    if (!rest.isInvertible()) return std::nullopt;
    const VectorXd change = rest.solve(scores.col(index_of(g))).cwiseQuotient(lengths);
    sums += change.cwiseProduct(change);
  }
  const double g = static_cast<double>(count);
  return (g - 1.0) / g * sums;
}

void add_fit_statistics(LinearModel& model, const RegressionData& data, const VectorXd& residuals) {
  const double n = static_cast<double>(data.response.size()), p = static_cast<double>(data.terms.size());
  const Eigen::Map<const VectorXd> y(data.response.data(), residuals.size());
  const double total = (y.array() - y.mean()).square().sum();
  const double rss = residuals.squaredNorm();
  const double none = std::numeric_limits<double>::quiet_NaN();
  // A response that is constant but for rounding has no variance to explain.
  const bool constant = total <= 1e-24 * y.squaredNorm();
  model.residual_sum_of_squares = rss;
  model.sigma = std::sqrt(rss / (n - p));
  model.r_squared = constant ? none : 1.0 - rss / total;
  model.adjusted_r_squared = constant ? none : 1.0 - (1.0 - model.r_squared) * (n - 1.0) / (n - p);
  model.log_likelihood = -n / 2.0 * (std::log(2.0 * std::numbers::pi * rss / n) + 1.0);
  model.aic = -2.0 * model.log_likelihood + 2.0 * p;
  model.bic = -2.0 * model.log_likelihood + p * std::log(n);
}

LinearModel estimates_of(const RegressionData& data, const Fitted& fitted) {
  const double none = std::numeric_limits<double>::quiet_NaN();
  LinearModel model;
  model.n = data.response.size();
  model.unscaled_covariance = row_major(fitted.inverse);
  add_fit_statistics(model, data, fitted.residuals);
  for (std::size_t j = 0; j < data.terms.size(); ++j) {
    Coefficient term;
    term.name = data.terms[j].name;
    term.estimate = fitted.coefficients[index_of(j)];
    term.classical = {none, {none, none}};
    model.terms.push_back(std::move(term));
  }
  return model;
}

void add_clusters(LinearModel& model, const Fitted& fitted, const std::vector<std::size_t>& cluster,
                  std::size_t count) {
  const VectorXd ones = VectorXd::Ones(fitted.x.rows());
  const MatrixXd sums = cluster_sums(fitted.x, ones, cluster, count);
  const VectorXd sizes = cluster_sums(MatrixXd::Ones(fitted.x.rows(), 1), ones, cluster, count);
  const VectorXd residual_sums = cluster_sums(fitted.residuals, ones, cluster, count);
  const double freedom = static_cast<double>(fitted.x.rows() - fitted.x.cols());
  model.components =
      variance_components(sums, fitted.inverse, sizes, residual_sums, model.residual_sum_of_squares, freedom);
  model.cluster_gram = row_major(sums.transpose() * sums);
}

double quadratic_form(const std::vector<double>& matrix, std::span<const double> row) {
  double sum = 0.0;
  for (std::size_t i = 0; i < row.size(); ++i) {
    for (std::size_t j = 0; j < row.size(); ++j) sum += row[i] * matrix[i * row.size() + j] * row[j];
  }
  return sum;
}

double value_at(const LinearModel& model, std::span<const double> row) {
  FATHOM_CHECK(row.size() == model.terms.size());
  double value = 0.0;
  for (std::size_t j = 0; j < row.size(); ++j) value += row[j] * model.terms[j].estimate;
  return value;
}

Prediction around(double value, double variance, double quantile) {
  const double half = quantile * std::sqrt(variance);
  return {value, {value - half, value + half}};
}

}  // namespace

Regressor intercept(std::size_t n) {
  return {"intercept", std::vector<double>(n, 1.0)};
}

double LinearModel::estimate(const std::string& name) const {
  for (const Coefficient& term : terms) {
    if (term.name == name) return term.estimate;
  }
  throw InternalError("the model has no term " + name);
}

std::vector<std::string> collinear_terms(std::span<const Regressor> terms) {
  const PivotedQr qr = factored(scaled_design(terms).columns);
  const Index rank = qr.rank(), p = index_of(terms.size());
  if (rank == p) return {};
  const auto name = [&](Index position) {
    return terms[static_cast<std::size_t>(qr.colsPermutation().indices()[position])].name;
  };
  std::vector<std::string> names{name(rank)};
  const MatrixXd r = qr.matrixR();
  const VectorXd combination =
      r.topLeftCorner(rank, rank).triangularView<Eigen::Upper>().solve(r.col(rank).head(rank));
  for (Index i = 0; i < rank; ++i) {
    if (std::abs(combination[i]) > 1e-6) names.push_back(name(i));
  }
  return names;
}

LinearModel fit_estimates(const RegressionData& data) {
  check_shape(data);
  return estimates_of(data, least_squares(data));
}

LinearModel fit_linear_model(const RegressionData& data, double confidence) {
  check_shape(data);
  const Fitted fitted = least_squares(data);
  LinearModel model = estimates_of(data, fitted);
  model.confidence = confidence;
  const std::vector<std::size_t> cluster = numbered(data.cluster, model.clusters);
  const auto reduced = [&](const Rows& rows) {
    return bias_reduced(fitted.basis, fitted.combination, fitted.residuals, rows);
  };
  const BiasReduced robust = reduced(single_rows(fitted.x.rows()));
  const bool clustered = model.clusters >= 2;
  BiasReduced by_cluster;
  std::optional<VectorXd> jackknife;
  if (clustered) {
    jackknife = jackknife_variances(fitted, cluster, model.clusters);
    by_cluster = reduced(rows_of_clusters(cluster, model.clusters));
    add_clusters(model, fitted, cluster, model.clusters);
  }
  const double t_points =
      two_sided_quantile(confidence, static_cast<double>(fitted.x.rows() - fitted.x.cols()));
  const double t_clusters =
      clustered ? two_sided_quantile(confidence, static_cast<double>(model.clusters - 1)) : 0.0;
  for (std::size_t j = 0; j < model.terms.size(); ++j) {
    const Index column = index_of(j);
    Coefficient& term = model.terms[j];
    const double variance = model.sigma * model.sigma * fitted.inverse(column, column);
    term.classical = uncertainty(term.estimate, variance, t_points);
    term.robust = adjusted(term.estimate, robust, column, confidence);
    if (clustered) term.cluster = adjusted(term.estimate, by_cluster, column, confidence);
    if (jackknife) term.jackknife = uncertainty(term.estimate, (*jackknife)[column], t_clusters);
  }
  return model;
}

Prediction predict(const LinearModel& model, std::span<const double> row) {
  const double variance = model.sigma * model.sigma * (1.0 + quadratic_form(model.unscaled_covariance, row));
  const double freedom = static_cast<double>(model.n - model.terms.size());
  return around(value_at(model, row), variance, two_sided_quantile(model.confidence, freedom));
}

Prediction predict_new_cluster(const LinearModel& model, std::span<const double> row) {
  FATHOM_CHECK(model.components.has_value());
  const std::size_t p = row.size();
  std::vector<double> leverage(p, 0.0);  // (X'X)^-1 x
  for (std::size_t i = 0; i < p; ++i) {
    for (std::size_t j = 0; j < p; ++j) leverage[i] += model.unscaled_covariance[i * p + j] * row[j];
  }
  const VarianceComponents& parts = *model.components;
  const double variance = parts.between * (1.0 + quadratic_form(model.cluster_gram, leverage)) +
                          parts.within * (1.0 + quadratic_form(model.unscaled_covariance, row));
  const double freedom = model.clusters > p ? static_cast<double>(model.clusters - p) : 1.0;
  return around(value_at(model, row), variance, two_sided_quantile(model.confidence, freedom));
}

NestedTest likelihood_ratio_test(const LinearModel& full, const LinearModel& reduced) {
  FATHOM_CHECK(full.n == reduced.n && full.terms.size() > reduced.terms.size());
  NestedTest test;
  test.likelihood_ratio = std::max(0.0, 2.0 * (full.log_likelihood - reduced.log_likelihood));
  test.degrees_of_freedom = full.terms.size() - reduced.terms.size();
  test.p_value = chi_squared_tail(test.likelihood_ratio, static_cast<double>(test.degrees_of_freedom));
  test.delta_aic = full.aic - reduced.aic;
  test.delta_bic = full.bic - reduced.bic;
  return test;
}

}  // namespace fathom
