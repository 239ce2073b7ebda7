// Writes one matrix of matrices.h as a .npy file. Usage: bench_make_matrix NAME DATA THREADS FILE.npy
#include <cstdio>
#include <cstdlib>

#include "fathom/core/error.h"
#include "matrices.h"
#include "matrix_file.h"

int main(int argc, char** argv) {
  using namespace fathom;
  if (argc != 5) return 2;
  try {
    const auto threads = static_cast<unsigned>(std::atoi(argv[3]));
    bench::write_matrix(argv[4], bench::make_matrix(argv[1], argv[2], threads));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_make_matrix: %s\n", error.what());
    return 1;
  }
}
