// What the papers publish: data/reference_values.csv, built into the library, and the laws fitted to it.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fathom/relate/relations.h"

namespace fathom {

/// data/README.md tells what each field means. Texts are empty where they do not apply.
struct ReferenceValue {
  std::string paper, location, reading, quantity, dataset, domain, model;
  std::optional<std::size_t> samples;    ///< training images
  std::optional<std::size_t> neighbors;  ///< of an MLE dimension
  double value = 0.0;
  std::optional<Interval> bar;  ///< the error bar drawn
  double tolerance = 0.0;
};

/// All of them, in the order of the file.
std::span<const ReferenceValue> reference_values();

/// The laws on the published values themselves, each on the points that its paper draws:
/// generalization: P1's ResNet-34 points of four medical data sets, with their mean label sharpness; accuracy
/// and domain slopes: P2's accuracies at 500..2000 images; robustness: P1's eleven data-set means; peak
/// dimension: P3's eleven data sets. Throws Interrupted.
Relations relate_reference(const RelateOptions& options = {}, Progress& progress = no_progress());

}  // namespace fathom
