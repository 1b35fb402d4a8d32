"""Writes the scenarios of this folder: small rooms whose forks are resolved.

Each file is a history with names for ids, so that one drawing is read under every version; `about.text` works out what comes out
of it in room versions 1, 11 and 12 (the algorithms v1, v2.0 and v2.1), and `about.expected` says it entry by entry.

Usage: python tests/scenarios/make_scenarios.py [FOLDER]
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

State = dict[tuple[str, str], str]

PL, JR, MEMBER, TOPIC = "m.room.power_levels", "m.room.join_rules", "m.room.member", "m.room.topic"


class Room:
    """A room that @creator:x opens; @alice:x has power 100, @bob:x and @charlie:x have joined, anyone may."""

    def __init__(self) -> None:
        self.events: list[dict] = []
        self.keys: dict[str, tuple[str, str]] = {}
        self.auth: dict[str, list[str]] = {}
        self.last = ""
        state: State = {}
        state = self.add(state, "create", "creator", "m.room.create", "", {"creator": "@creator:x"})
        state = self.member(state, "join_creator", "creator", "creator", "join")
        state = self.add(state, "rules_public", "creator", JR, "", {"join_rule": "public"})
        state = self.member(state, "join_alice", "alice", "alice", "join")
        state = self.levels(state, "levels_0", "creator", alice=100)
        state = self.member(state, "join_bob", "bob", "bob", "join")
        self.base = self.member(state, "join_charlie", "charlie", "charlie", "join")

    def add(
        self,
        state: State,
        name: str,
        sender: str,
        kind: str,
        key: str,
        content: dict,
        cite: dict[tuple[str, str], str] | None = None,
        after: str | None = None,
    ) -> State:
        """An event sent in `state` (but citing `cite`) after the event `after` (the last one made)."""
        seen = {**state, **(cite or {})}
        user = f"@{sender}:x"
        slots = [("m.room.create", ""), (PL, ""), (MEMBER, user)]
        if kind == MEMBER:
            slots += [(MEMBER, key)] + ([(JR, "")] if content["membership"] == "join" else [])
        auth = list(dict.fromkeys(seen[slot] for slot in slots if slot in seen and kind != "m.room.create"))
        before = after or self.last
        depth = 1 + max([e["depth"] for e in self.events if e["event_id"] == "$" + before], default=0)
        self.events.append(
            {
                "event_id": "$" + name,
                "type": kind,
                "state_key": key,
                "sender": user,
                "room_id": "!create",
                "content": content,
                "origin_server_ts": 1000 + len(self.events),
                "depth": depth,
                "prev_events": ["$" + before] if before else [],
                "auth_events": ["$" + a for a in auth],
            }
        )
        self.keys[name] = (kind, key)
        self.last = name
        return {**state, (kind, key): name}

    def member(
        self, state: State, name: str, sender: str, target: str, membership: str, display: str = "", **more
    ) -> State:
        content = {"membership": membership} | ({"displayname": display} if display else {})
        return self.add(state, name, sender, MEMBER, f"@{target}:x", content, **more)

    def levels(
        self, state: State, name: str, sender: str, events: dict | None = None, after: str | None = None, **users: int
    ) -> State:
        content = {"users": {f"@{u}:x": level for u, level in users.items()}} | ({"events": events} if events else {})
        return self.add(state, name, sender, PL, "", content, after=after)

    def topic(self, state: State, name: str, sender: str, **more) -> State:
        return self.add(state, name, sender, TOPIC, "", {"topic": name}, **more)

    def history(self, text: str, sets: list[State], one: dict, eleven: dict, twelve: dict) -> dict:
        def entries(expected: dict) -> list[dict]:
            return [
                {"type": k[0], "state_key": k[1], "event_id": None if v is None else "$" + v}
                for k, v in sorted(expected.items())
            ]

        return {
            "format": "stateroom-history/1",
            "about": {"text": text, "expected": {"1": entries(one), "11": entries(eleven), "12": entries(twelve)}},
            "events": self.events,
            "state_sets": [sorted("$" + v for v in s.values()) for s in sets],
        }


def user(name: str) -> tuple[str, str]:
    return (MEMBER, f"@{name}:x")


LEVELS, RULES, TOPICS = (PL, ""), (JR, ""), (TOPIC, "")


def ban_against_levels() -> dict:
    room = Room()
    both = room.levels(room.base, "levels_1", "alice", alice=100, bob=50)
    fork = room.last
    left = room.member(both, "ban_bob", "alice", "bob", "ban")
    right = room.levels(both, "levels_2", "bob", alice=100, bob=50, charlie=50, after=fork)
    expected = {LEVELS: "levels_1", user("bob"): "ban_bob"}
    text = (
        "Alice bans Bob while Bob, who has power 50, gives Charlie power 50. The ban and the levels are power events; Alice's 100 puts "
        "the ban first, and then Bob may send nothing. In version 1 the levels are settled before the members, where Bob has no entry "
        "(his is disputed), so that his levels are refused; the ban then follows his join."
    )
    return room.history(text, [left, right], expected, expected, expected)


def topic_against_ban() -> dict:
    room = Room()
    both = room.levels(room.base, "levels_1", "alice", alice=100, bob=50)
    both = room.topic(both, "topic_1", "alice")
    fork = room.last
    left = room.member(both, "ban_bob", "alice", "bob", "ban")
    right = room.topic(both, "topic_2", "bob", after=fork)
    expected = {user("bob"): "ban_bob", TOPICS: "topic_1"}
    text = (
        "Bob sets the topic while Alice bans him. The ban is settled first, as a power event or (version 1) as a member before "
        "a topic; Bob's topic is refused and the older one stays."
    )
    return room.history(text, [left, right], expected, expected, expected)


def join_rules_against_join() -> dict:
    room = Room()
    fork = room.last
    left = room.add(room.base, "rules_invite", "alice", JR, "", {"join_rule": "invite"})
    right = room.member(room.base, "join_dave", "dave", "dave", "join", after=fork)
    closed = {RULES: "rules_invite", user("dave"): None}
    text = (
        "Alice closes the room while Dave joins. The join rules are a power event and come first, so that Dave's join, which one fork "
        "lacks and which is therefore in conflict, is refused. In version 1 a key that one fork lacks is no conflict: Dave stays."
    )
    return room.history(text, [left, right], {RULES: "rules_invite", user("dave"): "join_dave"}, closed, closed)


def msc4297_problem_a() -> dict:
    room = Room()
    new = room.add(room.base, "rules_invite", "alice", JR, "", {"join_rule": "invite"})
    new = room.member(new, "leave_alice", "alice", "alice", "leave")
    left = room.member(new, "bob_renamed", "bob", "bob", "join", "bob the second", after="leave_alice")
    right = room.member(new, "charlie_renamed", "charlie", "charlie", "join", "charlie the second", after="leave_alice")
    right = {**right, RULES: "rules_public"}  # this server's state is wrong: an older rule
    names = {user("bob"): "bob_renamed", user("charlie"): "charlie_renamed"}
    text = (
        "After Alice has closed the room and left, one server's state still has the older join rules. v2.0 replays both rules onto what "
        "the states agree on: Alice has left and may not send hers, the creator's power is 0 by now and may not send the first ones, so "
        "that the room has no join rules. v2.1 starts from nothing, each event is allowed by what it cites, and the later rules "
        "stand. In version 1 the rule of the lesser depth enters unasked, and Alice's is refused."
    )
    return room.history(
        text, [left, right], {RULES: "rules_public", **names}, {RULES: None, **names}, {RULES: "rules_invite", **names}
    )


def msc4297_problem_b() -> dict:
    room = Room()
    new = room.levels(room.base, "levels_1", "alice", alice=100, bob=50)
    new = room.levels(new, "levels_2", "bob", alice=100, bob=50, charlie=50)
    fork = room.last
    right = room.member(new, "join_zara", "zara", "zara", "join")
    left = room.member(new, "join_eve", "eve", "eve", "join", after=fork)
    left = {**left, LEVELS: "levels_0"}  # this server's state is wrong: the first levels
    left = room.member(left, "eve_renamed", "eve", "eve", "join", "eve the second")
    text = (
        "One server's state has the first power levels though its newest event descends from the third. v2.0 replays the first and the "
        "third; the second is in every auth chain and left out, so that Bob, whom it gave power, may not send the third: the "
        "levels fall back to the first. v2.1 adds the second, which lies between the two, and the third stands; Eve's new name cites "
        "the first levels, the end of the mainline, comes before her join and is replaced by it. In version 1 the levels fall back as well."
    )
    old = {LEVELS: "levels_0", user("eve"): "eve_renamed", user("zara"): "join_zara"}
    return room.history(
        text, [left, right], old, old, {LEVELS: "levels_2", user("eve"): "join_eve", user("zara"): "join_zara"}
    )


def levels_of_an_outsider() -> dict:
    room = Room()
    left = room.levels(room.base, "levels_a", "alice", alice=100, bob=50)
    right = room.levels(left, "levels_b", "bob", alice=100, bob=50, charlie=50)
    right = room.levels(right, "levels_c", "charlie", alice=100, bob=50, charlie=0)
    text = (
        "Bob gives Charlie power, who drops it; the other fork ends before. The levels in between are in the auth difference, so that the "
        "three come in their order and the last one stands. Version 1 sees the first and the last alone, and in the first Charlie "
        "has no power."
    )
    last = {LEVELS: "levels_c"}
    return room.history(text, [left, right], {LEVELS: "levels_a"}, last, last)


def mainline() -> dict:
    room = Room()
    both = room.topic(room.base, "topic_1", "alice")
    both = room.levels(both, "levels_1", "alice", alice=100, bob=50)
    fork = room.last
    left = room.topic(both, "topic_2", "alice")
    left = room.levels(left, "levels_2", "alice", {PL: 100}, alice=100, bob=50)
    left = room.topic(left, "topic_3", "bob")
    right = room.levels(both, "levels_b", "bob", alice=100, bob=50, charlie=1, after=fork)
    right = room.topic(right, "topic_4", "alice")
    text = (
        "Two forks with new levels and topics each. Alice's levels come first and keep Bob's out. The fourth topic is the latest by "
        "its timestamp but cites Bob's levels, whose nearest ancestor on the mainline is older than what the third cites: "
        "it comes first and is replaced. In version 1 Alice's levels follow Bob's, which are of lesser depth, and the third topic is the deepest."
    )
    expected = {LEVELS: "levels_2", TOPICS: "topic_3"}
    return room.history(text, [left, right], expected, expected, expected)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    for make in (
        ban_against_levels,
        topic_against_ban,
        join_rules_against_join,
        msc4297_problem_a,
        msc4297_problem_b,
        levels_of_an_outsider,
        mainline,
    ):
        text = json.dumps(make(), indent=1, ensure_ascii=False)
        (folder / f"{make.__name__}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
