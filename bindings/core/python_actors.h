// Strategies and monitors that are written in Python.
//
// In:  a world that runs, without the lock of the interpreter. Out: calls of Python functions with a view of it.
// Promise: what Python does is done at one moment of virtual time, so a run stays a function of its seed as long as the
//          functions are.
#pragma once

#include <pybind11/pybind11.h>

#include "sim/server/world.h"

namespace stateroom::bindings {

/// A world while a Python function looks at it.
struct WorldView {
  server::World* world = nullptr;
};

/// Somebody who acts, in Python.
class PythonActor final : public server::Actor {
 public:
  explicit PythonActor(pybind11::function wake) : wake_(std::move(wake)) {}
  ~PythonActor() override;
  void wake(server::World& world) override;

 private:
  pybind11::function wake_;
};

/// Somebody who watches, in Python.
class PythonObserver final : public server::Observer {
 public:
  explicit PythonObserver(pybind11::function seen) : seen_(std::move(seen)) {}
  ~PythonObserver() override;
  void made(server::World& world, server::RoomIndex room, server::ServerIndex by, base::EventIndex event) override;
  void received(server::World& world, server::RoomIndex room, server::ServerIndex by, base::EventIndex event,
                const receive::Verdict& verdict, graph::State current_before) override;

 private:
  void tell(const char* what, server::World& world, server::RoomIndex room, server::ServerIndex by,
            base::EventIndex event, std::string_view outcome);
  pybind11::function seen_;
};

/// `World`: what a strategy or a monitor can ask and do.
void bind_python_actors(pybind11::module_& module);

}  // namespace stateroom::bindings
