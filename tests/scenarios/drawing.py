"""A small room drawn by hand: names for ids, each event with what it cites; `stateroom.redraw` makes PDUs of it."""

from __future__ import annotations

from typing import Any

Key = tuple[str, str]
State = dict[Key, str]
Expected = dict[Key, str | None]

CREATE, JOIN_RULES, LEVELS = ("m.room.create", ""), ("m.room.join_rules", ""), ("m.room.power_levels", "")
TOPIC, NAME = ("m.room.topic", ""), ("m.room.name", "")
MEMBER = "m.room.member"
BEGINNING = 1_700_000_000_000
SECOND = 1000  # milliseconds

SERVERS = {"bob": "beta", "dave": "beta", "charlie": "gamma", "eve": "gamma", "zara": "gamma"}


def user(name: str) -> str:
    return f"@{name}:{SERVERS.get(name, 'alpha')}.example"


def member(name: str) -> Key:
    return (MEMBER, user(name))


class Room:
    """A room that the creator opens and names Alice its admin; Bob and Charlie have joined, anyone may.

    The creator is not in `users`, where version 12 would not have them: there they have all power, before it none.
    """

    def __init__(self, version: str) -> None:
        self.version = version
        self.clear()
        self.open()
        self.levels("levels_0", "creator", alice=100)
        self.member("join_bob", "bob")
        self.member("join_charlie", "charlie")

    def clear(self) -> None:
        """Begin anew, with no event."""
        self.events: list[dict[str, Any]] = []
        self.state: State = {}
        self.last = ""

    def open(self) -> None:
        self.send("create", "creator", CREATE, {})
        self.member("join_creator", "creator")
        self.send("rules_public", "creator", JOIN_RULES, {"join_rule": "public"})
        self.member("join_alice", "alice")

    def fork(self) -> tuple[str, State]:
        """Where the room is now, to come `back` to."""
        return self.last, dict(self.state)

    def back(self, place: tuple[str, State]) -> None:
        self.last, self.state = place[0], dict(place[1])

    def send(
        self,
        name: str,
        sender: str,
        key: Key | None,
        content: dict[str, Any],
        *,
        kind: str = "",
        cite: State | None = None,
        late: int = 0,
        depth: int | None = None,
        after: list[str] | None = None,
    ) -> State:
        """Send an event after the last one and in the present state.

        `cite` lays entries that it cites over the state, `late` moves its timestamp by seconds.
        """
        type_ = key[0] if key else kind
        seen = {**self.state, **(cite or {})}
        slots = [CREATE, LEVELS, member(sender)]
        if type_ == MEMBER and key:
            slots.append(key)
            if content["membership"] in ("join", "invite"):
                slots.append(JOIN_RULES)
        cited = list(dict.fromkeys(seen[slot] for slot in slots if slot in seen and key != CREATE))
        event = {
            "event_id": "$" + name,
            "type": type_,
            "sender": user(sender),
            "content": content,
            "origin_server_ts": BEGINNING + (len(self.events) + late) * SECOND,
            "prev_events": ["$" + p for p in (after if after is not None else [self.last] if self.last else [])],
            "auth_events": ["$" + c for c in cited],
        }
        if key:
            event["state_key"] = key[1]
            self.state = {**self.state, key: name}
        if depth is not None:
            event["depth"] = depth
        self.events.append(event)
        self.last = name
        return self.state

    def member(
        self, name: str, target: str, membership: str = "join", sender: str = "", display: str = "", **more: Any
    ) -> State:
        content = {"membership": membership} | ({"displayname": display} if display else {})
        return self.send(name, sender or target, member(target), content, **more)

    def levels(self, name: str, sender: str, events: dict[str, int] | None = None, **users: int) -> State:
        content: dict[str, Any] = {"users": {user(u): level for u, level in users.items()}}
        return self.send(name, sender, LEVELS, content | ({"events": events} if events else {}))

    def topic(self, name: str, sender: str, **more: Any) -> State:
        return self.send(name, sender, TOPIC, {"topic": name}, **more)

    def message(self, name: str, sender: str, **more: Any) -> State:
        return self.send(name, sender, None, {"body": name, "msgtype": "m.text"}, kind="m.room.message", **more)

    def history(self, *sets: State) -> dict[str, Any]:
        """The drawing as a history file."""
        return {
            "events": self.events,
            "state_sets": [sorted("$" + name for name in state.values()) for state in sets],
        }
