"""Single events drawn by hand, each for a deviation that random histories and events do not meet."""

from collections.abc import Callable
from typing import Any

from stateroom.differ_auth import AuthCase

ANNA, BORIS, CHLOE = "@anna:alpha.example", "@boris:beta.example", "@chloe:gamma.example"


class _Room:
    """Events of a room, each after the one before it, citing what it is told to."""

    def __init__(self, version: str):
        self.version = version
        self.events: list[dict[str, Any]] = []

    def add(self, name: str, kind: str, sender: str, content: dict[str, Any], **more: Any) -> dict[str, Any]:
        server = more.pop("server", sender.partition(":")[2])
        event = {
            "event_id": f"${name}:{server}",
            "room_id": "!room:alpha.example",
            "type": kind,
            "sender": sender,
            "content": content,
            "origin_server_ts": 1_700_000_000_000 + len(self.events),
            "depth": len(self.events) + 1,
            "prev_events": [one["event_id"] for one in self.events[-1:]],
            "auth_events": [one["event_id"] for one in more.pop("cites", self.events)],
        } | more
        self.events.append(event)
        return event

    def create(self, **content: Any) -> dict[str, Any]:
        content = {"creator": ANNA, "room_version": self.version} | content
        return self.add("create", "m.room.create", ANNA, content, state_key="")

    def join(self, user: str, **more: Any) -> dict[str, Any]:
        return self.member(user, "join", **more)

    def member(self, user: str, membership: str, **more: Any) -> dict[str, Any]:
        name = f"{membership}-{user[1:].partition(':')[0]}"
        content = {"membership": membership}
        return self.add(name, "m.room.member", more.pop("sender", user), content, state_key=user, **more)

    def asked(self) -> AuthCase:
        """Ask about the last event, in the state of those before it."""
        *before, event = self.events
        return AuthCase(self.version, event, [one for one in before if "state_key" in one], before)


def _other_creator() -> AuthCase:
    room = _Room("6")
    room.create(creator=BORIS)
    room.join(BORIS)
    return room.asked()


def _first_join_by_another() -> AuthCase:
    room = _Room("6")
    room.create()
    room.join(ANNA, sender=BORIS)
    return room.asked()


def _redaction(name: str, **create: Any) -> AuthCase:
    """Boris redacts an event of Anna's, which his level does not let him, under an id of a server."""
    room = _Room("1")
    cites = [room.create(**create), room.join(ANNA)]
    levels = {"users": {ANNA: 100}}
    levels_event = room.add("levels", "m.room.power_levels", ANNA, levels, state_key="")
    rules = room.add("rules", "m.room.join_rules", ANNA, {"join_rule": "public"}, state_key="")
    joined = room.join(BORIS, cites=[cites[0], levels_event, rules])
    room.add(
        "redaction",
        "m.room.redaction",
        BORIS,
        {},
        redacts="$topic:alpha.example",
        cites=[cites[0], levels_event, joined],
        server=name,
    )
    return room.asked()


def _knock_taken_back() -> AuthCase:
    room = _Room("6")
    create = room.create()
    room.join(ANNA)
    knock = room.member(CHLOE, "knock", cites=[create])
    room.member(CHLOE, "leave", cites=[create, knock])
    return room.asked()


DRAWN: dict[str, Callable[[], AuthCase]] = {
    "creator": _other_creator,
    "first-join": _first_join_by_another,
    "redaction-version": lambda: _redaction("beta.example", room_version="3"),
    "redaction-domain": lambda: _redaction("alpha.example"),
    "knock-leave": _knock_taken_back,
}
"""By the id of a deviation of gomatrixserverlib and Dendrite."""

__all__ = ["DRAWN"]
