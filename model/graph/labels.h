// Numbers that keep the order of texts while texts are added.
//
// In:  texts, one after the other, each once, with a number of its owner's.
// Out: for each a label; labels compare as the texts do, bytewise.
// Promise: a text costs O(log n); now and then all labels are given anew, which the caller is told.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace stateroom::graph {

class OrderedLabels {
 public:
  /// Adds a text. `place(owner, label)` is called for it, and for all texts where labels had to be given anew.
  void add(std::string text, std::uint32_t owner, const std::function<void(std::uint32_t, std::uint64_t)>& place);

 private:
  struct Entry {
    std::uint32_t owner = 0;
    std::uint64_t label = 0;
  };
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace stateroom::graph
