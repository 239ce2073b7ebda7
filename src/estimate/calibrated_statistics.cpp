#include "estimate/calibrated_statistics.h"

#include "fathom/estimate/gride.h"
#include "fathom/estimate/mada.h"
#include "fathom/estimate/mind_ml.h"
#include "fathom/estimate/mle.h"
#include "fathom/estimate/mom.h"
#include "fathom/estimate/twonn.h"

namespace fathom {

namespace {

using Value = std::optional<double>;

/// The first value of a statistic, which is its headline.
Value first_value(const LogDistances& distances, const PointStatistic& statistic) {
  std::vector<double> numbers = numbers_of(distances, statistic);
  if (numbers.empty()) return std::nullopt;
  return statistic.evaluate(numbers).front();
}

Value mle_of(const LogDistances& distances, std::size_t k) {
  return mle_value(distances, k, MleVariant::pooled);
}
Value mada_of(const LogDistances& distances, std::size_t k) {
  return first_value(distances, mada_statistic(k));
}
Value mind_ml_of(const LogDistances& distances, std::size_t k) {
  const std::optional<DimensionEstimate> found = mind_ml(distances, k, MindVariant::mlk);
  return found ? Value(found->value) : std::nullopt;
}
Value gride_of(const LogDistances& distances, std::size_t n1) {
  return gride_value(distances, n1, 2 * n1);
}
Value mom_of(const LogDistances& distances, std::size_t k) {
  return first_value(distances, mom_statistic(k));
}
Value twonn_of(const LogDistances& distances, std::size_t) {
  return twonn_value(distances, TwonnVariant::ml);
}
Value twonn_linear_of(const LogDistances& distances, std::size_t) {
  return twonn_value(distances, TwonnVariant::linear);
}

std::vector<CalibratedStatistic> all_statistics() {
  std::vector<CalibratedStatistic> all;
  const auto add = [&](const char* estimator, std::initializer_list<std::size_t> neighbors, auto* of) {
    for (const std::size_t k : neighbors) all.push_back({estimator, k, of});
  };
  const std::initializer_list<std::size_t> neighbors{3, 5, 10, 20, 40, 80};
  add("mle", neighbors, mle_of);
  add("mada", neighbors, mada_of);
  add("mind_ml", neighbors, mind_ml_of);
  add("gride", {1, 2, 4, 8, 16, 32}, gride_of);
  add("mom", {100}, mom_of);
  add("twonn", {0}, twonn_of);
  add("twonn_linear", {0}, twonn_linear_of);
  return all;
}

}  // namespace

std::span<const CalibratedStatistic> calibrated_statistics() {
  static const std::vector<CalibratedStatistic> all = all_statistics();
  return all;
}

std::optional<CalibratedKind> calibrated_kind(const DimensionEstimate& estimate) {
  const std::string& name = estimate.estimator;
  const bool pooled = estimate.variant == "pooled";
  if (((name == "mle" || name == "mada" || name == "mom") && pooled) ||
      (name == "mind_ml" && estimate.variant == "mlk")) {
    return CalibratedKind{name, *estimate.k};
  }
  if (name == "gride") return CalibratedKind{name, *estimate.n1};
  if (name == "twonn" && estimate.variant == "ml") return CalibratedKind{name, 0};
  if (name == "twonn" && estimate.variant == "linear") return CalibratedKind{"twonn_linear", 0};
  return std::nullopt;
}

}  // namespace fathom
