#include "model/graph/state.h"

#include <algorithm>

#include "model/base/error.h"

namespace stateroom::graph {

namespace {

constexpr std::uint32_t kTableStart = 64;

std::uint64_t hash_of(std::span<const std::uint32_t> words, std::uint64_t seed) {
  std::uint64_t hash = seed * 0x9E3779B97F4A7C15ull + 1;
  for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
    const std::uint64_t pair = words[i] | (std::uint64_t{words[i + 1]} << 32);
    hash = (hash ^ pair) * 0xD6E8FEB86659FD93ull;
    hash ^= hash >> 32;
  }
  return hash;
}

void sort_by_key(std::span<StateStore::Entry> entries) {
  constexpr std::size_t kFew = 16;
  const auto less = [](const auto& a, const auto& b) { return a.first < b.first; };
  if (entries.size() > kFew) {
    if (!std::is_sorted(entries.begin(), entries.end(), less)) std::stable_sort(entries.begin(), entries.end(), less);
    return;
  }
  for (std::size_t i = 1; i < entries.size(); ++i) {
    const StateStore::Entry one = entries[i];
    std::size_t at = i;
    for (; at > 0 && less(one, entries[at - 1]); --at) entries[at] = entries[at - 1];
    entries[at] = one;
  }
}

// Sorts by key and keeps the last of each; gives those that are kept.
std::span<StateStore::Entry> normalise(std::span<StateStore::Entry> entries) {
  sort_by_key(entries);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (i + 1 < entries.size() && entries[i + 1].first == entries[i].first) continue;
    entries[kept++] = entries[i];
  }
  const std::span<StateStore::Entry> out = entries.first(kept);
  base::require(out.empty() || out.back().first.valid(), "a state has no entry without a key");
  return out;
}

std::uint32_t level_for(KeyIndex greatest) {
  std::uint32_t level = 0;
  while ((std::uint64_t{greatest.value()} >> (4 * (level + 1))) != 0) ++level;
  return level;
}

std::uint32_t way_of(KeyIndex key, std::uint32_t level) { return (key.value() >> (4 * level)) & 15; }

}  // namespace

StateStore::StateStore() : nodes_(1), meta_(1), table_(kTableStart, 0) {}
StateStore::~StateStore() = default;
StateStore::StateStore(StateStore&&) noexcept = default;
StateStore& StateStore::operator=(StateStore&&) noexcept = default;

void StateStore::grow_table() {
  const std::size_t mask = table_.size() * 2 - 1;
  table_.assign(mask + 1, 0);
  for (std::uint32_t node = 1; node < nodes_.size(); ++node) {
    std::size_t at = hash_of(nodes_[node].child, meta_[node].level) & mask;
    while (table_[at] != 0) at = (at + 1) & mask;
    table_[at] = node;
  }
}

// The one node with these children.
std::uint32_t StateStore::intern(const Node& node, std::uint32_t level) {
  if (std::ranges::all_of(node.child, [](std::uint32_t child) { return child == 0; })) return 0;
  if (nodes_.size() * 2 > table_.size()) grow_table();
  const std::size_t mask = table_.size() - 1;
  std::size_t at = hash_of(node.child, level) & mask;
  for (; table_[at] != 0; at = (at + 1) & mask) {
    if (meta_[table_[at]].level == level && nodes_[table_[at]] == node) return table_[at];
  }
  Meta meta{0, level};
  for (const std::uint32_t child : node.child) meta.size += level == 0 ? (child != 0 ? 1 : 0) : meta_[child].size;
  const auto id = static_cast<std::uint32_t>(nodes_.size());
  table_[at] = id;
  nodes_.push_back(node);
  meta_.push_back(meta);
  return id;
}

// A root without the levels that its greatest key does not need.
std::uint32_t StateStore::shrink(std::uint32_t node) const {
  while (meta_[node].level > 0) {
    const auto& child = nodes_[node].child;
    if (std::any_of(child.begin() + 1, child.end(), [](std::uint32_t c) { return c != 0; })) break;
    node = child[0];
  }
  return node;
}

// `entries` share all digits above `level`.
std::uint32_t StateStore::build(std::span<const Entry> entries, std::uint32_t level) {
  Node node;
  for (std::size_t begin = 0; begin < entries.size();) {
    const std::uint32_t way = way_of(entries[begin].first, level);
    std::size_t end = begin + 1;
    while (end < entries.size() && way_of(entries[end].first, level) == way) ++end;
    node.child[way] =
        level == 0 ? entries[begin].second.value() + 1 : build(entries.subspan(begin, end - begin), level - 1);
    begin = end;
  }
  return intern(node, level);
}

// `node` is of `level` or empty.
std::uint32_t StateStore::change(std::uint32_t node, std::span<const Entry> changes, std::uint32_t level) {
  Node changed = nodes_[node];
  for (std::size_t begin = 0; begin < changes.size();) {
    const std::uint32_t way = way_of(changes[begin].first, level);
    std::size_t end = begin + 1;
    while (end < changes.size() && way_of(changes[end].first, level) == way) ++end;
    changed.child[way] = level == 0 ? changes[begin].second.value() + 1
                                    : change(changed.child[way], changes.subspan(begin, end - begin), level - 1);
    begin = end;
  }
  return intern(changed, level);
}

State StateStore::with_these(State state, std::span<Entry> changes) {
  changes = normalise(changes);
  if (changes.empty()) return state;
  const std::uint32_t level = std::max(meta_[state.root].level, level_for(changes.back().first));
  std::uint32_t root = state.root;
  while (root != 0 && meta_[root].level < level) {
    Node above;
    above.child[0] = root;
    root = intern(above, meta_[root].level + 1);
  }
  return State{shrink(change(root, changes, level))};
}

State StateStore::set(State state, KeyIndex key, EventIndex event) {
  base::require(key.valid(), "a state has no entry without a key");
  if (get(state, key) == event) return state;
  const Entry one[] = {{key, event}};
  const std::uint32_t level = std::max(meta_[state.root].level, level_for(key));
  std::uint32_t root = state.root;
  while (root != 0 && meta_[root].level < level) {
    Node above;
    above.child[0] = root;
    root = intern(above, meta_[root].level + 1);
  }
  return State{shrink(change(root, one, level))};
}

State StateStore::from(std::vector<Entry> entries) {
  entries.resize(normalise(entries).size());
  std::erase_if(entries, [](const Entry& entry) { return !entry.second.valid(); });
  if (entries.empty()) return empty();
  return State{build(entries, level_for(entries.back().first))};
}

void StateStore::collect(std::uint32_t node, std::uint32_t prefix, std::vector<Entry>& out) const {
  const std::uint32_t level = meta_[node].level;
  for (std::uint32_t way = 0; way < kWays; ++way) {
    const std::uint32_t child = nodes_[node].child[way];
    if (child == 0) continue;
    const std::uint32_t key = (prefix << 4) | way;
    if (level == 0) {
      out.emplace_back(KeyIndex{key}, EventIndex{child - 1});
    } else {
      collect(child, key, out);
    }
  }
}

std::vector<StateStore::Entry> StateStore::entries(State state) const {
  std::vector<Entry> out;
  out.reserve(size(state));
  collect(state.root, 0, out);
  return out;
}

void StateStore::difference(std::span<const State> states,
                            const std::function<void(KeyIndex, std::span<const EventIndex>)>& visit) const {
  visit_difference(states, visit);
}

std::size_t StateStore::bytes() const {
  return nodes_.capacity() * sizeof(Node) + meta_.capacity() * sizeof(Meta) + table_.capacity() * sizeof(std::uint32_t);
}

}  // namespace stateroom::graph
