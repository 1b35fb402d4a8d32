"""Test vectors as files: one case each, signed PDUs and what a version makes of them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from stateroom import _core
from stateroom.bench import bench
from stateroom.pdus import check_format, content_hash, event_id, redact
from stateroom.redraw import redraw, server_keys
from stateroom.scope import Family

FORMAT = "stateroom-vector/1"
Case = dict[str, Any]
PDU = Mapping[str, Any]


def _case(kind: str, version: str, about: str, members: Mapping[str, Any], expected: Mapping[str, Any]) -> Case:
    head = {"vector": FORMAT, "kind": kind, "room_version": version, "about": about}
    return head | dict(members) | {"expected": dict(expected)}


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def auth_case(version: str, about: str, event: PDU, state: Sequence[PDU], more: Sequence[PDU] = ()) -> Case:
    """Make a case of kind `auth`: whether the event is allowed in the state, and the rule that decides."""
    members = {"event": dict(event), "state": list(state), "events": list(more)}
    asked = _dump({"room_version": version} | members).encode()
    (line,) = bench.auth(asked, "case").lines
    answer = json.loads(line)
    if "error" in answer:
        raise ValueError(answer["error"]["message"])
    expected = {"event_id": event_id(event, version)} | {m: answer[m] for m in ("allowed", "label", "number")}
    return _case("auth", version, about, members, expected)


def redaction_case(version: str, about: str, event: PDU, state: Sequence[PDU]) -> Case:
    """Make a case of kind `redaction`: whether a redaction that is accepted in the state takes effect."""
    members = {"event": dict(event), "state": list(state), "events": []}
    asked = _core.Mutants(version)
    asked.add_families("case", [_dump(as_family(members, version) | {"redacts": True})])
    expected = {"event_id": event_id(event, version), "applies": asked.verdict(0, 0)}
    return _case("redaction", version, about, members, expected)


def as_family(case: Mapping[str, Any], version: str) -> dict[str, Any]:
    """Give an event in a state, as a case has them, as a family of one event and one state."""
    named, more, (trial,) = (
        [one | {"event_id": event_id(one, version)} for one in some]
        for some in (case["state"], case["events"], [case["event"]])
    )
    state = [one["event_id"] for one in named]
    known = {one["event_id"]: one for one in [*named, *more, trial]}
    members = {"name": "case", "events": list(known.values()), "states": [state], "trials": [trial["event_id"]]}
    return members | {"recheck": False}


def family_case(version: str, family: Family, state: Sequence[str], trial: str) -> Case | None:
    """Make a case of kind `auth` of an event and a state of the exhaustive scope; None: it cannot be signed."""
    if family.events[trial]["type"] == "m.room.create":  # a history has one
        return None
    ids: list[str] = []

    def visit(one: str) -> None:
        if one in ids:
            return
        for cited in family.events[one]["prev_events"]:
            visit(cited)
        ids.append(one)

    for one in (family.root, *state):
        visit(one)
    known = list(ids)
    visit(trial)
    events = [family.events[one] | {"auth_events": known if one == trial else []} for one in ids]
    try:
        drawn = redraw({"events": events, "room_version": version}, version)
    except ValueError:  # it redacts what is not there
        return None
    made = dict(zip(ids, drawn["events"], strict=True))
    about = f"{family.name}: an event of {made[trial]['sender']}"
    more = [made[one] for one in ids if one != trial and one not in state]
    return auth_case(version, about, made[trial], [made[one] for one in state], more)


def history_case(version: str, about: str, history: Mapping[str, Any]) -> Case:
    """Make a case of kind `history`: what a server makes of each event on receipt, of merges, of given state sets."""
    asked = {"room_version": version, "events": history["events"], "keys": history.get("keys") or server_keys()}
    received = _core.receive_history(_dump(asked), "case", version)
    place = {event_id(one, version): one for one in asked["events"]}
    asked["events"] = [place[one["event_id"]] for one in received["events"]]
    merges = {i for i, one in place.items() if len(one["prev_events"]) > 1}
    events = []
    for one in received["events"]:
        said = {m: one[m] or None for m in ("event_id", "outcome", "check", "label", "number")}
        events.append(said | ({"state_before": one["before"]} if one["event_id"] in merges else {}))
    expected: dict[str, Any] = {"events": events, "current_state": received["current"]}
    if history.get("state_sets"):
        asked["state_sets"] = history["state_sets"]
        expected["resolved"] = _resolved(_dump(asked).encode())
    del asked["room_version"]
    return _case("history", version, about, asked, expected)


def _resolved(history: bytes) -> dict[str, Any]:
    """Give the resolution of the state sets, its orders and the verdicts of its checks."""
    found = _core.HistoryFile(history, "case").resolve(0, bench)
    ids = found.event_ids
    state = sorted(ids[i] for i in found.state.indices)
    orders = {}
    for number, (name, kind) in enumerate(found.names()):
        if kind == "order":
            orders[name] = [ids[i] for i in found.value_indices(number)]
    return {"state": state, "orders": orders, "checks": [_check(one) for one in found.checks()]}


def _check(check: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": check["name"],
        "event_id": check["event_id"],
        "allowed": check["allowed"],
        "label": check["label"],
        "number": check["number"] or None,
    }


def event_case(version: str, about: str, event: PDU, keys: Mapping[str, Any]) -> Case:
    """Make a case of kind `event`: form, id, hash, redaction and signature of one PDU."""
    return _case("event", version, about, {"event": dict(event), "keys": dict(keys)}, of_event(event, version, keys))


def of_event(event: PDU, version: str, keys: Mapping[str, Any]) -> dict[str, Any]:
    """Say what a version makes of one PDU."""
    try:
        known: str | None = event_id(event, version)
    except Exception:  # a version 1 PDU has its id in it, or none
        known = None
    return {
        "event_id": known,
        "content_hash": content_hash(event, version),
        "redacted": redact(event, version),
        "well_formed": not check_format(event, version),
        "signature": _signature(event, version, keys),
    }


def _signature(event: PDU, version: str, keys: Mapping[str, Any]) -> str:
    """Say whether the signatures are those that the version asks for: valid, invalid, or no-key."""
    asked = _dump({"room_version": version, "events": [event], "keys": keys}).encode()
    (line,) = bench.events(asked, "case", version, strict=True).lines
    return str(json.loads(line).get("signatures", "invalid"))
