// How an error of the library becomes an exception of the package: one class here, one translation in refuse.cpp.
//
// In:  base::Error.
// Out: a subclass of stateroom.StateroomError, which stateroom/errors.py chooses by the code.
#pragma once

#include <exception>
#include <utility>

#include "model/base/error.h"

namespace stateroom::bindings {

class Refusal final : public std::exception {
 public:
  explicit Refusal(base::Error error) : error_(std::move(error)) {}
  const base::Error& error() const { return error_; }
  const char* what() const noexcept override { return error_.message.c_str(); }

 private:
  base::Error error_;
};

/// The value of a result, or a Refusal of its error. Needs no GIL.
template <class T>
T value_of(base::Result<T> result) {
  if (!result) throw Refusal(std::move(result.error()));
  return std::move(*result);
}
inline void value_of(base::Result<void> result) {
  if (!result) throw Refusal(std::move(result.error()));
}

}  // namespace stateroom::bindings
