// A federation: servers, a network between them, rooms, and what happens in virtual time.
//
// In:  options, rooms with the programs of their versions, acts of people, faults.
// Out: what every server knows at every moment, to its observers; a log with a hash.
// Promise: same options, same acts, same log on every machine. A room's version is that of its program; rooms of
// several
//          versions live on one federation.
// Source: Matrix specification, server-server-api: "Transactions", "Backfilling and retrieving missing events",
//         "Retrieving auth chains", "Joining rooms", "Knocking upon a room", "Inviting to a room", "Leaving rooms".
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/kernel/event_log.h"
#include "sim/kernel/queue.h"
#include "sim/kernel/streams.h"
#include "sim/network/faults.h"
#include "sim/server/maker.h"
#include "sim/server/observer.h"
#include "sim/server/server.h"

namespace stateroom::server {

struct WorldOptions {
  std::uint64_t seed = 1;
  std::uint32_t servers = 3;
  network::Link link;
  bool keep_log = false;
  bool share = true;  // answers that are functions of their inputs are shared by servers (receive::LedgerOptions)
  Time timeout_us = 30 * kernel::kSecond;        // until a sender takes a transaction or a request for lost
  Time backoff_us_first = 10 * kernel::kSecond;  // doubled after each failure
  Time backoff_us_most = kernel::kHour;
  std::uint32_t pdus_most = 50;            // of a transaction
  std::uint32_t queue_most = 50;           // more for a server that does not answer: only the latest of each room stays
  std::uint32_t missing_events_most = 20;  // of an answer
  std::uint32_t missing_rounds_most = 10;  // then the state is asked for
  std::int64_t key_validity_ms =
      7 * 24 * 3'600'000;  // for so long a server vouches for a key, each time that it is asked
};

/// Someone who acts: woken at the times that they asked for.
class Actor {
 public:
  virtual ~Actor() = default;
  virtual void wake(class World& world) = 0;
};

class World {
 public:
  explicit World(WorldOptions options);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  const WorldOptions& options() const { return options_; }
  const kernel::Streams& streams() const { return streams_; }
  Time now() const { return queue_.now(); }
  std::uint32_t servers() const { return static_cast<std::uint32_t>(servers_.size()); }
  const Server& server(ServerIndex server) const { return servers_[server.at()]; }
  /// The server of a user id; none if no server has that name.
  ServerIndex server_of(std::string_view user) const;
  network::Network& network() { return network_; }
  const network::Network& network() const { return network_; }

  RoomIndex add_room(std::shared_ptr<const rules::Program> program, receive::Ledger::Keys keys);
  std::uint32_t rooms() const { return static_cast<std::uint32_t>(rooms_.size()); }
  receive::Ledger& ledger(RoomIndex room) { return *rooms_[room.at()].ledger; }
  const receive::Ledger& ledger(RoomIndex room) const { return *rooms_[room.at()].ledger; }
  const Maker& maker(RoomIndex room) const { return *rooms_[room.at()].maker; }
  /// The keys with which servers begin, by server.
  const std::vector<event::SigningKey>& keys() const { return keys_; }
  /// A signing key, and until when its server says that it was in use; none: it still is.
  struct KeyPeriod {
    event::SigningKey key;
    std::optional<std::int64_t> expired_ts;
  };
  const std::vector<KeyPeriod>& key_periods(ServerIndex server) const { return periods_[server.at()]; }
  /// Servers that join the room are told no memberships, and ask for the whole state so much later.
  void set_partial_joins(RoomIndex room, Time resync_after) { rooms_[room.at()].resync_after = resync_after; }
  /// Servers that have joined users in a state.
  const std::vector<ServerIndex>& servers_in(RoomIndex room, graph::State state) const;

  /// Users of a server who are joined in the current state that it has.
  std::vector<std::string> joined_users(RoomIndex room, ServerIndex server) const;

