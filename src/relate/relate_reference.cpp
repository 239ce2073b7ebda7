#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "fathom/core/error.h"
#include "fathom/relate/reference_values.h"
#include "relate/laws.h"

namespace fathom {

namespace {

constexpr const char* kBars = "Figure 1 bars";
constexpr const char* kLosses = "Figure 2 ResNet-34 panel";
constexpr const char* kAttacks = "Figure 1 adversarial panel";
constexpr const char* kDimensions = "Dimension bars";
constexpr const char* kAccuracies = "Accuracy against dimension";
constexpr const char* kPeaks = "Peak dimension figure of the poster";

/// The value of a data set, alone of its kind where it stands.
double published(const std::string& location, const std::string& quantity, const std::string& dataset,
                 std::optional<std::size_t> samples = std::nullopt) {
  for (const ReferenceValue& value : reference_values()) {
    if (value.location == location && value.quantity == quantity && value.dataset == dataset &&
        (!samples || value.samples == samples)) {
      return value.value;
    }
  }
  throw InternalError("no published " + quantity + " of " + dataset);
}

/// One cell for every value of `quantity` at `location`, with nothing but what names it.
std::vector<std::pair<CellResult, double>> named_cells(const std::string& location,
                                                       const std::string& quantity) {
  std::vector<std::pair<CellResult, double>> cells;
  for (const ReferenceValue& value : reference_values()) {
    if (value.location != location || value.quantity != quantity || value.dataset.empty()) continue;
    CellResult cell;
    cell.dataset = value.dataset;
    cell.domain = value.domain;
    cell.model = value.model;
    cell.samples = value.samples.value_or(0);
    cells.emplace_back(std::move(cell), value.value);
  }
  return cells;
}

std::vector<CellResult> generalization_cells() {
  std::vector<CellResult> cells;
  for (auto& [cell, loss] : named_cells(kLosses, "test_loss")) {
    cell.test_loss = loss;
    cell.dimension = published(kLosses, "dimension", cell.dataset, cell.samples);
    cell.label_sharpness = published(kBars, "label_sharpness", cell.dataset);
    cells.push_back(std::move(cell));
  }
  return cells;
}

/// At the training sizes that the published fits are of; those of radiology alone are left out.
std::vector<CellResult> accuracy_cells() {
  std::vector<CellResult> cells;
  for (auto& [cell, accuracy] : named_cells(kAccuracies, "best_test_accuracy")) {
    if (cell.samples < 500 || cell.samples > 2000) continue;
    cell.best_test_accuracy = accuracy;
    cell.dimension = published(kDimensions, "dimension", cell.dataset);
    cells.push_back(std::move(cell));
  }
  return cells;
}

std::vector<Observation> points(const char* location, const std::string& x, const std::string& y) {
  std::vector<Observation> out;
  for (const auto& [cell, value] : named_cells(location, y)) {
    out.push_back({cell.dataset, published(location, x, cell.dataset), value});
  }
  return out;
}

}  // namespace

Relations relate_reference(const RelateOptions& options, Progress& progress) {
  Relations relations;
  LawFitter fitter(relations, options.confidence);
  LawCorrelator correlator(relations, options, progress);
  const std::vector<CellResult> losses = generalization_cells(), accuracies = accuracy_cells();
  const std::vector<Observation> attacks = points(kAttacks, "label_sharpness", "loss_penalty");
  const std::vector<Observation> peaks = points(kPeaks, "dimension", "peak_dimension");
  add_generalization_law(fitter, all_of(losses));
  add_accuracy_law(fitter, all_of(accuracies), reported_accuracy(accuracies));
  add_domain_slopes(fitter, all_of(accuracies), reported_accuracy(accuracies));
  correlator.add(CorrelationLaw::robustness, "label_sharpness", "loss_penalty",
                 {std::nullopt, "fgsm", std::nullopt}, attacks);
  correlator.add(CorrelationLaw::peak_dimension, "dimension", "peak_dimension", {}, peaks);
  std::set<std::string> datasets, models, domains;
  const auto note = [&](const CellResult& cell) {
    datasets.insert(cell.dataset);
    models.insert(cell.model);
    domains.insert(cell.domain);
  };
  std::ranges::for_each(losses, note);
  std::ranges::for_each(accuracies, note);
  relations.cells = losses.size() + accuracies.size() + attacks.size() + peaks.size();
  relations.datasets.assign(datasets.begin(), datasets.end());
  relations.models.assign(models.begin(), models.end());
  relations.domains.assign(domains.begin(), domains.end());
  return relations;
}

}  // namespace fathom
