// JSON in tests: a document that must parse, kept alive with its root.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "model/json/value.h"

namespace stateroom::support {

struct Json {
  std::shared_ptr<const json::Document> document;
  json::Value value;
};

/// Throws std::runtime_error with the place if `text` is no JSON.
Json read_json(std::string_view text);

/// The bytes of a file; throws std::runtime_error if there is none.
std::string read_file(const std::string& path);

/// `relative` in the folder that STATEROOM_VECTORS names, or empty where that is unset.
std::string vectors_path(std::string_view relative);

}  // namespace stateroom::support
