#include <pybind11/stl.h>

#include <cstdint>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "arrays.h"
#include "bindings.h"
#include "fathom/core/random.h"
#include "fathom/estimate/label_sharpness.h"
#include "fathom/neighbors/duplicates.h"
#include "fathom/neighbors/label_pairs.h"
#include "interruptible.h"
#include "room.h"
#include "search_settings.h"

namespace fathom::python {

namespace {

namespace py = pybind11;

constexpr std::uint64_t kOrderStream = 0x73686172;  // apart from every other use of the seed

struct Sharpness {
  LabelSharpness result;
  std::uint64_t conflicting_pairs = 0;
  std::size_t distinct = 0;
};

std::uint64_t pairs_among(std::uint64_t count) {
  return count * (count - 1) / 2;
}

/// Pairs of equal rows with different labels.
std::uint64_t conflicting_pairs(const Duplicates& duplicates, std::span<const std::int32_t> labels) {
  std::uint64_t pairs = 0;
  for (const auto& rows : duplicates.groups) {
    std::map<std::int32_t, std::uint64_t> of_label;
    for (const std::uint32_t row : rows) ++of_label[labels[row]];
    pairs += pairs_among(rows.size());
    for (const auto& entry : of_label) pairs -= pairs_among(entry.second);
  }
  return pairs;
}

struct SharpnessRequest {
  std::vector<std::int32_t> labels;
  LabelColumn column;
  std::size_t images_per_draw, draws;
  std::uint64_t seed;
  bool published_code;
};

Sharpness compute(const RowMatrix& matrix, const SharpnessRequest& request, const SearchSettings& settings,
                  Progress& progress) {
  const Duplicates duplicates = find_duplicates(matrix, settings.threads, progress);
  LabelPairsRequest pairs_request;
  pairs_request.label = request.labels;
  pairs_request.draws = balanced_draws(request.labels, request.column.classes.size(), request.images_per_draw,
                                       request.draws, request.seed);
  pairs_request.seed = request.seed;
  const std::size_t drawn = pairs_request.draws.empty() ? 0 : pairs_request.draws.front().size();
  std::vector<std::uint32_t> order = duplicates.distinct;
  Generator generator = make_generator(request.seed, kOrderStream << 32);
  shuffle(std::span(order), generator);
  PairScan scan(matrix, std::move(order), {settings.threads, settings.simd, settings.search, 1, 0});
  LabelPairs pairs(scan, duplicates, std::move(pairs_request));
  Collector* collectors[] = {&pairs};
  const std::uint32_t prefixes[] = {scan.size()};
  scan.run(collectors, prefixes, progress);

  std::vector<Record> records(matrix.rows());
  for (std::size_t i = 0; i < records.size(); ++i) {
    records[i].path = std::to_string(i);
    records[i].labels = {request.labels[i]};
  }
  Sharpness sharpness;
  sharpness.result = label_sharpness(pairs.result(scan), records, 0, request.column, matrix.unit,
                                     matrix.stored_cols(), drawn);
  if (request.published_code) {
    sharpness.result.as_published = published_sharpness(scan, request.labels, matrix.unit, request.seed);
  }
  sharpness.conflicting_pairs = conflicting_pairs(duplicates, request.labels);
  sharpness.distinct = duplicates.distinct.size();
  return sharpness;
}

py::dict dict_of(const Sharpness& sharpness) {
  const LabelSharpness& result = sharpness.result;
  py::list pairs;
  for (const SharpnessPair& pair : result.pairs) {
    pairs.append(py::make_tuple(std::stoll(pair.a), std::stoll(pair.b), pair.distance.value));
  }
  py::dict quantiles;
  for (std::size_t q = 0; q < quantile_levels.size(); ++q) {
    quantiles[py::float_(quantile_levels[q])] = result.quantiles[q];
  }
  using namespace py::literals;
  py::dict dict("value"_a = result.value, "smallest_distance"_a = result.smallest_distance.value,
                "pairs"_a = pairs, "pair_count"_a = result.pair_count, "per_pixel"_a = result.per_pixel,
                "per_rms"_a = result.per_rms, "quantiles"_a = quantiles, "sampled_m"_a = result.sampled.m,
                "sampled_draws"_a = result.sampled.draws, "sampled_mean"_a = result.sampled.mean,
                "sampled_sd"_a = result.sampled.sd, "conflicting_pairs"_a = sharpness.conflicting_pairs,
                "distinct"_a = sharpness.distinct, "as_published"_a = py::none());
  if (result.as_published) dict["as_published"] = result.as_published->value;
  return dict;
}

py::dict bound_label_sharpness(const py::array& points, std::vector<std::int32_t> labels,
                               std::vector<std::string> classes, std::size_t images_per_draw,
                               std::size_t draws, std::uint64_t seed, bool published_code, unsigned threads,
                               const std::string& simd, const std::string& search) {
  const SearchSettings settings(threads, simd, search);
  const RowMatrix matrix = matrix_over(points);
  FATHOM_CHECK(labels.size() == matrix.rows());
  check_room(matrix.rows(), 1);
  const SharpnessRequest request{
      std::move(labels), LabelColumn{"y", std::move(classes)}, images_per_draw, draws, seed, published_code};
  std::optional<Sharpness> sharpness;
  CallProgress progress;
  run_interruptibly(progress, [&] { sharpness = compute(matrix, request, settings, progress); });
  return dict_of(*sharpness);
}

}  // namespace

void bind_label_sharpness(py::module_& module) {
  module.def("label_sharpness", &bound_label_sharpness, py::arg("points"), py::arg("labels"),
             py::arg("classes"), py::arg("images_per_draw"), py::arg("draws"), py::arg("seed"),
             py::arg("published_code"), py::arg("threads"), py::arg("simd"), py::arg("search"));
}

}  // namespace fathom::python
