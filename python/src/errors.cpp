#include <exception>
#include <string>

#include "bindings.h"
#include "fathom/core/error.h"
#include "fathom/prepare/prepare.h"
#include "python_text.h"

namespace fathom::python {

namespace {

namespace py = pybind11;

void set_error(const char* type, const InputError& error, const py::list& rejected = py::list()) {
  const py::object instance = py::module_::import("fathom._errors")
                                  .attr(type)(python_text(error.where()), python_text(error.reason()),
                                              python_text(error.remedy()), rejected);
  PyErr_SetObject(py::type::handle_of(instance).ptr(), instance.ptr());
}

void translate(std::exception_ptr exception) {
  try {
    if (exception) std::rethrow_exception(exception);
  } catch (const RejectedImages& error) {
    py::list rejected;
    for (const RejectedImage& image : error.rejected()) {
      rejected.append(py::make_tuple(python_text(image.path), python_text(image.reason)));
    }
    set_error("InputError", error, rejected);
  } catch (const InputError& error) {
    set_error(error.kind() == InputError::Kind::usage ? "UsageError" : "InputError", error);
  } catch (const Interrupted& error) {
    PyErr_SetString(PyExc_KeyboardInterrupt, error.what());
  } catch (const InternalError& error) {
    const py::object type = py::module_::import("fathom._errors").attr("InternalError");
    PyErr_SetString(type.ptr(), error.what());
  }
}

}  // namespace

void register_errors() {
  py::register_local_exception_translator(&translate);
}

}  // namespace fathom::python
