#include "model/prove/powers.h"

#include <fmt/format.h>

#include "model/json/value.h"
#include "model/prove/encoder.h"
#include "model/rules/elaborate.h"
#include "model/rules/parser.h"

namespace stateroom::prove {

namespace {

using rules::CorePtr;

rules::Rule rule(const std::string& text) {
  const rules::SectionName section{rules::SectionKind::kRules, ""};
  auto entry = rules::parse_entry(section, text, "prove");
  if (!entry) throw Unsupported(fmt::format("`{}`: {}", text, entry.error().front().message));
  return std::get<rules::Rule>(std::move(*entry));
}

// The asked condition of the rule that was added `number`th: below its quantifier where the user is free.
OfUser asked(const rules::CoreVersion& core, std::size_t number, bool free) {
  const CorePtr& condition = core.rules[number].condition;
  return free ? OfUser{condition->args[1], condition->binders[0]} : OfUser{condition, 0};
}

}  // namespace

Powers powers_of(const rules::Version& text, const std::optional<std::string>& user) {
  const std::string name = user ? json::quoted(*user) : "user";
  // A free user has to be bound by something; what it is bound by is left off again.
  const std::string domain = user ? "" : "any (user, m) in state[\"m.room.member\"] has ";
  const auto removes = [](std::string_view membership) {
    return fmt::format(
        "reject if type = \"m.room.member\" and content.membership = \"{}\" and state_key is present "
        "and state_key != sender and power(state_key) >= power(sender)",
        membership);
  };
  rules::Version asking = text;
  asking.rules.clear();
  for (const std::string& line :
       {fmt::format("is_user: reject if {}{} is user_id", domain, name),
        fmt::format("power: reject if {}infinite > power({})", domain, name),
        fmt::format("creator: reject if {}{} in creators", domain, name),
        fmt::format("named: reject if {}power_levels.content.users[{}] is level", domain, name),
        std::string("sender: reject if infinite > power(sender)"), "kicks: " + removes("leave"),
        "bans: " + removes("ban"),
        std::string("changes_levels: reject if type = \"m.room.power_levels\" and state_key = \"\""),
        std::string("otherwise: allow")})
    asking.rules.push_back(rule(line));
  const auto core = rules::elaborate(asking);
  if (!core) throw Unsupported("what power is: " + core.error().front().message);
  Powers out;
  out.core = *core;
  const bool free = !user;
  out.is_user = asked(**core, 0, free);
  out.power = asked(**core, 1, free);
  out.power.expression = out.power.expression->args[1];
  out.creator = asked(**core, 2, free);
  out.named = asked(**core, 3, free);
  out.sender = asked(**core, 4, false);
  out.sender.expression = out.sender.expression->args[1];
  out.kicks = asked(**core, 5, false);
  out.bans = asked(**core, 6, false);
  out.changes_levels = asked(**core, 7, false);
  return out;
}

}  // namespace stateroom::prove
