#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <set>

#include "model/resolve/aggregate.h"
#include "model/resolve/event_set.h"
#include "model/resolve/holes.h"
#include "model/resolve/iterative_checks.h"
#include "model/resolve/line.h"
#include "model/resolve/order.h"
#include "model/resolve/reachable.h"
#include "tests/model/resolve/support.h"

namespace stateroom::resolve {
namespace {

using testing::Lab;

// Events $0 … $n-1 that cite earlier ones; each has a key of its own unless `keys` says otherwise.
std::string drawing(const std::vector<std::vector<std::uint32_t>>& cited, const std::vector<std::string>& keys = {}) {
  std::string out = "[";
  for (std::size_t i = 0; i < cited.size(); ++i) {
    std::string auth;
    for (const std::uint32_t c : cited[i]) auth += (auth.empty() ? "\"$" : ",\"$") + std::to_string(c) + "\"";
    out += (i == 0 ? "" : ",") + std::string(R"({"event_id":"$)") + std::to_string(i) +
           R"(","type":"t","state_key":")" + (keys.empty() ? std::to_string(i) : keys[i]) +
           R"(","sender":"@a:x","room_id":"!r:x","content":{},)" +
           R"("origin_server_ts":1,"prev_events":[],"auth_events":[)" + auth + "]}";
  }
  return out + "]";
}

struct Bench {
  explicit Bench(const std::string& bytes) : lab("11", bytes), context(*lab.evaluator, lab.store) {
    context.steps_max = 1ull << 40;
    field = lab.room->edge_field("auth_events");
  }
  EventIndex at(std::uint32_t number) const { return lab.room->find("$" + std::to_string(number)); }
  Events set(const std::set<std::uint32_t>& numbers) const {
    Events out;
    for (const std::uint32_t number : numbers) out.events.push_back(at(number));
    std::sort(out.events.begin(), out.events.end());
    return out;
  }
  std::set<std::uint32_t> numbers(const Events& of) {
    std::vector<EventIndex> all;
    members(context, of, all);
    std::set<std::uint32_t> out;
    for (const EventIndex event : all) out.insert(static_cast<std::uint32_t>(std::stoul(lab.id(event).substr(1))));
    return out;
  }
  Lab lab;
  Context context;
  graph::EdgeField field = 0;
};

std::vector<std::vector<std::uint32_t>> random_dag(std::mt19937& random, std::uint32_t events, std::uint32_t one_in) {
  std::vector<std::vector<std::uint32_t>> cited(events);
  for (std::uint32_t i = 0; i < events; ++i) {
    for (std::uint32_t c = 0; c < i; ++c) {
      if (random() % one_in == 0) cited[i].push_back(c);
    }
  }
  return cited;
}

std::set<std::uint32_t> chain(const std::vector<std::vector<std::uint32_t>>& cited,
                              const std::set<std::uint32_t>& from) {
  std::set<std::uint32_t> out;
  std::vector<std::uint32_t> to_do(from.begin(), from.end());
  while (!to_do.empty()) {
    const std::uint32_t one = to_do.back();
    to_do.pop_back();
    for (const std::uint32_t c : cited[one]) {
      if (out.insert(c).second) to_do.push_back(c);
    }
  }
  return out;
}

TEST(Topological, IsTheLeastPermutationOfAllGraphsOfUpToFiveEvents) {
  for (std::uint32_t n = 1; n <= 5; ++n) {
    const std::uint32_t pairs = n * (n - 1) / 2;
    for (std::uint32_t graph = 0; graph < (1u << pairs); ++graph) {
      std::vector<std::vector<std::uint32_t>> cited(n);
      std::uint32_t bit = 0;
      for (std::uint32_t i = 0; i < n; ++i) {
        for (std::uint32_t c = 0; c < i; ++c, ++bit) {
          if ((graph >> bit) & 1) cited[i].push_back(c);
        }
      }
      Bench bench(drawing(cited));
      // Three ways to give keys: with the graph, against it, mixed.
      for (std::uint32_t way = 0; way < 3; ++way) {
        const auto key = [&](std::uint32_t i) { return way == 0 ? i : way == 1 ? n - i : (i * 3 + 1) % 7; };
        std::vector<std::uint32_t> order(n), best;
        std::iota(order.begin(), order.end(), 0u);
        const auto less = [&](std::uint32_t a, std::uint32_t b) { return key(a) < key(b); };
        std::sort(order.begin(), order.end(), less);
        do {
          std::vector<std::uint32_t> place(n);
          for (std::uint32_t i = 0; i < n; ++i) place[order[i]] = i;
          bool follows = true;
          for (std::uint32_t i = 0; i < n; ++i) {
            for (const std::uint32_t c : cited[i]) follows = follows && place[c] < place[i];
          }
          if (follows) {
            best = order;
            break;  // permutations come in lexicographic order of keys
          }
        } while (std::next_permutation(order.begin(), order.end(), less));

        std::vector<EventIndex> events;
        for (std::uint32_t i = 0; i < n; ++i) events.push_back(EventIndex{i});
        std::vector<KeyPart> keys;
        for (const EventIndex event : events) {
          keys.push_back({0, key(static_cast<std::uint32_t>(std::stoul(bench.lab.id(event).substr(1))))});
        }
        std::vector<EventIndex> got;
        topological(bench.context, events, keys, 1, bench.field, false, got);
        std::vector<std::uint32_t> numbers;
        for (const EventIndex event : got) {
          numbers.push_back(static_cast<std::uint32_t>(std::stoul(bench.lab.id(event).substr(1))));
        }
        EXPECT_EQ(numbers, best) << "graph " << graph << " of " << n << ", keys " << way;
      }
    }
  }
}

TEST(Topological, PathsGoThroughEventsOutsideTheSet) {
  Bench bench(drawing({{}, {0}, {1}}));  // 2 cites 1 cites 0
  const std::vector<EventIndex> events{bench.at(0), bench.at(2)};
  const std::vector<KeyPart> keys{{0, 2}, {0, 1}};
  std::vector<EventIndex> got;
  topological(bench.context, events, keys, 1, bench.field, false, got);
  EXPECT_EQ(bench.lab.ids(got), (std::vector<std::string>{"$2", "$0"}));
  topological(bench.context, events, keys, 1, bench.field, true, got);
  EXPECT_EQ(bench.lab.ids(got), (std::vector<std::string>{"$0", "$2"}));
}

TEST(Sort, TieIsBrokenByEventId) {
  Bench bench(drawing({{}, {}, {}}));
  const std::vector<EventIndex> events{EventIndex{0}, EventIndex{1}, EventIndex{2}};
  const std::vector<KeyPart> keys{{1, 0}, {0, 5}, {0, 5}};
  std::vector<EventIndex> got;
  sort_events(bench.context, events, keys, 1, got);
  EXPECT_EQ(bench.lab.ids(got), (std::vector<std::string>{"$1", "$2", "$0"})) << "an infinite part comes last";
}

TEST(ReachableAndBetween, AgreeWithTheirDefinitionOnRandomGraphs) {
  std::mt19937 random(7);
  for (int round = 0; round < 60; ++round) {
    const auto cited = random_dag(random, 9, 3);
    Bench bench(drawing(cited));
    std::set<std::uint32_t> from, within;
    for (std::uint32_t i = 0; i < 9; ++i) {
      if (random() % 3 == 0) from.insert(i);
      if (random() % 2 == 0) within.insert(i);
    }
    Events got;
    reachable(bench.context, bench.set(from), bench.field, nullptr, EventIndex{0}, got);
    EXPECT_EQ(bench.numbers(got), chain(cited, from));
    auto inside = cited;
    for (auto& list : inside) std::erase_if(list, [&](std::uint32_t c) { return !within.contains(c); });
    const Events limit = bench.set(within);
    reachable(bench.context, bench.set(from), bench.field, &limit, EventIndex{0}, got);
    EXPECT_EQ(bench.numbers(got), chain(inside, from));
    std::set<std::uint32_t> paths = from;
    for (const std::uint32_t middle : chain(cited, from)) {
      for (const std::uint32_t low : chain(cited, {middle})) {
        if (from.contains(low)) paths.insert(middle);
      }
    }
    between(bench.context, bench.set(from), bench.field, got);
    EXPECT_EQ(bench.numbers(got), paths) << "round " << round;
  }
}

TEST(ChainDifference, AgreesWithItsDefinitionOnRandomGraphsAndStates) {
  std::mt19937 random(11);
  for (int round = 0; round < 400; ++round) {
    const std::uint32_t n = 10;
    const auto cited = random_dag(random, n, 4);
    std::vector<std::string> keys;
    for (std::uint32_t i = 0; i < n; ++i) keys.push_back(std::to_string(random() % 6));
    Bench bench(drawing(cited, keys));
    std::vector<State> states;
    std::vector<std::set<std::uint32_t>> sets;
    const std::uint32_t count = round % 40 == 0 ? 70 : 2 + static_cast<std::uint32_t>(random() % 3);
    const std::uint32_t shared = static_cast<std::uint32_t>(random() % 6);
    for (std::uint32_t s = 0; s < count; ++s) {
      std::map<std::string, std::uint32_t> state;
      for (std::uint32_t i = 0; i < n; ++i) {
        if (i < shared || random() % 3 == 0) state[keys[i]] = i;
      }
      std::vector<std::string> ids;
      sets.emplace_back();
      for (const auto& [key, number] : state) {
        ids.push_back("$" + std::to_string(number));
        sets.back().insert(number);
      }
      states.push_back(bench.lab.state(ids));
    }
    Split parts;
    split(bench.context, states, parts);
    for (const bool inclusive : {false, true}) {
      std::set<std::uint32_t> all, some;
      for (std::uint32_t i = 0; i < n; ++i) all.insert(i);
      for (const auto& set : sets) {
        auto own = chain(cited, set);
        if (inclusive) own.insert(set.begin(), set.end());
        some.insert(own.begin(), own.end());
        std::erase_if(all, [&](std::uint32_t i) { return !own.contains(i); });
      }
      std::erase_if(some, [&](std::uint32_t i) { return all.contains(i); });
      Events got;
      chain_difference(bench.context, parts, bench.field, inclusive, got);
      EXPECT_EQ(bench.numbers(got), some) << "round " << round << (inclusive ? " inclusive" : " exclusive");
    }
  }
}

TEST(ChainDifference, HoldsTheStatesOwnEventsOnlyIfInclusive) {
  // a; b cites a; c cites b; d cites c; e cites c and b.
  const std::string room = drawing({{}, {0}, {1}, {2}, {2, 1}});
  using Sets = std::vector<std::vector<std::string>>;
  using Numbers = std::set<std::uint32_t>;
  const std::vector<std::tuple<Sets, Numbers, Numbers>> cases = {{{{"$0", "$1"}, {"$2"}}, {2}, {1}},
                                                                 {{{"$0", "$1"}, {"$2", "$3"}}, {2, 3}, {1, 2}},
                                                                 {{{"$0", "$1", "$4"}, {"$2", "$3"}}, {3, 4}, {}}};
  for (const auto& [sets, inclusive, exclusive] : cases) {
    Bench bench(room);
    std::vector<State> states;
    for (const auto& set : sets) states.push_back(bench.lab.state(set));
    Split parts;
    split(bench.context, states, parts);
    Events got;
    chain_difference(bench.context, parts, bench.field, true, got);
    EXPECT_EQ(bench.numbers(got), inclusive);
    chain_difference(bench.context, parts, bench.field, false, got);
    EXPECT_EQ(bench.numbers(got), exclusive);
  }
}

TEST(SetAlgebra, AgreesWithSetsWhetherAStateIsInsideOrNot) {
  std::mt19937 random(3);
  for (int round = 0; round < 300; ++round) {
    const std::uint32_t n = 12;
    std::vector<std::string> keys;
    for (std::uint32_t i = 0; i < n; ++i) keys.push_back(std::to_string(random() % 8));
    Bench bench(drawing(std::vector<std::vector<std::uint32_t>>(n), keys));
    const auto any_set = [&](std::set<std::uint32_t>& numbers) {
      std::vector<std::string> ids;
      std::map<std::string, std::uint32_t> state;
      for (std::uint32_t i = 0; i < n; ++i) {
        if (random() % 2 == 0) state[keys[i]] = i;
      }
      Events out;
      if (random() % 3 != 0) {
        for (const auto& [key, number] : state) {
          ids.push_back("$" + std::to_string(number));
          numbers.insert(number);
        }
        out.common = bench.lab.state(ids);
      }
      for (std::uint32_t i = 0; i < n; ++i) {
        if (random() % 3 == 0 && numbers.insert(i).second) out.events.push_back(bench.at(i));
      }
      std::sort(out.events.begin(), out.events.end());
      return out;
    };
    std::set<std::uint32_t> a, b;
    const Events left = any_set(a), right = any_set(b);
    std::set<std::uint32_t> both = a, common, rest, rival;
    both.insert(b.begin(), b.end());
    for (const std::uint32_t i : a) (b.contains(i) ? common : rest).insert(i);
    for (const std::uint32_t i : a) {
      for (const std::uint32_t other : a) {
        if (i != other && keys[i] == keys[other]) rival.insert(i);
      }
    }
    Events got = left;
    unite(bench.context, got, right);
    EXPECT_EQ(bench.numbers(got), both);
    meet(bench.context, left, right, got);
    EXPECT_EQ(bench.numbers(got), common);
    got = left;
    subtract(bench.context, got, right);
    EXPECT_EQ(bench.numbers(got), rest);
    rivals(bench.context, left, got);
    EXPECT_EQ(bench.numbers(got), rival);
  }
}

TEST(Line, FollowsTheFirstCitedEventOfTheKeyAndPlacesAreFoundOnIt) {
  // 0, 1, 3 are of the key p; 2 is not; 3 cites 1 before 0; 4 cites nothing of the key.
  Bench bench(drawing({{}, {0}, {1}, {2, 1, 0}, {2}}, {"p", "p", "q", "p", "r"}));
  const KeyIndex key = bench.lab.room->key(bench.at(0));
  std::vector<EventIndex> mainline;
  line(bench.context, bench.at(3), bench.field, key, mainline);
  EXPECT_EQ(bench.lab.ids(mainline), (std::vector<std::string>{"$3", "$1", "$0"}));
  Places places;
  places.start(bench.context, mainline);
  EXPECT_EQ(places.of(bench.context, bench.at(2), bench.field, key), 1u);
  EXPECT_EQ(places.of(bench.context, bench.at(3), bench.field, key), 0u);
  EXPECT_EQ(places.of(bench.context, bench.at(4), bench.field, key), Places::kNowhere);
  line(bench.context, EventIndex::none(), bench.field, key, mainline);
  EXPECT_TRUE(mainline.empty());
}

TEST(Holes, AreWhatAResolutionWouldHaveFollowed) {
  const auto event = [](const std::string& id, const std::string& auth, const std::string& prev) {
    return R"({"event_id":"$)" + id + R"(","type":"t","state_key":")" + id +
           R"(","sender":"@a:x","room_id":"!r:x","content":{},"origin_server_ts":1,"prev_events":[)" + prev +
           R"(],"auth_events":[)" + auth + "]}";
  };
  Lab lab("11", "[" + event("a", R"("$deep")", R"("$before")") + "," + event("b", R"("$a")", "") + "," +
                    event("c", R"("$here","$a")", "") + "," + event("d", R"("$elsewhere")", "") + "]");
  const auto holes = [&](const Lab& of, const std::vector<std::vector<std::string>>& sets) {
    std::vector<State> states;
    for (const auto& set : sets) states.push_back(lab.state(set));
    return holes_of(of.program->version(), *lab.room, lab.store, states);
  };
  EXPECT_EQ(holes(lab, {{"$b"}, {"$c"}}), (std::vector<std::string>{"$deep", "$here"}))
      << "not what is cited as previous, and not what an event outside cites";
  EXPECT_EQ(holes(lab, {{"$b"}, {"$b"}}), (std::vector<std::string>{"$deep"}));
  EXPECT_TRUE(holes(lab, {}).empty());
  EXPECT_TRUE(holes(Lab("1", "[" + event("a", "", "") + "]"), {{"$b"}, {"$c"}}).empty()) << "it follows no edges";
}

}  // namespace
}  // namespace stateroom::resolve
