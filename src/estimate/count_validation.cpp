#include "estimate/count_validation.h"

#include <Eigen/Eigenvalues>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>
#include <map>
#include <numeric>

#include "fathom/core/error.h"

namespace fathom {

namespace {

using Vector = Eigen::Vector4d;

constexpr double kFirst = 0.4 / 0.6745, kSecond = 0.8 / 0.6745;  // frequencies
constexpr std::size_t kFewestCounts = 10;

/// The characteristic function of one standardised count.
Vector waves(double count) {
  return {std::cos(kFirst * count), std::sin(kFirst * count), std::cos(kSecond * count),
          std::sin(kSecond * count)};
}

/// Of counts from Binomial(trials, p).
struct BinomialLaw {
  BinomialLaw(std::uint32_t trials, double p) : mean(trials * p), variance(mean * (1.0 - p)) {
    const boost::math::binomial_distribution<double> law(trials, p);
    for (std::uint32_t count = 0; count <= trials; ++count) {
      const double share = boost::math::pdf(law, count);
      const Vector at = waves((count - mean) / std::sqrt(variance));
      expectation += share * at;
      with_count += share * (count - mean) * at;
      covariance += share * at * at.transpose();
    }
    covariance -= expectation * expectation.transpose();
  }

  double mean, variance;
  Vector expectation = Vector::Zero(), with_count = Vector::Zero();
  Eigen::Matrix4d covariance = Eigen::Matrix4d::Zero();
};

}  // namespace

std::optional<double> binomial_p_value(std::span<const std::uint32_t> inner,
                                       std::span<const std::uint32_t> outer) {
  FATHOM_CHECK(inner.size() == outer.size());
  if (inner.size() < kFewestCounts) return std::nullopt;
  const double p =
      std::accumulate(inner.begin(), inner.end(), 0.0) / std::accumulate(outer.begin(), outer.end(), 0.0);
  if (!(p > 0.0 && p < 1.0)) return std::nullopt;
  std::map<std::uint32_t, BinomialLaw> laws;
  Vector surplus = Vector::Zero(), with_count = Vector::Zero();
  Eigen::Matrix4d covariance = Eigen::Matrix4d::Zero();
  double variance = 0.0;
  for (std::size_t i = 0; i < inner.size(); ++i) {
    const BinomialLaw& law = laws.try_emplace(outer[i], outer[i], p).first->second;
    surplus += waves((inner[i] - law.mean) / std::sqrt(law.variance)) - law.expectation;
    covariance += law.covariance;
    with_count += law.with_count;
    variance += law.variance;
  }
  covariance -= with_count * with_count.transpose() / variance;
  const Eigen::SelfAdjointEigenSolver<Eigen::Matrix4d> solver(covariance);
  const double largest = solver.eigenvalues()(3);
  double statistic = 0.0;
  int freedom = 0;
  for (int i = 0; i < 4; ++i) {
    const double value = solver.eigenvalues()(i);
    if (!(value > 1e-10 * largest)) continue;
    const double along = solver.eigenvectors().col(i).dot(surplus);
    statistic += along * along / value;
    ++freedom;
  }
  if (freedom == 0) return std::nullopt;
  return boost::math::cdf(boost::math::complement(boost::math::chi_squared(freedom), statistic));
}

}  // namespace fathom
