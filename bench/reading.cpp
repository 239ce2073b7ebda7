// Reading and preparing alone: seconds a round. Usage: bench_reading DATA PROTOCOL THREADS ROUNDS
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "fathom/prepare/prepare.h"

int main(int argc, char** argv) {
  using namespace fathom;
  if (argc != 5) return 2;
  const auto threads = static_cast<unsigned>(std::atoi(argv[3]));
  for (int round = 0; round <= std::atoi(argv[4]); ++round) {
    const auto start = std::chrono::steady_clock::now();
    const DataSet data = open_data_set(argv[1]);
    const PreparedData prepared = prepare(data, named_protocol(argv[2]), {threads, false});
    const double time = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (round > 0) std::printf("%.4f %zu\n", time, prepared.records.size());
  }
  return 0;
}
