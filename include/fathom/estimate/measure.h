// The main job: prepared data -> intrinsic dimension and label sharpness, from one scan of the pairs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fathom/core/progress.h"
#include "fathom/core/simd_level.h"
#include "fathom/estimate/dimension.h"
#include "fathom/estimate/estimators.h"
#include "fathom/estimate/label_sharpness.h"
#include "fathom/neighbors/search_mode.h"
#include "fathom/prepare/prepare.h"

namespace fathom {

struct MeasureOptions {
  std::size_t k = 20;
  std::vector<std::string> estimators{"mle", "twonn", "gride"};  ///< or "all"
  std::optional<double> noise_std;  ///< of the noise in every pixel, in pixel units: mle_noise
  std::size_t components = 2;       ///< manifolds that hidalgo looks for
  std::size_t draws = 25;           ///< of label sharpness
  std::size_t images_per_draw = 1000;
  bool local = false;           ///< also the values of images, of the methods that have them
  bool across_groups = false;   ///< pairs of one group are left out
  bool published_code = false;  ///< also label sharpness as the released code samples it
  std::uint64_t seed = 0;
  unsigned threads = 1;
  SimdLevel simd = SimdLevel::scalar;
  SearchMode search = SearchMode::automatic;
  /// Measure so many seeded random distinct images, each against all others; 0: all. See fewest_anchors().
  std::uint32_t anchors = 0;
};

/// Images equal in every pixel after preparing.
struct DuplicateGroup {
  std::vector<std::string> paths;  ///< in order; the first stands for all
  bool across_splits = false;
};

struct DuplicateReport {
  std::size_t images = 0;         ///< copies: images beyond the first of their group
  std::size_t across_splits = 0;  ///< groups
  std::vector<DuplicateGroup> groups;
};

/// One label column.
struct TaskMeasurement {
  std::string label_column;
  std::vector<std::pair<std::string, std::size_t>> classes;  ///< name and images
  LabelSharpness label_sharpness;
  /// Pairs of identical images with different labels: all of them counted, and of each image one listed.
  std::uint64_t conflicting_pairs = 0;
  std::vector<std::pair<std::string, std::string>> conflicts;
};

/// Dimension at k neighbours (by_k), or of the first `images` of a random order (by_images), where there are
/// anchors at those among them.
struct DimensionByK {
  std::size_t k;
  double value;
};
struct DimensionByImages {
  std::size_t images;
  double mle;    ///< pooled, at the headline k
  double twonn;  ///< ml
};

struct Measurement {
  std::size_t images = 0, distinct = 0;
  std::vector<DimensionEstimate> dimension;
  /// Where values of images were asked for: of every image the row of the estimates' `local` that it has,
  /// which is that of the first one equal to it; none beside anchors.
  std::vector<std::optional<std::uint32_t>> local_row;
  std::vector<SkippedEstimator> skipped;  ///< asked for, and without a value on these data
  std::vector<DimensionByK> by_k;
  std::vector<DimensionByImages> by_images;  ///< nested halves, ascending, the last one all
  DuplicateReport duplicates;
  /// One a label column, sharpest first. Empty when the data have no labels.
  std::vector<TaskMeasurement> tasks;
  std::optional<std::size_t> anchors;   ///< distinct images that were measured; nothing when all were
  std::size_t neighbors = 0;            ///< listed of each image that was
  std::string search_mode;              ///< "tiles", "rows" or "filter"
  std::size_t compared_components = 0;  ///< of every pair: all in tiles, few in a filter
};

/// Throws UsageError: k < 3, an unknown estimator, fewer than fewest_anchors(). measure() begins with it; a
/// caller with much to read may want to know before.
void check_measure_options(const MeasureOptions& options);

/// Neighbours listed of every image, where there are so many.
std::size_t neighbors_listed(const MeasureOptions& options);

/// Fewer anchors are refused: 50, of which halves have 25, or k + 2, as many as the data must have.
std::size_t fewest_anchors(std::size_t k);

/// Throws InputError: fewer than k + 2 distinct images, a label column with one class, fewer than k
/// neighbours outside the own group, all distances equal; UsageError: see check_measure_options. Throws
/// Interrupted.
Measurement measure(const PreparedData& data, const std::string& name, const MeasureOptions& options,
                    Progress& progress = no_progress());

}  // namespace fathom
