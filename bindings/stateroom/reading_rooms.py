"""Rooms in which two choices of a reading part, where honest servers rarely come: for `vet`.

Each is made under any version and gives a history with its state sets.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stateroom.builder import Builder
from stateroom.events import Event

ANNA, BORIS, CHLOE = "@anna:alpha.example", "@boris:beta.example", "@chloe:gamma.example"
LONG_AGO = 1_600_000_000_000  # milliseconds, before every other event


def _public(version: str, users: dict[str, int]) -> tuple[Builder, list[Event]]:
    """Make a public room of A: its create event, A's join, the levels, the join rule."""
    room = Builder(version)
    start = [room.create(ANNA), room.join(ANNA)]
    levels = room.power_levels(ANNA, users=users)
    if not room.decision(levels).allowed:  # a creator whose level is not for saying
        levels = room.power_levels(ANNA, users={user: level for user, level in users.items() if user != ANNA})
    return room, [*start, levels, room.join_rules(ANNA, "public")]


def _history(room: Builder, *ends: Event, **members: Any) -> dict[str, Any]:
    """Give the room with the states after these events as its state sets."""
    sets = []
    for end in ends:
        state = dict(room.state_before(end))
        if end.state_key is not None:
            state[end.type, end.state_key] = end.event_id
        sets.append(sorted(state.values()))
    return {**room.to_dict(), "room_version": room.events[0].content["room_version"], "state_sets": sets, **members}


def keyed_join_rule(version: str) -> dict[str, Any]:
    """Make A send a join rule with a state_key, and give up its power on another fork."""
    room, _ = _public(version, {ANNA: 100, BORIS: 100})
    fork = [room.join(BORIS)]
    rule = room.add("m.room.join_rules", ANNA, {"join_rule": "public"}, state_key="key", prev_events=fork)
    levels = room.power_levels(ANNA, users={ANNA: 0, BORIS: 100}, prev_events=fork)
    return _history(room, rule, levels)


def path_outside(version: str) -> dict[str, Any]:
    """Make C's join rule follow B's by C's join, which is in no conflict."""
    room, _ = _public(version, {ANNA: 100, BORIS: 50, CHLOE: 100})
    room.join(BORIS)
    room.join_rules(BORIS, "public", content={"note": "B's"})
    join = room.join(CHLOE)
    return _history(room, join, room.join_rules(CHLOE, "public", content={"note": "C's"}, prev_events=[join]))


def closure_outside(version: str) -> dict[str, Any]:
    """Put B's join in conflict; a join rule of A leads to it by B's power levels, which are in none."""
    room, start = _public(version, {ANNA: 100, BORIS: 50})
    join = room.join(BORIS)
    levels = room.power_levels(BORIS, users={ANNA: 100, BORIS: 50}, content={"redact": 50})
    room.join_rules(ANNA, "public", content={"note": "new"}, prev_events=[levels])
    again = room.join(
        BORIS, content={"displayname": "B"}, auth_events=[*(start[0], *start[2:]), join], origin_server_ts=LONG_AGO
    )
    return _history(room, levels, again)


def rejected_topic(version: str) -> dict[str, Any]:
    """Have a server reject a topic that the resolved state would allow."""
    room, start = _public(version, {ANNA: 100})
    topic = room.add("m.room.topic", ANNA, {"topic": "once rejected"}, state_key="", prev_events=[start[-1]])
    other = room.add("m.room.name", ANNA, {"name": "other"}, state_key="", prev_events=[start[-1]])
    return _history(room, topic, other, rejected=[topic.event_id])


ROOMS: dict[str, Callable[[str], dict[str, Any]]] = {
    "a join rule with a state_key beside a demotion": keyed_join_rule,
    "two join rules, joined by an event in no conflict": path_outside,
    "a join in conflict behind power levels in none": closure_outside,
    "a rejected topic that would be allowed": rejected_topic,
}
