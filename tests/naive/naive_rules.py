"""The authorisation rules of room versions 1 to 12, written plainly.

Written from the Matrix specification alone (content/rooms/v1.md … v12.md and their fragments, and the section on auth
events selection of the server-server API), never from Stateroom's rule texts or its C++: its only use is to disagree.
It imports nothing of Stateroom, a test checks that. Events are dictionaries with ``event_id``, ``type``, ``sender``,
``content``, ``prev_events`` and ``auth_events`` (lists of ids), and where they have them ``state_key``, ``room_id``,
``redacts``, ``origin_server_ts``, ``depth``. A state is a dictionary from ``(type, state_key)`` to an event id.
``events`` maps ids to events. Signatures are taken as valid.

Where the specification leaves a choice, ``readings`` names it; the names and choices are those that Stateroom prints,
so that both can be asked the same question.
"""

import math
import re

ABSENT = object()
ILL_TYPED = object()

SCALARS = ("users_default", "events_default", "state_default", "ban", "redact", "kick", "invite")

SPECIFICATION = {
    "missing_join_rules": "none",
    "absent_users": "rejected",
    "ill_typed_levels": "absent",
    "string_levels": "specification",
    "federate_target": "sender",
    "contest_scope": "type",
    "none_allowed": "none",
    "auth_chain_of_state": "exclusive",
    "power_closure": "whole",
    "power_order_edges": "cited",
    "mainline_start": "cited",
    "absence": "conflict",
    "power_event_key": "any",
    "rejected_candidates": "tried",
}
DEFAULT = {
    "missing_join_rules": "invite",
    "absent_users": "allowed",
    "ill_typed_levels": "absent",
    "string_levels": "specification",
    "federate_target": "sender",
    "contest_scope": "key",
    "none_allowed": "last",
    "auth_chain_of_state": "inclusive",
    "power_closure": "within",
    "power_order_edges": "cited",
    "mainline_start": "itself",
    "absence": "conflict",
    "power_event_key": "empty",
    "rejected_candidates": "tried",
}


def domain(name):
    """What follows the first colon of an identifier, or None."""
    if not isinstance(name, str) or ":" not in name:
        return None
    return name.split(":", 1)[1]


def is_user_id(text):
    if not isinstance(text, str) or len(text.encode()) > 255 or not text.startswith("@"):
        return False
    localpart, colon, server = text[1:].partition(":")
    if not colon or "\0" in localpart:
        return False
    return re.fullmatch(r"(\[[0-9A-Fa-f:.]{2,45}\]|[0-9A-Za-z.-]{1,255})(:[0-9]{1,5})?", server) is not None


