#include "sim/explore/study.h"

#include <fmt/format.h>

namespace stateroom::explore {
namespace {

constexpr std::array<int, 4> kLevels{0, 25, 50, 100};
constexpr std::size_t kPeople = 3;
constexpr std::array<std::string_view, 4> kMemberships{"join", "leave", "invite", "ban"};

constexpr std::size_t kPublic = 0, kInviteOnly = 1;
constexpr std::size_t kJoinAct = 0, kLeaveAct = 1, kInviteAct = 2, kBanAct = 3;

std::uint32_t with_level(std::uint32_t code, std::size_t user, std::uint32_t level) {
  const std::uint32_t shift = static_cast<std::uint32_t>(2 * user);
  return (code & ~(3u << shift)) | (level << shift);
}

std::uint32_t level_of(std::uint32_t code, std::size_t user) { return (code >> (2 * user)) & 3u; }

}  // namespace

std::string_view name(Kind kind) {
  constexpr std::array<std::string_view, kKinds> kNames{"power levels", "join rules", "topic", "join", "leave",
                                                        "invite",       "kick",       "ban",   "unban"};
  return kNames[static_cast<std::size_t>(kind)];
}

const std::vector<std::string>& Study::people() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < kPeople; ++i)
      out.push_back(fmt::format("@{}:{}", static_cast<char>('a' + i), workload::servers()[i]));
    return out;
  }();
  return all;
}

base::Result<std::uint32_t> Study::act(std::string type, std::string state_key, std::size_t actor,
                                       std::string content) {
  return stage_->act({std::move(type), std::move(state_key), people()[actor], std::move(content)});
}

base::Result<void> Study::make_acts() {
  base::Result<void> out;
  const auto keep = [&](std::uint32_t& into, base::Result<std::uint32_t> made) {
    if (!made && out) out = std::unexpected(made.error());
    into = made.value_or(0);
    return into;
  };
  codes_ = creator_is_listed_ ? 64 : 16;
  levels_.assign(64, {});
  for (std::uint32_t code = 0; code < 64; ++code) {
    if (!creator_is_listed_ && level_of(code, 0) != 0) continue;
    std::string users;
    for (std::size_t user = creator_is_listed_ ? 0 : 1; user < kPeople; ++user)
      users += fmt::format("{}\"{}\":{}", users.empty() ? "" : ",", people()[user], kLevels[level_of(code, user)]);
    for (std::size_t actor = 0; actor < kPeople; ++actor) {
      code_of_[keep(levels_[code][actor], act("m.room.power_levels", "", actor, "{\"users\":{" + users + "}}"))] = code;
    }
  }
  for (std::size_t actor = 0; actor < kPeople; ++actor) {
    keep(join_rules_[actor][kPublic], act("m.room.join_rules", "", actor, R"({"join_rule":"public"})"));
    keep(join_rules_[actor][kInviteOnly], act("m.room.join_rules", "", actor, R"({"join_rule":"invite"})"));
    keep(topics_[actor],
         act("m.room.topic", "", actor, R"({"topic":"of )" + std::string(1, static_cast<char>('a' + actor)) + R"("})"));
    for (std::size_t target = 0; target < kPeople; ++target) {
      for (std::size_t m = 0; m < kMemberships.size(); ++m) {
        const std::uint32_t made = keep(
            members_[actor][target][m],
            act("m.room.member", people()[target], actor, fmt::format("{{\"membership\":\"{}\"}}", kMemberships[m])));
        membership_of_[made] = static_cast<Membership>(m + 1);
      }
    }
  }
  return out;
}

