#include "arrays.h"

#include <cstdint>

#include "fathom/core/error.h"

namespace fathom::python {

namespace {

namespace py = pybind11;

/// The last copy of a view may go on any thread.
std::shared_ptr<const void> owner_of(const py::array& array) {
  return {new py::object(array), [](const py::object* held) {
            const py::gil_scoped_acquire locked;
            delete held;
          }};
}

void check_form(const py::array& array) {
  constexpr int wanted =
      py::detail::npy_api::NPY_ARRAY_C_CONTIGUOUS_ | py::detail::npy_api::NPY_ARRAY_ALIGNED_;
  FATHOM_CHECK((array.flags() & wanted) == wanted);
}

template <class T>
bool holds(const py::array& array) {
  return py::isinstance<py::array_t<T>>(array);
}

template <class T>
RowMatrix view(const py::array& array) {
  const std::shared_ptr<const T[]> values(owner_of(array), static_cast<const T*>(array.data()));
  RowMatrix matrix;
  matrix.stored = Matrix<T>::view(values, static_cast<std::size_t>(array.shape(0)),
                                  static_cast<std::size_t>(array.shape(1)));
  return matrix;
}

PixelType pixel_type(const py::array& array) {
  if (holds<std::uint8_t>(array)) return PixelType::uint8;
  if (holds<std::uint16_t>(array)) return PixelType::uint16;
  if (holds<float>(array)) return PixelType::float32;
  FATHOM_CHECK(holds<double>(array));
  return PixelType::float64;
}

}  // namespace

RowMatrix matrix_over(const py::array& array) {
  check_form(array);
  FATHOM_CHECK(array.ndim() == 2);
  if (holds<std::uint8_t>(array)) return view<std::uint8_t>(array);
  if (holds<float>(array)) return view<float>(array);
  FATHOM_CHECK(holds<double>(array));
  return view<double>(array);
}

Array array_over(const py::array& array) {
  check_form(array);
  Array result;
  for (py::ssize_t axis = 0; axis < array.ndim(); ++axis) {
    result.shape.push_back(static_cast<std::size_t>(array.shape(axis)));
  }
  result.type = pixel_type(array);
  result.values = {owner_of(array), static_cast<const std::byte*>(array.data())};
  return result;
}

}  // namespace fathom::python
