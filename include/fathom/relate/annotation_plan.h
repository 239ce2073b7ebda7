// How many annotated images a data set will need, from a study of other data sets or from a pilot of its own.
//
// Loss         From a study: log L = a - c (log N) / d [+ b log K_F] (P1, theorems 1 and 2). From a pilot:
// log L =
//              a - e log N, with e = c / d where d is given.
// Accuracy     From a study: A = a + s d + t log N (P2). From a pilot: A = a + t log N.
// Answer       N at which the fitted outcome meets the target.
// Interval     Every N around it at which the target lies within the 95 % prediction interval of the outcome:
// of one
//              network on a data set that the study has not seen (predict_new_cluster), or of one more
//              network on the pilot's data (predict). It has no upper end where none is below 10^12.
// Refused      A trend that does not improve with N; N beyond `max_extrapolation` times the largest N fitted,
// or d or
//              K_F outside those fitted, unless `extrapolate`.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fathom/relate/cell_result.h"
#include "fathom/relate/relations.h"

namespace fathom {

/// Exactly one of the targets.
struct PlanQuestion {
  std::optional<double> target_loss;         ///< nats, above 0
  std::optional<double> target_accuracy;     ///< between 0 and 1
  std::optional<double> dimension;           ///< d_data of the data set in question
  std::optional<double> label_sharpness;     ///< its K_F, per grey level of 0..255
  std::optional<std::string> model, domain;  ///< only cells of these
  double max_extrapolation = 4.0;            ///< 1 or more
  bool extrapolate = false;
  double confidence = 0.95;
};

/// What is to be expected at a training size.
struct PlanPoint {
  double samples = 0.0;
  Prediction outcome;  ///< loss in nats, or accuracy
};

struct AnnotationPlan {
  bool pilot = false;
  std::string quantity;  ///< "test_loss", "test_accuracy" or "best_test_accuracy"
  double samples = 0.0;  ///< N for the target, 1 or more
  double low = 1.0;      ///< of its interval
  std::optional<double> high;
  std::size_t smallest_samples = 0, largest_samples = 0;  ///< of the cells fitted
  std::vector<std::string> domains;                       ///< of the cells fitted
  LawFit fit;
  std::vector<PlanPoint> curve;  ///< from the smallest N fitted to the largest, or to that of the target
};

/// Throws UsageError where the question lacks a value that the law needs, has one that it does not take, or
/// asks for an extrapolation that it does not allow; InputError where the cells do not suffice.
AnnotationPlan plan_from_study(std::span<const CellResult> cells, const PlanQuestion& question);

/// `cells`: of one data set. Likewise.
AnnotationPlan plan_from_pilot(std::span<const CellResult> cells, const PlanQuestion& question);

}  // namespace fathom