base::Result<Study> Study::begin(Stage& stage) {
  Study out(stage);
  // Whether the creator stands among the users of a power levels event is the version's to say: it is tried.
  const std::string& a = people()[0];
  std::uint32_t code = with_level(with_level(0, 0, 3), 1, 2);
  for (const bool listed : {true, false}) {
    out.creator_is_listed_ = listed;
    if (!listed) code = with_level(code, 0, 0);
    if (auto made = out.make_acts(); !made) return std::unexpected(made.error());
    stage.cut(1);
    bool stands = true;
    const std::array<std::uint32_t, 5> acts{out.members_[0][0][kJoinAct], out.levels_[code][0],
                                            out.join_rules_[0][kPublic], out.members_[1][1][kJoinAct],
                                            out.members_[2][2][kJoinAct]};
    for (std::size_t i = 0; i < acts.size() && stands; ++i) {
      const auto at = static_cast<std::uint32_t>(stage.size());
      const auto done = stage.push({acts[i], {at - 1}, std::nullopt, kFirstTimestamp + at * kBetween});
      if (!done) return std::unexpected(done.error());
      stands = *done;
    }
    if (!stands) continue;
    out.prefix_ = static_cast<std::uint32_t>(stage.size());
    return out;
  }
  return base::fail(base::ErrorCode::kFormat, "the rules refuse the first events of a room of " + a);
}

Study::Situation Study::situation(State state) {
  Situation out;
  for (const auto& [key, event] : stage_->store().entries(state)) {
    const std::uint32_t act = stage_->act_at(stage_->place_of(event));
    if (const auto code = code_of_.find(act); code != code_of_.end()) out.levels = code->second;
    for (std::size_t actor = 0; actor < kPeople; ++actor) out.open = out.open || act == join_rules_[actor][kPublic];
    const auto member = membership_of_.find(act);
    if (member == membership_of_.end()) continue;
    for (std::size_t user = 0; user < kPeople; ++user) {
      if (stage_->act(act).state_key == people()[user]) out.members[user] = member->second;
    }
  }
  return out;
}

std::vector<Study::Idea> Study::ideas_of(const Situation& now) const {
  std::vector<Idea> out;
  for (std::size_t actor = 0; actor < kPeople; ++actor) {
    for (std::size_t user = creator_is_listed_ ? 0 : 1; user < kPeople; ++user) {
      for (std::uint32_t level = 0; level < kLevels.size(); ++level) {
        if (level == level_of(now.levels, user)) continue;
        out.push_back({levels_[with_level(now.levels, user, level)][actor], Kind::kPowerLevels});
      }
    }
    out.push_back({join_rules_[actor][kPublic], Kind::kJoinRules});
    out.push_back({join_rules_[actor][kInviteOnly], Kind::kJoinRules});
    out.push_back({topics_[actor], Kind::kTopic});
    const Membership own = now.members[actor];
    if (own != Membership::kJoin && own != Membership::kBan)
      out.push_back({members_[actor][actor][kJoinAct], Kind::kJoin});
    if (own == Membership::kJoin || own == Membership::kInvite)
      out.push_back({members_[actor][actor][kLeaveAct], Kind::kLeave});
    for (std::size_t target = 0; target < kPeople; ++target) {
      const Membership theirs = now.members[target];
      if (target == actor) continue;
      const auto& acts = members_[actor][target];
      if (theirs != Membership::kJoin && theirs != Membership::kBan) out.push_back({acts[kInviteAct], Kind::kInvite});
      if (theirs == Membership::kJoin || theirs == Membership::kInvite) out.push_back({acts[kLeaveAct], Kind::kKick});
      if (theirs == Membership::kBan) out.push_back({acts[kLeaveAct], Kind::kUnban});
      if (theirs != Membership::kBan) out.push_back({acts[kBanAct], Kind::kBan});
    }
  }
  return out;
}

const std::vector<Study::Idea>& Study::ideas(State state) {
  if (generation_ != stage_->generation()) of_state_.clear();
  generation_ = stage_->generation();
  const auto [at, fresh] = of_state_.emplace(state.root, nullptr);
  if (fresh) {
    const Situation now = situation(state);
    const auto [known, first] = known_.try_emplace(now);
    if (first) known->second = ideas_of(now);
    at->second = &known->second;
  }
  return *at->second;
}

}  // namespace stateroom::explore
