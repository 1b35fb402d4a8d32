// Rooms made event by event and random histories, as real signed PDUs: sim/workload.
#include <pybind11/stl.h>

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "bindings/core/bindings.h"
#include "bindings/core/history_maker.h"
#include "bindings/core/refuse.h"
#include "model/base/encode.h"
#include "model/report/workbench.h"
#include "sim/workload/plan.h"
#include "sim/workload/workload.h"

namespace stateroom::bindings {
namespace {

namespace py = pybind11;
using report::LoadedPtr;
using report::Workbench;
using Numbers = std::vector<std::uint32_t>;

std::string base64_of(const std::string& bytes) {
  return base::base64({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()});
}

LoadedPtr load(Workbench& bench, const std::string& version) {
  auto loaded = bench.load(version);
  if (!loaded) throw Refusal(loaded.error().front());
  return *loaded;
}

/// The scene of a room, and what the rules said of each of its events.
class RoomBuilder {
 public:
  RoomBuilder(Workbench& bench, const std::string& version, std::uint64_t seed,
              const std::vector<std::string>& servers) {
    const LoadedPtr loaded = load(bench, version);
    std::vector<event::SigningKey> keys;
    for (const std::string& server : servers)
      keys.push_back(event::signing_key(server, "builder " + std::to_string(seed) + " " + server));
    scene_ = std::make_unique<workload::Scene>(loaded->program, seed, std::move(keys));
  }

  /// Builds and appends an event; its number. Needs no GIL: threads that add to one room wait for each other.
  std::uint32_t add(workload::Step step) {
    const std::lock_guard lock(adding_);
    const auto known = [&](std::uint32_t number) { return number < scene_->steps().size(); };
    for (const std::uint32_t number : step.prev) require_known(known(number));
    for (const std::uint32_t number : step.auth.value_or(Numbers{})) require_known(known(number));
    if (step.redacts) require_known(known(*step.redacts));
    step.before = value_of(scene_->state_after(step.prev));
    const auto trial = value_of(scene_->judge(step.before, std::span(&step, 1))).front();
    step.rejected = !trial.decision.allowed;
    const Numbers cited = step.auth.value_or(trial.selection);
    if (auto done = scene_->append(std::move(step), cited); !done) throw Refusal(done.error());
    decisions_.push_back(trial.decision);
    return static_cast<std::uint32_t>(scene_->steps().size() - 1);
  }

  /// Held while the room is read, so that no thread adds to it meanwhile.
  std::lock_guard<std::mutex> reading() const { return std::lock_guard(adding_); }
  const workload::Scene& scene() const { return *scene_; }
  const rules::Decision& decision(std::uint32_t number) const { return decisions_.at(number); }
  const event::SigningKey& key(const std::string& server) const {
    for (const event::SigningKey& key : scene_->keys()) {
      if (key.server == server) return key;
    }
    throw Refusal({base::ErrorCode::kSignature, "there is no signing key of `" + server + "`", {}, {}});
  }

 private:
  static void require_known(bool known) {
    if (!known) throw Refusal({base::ErrorCode::kMissingEvent, "the builder has no event of this number", {}, {}});
  }

