#include <pybind11/stl.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "arrays.h"
#include "bindings.h"
#include "fathom/core/parallel.h"
#include "fathom/estimate/estimators.h"
#include "fathom/neighbors/duplicates.h"
#include "interruptible.h"
#include "listed_neighbors.h"
#include "room.h"
#include "search_settings.h"

namespace fathom::python {

namespace {

namespace py = pybind11;

py::object interval_of(const std::optional<Uncertainty>& uncertainty) {
  if (!uncertainty) return py::none();
  return py::make_tuple(uncertainty->interval.low, uncertainty->interval.high);
}

py::object std_error_of(const std::optional<Uncertainty>& uncertainty) {
  return uncertainty ? py::object(py::float_(uncertainty->std_error)) : py::object(py::none());
}

/// Values of points, one a row of what was given: `distinct` has the row of the estimates that each row's is.
py::object local_of(const DimensionEstimate& estimate, const std::vector<std::uint32_t>& distinct) {
  if (estimate.local.empty()) return py::none();
  py::array_t<double> values(static_cast<py::ssize_t>(distinct.size()));
  double* const value = values.mutable_data();
  for (std::size_t i = 0; i < distinct.size(); ++i) value[i] = estimate.local.at(distinct[i]);
  return values;
}

py::object calibrated_of(const DimensionEstimate& estimate) {
  using namespace py::literals;
  if (!estimate.calibrated) return py::none();
  const CalibratedValue& one = *estimate.calibrated;
  return py::dict("value"_a = one.value, "std_error"_a = one.std_error,
                  "interval"_a = py::make_tuple(one.interval.low, one.interval.high), "ball"_a = one.ball,
                  "sphere"_a = one.sphere, "torus"_a = one.torus);
}

/// The same of what else is known of points: a column, or as many as there are.
py::dict point_values_of(const DimensionEstimate& estimate, const std::vector<std::uint32_t>& distinct) {
  py::dict all;
  for (const PointValues& known : estimate.point_values) {
    const auto rows = static_cast<py::ssize_t>(distinct.size());
    const auto columns = static_cast<py::ssize_t>(known.columns);
    py::array_t<double> values(known.columns == 1 ? std::vector{rows} : std::vector{rows, columns});
    double* const value = values.mutable_data();
    for (std::size_t i = 0; i < distinct.size(); ++i) {
      std::copy_n(known.values.begin() + static_cast<std::ptrdiff_t>(distinct[i] * known.columns),
                  known.columns, value + i * known.columns);
    }
    all[py::str(known.name)] = values;
  }
  return all;
}

py::object k_star_of(const DimensionEstimate& estimate) {
  using namespace py::literals;
  if (!estimate.k_star) return py::none();
  const NeighborhoodSizes& sizes = *estimate.k_star;
  return py::dict("mean"_a = sizes.mean, "min"_a = sizes.smallest, "median"_a = sizes.median,
                  "max"_a = sizes.largest, "at_limit"_a = sizes.at_limit);
}

py::tuple components_of(const DimensionEstimate& estimate) {
  using namespace py::literals;
  py::list all;
  for (const DimensionComponent& one : estimate.components) {
    all.append(py::dict("weight"_a = one.weight, "value"_a = one.value, "std_error"_a = one.std_error));
  }
  return py::tuple(all);
}

py::dict dict_of(const DimensionEstimate& estimate, const std::vector<std::uint32_t>& distinct) {
  using namespace py::literals;
  return py::dict(
      "estimator"_a = estimate.estimator, "variant"_a = estimate.variant, "k"_a = estimate.k,
      "n1"_a = estimate.n1, "n2"_a = estimate.n2, "value"_a = estimate.value,
      "std_error"_a = std_error_of(estimate.uncertainty), "interval"_a = interval_of(estimate.uncertainty),
      "interval_method"_a = estimate.interval_method,
      "analytic_std_error"_a = std_error_of(estimate.analytic),
      "analytic_interval"_a = interval_of(estimate.analytic), "n"_a = estimate.n,
      "largest"_a = estimate.largest, "p_value"_a = estimate.p_value, "k_star"_a = k_star_of(estimate),
      "components"_a = components_of(estimate), "noise_std"_a = estimate.noise_std,
      "calibrated"_a = calibrated_of(estimate), "calibration_note"_a = estimate.calibration_note,
      "local"_a = local_of(estimate, distinct), "point_values"_a = point_values_of(estimate, distinct));
}

py::tuple result_of(const DimensionEstimates& all, const std::vector<std::uint32_t>& distinct) {
  py::list estimates, skipped;
  for (const DimensionEstimate& estimate : all.estimates) estimates.append(dict_of(estimate, distinct));
  for (const SkippedEstimator& one : all.skipped) {
    skipped.append(py::make_tuple(one.estimator, one.reason));
  }
  return py::make_tuple(estimates, skipped);
}

/// What a method may be told beside its data.
struct MethodArguments {
  std::size_t k;
  std::optional<double> noise_std;
  std::size_t components;
};

EstimatorSettings estimator_settings(const MethodArguments& arguments, std::uint64_t seed, bool intervals,
                                     bool local, const SearchSettings& search) {
  EstimatorSettings settings;
  settings.k = arguments.k;
  settings.noise_std = arguments.noise_std;
  settings.components = arguments.components;
  settings.seed = seed;
  settings.threads = search.threads;
  settings.simd = search.simd;
  settings.search = search.search;
  settings.intervals = intervals;
  settings.local = local;
  return settings;
}

std::vector<std::uint32_t> distinct_of_rows(const RowMatrix& matrix, unsigned threads, Progress& progress) {
  const Duplicates duplicates = find_duplicates(matrix, threads, progress);
  std::vector<std::uint32_t> place(matrix.rows());
  for (std::uint32_t i = 0; i < duplicates.distinct.size(); ++i) place[duplicates.distinct[i]] = i;
  std::vector<std::uint32_t> distinct;
  for (const std::uint32_t first : duplicates.first) distinct.push_back(place[first]);
  return distinct;
}

py::tuple bound_estimate_dimension(const py::array& points, const std::vector<std::string>& names,
                                   const MethodArguments& arguments, std::uint64_t seed, bool intervals,
                                   bool local, bool neighborhoods, unsigned threads, const std::string& simd,
                                   const std::string& search) {
  EstimatorSettings settings =
      estimator_settings(arguments, seed, intervals, local, SearchSettings(threads, simd, search));
  settings.neighborhoods = neighborhoods;
  const RowMatrix matrix = matrix_over(points);
  check_room(matrix.rows(), std::min(matrix.rows(), neighbors_to_list(chosen_estimators(names), settings)));
  DimensionEstimates estimates;
  std::vector<std::uint32_t> distinct;
  CallProgress progress;
  run_interruptibly(progress, [&] {
    estimates = estimate_dimension(matrix, names, settings, progress);
    if (local) distinct = distinct_of_rows(matrix, threads, progress);
  });
  return result_of(estimates, distinct);
}

void refuse_those_that_need_points(const std::vector<const Estimator*>& chosen) {
  for (const Estimator* estimator : chosen) {
    if (estimator->from_distances || !estimator->looks_at_rows) continue;
    throw UsageError(
        "metric",
        "\"precomputed\" is not enough for " + estimator->name + ", which looks at the points themselves",
        "give the points and metric=\"euclidean\"");
  }
}

py::tuple estimate_from_neighbors(const py::array_t<double, py::array::c_style>& distances,
                                  const py::array_t<std::int64_t, py::array::c_style>& indices,
                                  const std::vector<std::string>& names, const MethodArguments& arguments,
                                  std::uint64_t seed, bool intervals, bool local, unsigned threads) {
  const EstimatorSettings settings =
      estimator_settings(arguments, seed, intervals, local, SearchSettings(threads, "auto", "auto"));
  const std::vector<const Estimator*> chosen = chosen_estimators(names);
  refuse_those_that_need_points(chosen);
  check_mixture_and_noise(settings);
  const ListedNeighbors listed{distances.data(), indices.data(), static_cast<std::size_t>(distances.shape(0)),
                               static_cast<std::size_t>(distances.shape(1))};
  DimensionEstimates estimates;
  std::vector<std::uint32_t> distinct;
  CallProgress progress;
  run_interruptibly(progress, [&] {
    const DistinctNeighbors cleaned = distinct_neighbors(listed);
    const LogDistances logarithms = log_distances(cleaned.table, threads);
    const RowMatrix no_points;
    estimates =
        run_estimators(chosen, {no_points, cleaned.rows, cleaned.table, logarithms}, settings, progress);
    distinct = cleaned.distinct_of_row;
  });
  return result_of(estimates, distinct);
}

/// One row of the matrix and those beside it.
RowMatrix rows_of(const RowMatrix& matrix, std::size_t row, std::span<const std::int64_t> others) {
  return std::visit(
      [&](const auto& stored) {
        std::remove_cvref_t<decltype(stored)> part(others.size() + 1, stored.cols());
        std::ranges::copy(stored.row(row), part.row(0).begin());
        for (std::size_t i = 0; i < others.size(); ++i) {
          std::ranges::copy(stored.row(static_cast<std::size_t>(others[i])), part.row(i + 1).begin());
        }
        return RowMatrix{std::move(part), matrix.unit};
      },
      matrix.stored);
}

/// Of the last one named. NaN where the neighbourhood has no value.
double estimate_of(const RowMatrix& matrix, const std::vector<std::string>& names, const std::string& variant,
                   std::size_t n1, const EstimatorSettings& settings, Progress& progress) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  try {
    for (const DimensionEstimate& one : estimate_dimension(matrix, names, settings, progress).estimates) {
      if (one.estimator == names.back() && one.variant == variant && one.n1.value_or(0) == n1)
        return one.value;
    }
  } catch (const InputError&) {
    return none;  // too few distinct rows
  }
  return none;
}

py::array_t<double> estimate_in_neighborhoods(const py::array& points,
                                              const py::array_t<std::int64_t, py::array::c_style>& indices,
                                              const std::vector<std::string>& names,
                                              const MethodArguments& arguments, const std::string& variant,
                                              std::size_t n1, std::uint64_t seed, unsigned threads) {
  const EstimatorSettings settings =
      estimator_settings(arguments, seed, false, false, SearchSettings(1, "auto", "auto"));
  const RowMatrix matrix = matrix_over(points);
  const std::size_t rows = matrix.rows(), others = static_cast<std::size_t>(indices.shape(1));
  const std::int64_t* const index = indices.data();
  py::array_t<double> values(static_cast<py::ssize_t>(rows));
  double* const value = values.mutable_data();
  CallProgress progress;
  run_interruptibly(progress, [&] {
    parallel_for(rows, threads, [&](std::size_t i, unsigned) {
      progress.check();
      value[i] = estimate_of(rows_of(matrix, i, {index + i * others, others}), names, variant, n1, settings,
                             progress);
    });
  });
  return values;
}

}  // namespace

