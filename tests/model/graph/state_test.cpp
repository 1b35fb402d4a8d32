#include "model/graph/state.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace stateroom::graph {
namespace {

using Model = std::map<KeyIndex, EventIndex>;
constexpr std::uint64_t kSeed = 20241;

std::vector<StateStore::Entry> entries_of(const Model& model) { return {model.begin(), model.end()}; }
KeyIndex key(std::uint32_t number) { return KeyIndex{number}; }
EventIndex event(std::uint32_t number) { return EventIndex{number}; }

TEST(StateStore, TheEmptyStateHasNothing) {
  const StateStore store;
  EXPECT_EQ(store.size(State{}), 0u);
  EXPECT_FALSE(store.get(State{}, key(0)).valid());
  EXPECT_FALSE(store.get(State{}, key(4'000'000'000u)).valid());
  EXPECT_FALSE(store.get(State{}, KeyIndex::none()).valid());
  EXPECT_TRUE(store.entries(State{}).empty());
}

TEST(StateStore, EventZeroIsAnEntry) {
  StateStore store;
  const State state = store.set({}, key(0), event(0));
  EXPECT_EQ(store.get(state, key(0)), event(0));
  EXPECT_EQ(store.size(state), 1u);
  EXPECT_EQ(store.set(state, key(0), EventIndex::none()), StateStore::empty());
}

TEST(StateStore, AgreesWithAMapOnRandomChanges) {
  std::mt19937_64 random(kSeed);
  for (const std::uint32_t keys : {3u, 17u, 300u, 70'000u}) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", keys " + std::to_string(keys));
    StateStore store;
    State state;
    Model model;
    for (int step = 0; step < 3000; ++step) {
      const KeyIndex at = key(static_cast<std::uint32_t>(random() % keys));
      if (random() % 3 == 0) {
        state = store.set(state, at, EventIndex::none());
        model.erase(at);
      } else {
        const EventIndex value = event(static_cast<std::uint32_t>(random() % 50));
        state = store.set(state, at, value);
        model[at] = value;
      }
      ASSERT_EQ(store.size(state), model.size());
      const KeyIndex other = key(static_cast<std::uint32_t>(random() % keys));
      ASSERT_EQ(store.get(state, other), model.contains(other) ? model[other] : EventIndex::none());
      if (step % 100 == 0) {
        ASSERT_EQ(store.entries(state), entries_of(model));
        ASSERT_EQ(store.from(entries_of(model)), state) << "equal states have equal roots";
      }
    }
  }
}

TEST(StateStore, ManyChangesAtOnceAreTheChangesOneByOne) {
  std::mt19937_64 random(kSeed + 1);
  StateStore store;
  for (int round = 0; round < 300; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed + 1) + ", round " + std::to_string(round));
    State one;
    State many;
    for (int batch = 0; batch < 4; ++batch) {
      std::vector<StateStore::Entry> changes;
      for (std::uint64_t i = random() % 20; i > 0; --i) {
        const auto value = random() % 4 == 0 ? EventIndex::none() : event(static_cast<std::uint32_t>(random() % 9));
        changes.emplace_back(key(static_cast<std::uint32_t>(random() % 600)), value);
      }
      for (const auto& [at, value] : changes) one = store.set(one, at, value);
      many = store.with(many, changes);
      ASSERT_EQ(one, many);
    }
  }
}

TEST(StateStore, TheOrderOfChangesDoesNotShow) {
  StateStore store;
  State up;
  State down;
  for (std::uint32_t i = 0; i < 1000; ++i) up = store.set(up, key(i * 7), event(i));
  for (std::uint32_t i = 1000; i-- > 0;) down = store.set(down, key(i * 7), event(i));
  EXPECT_EQ(up, down);
  // A great key and its removal leave no trace.
  EXPECT_EQ(store.set(store.set(up, key(1u << 30), event(1)), key(1u << 30), EventIndex::none()), up);
}

TEST(StateStore, DifferenceIsTheNaiveOneInKeyOrder) {
  std::mt19937_64 random(kSeed + 2);
  for (int round = 0; round < 400; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed + 2) + ", round " + std::to_string(round));
    StateStore store;
    const std::uint32_t keys = round % 2 == 0 ? 40 : 5000;
    Model base;
    for (std::uint64_t i = random() % 60; i > 0; --i) {
      base[key(static_cast<std::uint32_t>(random() % keys))] = event(static_cast<std::uint32_t>(random() % 9));
    }
    const std::size_t width = 1 + random() % 12;  // beyond 8 the rows live on the heap
    std::vector<Model> models(width, base);
    std::vector<State> states;
    std::map<KeyIndex, bool> all;
    for (Model& model : models) {
      for (std::uint64_t i = random() % 4; i > 0; --i) {
        const KeyIndex at = key(static_cast<std::uint32_t>(random() % (keys * (1 + i))));
        if (random() % 3 == 0) {
          model.erase(at);
        } else {
          model[at] = event(static_cast<std::uint32_t>(random() % 9));
        }
      }
      if (random() % 10 == 0) model.clear();
      states.push_back(store.from(entries_of(model)));
      for (const auto& [at, value] : model) all[at] = true;
    }
    std::vector<std::pair<KeyIndex, std::vector<EventIndex>>> expected;
    for (const auto& [at, seen] : all) {
      std::vector<EventIndex> row;
      for (const Model& model : models) row.push_back(model.contains(at) ? model.at(at) : EventIndex::none());
      if (!std::ranges::all_of(row, [&](EventIndex e) { return e == row[0]; })) expected.emplace_back(at, row);
    }
    std::vector<std::pair<KeyIndex, std::vector<EventIndex>>> found;
    store.difference(states, [&](KeyIndex at, std::span<const EventIndex> row) {
      found.emplace_back(at, std::vector<EventIndex>(row.begin(), row.end()));
    });
    ASSERT_EQ(found, expected);
  }
}

TEST(StateStore, AMillionKeysAndTheDifferenceOfTwoOfThem) {
  StateStore store;
  std::vector<StateStore::Entry> entries;
  for (std::uint32_t i = 0; i < 1'000'000; ++i) entries.emplace_back(key(i), event(i));
  const State large = store.from(entries);
  EXPECT_EQ(store.size(large), 1'000'000u);
  const State other = store.set(store.set(large, key(123'456), event(7)), key(999'999), EventIndex::none());
  std::vector<KeyIndex> differing;
  const State both[] = {large, other};
  store.difference(both, [&](KeyIndex at, std::span<const EventIndex>) { differing.push_back(at); });
  EXPECT_EQ(differing, (std::vector{key(123'456), key(999'999)}));
  EXPECT_LT(store.bytes(), 200u << 20);
}

TEST(StateStore, AHundredThousandEventsFitWellUnderAGibibyte) {
  StateStore store;
  State state;
  for (std::uint32_t i = 0; i < 100'000; ++i) state = store.set(state, key(i), event(i));
  for (std::uint32_t merge = 0; merge < 1000; ++merge) {
    std::vector<StateStore::Entry> changes;
    for (std::uint32_t i = 0; i < 20; ++i) changes.emplace_back(key((merge * 7919 + i * 4729) % 100'000), event(merge));
    state = store.with(state, changes);
  }
  EXPECT_EQ(store.size(state), 100'000u);
  EXPECT_LT(store.bytes(), 200u << 20);
}

}  // namespace
}  // namespace stateroom::graph
