#include "sim/scenarios/run.h"

#include <algorithm>

namespace stateroom::scenarios {
namespace {

using server::RoomIndex;
using server::ServerIndex;

/// Somebody who does one thing once.
class Once final : public server::Actor {
 public:
  Once(RoomIndex room, server::Act act) : room_(room), act_(std::move(act)) {}
  void wake(server::World& world) override {
    if (act_.type == "m.room.member" && act_.state_key == act_.sender && act_.content == R"({"membership":"join"})")
      return world.member(room_, act_.sender, "join");
    world.act(room_, act_);
  }

 private:
  RoomIndex room_;
  server::Act act_;
};

std::vector<ServerIndex> indices(const std::vector<std::uint32_t>& numbers) {
  std::vector<ServerIndex> out;
  for (const std::uint32_t number : numbers) out.emplace_back(number);
  return out;
}

}  // namespace

base::Result<std::unique_ptr<Run>> Run::make(Scenario scenario, const RunOptions& options,
                                             const ProgramOf& program_of) {
  std::unique_ptr<Run> run(new Run(std::move(scenario)));
  run->length_ = options.length.value_or(run->scenario_.length);
  server::WorldOptions world;
  world.seed = options.seed;
  world.servers = run->scenario_.servers;
  world.link = run->scenario_.link;
  world.keep_log = options.keep_log;
  world.share = options.share;
  world.key_validity_ms = run->scenario_.key_validity / kernel::kMillisecond;
  run->world_ = std::make_unique<server::World>(world);
  for (server::Observer* observer : options.observers) run->world_->add_observer(observer);
  kernel::Random clocks = run->world_->streams().at("clocks").random();
  const std::int64_t most = run->scenario_.skew_ms_most;
  for (std::uint32_t s = 0; s < world.servers && most > 0; ++s)
    run->world_->set_skew_ms(ServerIndex{s},
                             static_cast<std::int64_t>(clocks.below(static_cast<std::uint64_t>(most) + 1)));
  if (auto done = run->add_rooms(options, program_of); !done) return std::unexpected(done.error());
  run->add_faults();
  run->add_acts();
  return run;
}

base::Result<void> Run::add_rooms(const RunOptions& options, const ProgramOf& program_of) {
  for (const RoomPart& part : scenario_.rooms) {
    auto program = program_of(part.version.empty() ? options.version : part.version);
    if (!program) {
      base::Error error = program.error();
      if (error.where.empty()) error.where = part.where;
      return std::unexpected(std::move(error));
    }
    workload::CrowdOptions crowd;
    for (std::uint32_t u = 0; u < part.users; ++u) crowd.users.push_back(user_id(u, scenario_.servers));
    crowd.moderators.assign(crowd.users.begin() + 1, crowd.users.begin() + 1 + part.moderators);
    crowd.join_rule = part.join_rule;
    crowd.joined = part.joined;
    crowd.rates = part.rates;
    const RoomIndex room = world_->add_room(*program, workload::Crowd::keys(crowd));
    if (part.partial_joins) world_->set_partial_joins(room, part.resync);
    world_->add_actor(std::make_unique<workload::Crowd>(*world_, room, std::move(crowd)), 0);
  }
  return {};
}

void Run::add_faults() {
  for (std::size_t f = 0; f < scenario_.faults.size(); ++f) {
    const FaultPart& fault = scenario_.faults[f];
    kernel::Random random = world_->streams().at("faults").at(f).random();
    for (Time begin = fault.begin; begin < length_; begin += fault.every.value_or(length_)) {
      const Time end = begin + fault.length;
      std::vector<ServerIndex> all, some = indices(fault.servers);
      for (std::uint32_t s = 0; s < scenario_.servers; ++s) all.emplace_back(s);
      if (some.empty()) some = network::split(all, fault.kind != FaultKind::kPartition, random)[0];
      std::vector<ServerIndex> rest;
      std::ranges::copy_if(all, std::back_inserter(rest),
                           [&](ServerIndex s) { return std::ranges::find(some, s) == some.end(); });
      switch (fault.kind) {
        case FaultKind::kPartition:
        case FaultKind::kIsolate:
          world_->add_changes(network::partition(std::vector{some, rest}, begin, end));
          break;
        case FaultKind::kOneWay:
          world_->add_changes(network::one_way(some, rest, begin, end));
          break;
        case FaultKind::kSwizzle:
          world_->add_changes(network::swizzle(fault.servers.empty() ? all : some, begin, end, random));
          break;
        case FaultKind::kRestart:
          for (const ServerIndex server : some) world_->add_restart(server, begin, end);
          break;
      }
      if (!fault.every) break;
    }
  }
}

void Run::add_acts() {
  for (const RotationPart& rotation : scenario_.rotations)
    world_->add_rotation(ServerIndex{rotation.server}, rotation.at);
  for (const ActPart& part : scenario_.acts) {
    server::Act act;
    act.type = part.type;
    act.state_key = part.state_key;
    act.sender = user_id(part.user, scenario_.servers);
    act.content = part.content;
    world_->add_actor(std::make_unique<Once>(RoomIndex{part.room}, std::move(act)), part.at);
  }
  std::map<std::uint32_t, std::shared_ptr<adversary::Ring>> rings;  // by room
  for (const AdversaryPart& part : scenario_.adversaries) {
    const std::string user = user_id(part.options.user, scenario_.servers);
    std::shared_ptr<adversary::Ring> ring;
    if (std::ranges::find(part.options.capabilities, adversary::Capability::kCollude) !=
        part.options.capabilities.end()) {
      auto& of_room = rings[part.room];
      if (of_room == nullptr) of_room = std::make_shared<adversary::Ring>();
      ring = of_room;
    }
    adversary::attack(*world_, world_->server_of(user), RoomIndex{part.room}, user, part.options, std::move(ring));
  }
}

std::vector<ServerIndex> Run::honest() const {
  std::vector<ServerIndex> out;
  for (std::uint32_t s = 0; s < world_->servers(); ++s) {
    const bool stays = std::ranges::find(scenario_.gone, s) == scenario_.gone.end();
    if (stays && world_->server(ServerIndex{s}).honest()) out.emplace_back(s);
  }
  return out;
}

void Run::go(const std::function<bool(Time now)>& tell, std::optional<Time> until) {
  const auto each = [&] {
    ended_early_ = ended_early_ || (tell && !tell(world_->now()));
    return !ended_early_;
  };
  const Time end = until.value_or(length_ + scenario_.heal);
  world_->run_until(std::min(end, length_), each);
  if (!ended_early_ && end > length_) at_rest_ = world_->heal(honest(), std::min(end - length_, scenario_.heal));
}

}  // namespace stateroom::scenarios
