// What a law reads from a cell: numbers, and the words that part cells into groups.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fathom/relate/cell_result.h"

namespace fathom {

/// Name of the only layer of a cell whose table tells the peak and no other layer.
inline constexpr std::string_view kPeakAlone = "peak";

/// A number of a cell; nothing where the cell does not have it.
struct Variable {
  std::string name;
  std::function<std::optional<double>(const CellResult&)> value;
};

/// Natural logarithms throughout.
Variable log_test_loss();
/// The highest of all epochs where any of the cells has it, as P2 reports; otherwise that of the last epoch.
Variable reported_accuracy(std::span<const CellResult> cells);
Variable test_accuracy();
Variable dimension();
Variable representation_dimension();
/// -(log N) / d_data: its coefficient is c of log L = a - c (log N) / d.
Variable negative_log_samples_over_dimension();
Variable negative_log_samples_over_representation_dimension();
Variable log_label_sharpness();
Variable log_samples();
/// Of the layer of largest dimension, the first of equal ones; nothing where its depth is not known (NaN). A
/// single layer has no peak, but for kPeakAlone.
Variable peak_relative_depth();
/// Largest dimension of any layer, likewise.
Variable peak_dimension();

using CellList = std::vector<const CellResult*>;

CellList all_of(std::span<const CellResult> cells);
/// Those that have a value of every variable.
CellList complete(const CellList& cells, std::span<const Variable> variables);
CellList of_model(const CellList& cells, const std::string& model);
CellList of_domain(const CellList& cells, const std::string& domain);
CellList of_samples(const CellList& cells, std::size_t samples);
CellList without_dataset(const CellList& cells, const std::string& dataset);

/// Different words, by their bytes.
std::vector<std::string> datasets_of(const CellList& cells);
std::vector<std::string> models_of(const CellList& cells);
std::vector<std::string> domains_of(const CellList& cells);
/// Different training sizes, ascending.
std::vector<std::size_t> samples_of(const CellList& cells);
/// Of each cell, its place in datasets_of(cells).
std::vector<std::size_t> dataset_numbers(const CellList& cells);

}  // namespace fathom