  /// Makes an event at its sender's server, after what that knows, and sends it to the servers in the room. None where
  /// the server is not in the room, is down, or its own checks do not accept the event, so that it is not sent.
  std::optional<EventIndex> act(RoomIndex room, const Act& act);
  /// The same without asking whether it is accepted; only to these servers, if they are given. For servers that do not
  /// follow the rules.
  std::optional<EventIndex> act_anyhow(RoomIndex room, const Act& act,
                                       std::optional<std::vector<ServerIndex>> to = std::nullopt);
  /// The create event, at its sender's server.
  std::optional<EventIndex> create(RoomIndex room, const Act& act);
  /// Sends an event that is known, once more.
  void send(RoomIndex room, EventIndex event, ServerIndex from, ServerIndex to);
  /// `to` gets to know all that `from` has of a room, at once and by no network: of servers that act together.
  void share(RoomIndex room, ServerIndex from, ServerIndex to);
  /// An m.room.member event of `user` about themself, "join", "knock" or "leave": at home if their server is in the
  /// room, else through a server that is (`via`, else the one that invited them, else one of those in the room).
  void member(RoomIndex room, const std::string& user, const std::string& membership,
              std::optional<ServerIndex> via = std::nullopt);

  void add_actor(std::unique_ptr<Actor> actor, Time first);
  /// Wakes the actor that is awake now once more.
  void wake_again(Time time);
  void set_behaviour(ServerIndex server, std::unique_ptr<Behaviour> behaviour);
  void set_skew_ms(ServerIndex server, std::int64_t skew) { servers_[server.at()].skew_ms_ = skew; }
  void add_observer(Observer* observer) { observers_.push_back(observer); }
  void add_changes(std::span<const network::LinkChange> changes);
  void add_restart(ServerIndex server, Time stop, Time restart);
  /// The server gets another signing key at a time. In a world with rotations signatures are checked by what each
  /// server knows of keys.
  void add_rotation(ServerIndex server, Time at);

  /// Runs until a time, or until nothing is left to happen; `tell` is called now and then and may end the run.
  void run_until(Time end, const std::function<bool()>& tell = {});
  /// Ends faults and actors: the core is connected and has `time` to come to rest. True if nothing was left under way.
  bool heal(std::span<const ServerIndex> core, Time time);

  struct Counts {
    std::uint64_t events = 0;      // that servers sent
    std::uint64_t refused = 0;     // that their own server did not accept
    std::uint64_t deliveries = 0;  // events that arrived at another server which did not have them yet
    std::uint64_t repeated = 0;    // that it had
    std::uint64_t transactions = 0, requests = 0, states_asked = 0, restarts = 0;
    std::uint64_t soft_failed = 0, rejected = 0, dropped = 0;  // of another server's events, once a server
    std::uint64_t partial_joins = 0, resyncs = 0, rechecked = 0, corrected = 0;  // events that came out otherwise
    std::uint64_t rotations = 0, key_requests = 0, unverifiable = 0;             // events without a valid signature
  };
  const Counts& counts() const { return counts_; }
  const kernel::EventLog& log() const { return log_; }
  /// What a limit stopped: the first one of any room.
  std::optional<base::Error> error() const;

 private:
  struct Room {
    std::unique_ptr<receive::Ledger> ledger;
    std::unique_ptr<Maker> maker;
    std::optional<Time> resync_after;
    std::vector<std::uint8_t> key_of;  // by event: the number of its server's key; those at the end: the first
    mutable std::map<graph::State, std::vector<ServerIndex>> servers_in;
  };
  using List = std::vector<Outbox::Pdu>;

  // world.cpp
  void handle(const Message& message);
  void meet_silence(const Message& message);
  void note(Kind kind, std::uint8_t outcome, RoomIndex room, ServerIndex at, ServerIndex other, EventIndex event);
  std::uint32_t keep(List list);
  List release(std::uint32_t payload);
  /// Puts a message on its way; false if it never arrives.
  bool post(Message message, Time later = 0);
  receive::View& open_view(RoomIndex room, ServerIndex server);
  bool in_room(RoomIndex room, ServerIndex server) const;
  void stop(ServerIndex server);
  void restart(ServerIndex server);

