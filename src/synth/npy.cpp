#include "fathom/synth/npy.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <bit>
#include <span>
#include <string_view>

#include "fathom/core/atomic_file.h"
#include "synth/npy_header.h"

namespace fathom {

static_assert(std::endian::native == std::endian::little, "arrays are written as they lie in memory");

std::string synth::npy_header(std::string_view descr, std::span<const std::size_t> shape) {
  const char* tuple_of_one = shape.size() == 1 ? "," : "";
  std::string dictionary = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}", descr,
                                       fmt::join(shape, ", "), tuple_of_one);
  constexpr std::size_t preamble = 10, alignment = 64;
  dictionary.append(alignment - 1 - (preamble + dictionary.size()) % alignment, ' ');
  dictionary += '\n';
  std::string header("\x93NUMPY\x01\x00", 8);
  header += static_cast<char>(dictionary.size() & 0xff);
  header += static_cast<char>(dictionary.size() >> 8);
  return header + dictionary;
}

namespace {

template <class T>
void write_array(const std::filesystem::path& path, std::string_view descr, const Matrix<T>& matrix) {
  AtomicFile file(path);
  file.write(synth::npy_header(descr, std::array{matrix.rows(), matrix.cols()}));
  file.write(std::as_bytes(matrix.values()));
  file.finish();
}

}  // namespace

void write_npy(const std::filesystem::path& path, const Matrix<double>& matrix) {
  write_array(path, "<f8", matrix);
}

void write_npy(const std::filesystem::path& path, const Matrix<float>& matrix) {
  write_array(path, "<f4", matrix);
}

}  // namespace fathom
