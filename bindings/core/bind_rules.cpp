// The layout of a room version text: model/rules.
#include <pybind11/stl.h>

#include <string>
#include <utility>
#include <vector>

#include "bindings/core/bindings.h"
#include "model/report/answers.h"
#include "model/rules/parser.h"
#include "model/rules/print.h"

namespace stateroom::bindings {
namespace {

namespace py = pybind11;

/// The text in the house's layout and no errors, or no text and the lines of all its errors.
std::pair<std::string, std::vector<std::string>> format_text(const std::string& text, const std::string& file) {
  const py::gil_scoped_release release;
  const auto parsed = rules::parse(text, file);
  if (parsed) return {rules::format(*parsed), {}};
  std::vector<std::string> errors;
  for (const base::Error& error : parsed.error()) errors.push_back(report::error_line(error));
  return {std::string(), std::move(errors)};
}

}  // namespace

void bind_rules(py::module_& module) {
  module.def("format_text", &format_text, py::arg("text"), py::arg("file"),
             "A room version text laid out as `stateroom format` does, comments kept, and the lines of its errors.");
}

}  // namespace stateroom::bindings