  // making.cpp
  std::int64_t timestamp(const Server& server) const;
  std::optional<EventIndex> make(RoomIndex room, const receive::View& view, const Act& act, ServerIndex by);
  void spread(RoomIndex room, ServerIndex by, EventIndex event, graph::State before);
  void count_outcome(receive::Outcome outcome);
  receive::Verdict process(RoomIndex room, ServerIndex at, EventIndex event, std::optional<graph::State> before);

  // transactions.cpp
  void enqueue(ServerIndex from, ServerIndex to, RoomIndex room, EventIndex event);
  void next_transaction(ServerIndex from, ServerIndex to);
  void on_transaction(const Message& message);
  void on_ack(const Message& message);
  void on_timeout(const Message& message);
  void thin_out(Outbox& outbox);
  void hear_from(ServerIndex at, ServerIndex from);

  // gaps.cpp
  void arrive(RoomIndex room, ServerIndex at, EventIndex event, ServerIndex from);
  void process_waiting(RoomIndex room, ServerIndex at);
  void ask_missing(RoomIndex room, ServerIndex at, EventIndex event);
  void request(Kind kind, RoomIndex room, ServerIndex at, ServerIndex to, EventIndex event, List list);
  void on_missing_request(const Message& message);
  void on_missing_answer(const Message& message);
  void on_state_request(const Message& message);
  void on_state_answer(const Message& message);
  void on_no_answer(const Message& message);
  graph::State learn_state(RoomIndex room, receive::View& view, const List& entries);
  void learn(RoomIndex room, receive::View& view, std::vector<EventIndex> events);

  // partial_state.cpp
  void join_in_part(RoomIndex room, ServerIndex at, ServerIndex resident, EventIndex join, List& entries);
  void put_resync(RoomIndex room, ServerIndex at, EventIndex join, Time later);
  void ask_whole_state(RoomIndex room, ServerIndex at, EventIndex join);
  bool is_resync(RoomIndex room, ServerIndex at, EventIndex join) const;
  void have_whole_state(RoomIndex room, ServerIndex at, EventIndex join, const List& entries);

  // signing_keys.cpp
  enum class Signature : std::uint8_t { kValid, kInvalid, kUnknown };
  Signature signature_of(RoomIndex room, ServerIndex at, EventIndex event, bool answered);
  /// Whether it may be received; else it is dropped, or waits for a key.
  bool verified(RoomIndex room, ServerIndex at, EventIndex event, ServerIndex from);
  void drop(RoomIndex room, ServerIndex at, EventIndex event);
  void ask_keys(RoomIndex room, ServerIndex at, EventIndex event);
  void on_key_request(const Message& message);
  void on_key_answer(const Message& message);
  void on_no_keys(const Message& message);
  void rotate_key(ServerIndex server);
  const event::SigningKey* signing_key_of(RoomIndex room, const std::string& server, EventIndex event) const;

  // handshakes.cpp
  void on_make(const Message& message);
  void on_make_answer(const Message& message);
  void on_send(const Message& message);
  void on_send_answer(const Message& message);
  void on_invite(const Message& message);
  std::optional<EventIndex> make_for(RoomIndex room, ServerIndex resident, const std::string& user,
                                     const std::string& membership);

  struct Handshake {
    std::string user, membership;
  };

  WorldOptions options_;
  kernel::Streams streams_;
  network::Network network_;
  kernel::Queue<Message> queue_;
  kernel::EventLog log_;
  std::vector<event::SigningKey> keys_;
  std::vector<std::vector<KeyPeriod>> periods_;  // by server
  std::vector<KnownKeys> key_answers_;
  bool rotations_ = false;
  std::map<std::string, ServerIndex, std::less<>> names_;
  std::vector<Server> servers_;
  std::vector<Room> rooms_;
  std::vector<List> lists_;
  std::vector<std::uint32_t> free_lists_;
  std::vector<network::LinkChange> changes_;
  std::vector<Handshake> handshakes_;
  std::vector<std::unique_ptr<Actor>> actors_;
  std::vector<std::unique_ptr<Behaviour>> behaviours_;
  std::vector<Observer*> observers_;
  std::uint32_t awake_ = Message::kNone;
  bool healing_ = false;
  kernel::Random choices_;  // whom to ask
  Counts counts_;
};

}  // namespace stateroom::server
