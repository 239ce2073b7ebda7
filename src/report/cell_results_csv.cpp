#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "fathom/report/study_report.h"
#include "report/csv_parts.h"
#include "report/json_parts.h"

namespace fathom {

namespace {

using AttackColumn = std::pair<std::string, double>;  ///< method and epsilon

/// All attacks that any cell has, by method and epsilon.
std::vector<AttackColumn> attack_columns(std::span<const CellResult> cells) {
  std::vector<AttackColumn> columns;
  for (const CellResult& cell : cells) {
    for (const AttackOutcome& attack : cell.attacks) columns.emplace_back(attack.method, attack.epsilon);
  }
  std::ranges::sort(columns);
  columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
  return columns;
}

std::string field(const std::optional<double>& number) {
  return number && std::isfinite(*number) ? fmt::format("{}", *number) : "";
}

std::string classes_text(const std::vector<std::string>& classes) {
  return fmt::format("{}", fmt::join(classes, ";"));
}

/// Of one layer alone there is no peak.
std::string peak_fields(const std::vector<LayerDimension>& layers) {
  if (layers.size() < 2) return ",";
  const auto peak = std::ranges::max_element(layers, {}, &LayerDimension::dimension);
  return fmt::format("{},{}", field(peak->dimension), field(peak->relative_depth));
}

std::string layers_text(const std::vector<LayerDimension>& layers) {
  if (layers.empty()) return "";
  Json json = Json::array();
  for (const LayerDimension& layer : layers) {
    json.push_back({{"name", layer.name},
                    {"relative_depth", layer.relative_depth},
                    {"dimension", known(layer.dimension)}});
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string attack_fields(const CellResult& cell, const AttackColumn& column) {
  const auto found = std::ranges::find_if(cell.attacks, [&](const AttackOutcome& attack) {
    return attack.method == column.first && attack.epsilon == column.second;
  });
  if (found == cell.attacks.end()) return ",,";
  return fmt::format(",{},{}", field(found->loss), field(found->accuracy));
}

}  // namespace

std::string cell_results_csv(std::span<const CellResult> cells) {
  const std::vector<AttackColumn> attacks = attack_columns(cells);
  std::string text =
      "dataset,domain,classes,model,samples,seed,dimension,label_sharpness,representation_dimension,"
      "test_loss,test_accuracy,best_test_accuracy";
  for (const auto& [method, epsilon] : attacks) {
    text += fmt::format(",{0}_{1}_loss,{0}_{1}_accuracy", method, epsilon);
  }
  const bool layers =
      std::ranges::any_of(cells, [](const CellResult& cell) { return cell.layers.size() > 1; });
  text += layers ? ",peak_dimension,peak_relative_depth,layers\r\n" : "\r\n";
  for (const CellResult& cell : cells) {
    text +=
        fmt::format("{},{},{},{},{},{},{},{},{},{},{},{}", quoted(cell.dataset), quoted(cell.domain),
                    quoted(classes_text(cell.classes)), quoted(cell.model), cell.samples, cell.seed,
                    field(cell.dimension), field(cell.label_sharpness), field(cell.representation_dimension),
                    field(cell.test_loss), field(cell.test_accuracy), field(cell.best_test_accuracy));
    for (const AttackColumn& column : attacks) text += attack_fields(cell, column);
    if (layers) text += fmt::format(",{},{}", peak_fields(cell.layers), quoted(layers_text(cell.layers)));
    text += "\r\n";
  }
  return text;
}

}  // namespace fathom
