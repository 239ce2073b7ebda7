#include <pybind11/stl.h>

#include "bindings.h"
#include "fathom/core/parallel.h"
#include "fathom/core/simd_level.h"
#include "fathom/core/version.h"

namespace fathom::python {

void bind_system(pybind11::module_& module) {
  module.attr("__version__") = std::string(version());
  module.def("available_threads", &available_threads);
  module.def("simd_levels", [] {
    std::vector<std::string> names;
    for (const SimdLevel level : supported_simd_levels()) names.emplace_back(simd_name(level));
    return names;
  });
}

}  // namespace fathom::python
