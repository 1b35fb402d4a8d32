#include "bindings/core/python_actors.h"

#include <pybind11/stl.h>

#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "bindings/core/refuse.h"

namespace stateroom::bindings {
namespace {

namespace py = pybind11;
using server::RoomIndex;
using server::ServerIndex;

ServerIndex server_named(const server::World& world, const std::string& name) {
  const ServerIndex server = world.server_of("@x:" + name);
  if (!server.valid()) throw Refusal({base::ErrorCode::kUnknownName, "no server is called " + name, {}, {}});
  return server;
}

RoomIndex room_of(const server::World& world, std::uint32_t room) {
  if (room >= world.rooms()) throw py::index_error("there are fewer rooms");
  return RoomIndex{room};
}

using Entries = std::vector<std::tuple<std::string, std::string, std::string>>;

/// The current state that a server has of a room.
Entries current(const WorldView& view, std::uint32_t room, const std::string& server) {
  const RoomIndex index = room_of(*view.world, room);
  const receive::View* known = view.world->server(server_named(*view.world, server)).view(index);
  Entries out;
  if (known == nullptr) return out;
  const receive::Ledger& ledger = view.world->ledger(index);
  for (const auto& [key, event] : ledger.store().entries(known->current())) {
    out.emplace_back(ledger.room().strings().text(ledger.room().key_type(key)),
                     ledger.room().strings().text(ledger.room().key_state_key(key)),
                     ledger.room().event(event).event_id);
  }
  return out;
}

std::optional<std::string> act(WorldView& view, std::uint32_t room, const std::string& sender, const std::string& type,
                               const std::string& content, const std::optional<std::string>& state_key,
                               const std::optional<std::vector<std::string>>& to) {
  const RoomIndex index = room_of(*view.world, room);
  server::Act what;
  what.type = type;
  what.state_key = state_key;
  what.sender = sender;
  what.content = content;
  std::optional<base::EventIndex> made;
  if (to) {
    std::vector<ServerIndex> servers;
    for (const std::string& name : *to) servers.push_back(server_named(*view.world, name));
    made = view.world->act_anyhow(index, what, std::move(servers));
  } else {
    made = view.world->act(index, what);
  }
  if (!made) return std::nullopt;
  return view.world->ledger(index).room().event(*made).event_id;
}

std::string_view word(receive::Outcome outcome) {
  switch (outcome) {
    case receive::Outcome::kAccepted:
      return "accepted";
    case receive::Outcome::kSoftFailed:
      return "soft-failed";
    case receive::Outcome::kRejected:
      return "rejected";
    case receive::Outcome::kDropped:
      return "dropped";
  }
  return "";
}

}  // namespace

PythonActor::~PythonActor() {
  const py::gil_scoped_acquire gil;
  wake_ = py::function();
}

void PythonActor::wake(server::World& world) {
  const py::gil_scoped_acquire gil;
  const py::object next = wake_(WorldView{&world});
  if (!next.is_none()) world.wake_again(next.cast<kernel::Time>());
}

PythonObserver::~PythonObserver() {
  const py::gil_scoped_acquire gil;
  seen_ = py::function();
}

void PythonObserver::tell(const char* what, server::World& world, RoomIndex room, ServerIndex by,
                          base::EventIndex event, std::string_view outcome) {
  const py::gil_scoped_acquire gil;
  seen_(what, WorldView{&world}, room.value(), world.server(by).name(), world.ledger(room).room().event(event).event_id,
        outcome);
}

void PythonObserver::made(server::World& world, RoomIndex room, ServerIndex by, base::EventIndex event) {
  tell("made", world, room, by, event, "");
}

void PythonObserver::received(server::World& world, RoomIndex room, ServerIndex by, base::EventIndex event,
                              const receive::Verdict& verdict, graph::State) {
  tell("received", world, room, by, event, word(verdict.outcome));
}

void bind_python_actors(py::module_& module) {
  py::class_<WorldView>(module, "World", "A world while a Python function looks at it; not to be kept.")
      .def_property_readonly(
          "now_us", [](const WorldView& view) { return view.world->now(); }, "Virtual time.")
      .def_property_readonly(
          "rooms", [](const WorldView& view) { return view.world->rooms(); }, "How many there are.")
      .def_property_readonly(
          "servers",
          [](const WorldView& view) {
            std::vector<std::string> out;
            for (std::uint32_t s = 0; s < view.world->servers(); ++s)
              out.emplace_back(view.world->server(ServerIndex{s}).name());
            return out;
          },
          "Their names.")
      .def("current", &current, py::arg("room"), py::arg("server"),
           "(type, state_key, event id) of the current state that a server has; empty if it is not in the room.")
      .def("act", &act, py::arg("room"), py::arg("sender"), py::arg("type"), py::arg("content"),
           py::arg("state_key") = std::nullopt, py::arg("to") = std::nullopt,
           "Makes an event at its sender's server; its id, or None where the server does not accept it. With `to` it "
           "is not asked, and only these servers get the event.")
      .def(
          "member",
          [](WorldView& view, std::uint32_t room, const std::string& user, const std::string& membership) {
            view.world->member(room_of(*view.world, room), user, membership);
          },
          py::arg("room"), py::arg("user"), py::arg("membership"), "A user joins, knocks or leaves.");
}

}  // namespace stateroom::bindings