  mutable std::mutex adding_;
  std::unique_ptr<workload::Scene> scene_;
  std::vector<rules::Decision> decisions_;
};

py::dict event_members(const RoomBuilder& builder, std::uint32_t number) {
  const auto lock = builder.reading();
  const workload::Scene& scene = builder.scene();
  const event::Event& event = scene.events().at(number);
  const auto ids = [&](const Numbers& numbers) {
    py::tuple out(numbers.size());
    for (std::size_t i = 0; i < numbers.size(); ++i) out[i] = scene.events()[numbers[i]].event_id;
    return out;
  };
  const rules::Decision& decision = builder.decision(number);
  py::dict out;
  out["index"] = number;
  out["event_id"] = event.event_id;
  out["type"] = event.type;
  out["state_key"] = event.state_key;
  out["sender"] = event.sender;
  out["room_id"] = event.room_id;
  out["origin_server_ts"] = event.origin_server_ts;
  out["depth"] = event.depth;
  out["prev_events"] = ids(scene.steps()[number].prev);
  out["auth_events"] = ids(scene.auth()[number]);
  out["ill_formed"] = py::tuple();
  out["text"] = json::to_text(event.json);
  out["allowed"] = decision.allowed;
  out["label"] = scene.program().label(decision.rule);
  out["number"] = scene.program().number(decision.rule);
  return out;
}

/// Readings of a version: name, default choice, and each choice with those who read so.
py::list list_readings(const std::string& version) {
  Workbench bench;
  const LoadedPtr loaded = load(bench, version);
  py::list out;
  for (const rules::ReadingEntry& reading : loaded->text.readings) {
    py::list choices;
    for (const rules::Choice& choice : reading.choices) {
      py::dict one;
      one["name"] = choice.name;
      one["by"] = choice.by;
      choices.append(one);
    }
    py::dict one;
    one["name"] = reading.name;
    one["default"] = reading.default_choice;
    one["choices"] = choices;
    out.append(one);
  }
  return out;
}

}  // namespace

void bind_workload(py::module_& module) {
  module.def("list_readings", &list_readings, py::arg("version"),
             "A version's readings: name, default, and its choices with the profiles that choose so.");
  py::class_<Question>(module, "Question", "What an oracle is asked about a random history, and what we say.")
      .def_readonly("seed", &Question::seed)
      .def_readonly("shape", &Question::shape, "The same number for histories alike up to renaming.")
      .def_property_readonly(
          "line", [](const Question& one) { return py::bytes(one.line); }, "A line of JSON without its end.")
      .def_property_readonly(
          "answers",
          [](const Question& one) {
            py::list out;
            for (const std::string& answer : one.answers) out.append(py::bytes(answer));
            return out;
          },
          "Our answer under each profile, as an oracle that agrees says it.");
  py::class_<HistoryMaker>(module, "HistoryMaker", "Makes random histories of one version.")
      .def(py::init<const std::string&>(), py::arg("version"))
      .def(
          "history",
          [](HistoryMaker& maker, std::uint64_t seed, bool states) {
            std::string file;
            {
              const py::gil_scoped_release release;
              file = maker.history(seed, states);
            }
            return py::bytes(file);
          },
          py::arg("seed"), py::arg("states") = false,
          "The bytes of a history file with state sets, the same for a seed on every machine; sixteen seeds in a row "
          "are one room with other state sets. With `states` also the state before each event, in `about.before`.")
      .def("questions", &HistoryMaker::questions, py::arg("first"), py::arg("count"), py::arg("profiles"),
           py::call_guard<py::gil_scoped_release>(),
           "The histories of some seeds whose state sets differ, as questions to an oracle, with our answers.");
  py::class_<RoomBuilder>(module, "RoomBuilder", "A room made event by event, as real signed PDUs.")
      .def(py::init<Workbench&, const std::string&, std::uint64_t, const std::vector<std::string>&>(), py::arg("bench"),
           py::arg("version"), py::arg("seed"), py::arg("servers"), py::call_guard<py::gil_scoped_release>())
      .def("__len__",
           [](const RoomBuilder& builder) {
             const auto lock = builder.reading();
             return builder.scene().steps().size();
           })
      .def(
          "add",
          [](RoomBuilder& builder, std::string type, std::optional<std::string> state_key, std::string sender,
             std::string content, std::int64_t origin_server_ts, Numbers prev_events,
             std::optional<Numbers> auth_events, std::optional<std::uint32_t> redacts,
             std::vector<std::string> cosigners, std::optional<std::int64_t> depth) {
            workload::Step step;
            step.type = std::move(type);
            step.state_key = std::move(state_key);
            step.sender = std::move(sender);
            step.content = std::move(content);
            step.origin_server_ts = origin_server_ts;
            step.prev = std::move(prev_events);
            step.auth = std::move(auth_events);
            step.redacts = redacts;
            step.cosigners = std::move(cosigners);
            step.depth = depth;
            const py::gil_scoped_release release;
            return builder.add(std::move(step));
          },
          py::arg("type"), py::arg("state_key"), py::arg("sender"), py::arg("content"), py::arg("origin_server_ts"),
          py::arg("prev_events"), py::arg("auth_events") = std::nullopt, py::arg("redacts") = std::nullopt,
          py::arg("cosigners") = std::vector<std::string>{}, py::arg("depth") = std::nullopt,
          "Builds, signs and appends an event; its number.")
      .def("event", &event_members, py::arg("number"), "The members of an event; `text` is the PDU as JSON.")
      .def(
          "before",
          [](const RoomBuilder& builder, std::uint32_t number) {
            const auto lock = builder.reading();
            return builder.scene().steps().at(number).before;
          },
          py::arg("number"), "The state before an event: numbers by (type, state_key).")
      .def(
          "public_keys",
          [](const RoomBuilder& builder) {
            std::vector<std::tuple<std::string, std::string, std::string>> out;
            for (const event::SigningKey& key : builder.scene().keys())
              out.emplace_back(key.server, key.key_id, base64_of(event::verify_key(key).key));
            return out;
          },
          "Server, key id and public key of each server.")
      .def(
          "sign",
          [](const RoomBuilder& builder, const std::string& server, const std::string& bytes) {
            const event::SigningKey& key = builder.key(server);
            return std::pair(key.key_id, event::sign(key, bytes));
          },
          py::arg("server"), py::arg("bytes"), "Key id and signature of a server over these bytes.");
}

}  // namespace stateroom::bindings
