// Studies whose law is known.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "fathom/core/random.h"
#include "fathom/relate/cell_result.h"

namespace fathom {

struct MadeLaw {
  double a = 5.0, c = 3.0, b = 0.5;  ///< log L = a - c (log N) / d + b log K_F
  double noise = 0.0;                ///< sd of log L, of each cell
  double dataset_noise = 0.0;        ///< sd of log L, of each data set
  std::size_t datasets = 12;
  std::vector<std::size_t> samples{250, 500, 1000, 2000};
};

inline CellResult made_cell(const MadeLaw& law, const std::string& dataset, double dimension,
                            double sharpness, std::size_t samples, double error) {
  CellResult cell;
  cell.dataset = dataset;
  cell.domain = "medical";
  cell.model = "resnet18";
  cell.samples = samples;
  cell.dimension = dimension;
  cell.label_sharpness = sharpness;
  cell.test_loss = std::exp(law.a - law.c * std::log(static_cast<double>(samples)) / dimension +
                            law.b * std::log(sharpness) + error);
  return cell;
}

/// Dimensions of 5..30 and label sharpness of 3e-5..4e-4, drawn for each data set.
inline std::vector<CellResult> made_study(const MadeLaw& law, Generator& generator) {
  std::vector<CellResult> cells;
  for (std::size_t g = 0; g < law.datasets; ++g) {
    const double dimension = 5.0 + 25.0 * uniform_unit(generator);
    const double sharpness = std::exp(std::log(3e-5) + std::log(4e-4 / 3e-5) * uniform_unit(generator));
    const double effect = law.dataset_noise * standard_normal(generator);
    for (const std::size_t samples : law.samples) {
      cells.push_back(made_cell(law, "set" + std::to_string(g), dimension, sharpness, samples,
                                effect + law.noise * standard_normal(generator)));
    }
  }
  return cells;
}

}  // namespace fathom
