#include "fathom/estimate/measure.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "estimate/draw_scans.h"
#include "fathom/core/keep_freed_memory.h"
#include "fathom/core/random.h"
#include "fathom/estimate/estimators.h"
#include "fathom/estimate/mle.h"
#include "fathom/estimate/split_halves.h"
#include "fathom/estimate/twonn.h"
#include "fathom/neighbors/duplicates.h"
#include "fathom/neighbors/label_pairs.h"
#include "fathom/neighbors/nearest_neighbors.h"
#include "fathom/neighbors/pair_scan.h"

namespace fathom {

namespace {

constexpr std::uint64_t kOrderStream = 0x6f726465;  // apart from every other use of the seed
constexpr std::size_t kFewestNeighbors = 64;        // listed, so that Gride reaches n2 = 64
constexpr unsigned kHalvings = 5;                   // of the curve of d against the number of images

EstimatorSettings settings_of(const MeasureOptions& options) {
  EstimatorSettings settings;
  settings.k = options.k;
  settings.noise_std = options.noise_std;
  settings.components = options.components;
  settings.seed = options.seed;
  settings.threads = options.threads;
  settings.simd = options.simd;
  settings.search = options.search;
  settings.local = options.local;
  return settings;
}

void check_images(const PreparedData& data, const Duplicates& duplicates, const std::string& name,
                  std::size_t k) {
  if (duplicates.distinct.size() >= k + 2) return;
  const std::string images = std::to_string(data.records.size()) + " images";
  const std::string distinct =
      duplicates.distinct.size() == 1
          ? "which are all identical"
          : "of which " + std::to_string(duplicates.distinct.size()) + " are distinct";
  throw InputError(name,
                   "has " + images + ", " + distinct + "; k = " + std::to_string(k) + " needs at least " +
                       std::to_string(k + 2) + " distinct ones",
                   "add images, or ask for fewer neighbours with -k");
}

std::vector<std::uint32_t> group_keys(const PreparedData& data, const MeasureOptions& options) {
  if (!options.across_groups) return {};
  std::vector<std::uint32_t> keys;
  std::uint32_t own = ~std::uint32_t{0};  // an image without a group is a group of its own
  for (const Record& record : data.records) keys.push_back(record.group ? *record.group : own--);
  return keys;
}

DuplicateReport report_duplicates(const Duplicates& duplicates, const PreparedData& data) {
  DuplicateReport report;
  for (const auto& rows : duplicates.groups) {
    DuplicateGroup group;
    for (const std::uint32_t row : rows) {
      group.paths.push_back(data.records[row].path);
      group.across_splits =
          group.across_splits || data.records[row].split != data.records[rows.front()].split;
    }
    report.images += rows.size() - 1;
    report.across_splits += group.across_splits ? 1 : 0;
    report.groups.push_back(std::move(group));
  }
  return report;
}

/// Conflicts within one group of identical images: of every image the first that contradicts it.
void add_conflicts(const std::vector<std::uint32_t>& rows, const PreparedData& data, std::size_t column,
                   TaskMeasurement& task) {
  const auto label = [&](std::uint32_t row) { return data.records[row].labels[column]; };
  for (std::size_t i = 0; i < rows.size(); ++i) {
    bool listed = false;
    for (std::size_t j = 0; j < i; ++j) {
      if (label(rows[i]) == label(rows[j])) continue;
      ++task.conflicting_pairs;
      if (!listed) task.conflicts.emplace_back(data.records[rows[j]].path, data.records[rows[i]].path);
      listed = true;
    }
  }
}

DimensionByImages point_of_curve(const NeighborTable& table, const LogDistances& distances, std::size_t k) {
  const auto nan = std::numeric_limits<double>::quiet_NaN();
  return {table.points(), mle_value(distances, std::min(k, distances.k()), MleVariant::pooled).value_or(nan),
          twonn_value(distances, TwonnVariant::ml).value_or(nan)};
}

std::vector<std::int32_t> labels_of(const PreparedData& data, std::size_t column) {
  std::vector<std::int32_t> labels;
  for (const Record& record : data.records) labels.push_back(record.labels[column]);
  return labels;
}

void check_classes(const PreparedData& data, const std::string& name) {
  for (const LabelColumn& column : data.label_columns) {
    if (column.classes.size() >= 2) continue;
    throw InputError(name,
                     "has one class, \"" + column.classes.front() + "\", in label column \"" + column.name +
                         "\"; label sharpness needs two",
                     "add the other classes, or measure the dimension alone with --ignore-labels");
  }
}

std::vector<std::optional<std::uint32_t>> local_rows(const Duplicates& duplicates,
                                                     const NeighborTable& table) {
  std::vector<std::optional<std::uint32_t>> row(duplicates.first.size());
  for (std::uint32_t i = 0; i < table.rows(); ++i) row[duplicates.distinct[table.place(i)]] = i;
  for (std::size_t image = 0; image < row.size(); ++image) row[image] = row[duplicates.first[image]];
  return row;
}

/// Enlarging mixes the noise of neighbouring pixels.
void check_noise(const PreparedData& data, const MeasureOptions& options) {
  if (!options.noise_std || data.matrix.stored_cols() == data.ambient_dimension) return;
  throw UsageError("--noise-std", "is of noise that is independent in every pixel, and the protocol enlarges",
                   "measure with --protocol native");
}

}  // namespace

void check_measure_options(const MeasureOptions& options) {
  if (options.k < 3) {
    throw UsageError("-k", std::to_string(options.k) + " is too few neighbours",
                     "give 3 or more; the papers use 20");
  }
  chosen_estimators(options.estimators);
  check_mixture_and_noise(settings_of(options));
  if (options.anchors > 0 && options.anchors < fewest_anchors(options.k)) {
    throw UsageError("--anchors",
                     std::to_string(options.anchors) +
                         " images are too few to measure at k = " + std::to_string(options.k),
                     "give " + std::to_string(fewest_anchors(options.k)) + " or more");
  }
}

std::size_t neighbors_listed(const MeasureOptions& options) {
  return std::max({kFewestNeighbors, neighbors_for_halves(options.k),
                   neighbors_to_list(chosen_estimators(options.estimators), settings_of(options))});
}

std::size_t fewest_anchors(std::size_t k) {
  return std::max<std::size_t>(50, k + 2);
}

Measurement measure(const PreparedData& data, const std::string& name, const MeasureOptions& options,
                    Progress& progress) {
  check_measure_options(options);
  check_noise(data, options);
  check_classes(data, name);
  const Duplicates duplicates = find_duplicates(data.matrix, options.threads, progress);
  check_images(data, duplicates, name, options.k);

  Measurement result;
  result.images = data.records.size();
  result.distinct = duplicates.distinct.size();
  result.duplicates = report_duplicates(duplicates, data);
  result.neighbors = std::min(result.distinct - 1, neighbors_listed(options));

  if (options.anchors > 0 && options.anchors < result.distinct) result.anchors = options.anchors;
  const std::vector<std::uint32_t> groups = group_keys(data, options);
  std::vector<LabelPairsRequest> requests;
  std::vector<std::size_t> drawn;                                        // images
  std::vector<std::vector<std::optional<SquaredDistance>>> drawn_apart;  // where there are anchors
  for (std::size_t c = 0; c < data.label_columns.size(); ++c) {
    LabelPairsRequest& request = requests.emplace_back();
    request.label = labels_of(data, c);
    request.draws = balanced_draws(request.label, data.label_columns[c].classes.size(),
                                   options.images_per_draw, options.draws, options.seed);
    request.group = groups;
    request.seed = options.seed;
    drawn.push_back(request.draws.empty() ? 0 : request.draws.front().size());
    if (!result.anchors) continue;
    drawn_apart.push_back(
        scan_draws(data.matrix, duplicates, request, options.threads, options.simd, progress));
    request.draws.clear();
  }

  std::vector<std::uint32_t> order = duplicates.distinct;
  Generator generator = make_generator(options.seed, kOrderStream << 32);
  shuffle(std::span(order), generator);
  progress.begin("comparing: choosing how", 0);
  auto scanned = std::make_unique<PairScan>(
      data.matrix, std::move(order),
      PairScanOptions{options.threads, options.simd, options.search, result.neighbors, options.anchors});
  PairScan& scan = *scanned;
  progress.end();
  give_back_freed_memory();  // of what the search was chosen by
  result.search_mode = search_mode_name(scan.search_mode());
  result.compared_components = scan.compared_components();

  NearestNeighbors nearest(scan, result.neighbors, groups);
  nearest.on_prefix(std::min(options.k, result.neighbors), [&](const NeighborTable& table) {
    result.by_images.push_back(point_of_curve(table, log_distances(table, options.threads), options.k));
    give_back_freed_memory();  // of earlier prefixes: only the last is large
  });
  std::vector<std::unique_ptr<LabelPairs>> label_pairs;
  for (LabelPairsRequest& request : requests) {
    label_pairs.push_back(std::make_unique<LabelPairs>(scan, duplicates, std::move(request)));
  }

  std::vector<Collector*> collectors{&nearest};
  for (const auto& pairs : label_pairs) collectors.push_back(pairs.get());
  const auto smallest = static_cast<std::uint32_t>(std::max<std::size_t>(4 * options.k, 50));
  scan.run(collectors, halving_prefixes(scan.size(), kHalvings, smallest), progress);

  std::vector<LabelPairsResult> found_pairs;
  std::vector<std::optional<PublishedSharpness>> published(label_pairs.size());
  for (std::size_t c = 0; c < label_pairs.size(); ++c) {
    found_pairs.push_back(label_pairs[c]->result(scan));
    label_pairs[c].reset();
    if (!options.published_code) continue;
    published[c] = published_sharpness(scan, labels_of(data, c), data.matrix.unit, options.seed);
  }

  give_back_freed_memory();
  const std::vector<const Estimator*> estimators = chosen_estimators(options.estimators);
  NeighborTable table = nearest.take_table(scan, progress);
  scanned.reset();
  give_back_freed_memory();
  const LogDistances distances = need_squared_distances(estimators)
                                     ? log_distances(table, options.threads)
                                     : take_log_distances(table, options.threads);
  if (distances.points_with(options.k) < options.k + 2) {
    throw InputError(
        name, "has too few images with " + std::to_string(options.k) + " neighbours outside their group",
        "leave --across-groups out, or ask for fewer neighbours with -k");
  }
  if (!mle_value(distances, options.k, MleVariant::pooled)) {
    throw InputError(name, "has equal distances between all its images, which have no dimension",
                     "check that the images are not made by a rule, such as one bright pixel each");
  }
  DimensionEstimates estimates =
      run_estimators(estimators, {data.matrix, duplicates.distinct, table, distances, groups},
                     settings_of(options), progress);
  result.dimension = std::move(estimates.estimates);
  result.skipped = std::move(estimates.skipped);
  if (options.local) result.local_row = local_rows(duplicates, table);
  const std::vector<double> by_k = mle_by_k(distances);
  for (std::size_t i = 0; i < by_k.size(); ++i) result.by_k.push_back({i + 3, by_k[i]});
  result.by_images.push_back(point_of_curve(table, distances, options.k));

  for (std::size_t c = 0; c < data.label_columns.size(); ++c) {
    const LabelColumn& column = data.label_columns[c];
    TaskMeasurement task;
    task.label_column = column.name;
    for (const std::string& class_name : column.classes) task.classes.emplace_back(class_name, 0);
    for (const Record& record : data.records)
      ++task.classes[static_cast<std::size_t>(record.labels[c])].second;
    LabelPairsResult& pairs = found_pairs[c];
    if (result.anchors) pairs.draws = drawn_apart[c];
    task.label_sharpness =
        label_sharpness(pairs, data.records, c, column, data.matrix.unit, data.ambient_dimension, drawn[c]);
    task.label_sharpness.as_published = published[c];
    for (const auto& rows : duplicates.groups) add_conflicts(rows, data, c, task);
    result.tasks.push_back(std::move(task));
  }
  std::ranges::stable_sort(result.tasks, std::ranges::greater{},
                           [](const TaskMeasurement& task) { return task.label_sharpness.value; });
  return result;
}

}  // namespace fathom