void bind_dimension(py::module_& module) {
  py::class_<MethodArguments>(module, "MethodArguments")
      .def(py::init([](std::size_t k, std::optional<double> noise_std, std::size_t components) {
             return MethodArguments{k, noise_std, components};
           }),
           py::arg("k"), py::arg("noise_std") = py::none(), py::arg("components") = 2);
  module.def("estimator_names", [] {
    std::vector<std::string> names;
    for (const Estimator& estimator : all_estimators()) names.push_back(estimator.name);
    return names;
  });
  module.def("points_needed", [](const std::string& name, std::size_t k) {
    EstimatorSettings settings;
    settings.k = k;
    return chosen_estimators(std::vector{name}).front()->neighbors(settings) + 1;
  });
  module.def("neighbors_to_list",
             [](const std::vector<std::string>& names, const MethodArguments& arguments, bool intervals) {
               return neighbors_to_list(
                   chosen_estimators(names),
                   estimator_settings(arguments, 0, intervals, false, SearchSettings(1, "scalar", "auto")));
             });
  module.def("estimate_dimension", &bound_estimate_dimension, py::arg("points"), py::arg("names"),
             py::arg("arguments"), py::arg("seed"), py::arg("intervals"), py::arg("local"),
             py::arg("neighborhoods"), py::arg("threads"), py::arg("simd"), py::arg("search"));
  module.def("estimate_from_neighbors", &estimate_from_neighbors, py::arg("distances").noconvert(),
             py::arg("indices").noconvert(), py::arg("names"), py::arg("arguments"), py::arg("seed"),
             py::arg("intervals"), py::arg("local"), py::arg("threads"));
  module.def("estimate_in_neighborhoods", &estimate_in_neighborhoods, py::arg("points"), py::arg("indices"),
             py::arg("names"), py::arg("arguments"), py::arg("variant"), py::arg("n1"), py::arg("seed"),
             py::arg("threads"));
}

}  // namespace fathom::python
