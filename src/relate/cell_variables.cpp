#include "relate/cell_variables.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>

namespace fathom {

namespace {

std::optional<double> logarithm(const std::optional<double>& value) {
  if (!value || !(*value > 0.0)) return std::nullopt;
  return std::log(*value);
}

std::optional<double> negative_log_samples_over(const CellResult& cell,
                                                const std::optional<double>& dimension) {
  if (!dimension || !(*dimension > 0.0)) return std::nullopt;
  return -std::log(static_cast<double>(cell.samples)) / *dimension;
}

const LayerDimension* peak(const CellResult& cell) {
  if (cell.layers.size() == 1 && cell.layers.front().name != kPeakAlone) return nullptr;
  const auto highest = std::ranges::max_element(
      cell.layers,
      [](const LayerDimension& a, const LayerDimension& b) { return a.dimension < b.dimension; });
  return highest == cell.layers.end() ? nullptr : &*highest;
}

template <class Keep>
CellList kept(const CellList& cells, Keep keep) {
  CellList out;
  std::ranges::copy_if(cells, std::back_inserter(out), [&](const CellResult* cell) { return keep(*cell); });
  return out;
}

template <class Value, class Get>
std::vector<Value> different(const CellList& cells, Get get) {
  std::set<Value> values;
  for (const CellResult* cell : cells) values.insert(get(*cell));
  return {values.begin(), values.end()};
}

}  // namespace

Variable log_test_loss() {
  return {"log_test_loss", [](const CellResult& cell) { return logarithm(cell.test_loss); }};
}

Variable reported_accuracy(std::span<const CellResult> cells) {
  const bool best =
      std::ranges::any_of(cells, [](const CellResult& cell) { return cell.best_test_accuracy.has_value(); });
  if (!best) return test_accuracy();
  return {"best_test_accuracy", [](const CellResult& cell) { return cell.best_test_accuracy; }};
}

Variable test_accuracy() {
  return {"test_accuracy", [](const CellResult& cell) { return cell.test_accuracy; }};
}

Variable dimension() {
  return {"dimension", [](const CellResult& cell) { return cell.dimension; }};
}

Variable representation_dimension() {
  return {"representation_dimension", [](const CellResult& cell) { return cell.representation_dimension; }};
}

Variable negative_log_samples_over_dimension() {
  return {"negative_log_samples_over_dimension",
          [](const CellResult& cell) { return negative_log_samples_over(cell, cell.dimension); }};
}

Variable negative_log_samples_over_representation_dimension() {
  return {"negative_log_samples_over_representation_dimension", [](const CellResult& cell) {
            return negative_log_samples_over(cell, cell.representation_dimension);
          }};
}

Variable log_label_sharpness() {
  return {"log_label_sharpness", [](const CellResult& cell) { return logarithm(cell.label_sharpness); }};
}

Variable log_samples() {
  return {"log_samples", [](const CellResult& cell) -> std::optional<double> {
            return std::log(static_cast<double>(cell.samples));
          }};
}

Variable peak_relative_depth() {
  return {"peak_relative_depth", [](const CellResult& cell) -> std::optional<double> {
            const LayerDimension* layer = peak(cell);
            if (layer == nullptr || std::isnan(layer->relative_depth)) return std::nullopt;
            return layer->relative_depth;
          }};
}

Variable peak_dimension() {
  return {"peak_dimension", [](const CellResult& cell) -> std::optional<double> {
            const LayerDimension* layer = peak(cell);
            if (layer == nullptr) return std::nullopt;
            return layer->dimension;
          }};
}

CellList all_of(std::span<const CellResult> cells) {
  CellList out;
  for (const CellResult& cell : cells) out.push_back(&cell);
  return out;
}

CellList complete(const CellList& cells, std::span<const Variable> variables) {
  return kept(cells, [&](const CellResult& cell) {
    return std::ranges::all_of(variables, [&](const Variable& each) { return each.value(cell).has_value(); });
  });
}

CellList of_model(const CellList& cells, const std::string& model) {
  return kept(cells, [&](const CellResult& cell) { return cell.model == model; });
}

CellList of_domain(const CellList& cells, const std::string& domain) {
  return kept(cells, [&](const CellResult& cell) { return cell.domain == domain; });
}

CellList of_samples(const CellList& cells, std::size_t samples) {
  return kept(cells, [&](const CellResult& cell) { return cell.samples == samples; });
}

CellList without_dataset(const CellList& cells, const std::string& dataset) {
  return kept(cells, [&](const CellResult& cell) { return cell.dataset != dataset; });
}

std::vector<std::string> datasets_of(const CellList& cells) {
  return different<std::string>(cells, [](const CellResult& cell) { return cell.dataset; });
}

std::vector<std::string> models_of(const CellList& cells) {
  return different<std::string>(cells, [](const CellResult& cell) { return cell.model; });
}

std::vector<std::string> domains_of(const CellList& cells) {
  return different<std::string>(cells, [](const CellResult& cell) { return cell.domain; });
}

std::vector<std::size_t> samples_of(const CellList& cells) {
  return different<std::size_t>(cells, [](const CellResult& cell) { return cell.samples; });
}

std::vector<std::size_t> dataset_numbers(const CellList& cells) {
  const std::vector<std::string> names = datasets_of(cells);
  std::vector<std::size_t> numbers;
  for (const CellResult* cell : cells) {
    numbers.push_back(
        static_cast<std::size_t>(std::ranges::lower_bound(names, cell->dataset) - names.begin()));
  }
  return numbers;
}

}  // namespace fathom
