"""Single events and states, all of a small scope: what the rules of versions 1 to 12 can be asked.

Made from the Matrix specification alone. ``families(version)`` yields `Family`: the events of a room, the states (each
a tuple of event ids) and the trials, ids of events that are judged in every state. The people: Anna makes the room and
has level 100, Boris is the sender of most trials, Chloe their target, Dora vouches for joins. A value ``ABSENT`` leaves
its member out.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count, product
from typing import Any

ABSENT: Any = object()
ANNA, BORIS, CHLOE, DORA = "@anna:alpha.example", "@boris:beta.example", "@chloe:gamma.example", "@dora:alpha.example"

MEMBERSHIPS: tuple[Any, ...] = (ABSENT, "join", "leave", "invite", "knock", "ban", "other", 1)
JOIN_RULES: tuple[Any, ...] = (
    ABSENT,
    "public",
    "invite",
    "knock",
    "restricted",
    "knock_restricted",
    "private",
    "other",
    1,
)
LEVELS: tuple[Any, ...] = (ABSENT, 0, 50, 51, 100, "50", "x", True, None, [])


@dataclass
class Family:
    """One room: ``events`` by id, ``states`` in which each of ``trials`` is judged.

    ``recheck``: the rules on the trials' own edges are passed over, as inside a resolution.
    """

    name: str
    version: int
    create: dict[str, Any] = field(default_factory=dict)
    recheck: bool = True
    events: dict[str, dict[str, Any]] = field(default_factory=dict)
    states: list[tuple[str, ...]] = field(default_factory=list)
    trials: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._numbers = count()
        self._known: dict[str, str] = {}
        content = {"room_version": str(self.version)} | self.create
        if self.version <= 10 and "creator" not in content:
            content["creator"] = ANNA
        self.root = self.add("m.room.create", ANNA, content, "", name="create")
        self.base: tuple[str, ...] = (self.root,) if self.version < 12 else ()

    def _id(self, name: str, sender: str) -> str:
        return f"${name}:{sender.split(':', 1)[1]}" if self.version <= 2 else f"${name}"

    def add(
        self,
        kind: str,
        sender: str,
        content: dict[str, Any],
        state_key: Any = ABSENT,
        *,
        name: str | None = None,
        **members: Any,
    ) -> str:
        """Add an event of the room, each once; its id."""
        known = repr((kind, sender, content, state_key, members))
        if known in self._known:
            return self._known[known]
        event_id = self._id(name or f"e{next(self._numbers)}", sender)
        event: dict[str, Any] = {
            "event_id": event_id,
            "type": kind,
            "sender": sender,
            "content": {key: value for key, value in content.items() if value is not ABSENT},
            "origin_server_ts": 1_700_000_000_000,
            "depth": 1,
            "prev_events": [self.root] if hasattr(self, "root") else [],
            "auth_events": [],
        }
        if state_key is not ABSENT:
            event["state_key"] = state_key
        if self.version < 12 or kind != "m.room.create":
            event["room_id"] = "!create" if self.version >= 12 else "!room:alpha.example"
        event |= members
        event = {key: value for key, value in event.items() if value is not ABSENT}
        self.events[event_id] = event
        self._known[known] = event_id
        return event_id

    def member(self, user: str, membership: Any, sender: str | None = None, **content: Any) -> str:
        """Add an event that changes a membership."""
        return self.add("m.room.member", sender or user, {"membership": membership} | content, user)

    def levels(self, **content: Any) -> str:
        """Add power levels of Anna."""
        return self.add("m.room.power_levels", ANNA, content, "")

    def entry(self, user: str, membership: Any) -> tuple[str, ...]:
        """Give the state's entry for a user's membership: none if it is ABSENT."""
        return () if membership is ABSENT else (self.member(user, membership),)

    def rule(self, rule: Any) -> tuple[str, ...]:
        """Give the state's join rules: none if they are ABSENT."""
        return () if rule is ABSENT else (self.add("m.room.join_rules", ANNA, {"join_rule": rule}, ""),)


def users(version: int, **levels: Any) -> dict[str, Any]:
    """Give the `users` of power levels; version 12 forbids its creators in it."""
    out = {} if version >= 12 else {ANNA: 100}
    return out | {user: level for user, level in levels.items() if level is not ABSENT}


def families(version: int) -> Iterator[Family]:
    """Make the whole scope of a version."""
    yield others_membership(version)
    yield own_membership(version)
    yield third_party_invites(version)
    yield from power_levels(version)
    yield creates(version)
    yield redactions(version)
    yield from ordinary(version)


