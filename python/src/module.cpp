#include "bindings.h"

PYBIND11_MODULE(_core, module) {
  namespace python = fathom::python;
  module.doc() = "Fathom's library, as the package `fathom` calls it. No interface of its own.";
  python::register_errors();
  python::bind_system(module);
  python::bind_neighbors(module);
  python::bind_label_sharpness(module);
  python::bind_dimension(module);
  python::bind_measure(module);
}
