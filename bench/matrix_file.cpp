#include "matrix_file.h"

#include <array>
#include <cstdio>
#include <fstream>
#include <string>
#include <variant>

#include "fathom/core/error.h"
#include "synth/npy_header.h"

namespace fathom::bench {

namespace {

[[noreturn]] void refuse(const std::filesystem::path& path, const char* reason) {
  throw InputError(path.string(), reason, "make it with bench_make_matrix");
}

template <class T>
RowMatrix read_values(std::ifstream& file, const std::filesystem::path& path, std::size_t rows,
                      std::size_t cols) {
  Matrix<T> matrix(0, cols);
  matrix.resize_rows(rows);
  const auto size = static_cast<std::streamsize>(cols * sizeof(T));
  for (std::size_t i = 0; i < rows; ++i) {
    if (!file.read(reinterpret_cast<char*>(matrix.row(i).data()), size)) refuse(path, "ends too early");
  }
  return {std::move(matrix), 1.0};
}

}  // namespace

void write_matrix(const std::filesystem::path& path, const RowMatrix& matrix) {
  FATHOM_CHECK(!std::holds_alternative<Matrix<double>>(matrix.stored));
  const bool bytes = std::holds_alternative<Matrix<std::uint8_t>>(matrix.stored);
  std::ofstream file(path, std::ios::binary);
  file << synth::npy_header(bytes ? "|u1" : "<f4", std::array{matrix.rows(), matrix.stored_cols()});
  std::visit(
      [&](const auto& stored) {
        file.write(reinterpret_cast<const char*>(stored.values().data()),
                   static_cast<std::streamsize>(stored.values().size_bytes()));
      },
      matrix.stored);
  if (!file.flush())
    throw InputError(path.string(), "cannot be written", "check the folder and the free space");
}

RowMatrix read_matrix(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string header;
  std::getline(file, header);
  const std::size_t shape = header.find("'shape': (");
  std::size_t rows = 0, cols = 0;
  if (shape == std::string::npos ||
      std::sscanf(header.c_str() + shape, "'shape': (%zu, %zu)", &rows, &cols) != 2) {
    refuse(path, "is not a matrix");
  }
  if (header.find("|u1") != std::string::npos) return read_values<std::uint8_t>(file, path, rows, cols);
  if (header.find("<f4") != std::string::npos) return read_values<float>(file, path, rows, cols);
  refuse(path, "holds neither 8-bit nor float32 values");
}

}  // namespace fathom::bench
