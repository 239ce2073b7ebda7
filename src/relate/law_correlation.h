// From pairs of numbers to the correlation of a law, over cells and over means of data sets, with and without
// each data set.
#pragma once

#include <string>
#include <vector>

#include "fathom/relate/relations.h"

namespace fathom {

struct Observation {
  std::string dataset;
  double x = 0.0, y = 0.0;
};

/// One a data set, by name: its means.
std::vector<Observation> dataset_means(const std::vector<Observation>& observations);

/// Collects correlations into Relations.
class LawCorrelator {
 public:
  LawCorrelator(Relations& relations, const RelateOptions& options, Progress& progress);

  /// Adds the correlation at both levels; where a data set has a single observation each, they are the same,
  /// and the level of cells alone is added. What has no correlation goes to the skipped laws.
  void add(CorrelationLaw law, const std::string& x, const std::string& y, const CorrelationSubset& subset,
           const std::vector<Observation>& observations);

 private:
  void add_level(LawCorrelation correlation, const std::vector<Observation>& observations);

  Relations& relations_;
  BootstrapOptions options_;
  Progress& progress_;
};

}  // namespace fathom
