#include "bindings/core/refuse.h"

#include "bindings/core/bindings.h"
#include "model/base/limits.h"

namespace stateroom::bindings {
namespace {

namespace py = pybind11;

void raise(const base::Error& refused) {
  const base::Error error = base::with_limit_hint(refused);
  const py::object made = py::module_::import("stateroom.errors")
                              .attr("made")(base::name(error.code), error.message, error.where, error.hint);
  PyErr_SetObject(py::type::handle_of(made).ptr(), made.ptr());
}

}  // namespace

void bind_errors() {
  py::register_local_exception_translator([](std::exception_ptr thrown) {
    try {
      if (thrown) std::rethrow_exception(thrown);
    } catch (const Refusal& refusal) {
      raise(refusal.error());
    } catch (const base::InternalError& bug) {
      raise({base::ErrorCode::kInternal, bug.what(), {}, "please report this, with the input"});
    }
  });
}

}  // namespace stateroom::bindings
