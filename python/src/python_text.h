// Texts of the library in Python: file names are bytes, and those that are not UTF-8 must not hide an error.
#pragma once

#include <pybind11/pybind11.h>

#include <string>

namespace fathom::python {

/// What is not UTF-8 becomes U+FFFD.
inline pybind11::str python_text(const std::string& text) {
  return pybind11::reinterpret_steal<pybind11::str>(
      PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "replace"));
}

}  // namespace fathom::python
