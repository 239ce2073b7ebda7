// 8-bit multiply-adds a second: the machine's limit and the tile kernel, one line a round, in units of 10^9
// (0: no such instruction here). Usage: bench_multiply_rate MATRIX.npy THREADS ROUNDS
#include <cstdio>
#include <cstdlib>

#include "matrix_file.h"
#include "peak_rate.h"
#include "tile_kernel_rate.h"

int main(int argc, char** argv) {
  using namespace fathom;
  if (argc != 4) return 2;
  const RowMatrix matrix = bench::read_matrix(argv[1]);
  const auto& rows = std::get<Matrix<std::uint8_t>>(matrix.stored);
  const auto threads = static_cast<unsigned>(std::atoi(argv[2]));
  for (int round = 0; round <= std::atoi(argv[3]); ++round) {
    const double peak = bench::peak_rate(threads).value_or(0.0);
    const double kernel = bench::tile_kernel_rate(rows, threads);
    if (round > 0) std::printf("%.2f %.2f\n", peak / 1e9, kernel / 1e9);
  }
  return 0;
}
