// One PDU under a room version: redaction, hashes, ids, canonical JSON, signatures: model/event.
#include <pybind11/stl.h>

#include <string>

#include "bindings/core/bindings.h"
#include "bindings/core/refuse.h"
#include "model/event/event.h"
#include "model/event/keys.h"
#include "model/report/workbench.h"

namespace stateroom::bindings {
namespace {

namespace py = pybind11;
using report::Workbench;

/// A version's format and a PDU that was read from JSON text.
struct Asked {
  report::LoadedPtr version;
  std::shared_ptr<const json::Document> document;
  json::Value pdu;
  const event::EventFormat& format() const { return version->core->format; }
};

Asked read(Workbench& bench, const std::string& text, const std::string& version) {
  auto loaded = bench.load(version);
  if (!loaded) throw Refusal(loaded.error().front());
  Asked out{*loaded, value_of(json::parse(text, "pdu")), {}};
  out.pdu = json::root(*out.document);
  return out;
}

/// `ask` of a PDU as JSON text under a version.
template <class Ask>
auto of_pdu(Ask ask) {
  return [ask](Workbench& bench, const std::string& text, const std::string& version) {
    const Asked asked = read(bench, text, version);
    if (!asked.pdu.is_object()) throw Refusal({base::ErrorCode::kFormat, "a PDU is an object", "pdu", {}});
    return ask(asked);
  };
}

std::string signature_state(Workbench& bench, const std::string& text, const std::string& version,
                            const std::string& server, const std::string& keys_text) {
  const Asked asked = read(bench, text, version);
  const auto document = value_of(json::parse(keys_text, "keys"));
  const auto keys = value_of(event::read_keys(json::root(*document), "keys"));
  return std::string(event::name(event::verify(asked.pdu, asked.format(), server, keys)));
}

}  // namespace

void bind_event(py::module_& module) {
  using NoGil = py::call_guard<py::gil_scoped_release>;
  module.def("redact", of_pdu([](const Asked& a) { return value_of(event::redacted_json(a.pdu, a.format())); }),
             py::arg("bench"), py::arg("pdu"), py::arg("version"), NoGil(), "The redacted PDU as canonical JSON.");
  module.def("event_id", of_pdu([](const Asked& a) { return value_of(event::event_id(a.pdu, a.format())); }),
             py::arg("bench"), py::arg("pdu"), py::arg("version"), NoGil(), "The PDU's event id.");
  module.def("content_hash", of_pdu([](const Asked& a) { return value_of(event::content_hash(a.pdu, a.format())); }),
             py::arg("bench"), py::arg("pdu"), py::arg("version"), NoGil(), "Unpadded base64 of the content hash.");
  module.def("check_format", of_pdu([](const Asked& a) { return event::check_format(a.pdu, a.format()); }),
             py::arg("bench"), py::arg("pdu"), py::arg("version"), NoGil(),
             "What the format check finds, a sentence each.");
  module.def(
      "canonical_json",
      [](Workbench& bench, const std::string& text, const std::string& version) {
        const Asked asked = read(bench, text, version);
        return value_of(event::canonical_json(asked.pdu, asked.format().canonical_json));
      },
      py::arg("bench"), py::arg("value"), py::arg("version"), NoGil(), "Canonical JSON of a value.");
  module.def("signature_state", &signature_state, py::arg("bench"), py::arg("pdu"), py::arg("version"),
             py::arg("server"), py::arg("keys"), NoGil(), "valid, invalid or no-key.");
}

}  // namespace stateroom::bindings
