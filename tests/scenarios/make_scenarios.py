"""Writes the scenarios of this folder: small rooms whose forks are resolved, as signed PDUs of three room versions.

`NAME.1.json`, `NAME.11.json` and `NAME.12.json` are one drawing in versions 1, 11 and 12 (the algorithms v1, v2.0 and v2.1).
`about.text` works out what comes out of it; `about.expected` says it for this version, entry by entry; `about.names` has the name of each
event in the text. The same keys sign on every run, so that the bytes are the same.

Usage: python tests/scenarios/make_scenarios.py [FOLDER]
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drawing import JOIN_RULES, LEVELS, NAME, TOPIC, Expected, Room, State, member, user
from stateroom.redraw import redraw


@dataclass
class Scenario:
    """`expected` by version; a version that is not among them does not have the drawing."""

    text: str
    sets: list[State]
    expected: dict[str, Expected]


def in_all(expected: Expected) -> dict[str, Expected]:
    return {"1": expected, "11": expected, "12": expected}


def in_each(one: Expected, eleven: Expected, twelve: Expected) -> dict[str, Expected]:
    return {"1": one, "11": eleven, "12": twelve}


# Bans and memberships.


def ban_against_levels(room: Room) -> Scenario:
    room.levels("levels_1", "alice", alice=100, bob=50)
    fork = room.fork()
    room.member("alice_again", "alice", display="Alice")
    left = room.member("ban_bob", "bob", "ban", "alice")
    room.back(fork)
    right = room.levels("levels_2", "bob", alice=100, bob=50, charlie=50)
    text = (
        "Alice changes her name and bans Bob while Bob, who has power 50, gives Charlie power 50. The ban and the levels are power events; "
        "Alice's 100 puts the ban first, and then Bob may send nothing. In version 1 the levels are settled before the members, where Bob has no "
        "entry (his is disputed), so that his levels are refused; among the members the ban is refused, because Alice's entry is disputed as well, and "
        "what an event cites is not looked up: Bob stays."
    )
    banned: Expected = {LEVELS: "levels_1", member("bob"): "ban_bob", member("alice"): "alice_again"}
    return Scenario(text, [left, right], in_each(banned | {member("bob"): "join_bob"}, banned, banned))


def topic_against_ban(room: Room) -> Scenario:
    room.levels("levels_1", "alice", alice=100, bob=50)
    room.topic("topic_1", "alice")
    fork = room.fork()
    left = room.member("ban_bob", "bob", "ban", "alice")
    room.back(fork)
    right = room.topic("topic_2", "bob")
    text = (
        "Bob sets the topic while Alice bans him. The ban is settled first, as a power event or (version 1) as a member before a topic; Bob's topic "
        "is refused and the older one stays."
    )
    return Scenario(text, [left, right], in_all({member("bob"): "ban_bob", TOPIC: "topic_1"}))


def topic_reset(room: Room) -> Scenario:
    room.topic("topic_1", "alice")
    old = room.state
    room.levels("levels_1", "alice", alice=100, bob=50)
    room.topic("topic_2", "bob")
    new = room.member("ban_bob", "bob", "ban", "alice")
    text = (
        "On one line of events Bob gets power, sets the topic and is banned; the other state is the one before all that. Levels and ban are settled "
        "first, so that Bob's topic is refused though nobody took it back: the topic returns to the first. In version 1 the levels, then the "
        "members, then the topics lead to the same."
    )
    return Scenario(text, [new, old], in_all({TOPIC: "topic_1", LEVELS: "levels_1", member("bob"): "ban_bob"}))


def rejoin_against_ban(room: Room) -> Scenario:
    fork = room.fork()
    left = room.member("ban_bob", "bob", "ban", "alice")
    room.back(fork)
    room.member("bob_left", "bob", "leave")
    right = room.member("bob_back", "bob")
    text = (
        "Bob leaves and joins again on his server, which knows of no ban, while Alice bans him. Of the three only the ban is a power event: it comes "
        "first, and who is banned may neither leave nor join. In version 1 the ban has the lesser depth and enters first; the join is refused."
    )
    return Scenario(text, [left, right], in_all({member("bob"): "ban_bob"}))


def kick_by_a_disputed_member(room: Room) -> Scenario:
    room.levels("levels_1", "alice", alice=100, bob=50)
    fork = room.fork()
    left = room.member("bob_renamed", "bob", display="Bob")
    room.back(fork)
    right = room.member("kick_charlie", "charlie", "leave", "bob")
    text = (
        "Bob kicks Charlie in one fork and changes his name in the other. The kick is a power event, and the join of Bob that it cites, being disputed, is put "
        "in order with it and comes first: the kick is allowed. In version 1 the members are asked key by key, where Bob has no entry: the kick is "
        "refused and Charlie stays. Bob's new name follows his old one in all of them."
    )
    kicked: Expected = {member("bob"): "bob_renamed", member("charlie"): "kick_charlie"}
    return Scenario(text, [left, right], in_each(kicked | {member("charlie"): "join_charlie"}, kicked, kicked))


def invite_by_a_disputed_member(room: Room) -> Scenario:
    fork = room.fork()
    left = room.member("bob_renamed", "bob", display="Bob")
    room.back(fork)
    right = room.member("invite_dave", "dave", "invite", "bob", late=-100)
    text = (
        "Bob invites Dave in one fork, by a clock that is slow, and changes his name in the other. All are ordinary events whose levels are the "
        "same, so that the timestamp puts the invitation first, when Bob has no entry: it is allowed by the join that it cites. Without that "
        "fallback the invitation is lost. In version 1 a key that one fork lacks is no conflict."
    )
    return Scenario(text, [left, right], in_all({member("bob"): "bob_renamed", member("dave"): "invite_dave"}))


def join_and_its_successor(room: Room) -> Scenario:
    room.levels("levels_1", "alice", alice=100, eve=50)
    old = room.state
    room.member("join_eve", "eve")
    room.member("eve_renamed", "eve", display="Eve")
    new = room.member("kick_charlie", "charlie", "leave", "eve")
    text = (
        "Eve joins, changes her name and kicks Charlie; the other state is the one before all that. Her first join is in no state, but in the auth "
        "difference, and the kick cites what cites it: the two joins are put in order with the power event, not after it. Who orders only the "
        "events of the states there replays the first join last, over the newer one. In version 1 Eve's entry is no conflict, "
        "and the kick is allowed by it."
    )
    return Scenario(text, [new, old], in_all({member("eve"): "eve_renamed", member("charlie"): "kick_charlie"}))


def concurrent_joins(room: Room) -> Scenario:
    fork = room.fork()
    left = room.member("join_dave", "dave")
    room.back(fork)
    right = room.member("join_eve", "eve")
    text = (
        "Dave and Eve join at the same time on two servers. Each entry is lacked by one fork; both joins are allowed by the join rules, which nobody "
        "disputes, or (v2.1) by those that they cite. In version 1 neither is a conflict."
    )
    return Scenario(text, [left, right], in_all({member("dave"): "join_dave", member("eve"): "join_eve"}))


# Join rules.


def join_rules_against_join(room: Room) -> Scenario:
    fork = room.fork()
    left = room.send("rules_invite", "alice", JOIN_RULES, {"join_rule": "invite"})
    room.back(fork)
    right = room.member("join_dave", "dave")
    text = (
        "Alice closes the room while Dave joins. The join rules are a power event and come first, so that Dave's join, which one fork lacks and which "
        "is therefore in conflict, is refused. In version 1 a key that one fork lacks is no conflict: Dave stays."
    )
    closed: Expected = {JOIN_RULES: "rules_invite", member("dave"): None}
    return Scenario(text, [left, right], in_each(closed | {member("dave"): "join_dave"}, closed, closed))


def join_rules_without_a_rule(room: Room) -> Scenario:
    fork = room.fork()
    left = room.send("rules_broken", "alice", JOIN_RULES, {"join_rules": "private"})
    room.back(fork)
    right = room.member("join_dave", "dave")
    text = (
        "As join_rules_against_join, but Alice's content has a wrong key and names no rule. The event is allowed, and where no rule is "
        "named nobody may join uninvited, as far as implementations go: Dave's join is refused. In version 1 it is no conflict."
    )
    closed: Expected = {JOIN_RULES: "rules_broken", member("dave"): None}
    return Scenario(text, [left, right], in_each(closed | {member("dave"): "join_dave"}, closed, closed))


def join_rules_by_time(room: Room) -> Scenario:
    fork = room.fork()
    left = room.send("rules_invite", "alice", JOIN_RULES, {"join_rule": "invite"}, late=60)
    room.back(fork)
    room.message("message", "alice")
    right = room.send("rules_knock", "alice", JOIN_RULES, {"join_rule": "knock"})
    text = (
        "Alice sets the join rules twice, on two servers. Her power is the same, so that the earlier timestamp comes first and the later "
        "one, the invitation's, stands. In version 1 depth decides: the knock's is greater."
    )
    late: Expected = {JOIN_RULES: "rules_invite"}
    return Scenario(text, [left, right], in_each({JOIN_RULES: "rules_knock"}, late, late))


def join_rules_by_id(room: Room) -> Scenario:
    fork = room.fork()
    left = room.send("rules_invite", "alice", JOIN_RULES, {"join_rule": "invite"})
    room.back(fork)
    right = room.send("rules_knock", "alice", JOIN_RULES, {"join_rule": "knock"}, late=-1)
    text = (
        "Alice sets the join rules twice in the same millisecond, on two servers. Nothing but the event id is left to decide: the lesser one comes first, and "
        "the greater one stands. In version 1, where the depths are the same too, the one whose id has the lesser SHA-1 is applied last and stands."
    )
    knock: Expected = {JOIN_RULES: "rules_knock"}
    return Scenario(text, [left, right], in_each(knock, knock, knock))


def admin_above_the_creator(room: Room) -> Scenario:
    room.clear()
    room.open()
    room.levels("levels_0", "creator", creator=100, alice=150)
    fork = room.fork()
    left = room.send("rules_invite", "creator", JOIN_RULES, {"join_rule": "invite"})
    room.back(fork)
    room.message("message", "alice")
    right = room.send("rules_knock", "alice", JOIN_RULES, {"join_rule": "knock"})
    text = (
        "The creator and Alice, who has 150, set the join rules. In version 12 creators have more power than any number: the creator's rules come "
        "first, and Alice's are applied over them. In version 11 the creator has the 100 that the levels say: Alice's come first and the creator's stand. "
        "In version 1 depth decides: Alice's is greater."
    )
    hers: Expected = {JOIN_RULES: "rules_knock"}
    return Scenario(text, [left, right], in_each(hers, {JOIN_RULES: "rules_invite"}, hers))


# MSC4297.


def msc4297_problem_a(room: Room) -> Scenario:
    room.send("rules_invite", "alice", JOIN_RULES, {"join_rule": "invite"})
    room.member("leave_alice", "alice", "leave")
    fork = room.fork()
    left = room.member("bob_renamed", "bob", display="Bob")
    room.back(fork)
    right = room.member("charlie_renamed", "charlie", display="Charlie")
    right = {**right, JOIN_RULES: "rules_public"}  # this server's state is wrong: an older rule
    names: Expected = {member("bob"): "bob_renamed", member("charlie"): "charlie_renamed"}
    text = (
        "After Alice has closed the room and left, one server's state still has the older join rules. v2.0 replays both rules onto what the states "
        "agree on: Alice has left and may not send hers, the creator's power is 0 by now and may not send the first ones, so that the room has no "
        "join rules. v2.1 starts from nothing, each event is allowed by what it cites, and the later rules stand. In version 1 the rule of "
        "the lesser depth enters unasked, and Alice's is refused."
    )
    return Scenario(
        text,
        [left, right],
        in_each(
            {JOIN_RULES: "rules_public", **names}, {JOIN_RULES: None, **names}, {JOIN_RULES: "rules_invite", **names}
        ),
    )


def msc4297_problem_b(room: Room) -> Scenario:
    room.levels("levels_1", "alice", alice=100, bob=50)
    room.levels("levels_2", "bob", alice=100, bob=50, charlie=50)
    fork = room.fork()
    right = room.member("join_zara", "zara")
    room.back(fork)
    room.member("join_eve", "eve")
    room.state = {**room.state, LEVELS: "levels_0"}  # this server's state is wrong: the first levels
    left = room.member("eve_renamed", "eve", display="Eve")
    text = (
        "One server's state has the first power levels though its newest event descends from the third. v2.0 replays the first and the third; "
        "the second is in every auth chain and left out, so that Bob, whom it gave power, may not send the third: the levels fall back to the first. "
        "v2.1 adds the second, which lies between the two, and the third stands; Eve's new name cites the first levels, the end of the mainline, comes before "
        "her join and is replaced by it. In version 1 the levels fall back as well."
    )
    old: Expected = {LEVELS: "levels_0", member("eve"): "eve_renamed", member("zara"): "join_zara"}
    new: Expected = {LEVELS: "levels_2", member("eve"): "join_eve", member("zara"): "join_zara"}
    return Scenario(text, [left, right], in_each(old, old, new))


# Power levels.


def levels_of_an_outsider(room: Room) -> Scenario:
    left = room.levels("levels_a", "alice", alice=100, bob=50)
    room.levels("levels_b", "bob", alice=100, bob=50, charlie=50)
    right = room.levels("levels_c", "charlie", alice=100, bob=50, charlie=0)
    text = (
        "Bob gives Charlie power, who drops it; the other fork ends before. The levels in between are in the auth difference, so that the three come in their "
        "order and the last one stands. Version 1 sees the first and the last alone, and in the first Charlie has no power."
    )
    last: Expected = {LEVELS: "levels_c"}
    return Scenario(text, [left, right], in_each({LEVELS: "levels_a"}, last, last))


def admin_against_moderator(room: Room) -> Scenario:
    room.levels("levels_1", "alice", alice=100, bob=50)
    fork = room.fork()
    left = room.levels("levels_bob", "bob", alice=100, bob=50, dave=10)
    room.back(fork)
    right = room.levels("levels_alice", "alice", alice=100, bob=50, charlie=50)
    text = (
        "Bob, who has 50, and Alice, who has 100, change the levels; Bob is the earlier. Alice's greater power puts hers first, and Bob's, which would take the "
        "50 from Charlie, are refused: nobody lowers an equal. In version 1 the two have the same depth; whichever of them is first, Alice's stand."
    )
    return Scenario(text, [left, right], in_all({LEVELS: "levels_alice"}))


def admin_steps_down(room: Room) -> Scenario:
    fork = room.fork()
    left = room.member("ban_bob", "bob", "ban", "alice")
    room.back(fork)
    room.levels("levels_1", "alice", alice=100, bob=100)
    right = room.levels("levels_2", "alice", alice=0, bob=100)
    text = (
        "Alice bans Bob on one server; on another, later, she makes him an admin and gives up her own power. The ban is the earliest of three power events with "
        "her 100, but it cites Bob's join, which is disputed and is put in order with it, and at his join Bob had no power: both levels come before the join, the ban "
        "after it, and then Alice may no longer ban. In version 1 the levels come before the members in any case."
    )
    return Scenario(text, [left, right], in_all({LEVELS: "levels_2", member("bob"): "join_bob"}))


def join_rules_of_a_chain(room: Room) -> Scenario:
    room.send("rules_1", "alice", JOIN_RULES, {"join_rule": "public", "note": "for Dave"})
    left = dict(room.member("join_dave", "dave"))
    del room.state[member("dave")]
    right = room.send("rules_2", "alice", JOIN_RULES, {"join_rule": "public"})
    text = (
        "Dave joins under rules that both servers have replaced since; one of them does not know of his join. His join is disputed, and the rules that it cites are "
        "in the auth chain of one state alone: both are tried again, and the old rules would stand where the new ones do, had not what nobody disputes the last "
        "word. Version 1 looks at no chains, and takes a join that only one state has as agreed."
    )
    return Scenario(
        text, [left | {JOIN_RULES: "rules_2"}, right], in_all({JOIN_RULES: "rules_2", member("dave"): "join_dave"})
    )


def levels_with_a_state_key(room: Room) -> Scenario:
    fork = room.fork()
    left = room.send("levels_x", "alice", (LEVELS[0], "x"), {"users": {user("alice"): 100}})
    room.back(fork)
    right = room.levels("levels_1", "alice", alice=0)
    text = (
        "Alice sends power levels under the state_key `x` on one server; on another, later, she gives up her power. Levels under another key than the empty one are no "
        "power event: they are tried after Alice's new ones, by which she may send none. In version 1 a key that one of the states lacks is not disputed: what the other "
        "state has under `x` stays."
    )
    lost: Expected = {LEVELS: "levels_1", (LEVELS[0], "x"): None}
    return Scenario(text, [left, right], in_each(lost | {(LEVELS[0], "x"): "levels_x"}, lost, lost))


# Topics and names: the mainline, timestamps, depth.


def mainline(room: Room) -> Scenario:
    room.topic("topic_1", "alice")
    room.levels("levels_1", "alice", alice=100, bob=50)
    fork = room.fork()
    room.topic("topic_2", "alice")
    room.levels("levels_2", "alice", {LEVELS[0]: 100}, alice=100, bob=50)
    left = room.topic("topic_3", "bob")
    room.back(fork)
    room.levels("levels_b", "bob", alice=100, bob=50, charlie=1)
    right = room.topic("topic_4", "alice")
    text = (
        "Two forks with new levels and topics each. Alice's levels come first and keep Bob's out. The fourth topic is the latest by its timestamp but cites Bob's "
        "levels, whose nearest ancestor on the mainline is older than what the third cites: it comes first and is replaced. In version 1 Alice's levels "
        "follow Bob's, which are of lesser depth, and the third topic is the deepest."
    )
    return Scenario(text, [left, right], in_all({LEVELS: "levels_2", TOPIC: "topic_3"}))


def mainline_steps(room: Room) -> Scenario:
    room.levels("levels_1", "alice", alice=100, bob=50)
    fork = room.fork()
    room.topic("topic_near", "alice", late=60)
    left = room.levels("levels_2", "alice", {LEVELS[0]: 100}, alice=100, bob=50)
    room.back(fork)
    room.levels("levels_b", "bob", alice=100, bob=50, charlie=1)
    right = room.topic("topic_far", "alice")
    text = (
        "One topic cites levels of the mainline, the other Bob's, which were kept out and descend from the same: both have the same place on the mainline, and "
        "how many steps lead there does not count. The later timestamp stands. In version 1 the far topic is the deeper one."
    )
    near: Expected = {LEVELS: "levels_2", TOPIC: "topic_near"}
    return Scenario(text, [left, right], in_each(near | {TOPIC: "topic_far"}, near, near))


def topic_before_any_levels(room: Room) -> Scenario:
    room.clear()
    room.open()
    room.topic("topic_0", "creator", late=60)
    left = room.levels("levels_0", "creator", {TOPIC[0]: 0}, alice=100)
    right = room.topic("topic_1", "alice")
    text = (
        "The creator set a topic before there were power levels, by a clock that is fast; everybody may set topics since. An event without levels among its "
        "ancestors comes before all others, also before those that cite the oldest levels: the newer topic stands in v2.0, though its timestamp is less. "
        "v2.1 starts from nothing and replays no levels that nobody disputes: there is no mainline, and the later timestamp stands. In version 1 the newer topic is the "
        "deeper one."
    )
    newer: Expected = {TOPIC: "topic_1"}
    return Scenario(text, [left, right], in_each(newer, newer, {TOPIC: "topic_0"}))


def topic_basic(room: Room) -> Scenario:
    room.topic("topic_1", "alice")
    room.levels("levels_1", "alice", alice=100, bob=50)
    fork = room.fork()
    room.topic("topic_2", "alice")
    left = room.levels("levels_2", "alice", alice=100, bob=0)
    room.back(fork)
    room.levels("levels_b", "bob", alice=100, bob=50)
    right = room.topic("topic_3", "bob")
    text = (
        "Alice sets the topic and takes Bob's power; in the other fork Bob repeats the levels and sets the topic. Alice's levels are first by her power and "
        "keep Bob's out, and then his topic. In version 1 Bob's levels are of lesser depth and enter first, Alice's follow; of the topics "
        "Bob's is the deeper one and is refused."
    )
    return Scenario(text, [left, right], in_all({LEVELS: "levels_2", TOPIC: "topic_2"}))


def topic_after_a_merge(room: Room) -> Scenario:
    room.topic("topic_1", "alice")
    room.levels("levels_1", "alice", alice=100, bob=50)
    fork = room.fork()
    room.topic("topic_2", "alice")
    merged = room.levels("levels_2", "alice", alice=100, bob=0)
    room.back(fork)
    room.levels("levels_b", "bob", alice=100, bob=50)
    room.topic("topic_3", "bob")
    room.state = dict(merged)
    room.message("message", "alice", after=["levels_2", "topic_3"])
    right = room.state
    left = room.topic("topic_4", "alice")
    text = (
        "As topic_basic, merged by a message, and then a fourth topic: one state has the second, the other the fourth, all else was settled at the merge. "
        "The fourth comes last in every version."
    )
    return Scenario(text, [left, right], in_all({LEVELS: "levels_2", TOPIC: "topic_4"}))


def topic_against_demotion(room: Room) -> Scenario:
    room.levels("levels_1", "alice", alice=100, bob=50)
    room.topic("topic_1", "alice")
    fork = room.fork()
    left = room.levels("levels_2", "alice", alice=100, bob=0)
    room.back(fork)
    right = room.topic("topic_2", "bob")
    text = (
        "Bob sets the topic while Alice takes his power. Levels come before topics in every version, so that his topic is refused: what a moderator "
        "did evaporates."
    )
    return Scenario(text, [left, right], in_all({LEVELS: "levels_2", TOPIC: "topic_1"}))


def topic_from_the_future(room: Room) -> Scenario:
    room.levels("levels_1", "alice", alice=100, bob=50)
    fork = room.fork()
    left = room.topic("topic_bob", "bob", late=365 * 24 * 3600)
    room.back(fork)
    room.message("message", "alice")
    right = room.topic("topic_alice", "alice")
    text = (
        "Bob's topic says that it is of next year. The levels that both cite are the same, so that the timestamp decides and his comes last: Alice's greater power "
        "does not count among ordinary events. In version 1 depth decides, and hers is greater."
    )
    bobs: Expected = {TOPIC: "topic_bob"}
    return Scenario(text, [left, right], in_each({TOPIC: "topic_alice"}, bobs, bobs))


def topic_by_id(room: Room) -> Scenario:
    fork = room.fork()
    left = room.topic("topic_a", "alice")
    room.back(fork)
    right = room.topic("topic_b", "alice", late=-1)
    text = (
        "Alice sets the topic twice in the same millisecond, on two servers. Power, mainline and time are the same, so that the topic of the greater event id is replayed "
        "last and stands. In version 1 the depths are the same too, and the first one that is allowed by lesser SHA-1 of the id stands."
    )
    a: Expected = {TOPIC: "topic_a"}
    b: Expected = {TOPIC: "topic_b"}
    return Scenario(text, [left, right], in_each(b, b, a))


def name_by_depth(room: Room) -> Scenario:
    room.clear()
    room.open()
    levels = {"users": {"@alice:alpha.example": "100" if room.version == "1" else 100}}
    room.send("levels_0", "creator", LEVELS, levels)
    fork = room.fork()
    left = room.send("name_late", "alice", NAME, {"name": "late"}, depth=20, late=60)
    room.back(fork)
    right = room.send("name_deep", "alice", NAME, {"name": "deep"}, depth=21)
    text = (
        "Two names after one event, one with the later timestamp, one with the greater depth, which its server made up. The later stands, and in version 1, "
        "whose levels here are strings, the deeper."
    )
    late: Expected = {NAME: "name_late"}
    return Scenario(text, [left, right], in_each({NAME: "name_deep"}, late, late))


SCENARIOS: list[Callable[[Room], Scenario]] = [
    ban_against_levels,
    topic_against_ban,
    topic_reset,
    rejoin_against_ban,
    kick_by_a_disputed_member,
    invite_by_a_disputed_member,
    join_and_its_successor,
    concurrent_joins,
    join_rules_against_join,
    join_rules_without_a_rule,
    join_rules_by_time,
    join_rules_by_id,
    admin_above_the_creator,
    msc4297_problem_a,
    msc4297_problem_b,
    levels_of_an_outsider,
    admin_against_moderator,
    admin_steps_down,
    join_rules_of_a_chain,
    levels_with_a_state_key,
    mainline,
    mainline_steps,
    topic_before_any_levels,
    topic_basic,
    topic_after_a_merge,
    topic_against_demotion,
    topic_from_the_future,
    topic_by_id,
    name_by_depth,
]


def written(make: Callable[[Room], Scenario], version: str) -> str:
    """The history file of a scenario in a version."""
    room = Room(version)
    scenario = make(room)
    drawn = redraw(room.history(*scenario.sets), version)
    ids = {name: event_id for event_id, name in drawn["about"]["names"].items()}
    expected = [
        {"type": key[0], "state_key": key[1], "event_id": None if name is None else ids[name]}
        for key, name in sorted(scenario.expected[version].items())
    ]
    drawn["about"] = {"text": scenario.text, "expected": expected, "names": drawn["about"]["names"]}
    return layout(drawn)


def layout(history: dict[str, Any]) -> str:
    """A member a line, an event a line."""

    def dump(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False)

    lines = []
    for member_, value in history.items():
        text = dump(value)
        if member_ in ("events", "state_sets"):
            text = "[\n  " + ",\n  ".join(dump(one) for one in value) + "\n ]"
        if member_ == "about":
            text = "{\n  " + ",\n  ".join(f"{dump(k)}: {dump(v)}" for k, v in value.items()) + "\n }"
        lines.append(f" {dump(member_)}: {text}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    for make in SCENARIOS:
        for version in ("1", "11", "12"):
            (folder / f"{make.__name__}.{version}.json").write_text(written(make, version), encoding="utf-8")


if __name__ == "__main__":
    main()