class Rules:
    """One room version (a number from 1 to 12) under one choice of readings."""

    def __init__(self, version, readings=None, recognised=lambda name: True):
        self.version = version
        self.readings = dict(DEFAULT if readings is None else readings)
        self.recognised = recognised

    # -- values of contents ------------------------------------------------------------------------------------------

    def level(self, value):
        """A power level as the version spells them, ABSENT or ILL_TYPED."""
        if value is ABSENT:
            return ABSENT
        if isinstance(value, bool):
            return int(value) if self.python_levels else ILL_TYPED
        if isinstance(value, int):
            return max(-(2**63), min(2**63 - 1, value))
        if isinstance(value, float) and self.version <= 5:
            if math.isinf(value) or math.isnan(value):
                return ILL_TYPED
            return max(-(2**63), min(2**63 - 1, int(value)))
        if isinstance(value, str) and self.version <= 9:
            if re.fullmatch(r" *[+-]?[0-9]+ *", value):
                return max(-(2**63), min(2**63 - 1, int(value)))
            if self.python_levels:
                try:
                    return max(-(2**63), min(2**63 - 1, int(value)))
                except ValueError:
                    return ILL_TYPED
        return ILL_TYPED

    @property
    def python_levels(self):
        return self.version <= 9 and self.readings["string_levels"] == "python"

    def level_or(self, value, default):
        value = self.level(value)
        return default if value is ABSENT or value is ILL_TYPED else value

    @staticmethod
    def text(mapping, name):
        """A member that should be a string: the string, ABSENT or ILL_TYPED."""
        if not isinstance(mapping, dict) or name not in mapping:
            return ABSENT
        return mapping[name] if isinstance(mapping[name], str) else ILL_TYPED

    # -- the room as the rules see it --------------------------------------------------------------------------------

    def create_of(self, event, state, events):
        if self.version >= 12:
            room = event.get("room_id")
            found = events.get("$" + room[1:]) if isinstance(room, str) and room[:1] == "!" else None
            return found if found is not None and found["type"] == "m.room.create" else None
        return events.get(state.get(("m.room.create", "")))

    def creators(self, create):
        """The users that the room's creation names. A set."""
        if create is None:
            return set()
        if self.version >= 11:
            found = {create["sender"]}
        else:
            creator = self.text(create["content"], "creator")
            found = {creator} if isinstance(creator, str) else set()
        if self.version >= 12:
            more = create["content"].get("additional_creators", [])
            if isinstance(more, list) and all(is_user_id(user) for user in more):
                found |= set(more)
        return found

    def power(self, user, create, levels):
        """The power level of a user; infinity for the creators of version 12."""
        if self.version >= 12 and user in self.creators(create):
            return math.inf
        if levels is None:
            return 100 if user in self.creators(create) and self.version < 12 else 0
        users = levels["content"].get("users")
        entry = users.get(user, ABSENT) if isinstance(users, dict) else ABSENT
        return self.level_or(entry, self.level_or(levels["content"].get("users_default", ABSENT), 0))

    def named_level(self, levels, name, default):
        if levels is None:
            return default
        return self.level_or(levels["content"].get(name, ABSENT), default)

    def required(self, event, levels):
        default = (
            self.named_level(levels, "state_default", 50)
            if "state_key" in event
            else self.named_level(levels, "events_default", 0)
        )
        table = levels["content"].get("events") if levels is not None else None
        return self.level_or(table.get(event["type"], ABSENT) if isinstance(table, dict) else ABSENT, default)

    @staticmethod
    def membership(user, state, events):
        if not isinstance(user, str):
            return ABSENT
        member = events.get(state.get(("m.room.member", user)))
        return ABSENT if member is None else Rules.text(member["content"], "membership")

    def join_rule(self, state, events):
        rule_event = events.get(state.get(("m.room.join_rules", "")))
        rule = ABSENT if rule_event is None else self.text(rule_event["content"], "join_rule")
        if not isinstance(rule, str) and self.readings["missing_join_rules"] == "invite":
            return "invite"
        return rule

    # -- auth events selection ---------------------------------------------------------------------------------------

    def selection(self, event):
        """The keys that the event's auth_events may and should have. A set."""
        if event["type"] == "m.room.create":
            return set()
        keys = {("m.room.power_levels", ""), ("m.room.member", event["sender"])}
        if self.version < 12:
            keys.add(("m.room.create", ""))
        if event["type"] == "m.room.member":
            content = event["content"]
            membership = self.text(content, "membership")
            if "state_key" in event:
                keys.add(("m.room.member", event["state_key"]))
            if membership in ("join", "invite", "knock"):
                keys.add(("m.room.join_rules", ""))
            if membership == "invite":
                token = self.token(content)
                if isinstance(token, str):
                    keys.add(("m.room.third_party_invite", token))
            if membership == "join" and self.version >= 8:
                authoriser = content.get("join_authorised_via_users_server")
                if is_user_id(authoriser):
                    keys.add(("m.room.member", authoriser))
        return keys

    @staticmethod
    def signed(content):
        invite = content.get("third_party_invite")
        signed = invite.get("signed") if isinstance(invite, dict) else None
        return signed if isinstance(signed, dict) else None

    def token(self, content):
        return self.text(self.signed(content), "token")

    # -- the rules ---------------------------------------------------------------------------------------------------

    def authorise(self, event, state, events, rejected=frozenset(), recheck=False):
        """The verdict and the number of the rule that gave it, for example ``(False, "5.3.3")``.

        ``recheck``: inside a resolution, where the rules on the event's own auth_events keep the outcome that they
        had.
        """
        for verdict in self._rules(event, state, events, rejected, recheck):
            if verdict is not None:
                return verdict
        raise AssertionError("the last rule decides")

    def _rules(self, event, state, events, rejected, recheck):
        v = self.version
        create = self.create_of(event, state, events)
        levels = events.get(state.get(("m.room.power_levels", "")))
        sender, _content = event["sender"], event["content"]
        number = 1
        if event["type"] == "m.room.create":
            yield self._create(event)
        if v >= 12:
            number += 1
            if create is None or create["event_id"] in rejected:
                yield False, "2"
        number += 1
        if not recheck:
            yield self._auth_events(event, events, rejected, str(number))
        number += 1
        yield self._federate(event, create, str(number))
        if v <= 5:
            number += 1
            if event["type"] == "m.room.aliases":
                if "state_key" not in event:
                    yield False, f"{number}.1"
                elif domain(sender) != event["state_key"]:
                    yield False, f"{number}.2"
                yield True, f"{number}.3"
        number += 1
        if event["type"] == "m.room.member":
            yield self._member(event, state, events, create, levels, str(number))
        number += 1
        if self.membership(sender, state, events) != "join":
            yield False, str(number)
        power = self.power(sender, create, levels)
        number += 1
        if event["type"] == "m.room.third_party_invite":
            yield power >= self.named_level(levels, "invite", 0), f"{number}.1"
        number += 1
        if self.required(event, levels) > power:
            yield False, str(number)
        number += 1
        if event.get("state_key", "").startswith("@") and event["state_key"] != sender:
            yield False, str(number)
        number += 1
        if event["type"] == "m.room.power_levels":
            yield self._power_levels(event, create, levels, power, str(number))
        if v <= 2:
            number += 1
            if event["type"] == "m.room.redaction":
                if power >= self.named_level(levels, "redact", 50):
                    yield True, f"{number}.1"
                target = event.get("redacts")
                if domain(target) is not None and domain(target) == domain(event["event_id"]):
                    yield True, f"{number}.2"
                yield False, f"{number}.3"
        number += 1
        yield True, str(number)

    def _create(self, event):
        v, content = self.version, event["content"]
        if event["prev_events"]:
            return False, "1.1"
        if v >= 12:
            if "room_id" in event:
                return False, "1.2"
        elif domain(event.get("room_id")) != domain(event["sender"]):
            return False, "1.2"
        if "room_version" in content and not (
            isinstance(content["room_version"], str) and self.recognised(content["room_version"])
        ):
            return False, "1.3"
        if v <= 10:
            if "creator" not in content:
                return False, "1.4"
            return True, "1.5"
        if v >= 12:
            if "additional_creators" in content:
                more = content["additional_creators"]
                if not isinstance(more, list) or not all(is_user_id(user) for user in more):
                    return False, "1.4"
            return True, "1.5"
        return True, "1.4"

    def _auth_events(self, event, events, rejected, number):
        cited = [events.get(name) for name in event["auth_events"]]
        keys = [(e["type"], e["state_key"]) for e in cited if e is not None and "state_key" in e]
        if len(set(keys)) != len(keys):
            return False, f"{number}.1"
        wanted = self.selection(event)
        for e in cited:
            if e is None or "state_key" not in e or (e["type"], e["state_key"]) not in wanted:
                return False, f"{number}.2"
        if any(e["event_id"] in rejected for e in cited):
            return False, f"{number}.3"
        last = 4
        if self.version < 12:
            if not any(e["type"] == "m.room.create" for e in cited):
                return False, f"{number}.4"
            last = 5
        if any(e.get("room_id") != event.get("room_id") for e in cited):
            return False, f"{number}.{last}"
        return None

    def _federate(self, event, create, number):
        if create is None or create["content"].get("m.federate") is not False:
            return None
        home = domain(create["sender"])
        if domain(event["sender"]) != home:
            return False, number
        if (
            self.readings["federate_target"] == "target"
            and event["type"] == "m.room.member"
            and domain(event.get("state_key")) != home
        ):
            return False, number
        return None

    def _member(self, event, state, events, create, levels, number):
        v, content, _sender = self.version, event["content"], event["sender"]
        if "state_key" not in event or "membership" not in content:
            return False, f"{number}.1"
        target = event["state_key"]
        section = 1
        if v >= 8:
            section += 1
            if "join_authorised_via_users_server" in content and not is_user_id(
                content["join_authorised_via_users_server"]
            ):
                return False, f"{number}.{section}.1"
        kinds = {}
        for kind in ("join", "invite", "leave", "ban") + (("knock",) if v >= 7 else ()):
            section += 1
            kinds[kind] = f"{number}.{section}"
        membership = content["membership"]
        if not isinstance(membership, str) or membership not in kinds:
            return False, f"{number}.{section + 1}"
        room = (event, target, state, events, create, levels, kinds[membership])
        return getattr(self, "_" + membership)(*room)

    def _join(self, event, target, state, events, create, levels, number):
        v, sender, content = self.version, event["sender"], event["content"]
        cited = [events.get(name) for name in event["prev_events"]]
        creator = create["sender"] if v >= 11 and create is not None else None
        if v <= 10 and create is not None:
            creator = self.text(create["content"], "creator")
        if len(cited) == 1 and cited[0] is not None and cited[0]["type"] == "m.room.create" and target == creator:
            return True, f"{number}.1"
        if sender != target:
            return False, f"{number}.2"
        if self.membership(sender, state, events) == "ban":
            return False, f"{number}.3"
        rule = self.join_rule(state, events)
        now = self.membership(target, state, events)
        if rule in (("invite", "knock") if v >= 7 else ("invite",)) and now in ("invite", "join"):
            return True, f"{number}.4"
        place = 4
        if v >= 8:
            place += 1
            if rule in (("restricted", "knock_restricted") if v >= 10 else ("restricted",)):
                if now in ("join", "invite"):
                    return True, f"{number}.{place}.1"
                authoriser = content.get("join_authorised_via_users_server")
                if (
                    not is_user_id(authoriser)
                    or self.power(authoriser, create, levels) < self.named_level(levels, "invite", 0)
                    or self.membership(authoriser, state, events) != "join"
                ):
                    return False, f"{number}.{place}.2"
                return True, f"{number}.{place}.3"
        place += 1
        if rule == "public":
            return True, f"{number}.{place}"
        return False, f"{number}.{place + 1}"

    def _invite(self, event, target, state, events, create, levels, number):
        sender, content = event["sender"], event["content"]
        if "third_party_invite" in content:
            return self._third_party(event, target, state, events, f"{number}.1")
        if self.membership(sender, state, events) != "join":
            return False, f"{number}.2"
        if self.membership(target, state, events) in ("join", "ban"):
            return False, f"{number}.3"
        if self.power(sender, create, levels) >= self.named_level(levels, "invite", 0):
            return True, f"{number}.4"
        return False, f"{number}.5"

    def _third_party(self, event, target, state, events, number):
        content = event["content"]
        if self.membership(target, state, events) == "ban":
            return False, f"{number}.1"
        invite = content["third_party_invite"]
        if not isinstance(invite, dict) or "signed" not in invite:
            return False, f"{number}.2"
        signed = self.signed(content)
        if signed is None or "mxid" not in signed or "token" not in signed:
            return False, f"{number}.3"
        if signed["mxid"] != target:
            return False, f"{number}.4"
        token = self.token(content)
        entry = events.get(state.get(("m.room.third_party_invite", token))) if isinstance(token, str) else None
        if entry is None:
            return False, f"{number}.5"
        if entry["sender"] != event["sender"]:
            return False, f"{number}.6"
        keys = [entry["content"].get("public_key")]
        more = entry["content"].get("public_keys")
        keys += [item.get("public_key") for item in more if isinstance(item, dict)] if isinstance(more, list) else []
        if any(isinstance(key, str) for key in keys):
            return True, f"{number}.7"
        return False, f"{number}.8"

    def _leave(self, event, target, state, events, create, levels, number):
        sender = event["sender"]
        if sender == target:
            may = ("invite", "join", "knock") if self.version >= 7 else ("invite", "join")
            return self.membership(sender, state, events) in may, f"{number}.1"
        if self.membership(sender, state, events) != "join":
            return False, f"{number}.2"
        power = self.power(sender, create, levels)
        if self.membership(target, state, events) == "ban" and power < self.named_level(levels, "ban", 50):
            return False, f"{number}.3"
        if power >= self.named_level(levels, "kick", 50) and self.power(target, create, levels) < power:
            return True, f"{number}.4"
        return False, f"{number}.5"

    def _ban(self, event, target, state, events, create, levels, number):
        sender = event["sender"]
        if self.membership(sender, state, events) != "join":
            return False, f"{number}.1"
        power = self.power(sender, create, levels)
        if power >= self.named_level(levels, "ban", 50) and self.power(target, create, levels) < power:
            return True, f"{number}.2"
        return False, f"{number}.3"

    def _knock(self, event, target, state, events, create, levels, number):
        rules = ("knock", "knock_restricted") if self.version >= 10 else ("knock",)
        if self.join_rule(state, events) not in rules:
            return False, f"{number}.1"
        if event["sender"] != target:
            return False, f"{number}.2"
        if self.membership(target, state, events) not in ("ban", "invite", "join"):
            return True, f"{number}.3"
        return False, f"{number}.4"

    def _power_levels(self, event, create, levels, power, number):
        v, content = self.version, event["content"]
        tables = ("events", "notifications") if v >= 6 else ("events",)
        if v <= 5:
            for value in self._all_levels(content):
                if isinstance(value, float) and math.isinf(value):
                    return False, None
        place = 0
        if v >= 10:
            place += 1
            if any(name in content and self.level(content[name]) is ILL_TYPED for name in SCALARS):
                return False, f"{number}.{place}"
            place += 1
            for name in tables:
                if name in content and not self._levels_by(content[name], lambda key: True):
                    return False, f"{number}.{place}"
        elif self.readings["ill_typed_levels"] == "rejected" and any(
            self.level(value) is ILL_TYPED for value in self._all_levels(content)
        ):
            return False, None
        place += 1
        if "users" not in content:
            if self.readings["absent_users"] == "rejected":
                return False, f"{number}.{place}"
        elif not self._levels_by(content["users"], is_user_id):
            return False, f"{number}.{place}"
        if v >= 12:
            place += 1
            if any(user in self.creators(create) for user in content.get("users", {})):
                return False, f"{number}.{place}"
        place += 1
        if levels is None:
            return True, f"{number}.{place}"
        return self._changes(event, levels["content"], content, power, tables, number, place)

    def _levels_by(self, table, good_key):
        return isinstance(table, dict) and all(good_key(k) and self.level(x) is not ILL_TYPED for k, x in table.items())

    def _all_levels(self, content):
        for name in SCALARS:
            if name in content:
                yield content[name]
        for name in ("users", "events") + (("notifications",) if self.version >= 6 else ()):
            if isinstance(content.get(name), dict):
                yield from content[name].values()

    def _changes(self, event, old, new, power, tables, number, place):
        def above(value):
            value = self.level(value)
            return value is not ABSENT and value is not ILL_TYPED and value > power

        def differs(a, b):
            a, b = self.level(a), self.level(b)
            return not (a is b or (not isinstance(a, type(ABSENT)) and not isinstance(b, type(ABSENT)) and a == b))

        def entries(table):
            a, b = old.get(table), new.get(table)
            a, b = a if isinstance(a, dict) else {}, b if isinstance(b, dict) else {}
            for key in sorted(set(a) | set(b)):
                if differs(a.get(key, ABSENT), b.get(key, ABSENT)):
                    yield key, a.get(key, ABSENT), b.get(key, ABSENT)

        place += 1
        scalars = [n for n in SCALARS if differs(old.get(n, ABSENT), new.get(n, ABSENT))]
        if any(above(old.get(n, ABSENT)) for n in scalars):
            return False, f"{number}.{place}.1"
        if any(above(new.get(n, ABSENT)) for n in scalars):
            return False, f"{number}.{place}.2"
        place += 1
        if any(above(a) for table in tables for _, a, _ in entries(table)):
            return False, f"{number}.{place}.1"
        place += 1
        if any(above(b) for table in tables for _, _, b in entries(table)):
            return False, f"{number}.{place}.1"
        place += 1
        for user, a, _ in entries("users"):
            a = self.level(a)
            if user != event["sender"] and a is not ABSENT and a is not ILL_TYPED and a >= power:
                return False, f"{number}.{place}.1"
        place += 1
        if any(above(b) for _, _, b in entries("users")):
            return False, f"{number}.{place}.1"
        return True, f"{number}.{place + 1}"
