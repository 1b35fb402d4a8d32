// Room version texts as trees: parsed and printed: model/rules.
#include <pybind11/stl.h>

#include <memory>
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
using FilePtr = std::shared_ptr<rules::File>;

/// The tree and no errors, or no tree and the lines of all its errors.
std::pair<FilePtr, std::vector<std::string>> parse_text(const std::string& text, const std::string& file) {
  auto parsed = rules::parse(text, file);
  if (parsed) return {std::make_shared<rules::File>(std::move(*parsed)), {}};
  std::vector<std::string> errors;
  for (const base::Error& error : parsed.error()) errors.push_back(report::error_line(error));
  return {nullptr, std::move(errors)};
}

/// The text in the house's layout and no errors, or no text and the lines of all its errors.
std::pair<std::string, std::vector<std::string>> format_text(const std::string& text, const std::string& file) {
  auto [parsed, errors] = parse_text(text, file);
  return {parsed ? rules::format(*parsed) : std::string(), std::move(errors)};
}

}  // namespace

void bind_rules(py::module_& module) {
  using NoGil = py::call_guard<py::gil_scoped_release>;
  py::class_<rules::File, FilePtr>(module, "TextTree", "A room version text, parsed.")
      .def_property_readonly(
          "name", [](const rules::File& file) { return file.head.name; }, "The version's name.")
      .def_property_readonly(
          "extends", [](const rules::File& file) { return file.head.extends; }, "What it extends, or nothing.")
      .def_property_readonly(
          "status", [](const rules::File& file) { return file.head.status; }, "As written.")
      .def_property_readonly(
          "source", [](const rules::File& file) { return file.head.source; }, "As written.")
      .def_property_readonly(
          "comments",
          [](const rules::File& file) {
            std::vector<std::pair<std::uint32_t, std::string>> out;
            for (const rules::Comment& comment : file.comments) out.emplace_back(comment.line, comment.text);
            return out;
          },
          "Line and text of each comment.")
      .def(
          "print", [](const rules::File& file) { return rules::format(file); }, NoGil(),
          "The tree as text, in the house's layout.");
  module.def("parse_text", &parse_text, py::arg("text"), py::arg("file"), NoGil(),
             "The tree of a room version text, or None and the lines of its errors.");
  module.def("format_text", &format_text, py::arg("text"), py::arg("file"), NoGil(),
             "A room version text laid out as `stateroom format` does, comments kept, and the lines of its errors.");
}

}  // namespace stateroom::bindings
