// Memory of the library as numpy arrays: nothing is copied, an array keeps its owner alive, nobody writes to it.
#pragma once

#include <pybind11/numpy.h>

#include <cstdint>
#include <vector>

#include "model/base/index.h"

namespace stateroom::bindings {

/// `count` values from `first` on, `stride` bytes apart. `owner` is the Python object whose memory it is.
template <class T>
pybind11::array_t<T> view(const T* first, std::size_t count, std::size_t stride, const pybind11::object& owner) {
  static const T kNothing{};
  const auto size = static_cast<pybind11::ssize_t>(count);
  pybind11::array_t<T> out({size}, {static_cast<pybind11::ssize_t>(stride)}, count == 0 ? &kNothing : first, owner);
  pybind11::detail::array_proxy(out.ptr())->flags &= ~pybind11::detail::npy_api::NPY_ARRAY_WRITEABLE_;
  return out;
}

template <class T>
pybind11::array_t<T> view(const std::vector<T>& values, const pybind11::object& owner) {
  return view(values.data(), values.size(), sizeof(T), owner);
}

/// Indices of events. An index is its number and nothing else.
inline pybind11::array_t<std::uint32_t> view(const std::vector<base::EventIndex>& events,
                                             const pybind11::object& owner) {
  static_assert(sizeof(base::EventIndex) == sizeof(std::uint32_t));
  return view(reinterpret_cast<const std::uint32_t*>(events.data()), events.size(), sizeof(base::EventIndex), owner);
}

}  // namespace stateroom::bindings