def others_membership(version: int) -> Family:
    """Boris changes the membership of Chloe: memberships of both × join rules × powers of both."""
    out = Family("membership of another", version)
    tables: list[tuple[str, ...]] = [()]
    for invite in (ABSENT, 50):
        tables += [
            (out.levels(users=users(version, **{BORIS: b, CHLOE: c}), invite=invite),)
            for b, c in product((0, 50, 100), repeat=2)
        ]
    for sender, target, rule, levels in product(MEMBERSHIPS, MEMBERSHIPS, JOIN_RULES, tables):
        out.states.append(out.base + out.entry(BORIS, sender) + out.entry(CHLOE, target) + out.rule(rule) + levels)
    out.trials = [out.member(CHLOE, membership, BORIS) for membership in MEMBERSHIPS]
    return out


def own_membership(version: int) -> Family:
    """Chloe changes her own membership: memberships × join rules × powers × who vouches for her."""
    out = Family("own membership", version)
    tables: list[tuple[str, ...]] = [()]
    for invite, c, d in product((ABSENT, 50), (0, 50), (0, 50, 100)):
        tables.append((out.levels(users=users(version, **{CHLOE: c, DORA: d}), invite=invite),))
    for target, rule, levels, vouching in product(MEMBERSHIPS, JOIN_RULES, tables, (ABSENT, "join", "leave")):
        out.states.append(out.base + out.entry(CHLOE, target) + out.rule(rule) + levels + out.entry(DORA, vouching))
    out.trials = [out.member(CHLOE, membership) for membership in MEMBERSHIPS]
    for authoriser in (DORA, BORIS, "dora", "", 1, None):
        for membership in ("join", "leave"):
            out.trials.append(out.member(CHLOE, membership, join_authorised_via_users_server=authoriser))
    # After the create event alone, by its creator and by another; after it and another event.
    out.trials.append(out.member(ANNA, "join"))
    later = out.member(ANNA, "join")
    for user in (ANNA, CHLOE):
        content = {"membership": "join"}
        out.trials.append(out.add("m.room.member", user, content, user, prev_events=[out.root, later]))
        out.trials.append(out.add("m.room.member", user, content, user, prev_events=[]))
    out.trials.append(out.add("m.room.member", CHLOE, {"membership": "join"}))
    return out


def third_party_invites(version: int) -> Family:
    """Boris invites Chloe by a third-party invite: what was signed × what stands in the room."""
    out = Family("third-party invites", version)
    keys: list[dict[str, Any]] = [{}, {"public_key": "x"}, {"public_key": 1}]
    lists: tuple[Any, ...] = ([], [{"public_key": "x"}], [{"public_key": 1}], [{}], [1], 1)
    keys += [{"public_keys": more} for more in lists]
    invites: list[tuple[str, ...]] = [()]
    for sender, content in product((BORIS, ANNA), keys):
        invites.append((out.add("m.room.third_party_invite", sender, content, "token"),))
    for target, sender, invite in product(MEMBERSHIPS, ("join", "leave", ABSENT), invites):
        out.states.append(out.base + out.entry(CHLOE, target) + out.entry(BORIS, sender) + invite)
    parts: list[Any] = []
    for mxid, token in product((CHLOE, ANNA, 1, ABSENT), ("token", "other", 1, ABSENT)):
        signed = {"mxid": mxid, "token": token, "signatures": {}}
        parts.append({"signed": {key: value for key, value in signed.items() if value is not ABSENT}})
    parts += [{}, {"signed": 1}, {"signed": {}}, 1, None, []]
    out.trials = [out.member(CHLOE, "invite", BORIS, third_party_invite=part) for part in parts]
    out.trials.append(out.add("m.room.third_party_invite", BORIS, {"public_key": "x"}, "token2"))
    return out


def power_levels(version: int) -> Iterator[Family]:
    """Boris changes the power levels: pairs of members × values before × values after × his power."""
    values = LEVELS + ((50.5,) if version <= 5 else ())  # later versions have no such number in an event
    tables: dict[str, Callable[[Any], dict[str, Any]]] = {
        "ban": lambda value: {"ban": value},
        "kick": lambda value: {"kick": value},
        "users_default": lambda value: {"users_default": value},
        "events": lambda value: {"events": {} if value is ABSENT else {"m.room.topic": value}},
        "notifications": lambda value: {"notifications": {} if value is ABSENT else {"room": value}},
        "users": lambda value: {"users": {} if value is ABSENT else {CHLOE: value}},
        "own": lambda value: {"users": {} if value is ABSENT else {BORIS: value}},
    }
    pairs = (("ban", "users"), ("kick", "events"), ("users_default", "notifications"), ("events", "own"))
    for one, two in pairs:
        out = Family(f"power levels: {one} and {two}", version)

        def content(a: Any, b: Any, power: int, one: str = one, two: str = two) -> dict[str, Any]:
            made = {"state_default": 0} | tables[one](a) | tables[two](b)
            named = made.pop("users", {})
            return made | {"users": users(version, **({BORIS: power} | named))}

        joined = (out.member(BORIS, "join"),)
        for a, b, power in product(values, values, (0, 50, 100)):
            out.states.append(out.base + joined + (out.levels(**content(a, b, power)),))
        out.states.append(out.base + joined)
        for a, b in product(values, values):
            out.trials.append(out.add("m.room.power_levels", BORIS, content(a, b, 50), ""))
        yield out
    yield malformed_levels(version)


