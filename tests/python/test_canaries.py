"""Mistakes in a room version that make a proved property false: the prover must refute each.

All are edits of version 12, for which the property, or the part of it that is named, is proved.
"""

import pytest
import stateroom

KICK, BAN, ENTRY = "a kick", "a ban", "the power of a user that has an entry"
GIVEN = "power by an entry"
RULES = 'edit rules  draft "canary"\n  '
SELECTION = 'edit auth events  draft "canary"\n  '
DEFINITIONS = 'edit definitions  draft "canary"\n  '

KICKS = [
    "replace member.leave.kick: allow if power(sender) >= kick_level and power(state_key) <= power(sender)",
    "replace member.leave.kick: allow if power(sender) >= kick_level",
    "replace member.leave.kick: allow if power(state_key) < power(sender) or power(sender) >= kick_level",
    "replace member.leave.otherwise: allow",
    'insert member.leave.unbanned before member.leave.kick: allow if membership(state_key) = "ban"',
    'insert member.leave.rescinded before member.leave.unban: allow if membership(state_key) = "invite"',
]
BANS = [
    "replace member.ban.level: allow if power(sender) >= ban_level and power(state_key) <= power(sender)",
    "replace member.ban.level: allow if power(sender) >= ban_level",
    "replace member.ban.otherwise: allow",
    'insert member.ban.invited before member.ban.level: allow if membership(state_key) = "invite"',
]
DEMOTIONS = [
    "replace power_levels.users_changed.old: reject if user != sender and old is level and old > power(sender)",
    "replace power_levels.users_changed.old: reject if user != sender and old is level and new is level"
    " and old >= power(sender)",
    "replace power_levels.users_changed.old: reject if user != sender and old is level and old >= power(sender)"
    " and old >= 100",
    "remove power_levels.users_changed",
    "insert power_levels.early before power_levels.levels: allow if power(sender) >= 100",
]
GIFTS = [
    "replace power_levels.users_added.new: reject if new is level and new > power(sender) and user != sender",
    "replace power_levels.users_added.new: reject if new is level and new > power(sender) and new > 100",
    "replace power_levels.users_added.new: reject if old is absent and new is level and new > power(sender)",
    "remove power_levels.users_added",
    "insert power_levels.early before power_levels.levels: allow if power(sender) >= 50",
]
CREATORS = [
    "replace power(user: string) = power_levels.content.users[user] default power_levels.content.users_default"
    " default 0",
    "replace power(user: string) = if user in creators and power_levels is absent then infinite"
    " else power_levels.content.users[user] default power_levels.content.users_default default 0",
    "replace power(user: string) = if user = creator then infinite"
    " else power_levels.content.users[user] default power_levels.content.users_default default 0",
]
SELECTIONS = [
    "remove others.power_levels",
    "remove others.sender",
    "remove others.member.target",
    "remove others.member.join_rules",
    "remove others.member.third_party",
    "remove others.member.authoriser",
    'replace others.member.join_rules: when content.membership = "join", select join_rules',
]
ALL_MEMBERS = (
    'insert nobody before joined: reject if no (user, m) in state["m.room.member"] has m.content.membership = "ban"'
)
SAME = [
    "remove member.join.banned",
    "replace member.otherwise: allow",
    "replace member.knock.otherwise: allow",
]

CANARIES = (
    [("peers", KICK, RULES + edit) for edit in KICKS]
    + [("peers", BAN, RULES + edit) for edit in BANS]
    + [("peers", ENTRY, RULES + edit) for edit in DEMOTIONS]
    + [("no-escalation", GIVEN, RULES + edit) for edit in GIFTS]
    + [("creators-keep-power", None, DEFINITIONS + edit) for edit in CREATORS]
    + [("closed-selection", None, SELECTION + edit) for edit in SELECTIONS]
    + [("closed-selection", None, RULES + ALL_MEMBERS)]
    + [("same-rules:12", None, RULES + edit) for edit in SAME]
    + [("depth-free", None, RULES + "insert deep before joined: reject if depth > 100")]
    + [("timestamp-free", None, RULES + "insert late before joined: reject if origin_server_ts < 1000")]
)


def test_there_are_enough_mistakes():
    assert len({(name, text) for name, _, text in CANARIES}) >= 30


@pytest.mark.long
@pytest.mark.parametrize(("name", "part", "text"), CANARIES)
def test_a_mistake_is_refuted(name, part, text, tmp_path):
    path = tmp_path / "canary.room"
    path.write_text(f'room version "org.example.canary" extends "12"\n  status unstable\n\n{text}\n')
    answer = stateroom.prove(name, str(path))
    assert answer.findings, answer.explain()
    if part is not None:
        assert {p.name: p.verdict for p in answer.parts}[part] == "refuted", answer.explain()


@pytest.mark.long
def test_a_rule_that_never_decides_is_named(tmp_path):
    path = tmp_path / "dead.room"
    path.write_text(
        'room version "org.example.dead" extends "12"\n  status unstable\n\n'
        + RULES
        + "insert member.ban.never before member.ban.otherwise: reject if power(sender) < ban_level"
        " and power(sender) >= ban_level\n"
        "  insert member.ban.late last: reject if power(sender) < ban_level\n"
    )
    answer = stateroom.prove("live-rules", str(path))
    assert [finding.words for finding in answer.findings] == [
        "5.6.3 member.ban.never never decides: its condition never holds",
        "5.6.5 member.ban.late never decides: where its condition holds an earlier rule decides",
    ]
