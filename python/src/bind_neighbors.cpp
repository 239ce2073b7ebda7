#include <cmath>
#include <cstdint>
#include <optional>

#include "arrays.h"
#include "bindings.h"
#include "fathom/core/parallel.h"
#include "fathom/core/random.h"
#include "fathom/neighbors/nearest_neighbors.h"
#include "interruptible.h"
#include "room.h"
#include "search_settings.h"

namespace fathom::python {

namespace {

namespace py = pybind11;

/// A random order is scanned fastest; the result is the same for every order.
constexpr std::uint64_t kOrderStream = 0x6e656967;

NeighborTable table_of(const RowMatrix& matrix, std::size_t k, const SearchSettings& settings,
                       Progress& progress) {
  Generator generator = make_generator(0, kOrderStream << 32);
  PairScan scan(matrix, random_permutation(static_cast<std::uint32_t>(matrix.rows()), generator),
                {settings.threads, settings.simd, settings.search, k, 0});
  NearestNeighbors nearest(scan, k);
  Collector* collectors[] = {&nearest};
  const std::uint32_t prefixes[] = {scan.size()};
  scan.run(collectors, prefixes, progress);
  return nearest.take_table(scan, progress);
}

py::tuple nearest_neighbors(const py::array& points, std::size_t k, unsigned threads, const std::string& simd,
                            const std::string& search) {
  const SearchSettings settings(threads, simd, search);
  const RowMatrix matrix = matrix_over(points);
  const std::size_t rows = matrix.rows();
  check_room(rows, k);
  py::array_t<double> distances = new_array<double>(rows, k);
  py::array_t<std::int64_t> indices = new_array<std::int64_t>(rows, k);
  double* const distance = distances.mutable_data();
  std::int64_t* const index = indices.mutable_data();
  CallProgress progress;
  run_interruptibly(progress, [&] {
    const NeighborTable table = table_of(matrix, k, settings, progress);
    parallel_for(rows, settings.threads, [&](std::size_t i, unsigned) {
      const auto squared = table.squared(i);
      const auto found = table.index(i);
      FATHOM_CHECK(found.size() == k);
      for (std::size_t j = 0; j < k; ++j) {
        distance[i * k + j] = root(squared[j]).value;
        index[i * k + j] = number(found[j]);
      }
    });
  });
  return py::make_tuple(distances, indices);
}

}  // namespace

void bind_neighbors(py::module_& module) {
  module.def("nearest_neighbors", &nearest_neighbors, py::arg("points"), py::arg("k"), py::arg("threads"),
             py::arg("simd"), py::arg("search"));
}

}  // namespace fathom::python
