// Exact nearest neighbours of one prepared data set: Fathom (k = 20, self excluded) and FAISS IndexFlatL2 (k
// = 21) on the same matrix and threads, one after the other in each round. Prints seconds a round, and writes
// the matrix for others. Usage: bench_neighbors DATA PROTOCOL THREADS ROUNDS MATRIX.npy
#include <faiss/IndexFlat.h>
#include <omp.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include "fathom/neighbors/duplicates.h"
#include "fathom/neighbors/nearest_neighbors.h"
#include "fathom/prepare/prepare.h"
#include "fathom/synth/npy.h"

namespace {

double seconds(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

int main(int argc, char** argv) {
  using namespace fathom;
  if (argc != 6) return 2;
  const auto threads = static_cast<unsigned>(std::atoi(argv[3]));
  omp_set_num_threads(static_cast<int>(threads));
  const PreparedData data = prepare(open_data_set(argv[1]), named_protocol(argv[2]), {threads, false});
  std::vector<std::uint32_t> order(data.records.size());
  std::iota(order.begin(), order.end(), 0u);

  const std::size_t cols = data.matrix.stored_cols();
  std::vector<float> floats;
  Matrix<double> doubles(order.size(), cols);
  std::visit(
      [&](const auto& matrix) {
        for (std::size_t i = 0; i < matrix.rows(); ++i) {
          for (std::size_t k = 0; k < cols; ++k) {
            floats.push_back(static_cast<float>(matrix.row(i)[k]));
            doubles.row(i)[k] = static_cast<double>(matrix.row(i)[k]);
          }
        }
      },
      data.matrix.stored);
  write_npy(argv[5], doubles);
  doubles = Matrix<double>();

  std::vector<float> distances(order.size() * 21);
  std::vector<faiss::Index::idx_t> labels(order.size() * 21);
  for (int round = 0; round <= std::atoi(argv[4]); ++round) {  // the first is a warm-up
    const double ours = seconds([&] {
      PairScan scan(data.matrix, order, {threads, best_simd_level()});
      NearestNeighbors nearest(scan, 20);
      Collector* collectors[] = {&nearest};
      const std::uint32_t prefix[] = {scan.size()};
      scan.run(collectors, prefix, no_progress());
      nearest.take_table(scan);
    });
    const double faiss_time = seconds([&] {
      faiss::IndexFlatL2 index(static_cast<faiss::Index::idx_t>(cols));
      const auto count = static_cast<faiss::Index::idx_t>(order.size());
      index.add(count, floats.data());
      index.search(count, floats.data(), 21, distances.data(), labels.data());
    });
    if (round > 0) std::printf("%.4f %.4f\n", ours, faiss_time);
  }
  return 0;
}
