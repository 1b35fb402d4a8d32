#include <z3.h>

#include <string>

#include "bindings/core/bindings.h"
#include "commit.h"

namespace stateroom::bindings {
namespace {

/// The version of the Z3 library that is loaded, which need not be the one whose headers were compiled.
std::string z3_version() {
  unsigned major = 0;
  unsigned minor = 0;
  unsigned build = 0;
  unsigned revision = 0;
  Z3_get_version(&major, &minor, &build, &revision);
  return std::to_string(major) + '.' + std::to_string(minor) + '.' + std::to_string(build);
}

}  // namespace

void bind_build_info(pybind11::module_& module) {
  module.attr("version") = STATEROOM_VERSION;
  module.attr("commit") = STATEROOM_COMMIT;
  module.attr("compiler") = "g++ " __VERSION__;
  module.def("z3_version", &z3_version, "The version of the Z3 library that is loaded, for example ``'5.4.1'``.");
}

}  // namespace stateroom::bindings
