// What the laws of the papers say of the cells of a study.
//
// P1: Konz and Mazurowski, ICLR 2024 (arXiv 2401.08865). P2: Konz, Gu, Dong and Mazurowski, MICCAI 2022
// (arXiv 2207.02797). P3: Konz and Mazurowski, arXiv 2408.08381. docs/relate.md has every law with its
// source.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fathom/core/progress.h"
#include "fathom/relate/cell_result.h"
#include "fathom/relate/correlation.h"
#include "fathom/relate/linear_model.h"

namespace fathom {

enum class FitLaw { generalization, representation, accuracy, accuracy_samples, domain_slopes, peak_depth };
enum class CorrelationLaw { robustness, peak_dimension };
enum class CorrelationLevel { cells, dataset_means };

std::string_view name_of(FitLaw law);
std::string_view name_of(CorrelationLaw law);
std::string_view name_of(CorrelationLevel level);

/// Which cells: those of a model, of a domain, of a training size. What is empty is not restricted.
struct CellSubset {
  std::optional<std::string> model, domain;
  std::optional<std::size_t> samples;
};

struct TermEstimate {
  std::string name;
  double estimate = 0.0;
};

/// The fit to all cells but those of one data set.
struct LeftOutFit {
  std::string left_out;
  std::size_t n = 0;
  double r_squared = 0.0;  ///< NaN of a constant response
  std::vector<TermEstimate> terms;
};

struct LawFit {
  FitLaw law{};
  std::string name;      ///< what was fitted, in words
  std::string response;  ///< "log_test_loss", "best_test_accuracy", "test_accuracy", "peak_relative_depth"
  CellSubset subset;
  std::size_t datasets = 0;
  LinearModel model;
  std::vector<LeftOutFit> influence;       ///< one a data set, by name
  std::vector<std::string> indispensable;  ///< data sets without which there are too few points or values
};

/// Two fits to the same cells, of which one holds the terms of the other.
struct LawComparison {
  FitLaw law{};
  std::string name;           ///< the question, in words
  std::string full, reduced;  ///< names of the fits
  CellSubset subset;
  std::size_t n = 0;
  NestedTest test;
};

/// Which outcomes: of a model, of an attack.
struct CorrelationSubset {
  std::optional<std::string> model, method;
  std::optional<double> epsilon;  ///< grey levels of 0..255
};

struct LeftOutCorrelation {
  std::string left_out;
  double pearson = 0.0, slope = 0.0;
};

struct LawCorrelation {
  CorrelationLaw law{};
  std::string x,
      y;  ///< "label_sharpness" and "loss_penalty" or "accuracy_penalty"; "dimension" and "peak_dimension"
  CorrelationSubset subset;
  CorrelationLevel level{};
  std::size_t datasets = 0;
  Correlation correlation;
  std::vector<LeftOutCorrelation> influence;  ///< one a data set, by name
  std::vector<std::string> indispensable;
};

/// How many cells have d_repr below d_data (P1, theorem 5: d_repr <~ d_data).
struct ShareBelow {
  std::string name;
  std::optional<std::string> model;  ///< nothing: all
  std::size_t below = 0, n = 0;
  double share = 0.0;
  Interval interval{};  ///< Wilson
};

/// A law that these cells cannot be asked for.
struct SkippedLaw {
  std::string law, name;
  CellSubset subset;
  std::string reason;
};

struct Relations {
  std::size_t cells = 0;
  std::size_t zero_losses = 0;                         ///< cells whose test loss is 0 and has no logarithm
  std::vector<std::string> datasets, models, domains;  ///< by name
  std::vector<LawFit> fits;
  std::vector<LawComparison> comparisons;
  std::vector<LawCorrelation> correlations;
  std::vector<ShareBelow> shares;
  std::vector<SkippedLaw> skipped;
};

struct RelateOptions {
  double confidence = 0.95;
  std::size_t resamples = 2000;  ///< of the bootstrap over data sets
  std::uint64_t seed = 0;
  unsigned threads = 1;  ///< results do not depend on it
};

/// Asks every law of these cells. A law without the values that it needs is not there; one whose values do
/// not suffice is in `skipped`. Throws InputError where no law has its values, Interrupted.
Relations relate_cells(std::span<const CellResult> cells, const RelateOptions& options = {},
                       Progress& progress = no_progress());

}  // namespace fathom
