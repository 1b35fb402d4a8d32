"""Single events on which implementations have tests of their own: each with its room, version, verdict and rule."""

import json
from typing import Any

import pytest
from stateroom import _core

ANNA, BORIS, CHLOE = "@anna:alpha.example", "@boris:beta.example", "@chloe:gamma.example"


def pdu(
    name: str, kind: str, sender: str, content: dict[str, Any], key: str | None = "", **more: Any
) -> dict[str, Any]:
    made = {
        "event_id": f"${name}",
        "type": kind,
        "sender": sender,
        "content": content,
        "room_id": "!create:alpha.example",
    }
    made |= {"origin_server_ts": 1, "depth": 1, "prev_events": ["$last"], "auth_events": ["$create"]}
    return made | ({} if key is None else {"state_key": key}) | more


CREATE = pdu("create", "m.room.create", ANNA, {"creator": ANNA}, prev_events=[], auth_events=[])
A_JOINED = pdu("anna", "m.room.member", ANNA, {"membership": "join"}, ANNA)
B_JOINED = pdu("boris", "m.room.member", BORIS, {"membership": "join"}, BORIS)
PUBLIC = pdu("rules", "m.room.join_rules", ANNA, {"join_rule": "public"})


def levels(name: str = "levels", **content: Any) -> dict[str, Any]:
    return pdu(name, "m.room.power_levels", ANNA, {"users": {ANNA: 100}} | content)


def rules(rule: str, **more: Any) -> dict[str, Any]:
    return pdu("rules", "m.room.join_rules", ANNA, {"join_rule": rule} | more)


def member(name: str, sender: str, target: str, membership: str, **more: Any) -> dict[str, Any]:
    return pdu(name, "m.room.member", sender, {"membership": membership} | more, target)


def citing(event: dict[str, Any], state: list[dict[str, Any]]) -> dict[str, Any]:
    """Cite what a version's selection would: create, levels, members of sender and target, join rules, authoriser."""
    content = event["content"]
    wanted = {("m.room.create", ""), ("m.room.power_levels", ""), ("m.room.member", event["sender"])}
    if event["type"] == "m.room.member":
        wanted.add(("m.room.member", event["state_key"]))
        wanted.add(("m.room.member", content.get("join_authorised_via_users_server")))
        if content["membership"] in ("join", "invite", "knock"):
            wanted.add(("m.room.join_rules", ""))
    return event | {"auth_events": [e["event_id"] for e in state if (e["type"], e["state_key"]) in wanted]}


def verdict(version: str, state: list[dict[str, Any]], event: dict[str, Any], others: list[Any] | None = None) -> str:
    question = {"room_version": version, "state": state, "event": event, "events": others or []}
    (line,) = _core.Workbench().auth(json.dumps(question).encode(), "case").lines
    answer = json.loads(line)
    return ("allow " if answer["allowed"] else "reject ") + str(answer["label"])


ROOM = [CREATE, A_JOINED, PUBLIC]
RESTRICTED = [*ROOM[:2], levels(invite=50), rules("restricted", allow=[])]
OLD_ALIASES = pdu("aliases", "m.room.aliases", BORIS, {"aliases": []}, "beta.example")
VIA_ANNA = member("join", BORIS, BORIS, "join", join_authorised_via_users_server=ANNA)

CASES: dict[str, tuple[str, list[dict[str, Any]], dict[str, Any], str]] = {
    "a create event after others": ("11", [], CREATE | {"prev_events": ["$last"]}, "reject create.prev_events"),
    "a member before any levels": (
        "11",
        [*ROOM, B_JOINED],
        pdu("t", "org.example", BORIS, {}, None),
        "allow allow",
    ),
    "the first levels by one without power": (
        "11",
        [*ROOM, B_JOINED],
        levels() | {"sender": BORIS},
        "reject required_level",
    ),
    "state with the default level": (
        "11",
        [*ROOM, B_JOINED, levels()],
        pdu("t", "org.example", BORIS, {}),
        "reject required_level",
    ),
    "state with a lower default": (
        "11",
        [*ROOM, B_JOINED, levels(state_default=0)],
        pdu("t", "org.example", BORIS, {}),
        "allow allow",
    ),
    "aliases of the own server": ("5", [*ROOM, levels()], OLD_ALIASES, "allow aliases.allow"),
    "aliases are ordinary since 6": ("6", [*ROOM, levels()], OLD_ALIASES, "reject joined"),
    "notifications before 6": (
        "5",
        [*ROOM, B_JOINED, levels(users={BORIS: 50})],
        levels("new", users={BORIS: 50}, notifications={"room": 99}) | {"sender": BORIS},
        "allow power_levels.allow",
    ),
    "notifications since 6": (
        "6",
        [*ROOM, B_JOINED, levels(users={BORIS: 50})],
        levels("new", users={BORIS: 50}, notifications={"room": 99}) | {"sender": BORIS},
        "reject power_levels.entries_added.new",
    ),
    "a public join": ("11", ROOM, member("join", BORIS, BORIS, "join"), "allow member.join.public"),
    "a join uninvited": ("11", [*ROOM[:2], rules("invite")], member("join", BORIS, BORIS, "join"), "reject"),
    "a restricted rule in an old room": ("7", RESTRICTED, VIA_ANNA, "reject"),
    "a restricted join by somebody who may invite": ("8", RESTRICTED, VIA_ANNA, "allow member.join"),
    "a restricted join by nobody": ("8", RESTRICTED, member("join", BORIS, BORIS, "join"), "reject"),
    "a restricted join by one without the level": (
        "8",
        [*RESTRICTED[:2], levels(users={ANNA: 0}, invite=50), RESTRICTED[3]],
        VIA_ANNA,
        "reject",
    ),
    "a level as a string before 10": ("9", [*ROOM, levels()], levels("new", ban="60"), "allow power_levels"),
    "a level as a string since 10": ("10", [*ROOM, levels()], levels("new", ban="60"), "reject power_levels.integers"),
    "a level as a boolean since 10": ("10", [*ROOM, levels()], levels("new", ban=True), "reject power_levels.integers"),
    "a knock under another rule": ("11", ROOM, member("knock", BORIS, BORIS, "knock"), "reject member.knock"),
    "a knock": ("7", [*ROOM[:2], rules("knock")], member("knock", BORIS, BORIS, "knock"), "allow member.knock"),
    "the unban of somebody banned": (
        "11",
        [*ROOM, levels(), member("ban", ANNA, BORIS, "ban")],
        member("unban", ANNA, BORIS, "leave"),
        "allow member.leave",
    ),
    "leaving twice": (
        "11",
        [*ROOM, member("left", BORIS, BORIS, "leave")],
        member("again", BORIS, BORIS, "leave"),
        "reject member.leave",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_single_event_gets_its_verdict(case: str) -> None:
    version, state, event, expected = CASES[case]
    assert verdict(version, state, citing(event, state) if event["type"] != "m.room.create" else event).startswith(
        expected
    )


def test_a_rejected_event_may_not_be_cited() -> None:
    event = citing(pdu("t", "org.example", ANNA, {}), ROOM)
    assert verdict("11", ROOM, event) == "allow allow"
    assert verdict("11", [CREATE, A_JOINED | {"rejected": True}], event).startswith("reject auth_events.rejected")


def test_an_event_that_is_not_selected_may_not_be_cited() -> None:
    event = citing(pdu("t", "org.example", ANNA, {}), ROOM)
    event["auth_events"].append("$rules")
    assert verdict("11", ROOM, event) == "reject auth_events.selection"
