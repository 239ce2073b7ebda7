// What the module `fathom._core` holds, one file a part. The package in ../fathom checks and explains what
// its user gives; what arrives here has the right type and form.
#pragma once

#include <pybind11/pybind11.h>

namespace fathom::python {

void register_errors();
void bind_system(pybind11::module_& module);
void bind_neighbors(pybind11::module_& module);
void bind_label_sharpness(pybind11::module_& module);
void bind_dimension(pybind11::module_& module);
void bind_measure(pybind11::module_& module);

}  // namespace fathom::python