def malformed_levels(version: int) -> Family:
    """Tables of wrong shape, before and after."""
    out = Family("power levels: malformed tables", version)
    shapes: tuple[Any, ...] = (
        ABSENT,
        {},
        {"@none": 50},
        {"": 50},
        {CHLOE: "x"},
        {CHLOE: None},
        {CHLOE: 50},
        {ANNA: 100},
        [],
        1,
        "x",
        None,
    )
    contents: list[dict[str, Any]] = [
        {name: shape} for name in ("users", "events", "notifications") for shape in shapes
    ]
    contents += [{name: "x"} for name in ("users_default", "events_default", "state_default", "redact", "invite")]
    contents += [content | {"users": {}} for content in contents if "users" not in content]
    joined = (out.member(BORIS, "join"), out.member(ANNA, "join"))
    for content in contents:
        out.states.append(out.base + joined + (out.levels(**content),))
    out.states.append(out.base + joined)
    for sender, content in product((ANNA, BORIS), contents):
        out.trials.append(out.add("m.room.power_levels", sender, content, ""))
    return out


def creates(version: int) -> Family:
    """Create events: content × what they come after × their room."""
    out = Family("create events", version, recheck=False)
    out.states = [out.base, ()]
    contents = [{"creator": creator} for creator in (ABSENT, ANNA, BORIS, 1)]
    others: tuple[Any, ...] = ("1", "unknown", 1, None, "")
    contents += [{"creator": ANNA, "room_version": stated} for stated in (str(version), *others)]
    lists: tuple[Any, ...] = ([], [BORIS], [BORIS, ANNA], ["none"], [1], BORIS, None, [BORIS, "@none"])
    contents += [{"creator": ANNA, "additional_creators": more} for more in lists]
    rooms = (ABSENT, "!room:alpha.example", "!room:beta.example", "!create", "room", "!room")
    for content, room, prev in product(contents, rooms, ([], [out.root])):
        out.trials.append(out.add("m.room.create", ANNA, content, "", room_id=room, prev_events=prev))
    return out


def redactions(version: int) -> Family:
    """Boris redacts: his power × the level needed × whose event."""
    out = Family("redactions", version)
    joined = (out.member(BORIS, "join"),)
    for power, needed, events in product((0, 49, 50, 51, 100), LEVELS, (ABSENT, {"m.room.redaction": 50})):
        levels = out.levels(users=users(version, **{BORIS: power}), redact=needed, events=events)
        out.states.append(out.base + joined + (levels,))
    out.states.append(out.base + joined)
    for redacts in ("$x:beta.example", "$x:alpha.example", "$x", "x", "", 1, ABSENT):
        out.trials.append(out.add("m.room.redaction", BORIS, {}, redacts=redacts))
        out.trials.append(out.add("m.room.redaction", BORIS, {"redacts": redacts}))
    return out


def ordinary(version: int) -> Iterator[Family]:
    """Events that no rule of their own decides: state keys × powers × levels, in rooms of several create events."""
    rooms: list[dict[str, Any]] = [{}, {"m.federate": False}, {"m.federate": True}, {"m.federate": "x"}]
    rooms += [{"creator": BORIS}, {"creator": 1}] if version <= 10 else []
    rooms += [{"additional_creators": [BORIS]}, {"additional_creators": ["none"]}] if version >= 11 else []
    for create in rooms:
        out = Family(f"ordinary events {create}", version, create)
        tables: list[tuple[str, ...]] = [()]
        for power, needed in product((0, 50, 100), (ABSENT, 0, 50, 100, "x")):
            for name in ("state_default", "events_default", "invite"):
                tables.append((out.levels(users=users(version, **{BORIS: power}), **{name: needed}),))
            tables.append(
                (
                    out.levels(
                        users=users(version, **{BORIS: power}),
                        events={"m.room.topic": needed} if needed is not ABSENT else {},
                    ),
                )
            )
        for sender, levels in product(MEMBERSHIPS, tables):
            out.states.append(out.base + out.entry(BORIS, sender) + levels)
        keys = (ABSENT, "", BORIS, CHLOE, "@", "@none", "beta.example", "alpha.example", BORIS + "_x", "key")
        kinds = ("m.room.topic", "m.room.message", "m.room.aliases", "m.room.third_party_invite", "m.room.join_rules")
        out.trials = [out.add(kind, BORIS, {}, key) for kind, key in product(kinds, keys)]
        out.trials += [out.member(CHLOE, "invite", BORIS), out.member(BORIS, "join"), out.member(DORA, "invite", BORIS)]
        yield out
