// Exact nearest neighbours of one matrix by Fathom (k = 20, self excluded) and by FAISS IndexFlatL2 (k = 21),
// in one process, one job a line of the standard input. Usage: bench_neighbors MATRIX.npy THREADS
//
//   fathom MODE ROWS    seconds, and a hash of the neighbours: MODE is auto, tiles or filter, ROWS the number
//   of
//                       rows searched, the first of a seeded random order
//   faiss QUERIES       seconds of the search alone, for the first QUERIES rows against all
//   memory              peak memory of the process so far, MB of 10^6 bytes
//   kernel              the OpenBLAS kernel in use
#include <faiss/IndexFlat.h>
#include <omp.h>
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "fathom/core/hash.h"
#include "fathom/core/random.h"
#include "fathom/neighbors/nearest_neighbors.h"
#include "matrix_file.h"
#include "seconds.h"

extern "C" const char* openblas_get_corename();

namespace {

using namespace fathom;

constexpr std::size_t kNeighbors = 20;

std::string hash_of(const NeighborTable& table) {
  Hash128 hash;
  std::vector<std::byte> bytes;
  const auto append = [&](std::span<const std::byte> more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
  };
  for (std::size_t i = 0; i < table.rows(); ++i) {
    bytes.clear();
    append(std::as_bytes(std::span(&hash, 1)));
    append(std::as_bytes(table.squared(i)));
    append(std::as_bytes(table.index(i)));
    hash = hash128(bytes);
  }
  return hash.text();
}

void run_fathom(const RowMatrix& matrix, unsigned threads, const std::string& mode, std::uint32_t rows) {
  Generator generator = make_generator(0);
  std::vector<std::uint32_t> order = random_permutation(static_cast<std::uint32_t>(matrix.rows()), generator);
  order.resize(rows);
  std::optional<NeighborTable> table;
  const double time = bench::seconds([&] {
    PairScan scan(matrix, std::move(order),
                  {threads, best_simd_level(), parse_search_mode(mode), kNeighbors});
    NearestNeighbors nearest(scan, kNeighbors);
    Collector* collectors[] = {&nearest};
    const std::uint32_t prefix[] = {scan.size()};
    scan.run(collectors, prefix, no_progress());
    table.emplace(nearest.take_table(scan));
  });
  std::printf("%.5f %s\n", time, hash_of(*table).c_str());
}

std::unique_ptr<faiss::IndexFlatL2> make_index(const RowMatrix& matrix) {
  const std::size_t cols = matrix.stored_cols();
  auto index = std::make_unique<faiss::IndexFlatL2>(static_cast<faiss::Index::idx_t>(cols));
  index->codes.reserve(matrix.rows() * cols * sizeof(float));
  std::visit(
      [&](const auto& stored) {
        for (std::size_t i = 0; i < stored.rows(); ++i) {
          const auto row = stored.row(i);
          const std::vector<float> floats(row.begin(), row.end());
          index->add(1, floats.data());
        }
      },
      matrix.stored);
  return index;
}

void run_faiss(const faiss::IndexFlatL2& index, std::size_t queries) {
  constexpr faiss::Index::idx_t k = kNeighbors + 1;
  std::vector<float> distances(queries * k);
  std::vector<faiss::Index::idx_t> labels(queries * k);
  const double time = bench::seconds([&] {
    index.search(static_cast<faiss::Index::idx_t>(queries), index.get_xb(), k, distances.data(),
                 labels.data());
  });
  std::printf("%.5f\n", time);
}

double peak_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024.0 / 1e6;
}

void serve(const char* path, unsigned threads) {
  const RowMatrix matrix = bench::read_matrix(path);
  std::unique_ptr<faiss::IndexFlatL2> index;
  for (std::string line; std::getline(std::cin, line); std::fflush(stdout)) {
    std::istringstream words(line);
    std::string job, mode;
    std::size_t count = 0;
    words >> job;
    if (job == "fathom" && words >> mode >> count && count <= matrix.rows()) {
      run_fathom(matrix, threads, mode, static_cast<std::uint32_t>(count));
    } else if (job == "faiss" && words >> count && count <= matrix.rows()) {
      if (!index) index = make_index(matrix);
      run_faiss(*index, count);
    } else if (job == "memory") {
      std::printf("%.1f\n", peak_memory());
    } else if (job == "kernel") {
      std::printf("%s\n", openblas_get_corename());
    } else {
      throw UsageError(line, "is not a job", "see bench/neighbors.cpp");
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const int threads = std::atoi(argv[2]);
  omp_set_num_threads(threads);
  try {
    serve(argv[1], static_cast<unsigned>(threads));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_neighbors: %s\n", error.what());
    return 1;
  }
}
