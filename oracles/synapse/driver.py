# SPDX-License-Identifier: AGPL-3.0-or-later
#
# This program is free software: you can redistribute it and/or modify it under the terms of the GNU Affero General
# Public License as published by the Free Software Foundation, either version 3 of the License, or (at your option) any
# later version. It comes without any warranty. See <https://www.gnu.org/licenses/>.
"""Answers questions about Matrix state resolution with Synapse, one JSON object a line (see ../README.md).

Synapse runs here without a server: its resolution is handed a store that holds the events of the question. An exception
of Synapse is an answer, never the end of the process.
"""

import json
import logging
import os
import sys
import traceback
from collections.abc import Callable, Coroutine, Iterable
from importlib.metadata import version as release_of
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from synapse.api.errors import AuthError
from synapse.api.room_versions import KNOWN_ROOM_VERSIONS, EventFormatVersions, RoomVersion, StateResolutionVersions
from synapse.event_auth import (
    auth_types_for_event,
    check_state_dependent_auth_rules,
    check_state_independent_auth_rules,
)
from synapse.events import make_event_from_json
from synapse.state import v1
from synapse.state import v2 as published
from synapse.storage.databases.main.event_federation import StateDifference

VERSIONS = [str(number) for number in range(1, 13)]
CORRECTED = "corrected" in sys.argv[1:]


def load() -> Any:
    """Give the module of state resolution v2: the published one, or the copy with corrections (corrections.patch)."""
    if not CORRECTED:
        return published
    spec = spec_from_file_location("synapse_corrected", Path(__file__).parent / "target/peer/v2.py")
    if spec is None or spec.loader is None:
        raise ImportError("no corrected copy")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


v2 = load()
LEVELS = ("users_default", "events_default", "state_default", "ban", "kick", "invite", "redact")
ABSENT: dict[str, Any] = {"depth": 1, "origin_server_ts": 0, "content": {}, "hashes": {}, "signatures": {}}


class Named:
    """An event of Synapse under the id that the question gives it, which need not be its hash."""

    def __init__(self, event: Any, event_id: str, room_id: str | None):
        self._event = event
        self.event_id = event_id
        if room_id is not None:
            self.room_id = room_id

    def __getattr__(self, name: str) -> Any:
        return getattr(self._event, name)

    def __contains__(self, name: str) -> bool:
        return name in self._event


def read_event(pdu: dict[str, Any], version: RoomVersion, rejected: bool) -> Named:
    """Make Synapse's event of a PDU; its edges get the form of the version."""
    pdu = ABSENT | pdu
    event_id = pdu["event_id"]
    pairs = version.event_format == EventFormatVersions.ROOM_V1_V2
    if not pairs:
        del pdu["event_id"]
    for field in ("prev_events", "auth_events"):
        ids = [one if isinstance(one, str) else one[0] for one in pdu.get(field, [])]
        pdu[field] = [[one, {}] for one in ids] if pairs else ids
    event = make_event_from_json(json.dumps(pdu), version, rejected_reason="rejected" if rejected else None)
    derives = version.msc4291_room_ids_as_hashes and pdu.get("type") == "m.room.create"
    return Named(event, event_id, "!" + event_id[1:] if derives else None)


class Store:
    """The events of a question, as Synapse asks for them."""

    def __init__(self, events: Iterable[Named]):
        self.events = {event.event_id: event for event in events}

    async def get_events(self, event_ids: Iterable[str], *_args: Any, **_options: Any) -> dict[str, Named]:
        return {event_id: self.events[event_id] for event_id in event_ids if event_id in self.events}

    async def get_auth_chain_difference(
        self, _room_id: str, state_sets: list[set[str]], conflicted: set[str] | None, _more: set[str] | None
    ) -> StateDifference:
        chains = [self.chain(ids) for ids in state_sets]
        subgraph = None if conflicted is None else self.subgraph(conflicted)
        return StateDifference(set().union(*chains) - chains[0].intersection(*chains[1:]), subgraph)

    def chain(self, start: Iterable[str]) -> set[str]:
        """Everything reached from the events along auth_events, they themselves included, as in Synapse's database."""
        found: set[str] = set()
        todo = [event_id for event_id in start if event_id in self.events]
        while todo:
            event_id = todo.pop()
            if event_id not in found:
                found.add(event_id)
                todo += [one for one in self.events[event_id].auth_event_ids() if one in self.events]
        return found

    def subgraph(self, conflicted: set[str]) -> set[str]:
        """What lies on a path along auth_events from one conflicted event to another, they themselves included."""
        return {one for one in self.chain(conflicted) if not conflicted.isdisjoint(self.chain([one]))}


class Clock:
    """A clock that never waits."""

    async def sleep(self, _duration: Any) -> None:
        return


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run what never waits for anything."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value
    raise RuntimeError("Synapse waits for something that is not in the question")


def resolve(question: dict[str, Any], version: RoomVersion) -> dict[str, Any]:
    """Resolve once, or once for each list of corrections, null where that raises."""
    if "corrections" not in question:
        return resolve_once(question, version, question.get("corrected", []))
    states = []
    for ids in question["corrections"]:
        try:
            states.append(resolve_once(question, version, ids)["state"])
        except Exception:
            states.append(None)
    return {"states": states}


def correct(ids: Iterable[str]) -> None:
    """Switch deviations of the corrected copy off; the published module has no switches."""
    if CORRECTED:
        v2.CORRECTED.clear()
        v2.CORRECTED.update(ids)
    elif ids:
        raise ValueError("only the corrected copy takes corrections")


def without_untyped_join_rule(pdu: dict[str, Any]) -> dict[str, Any]:
    """Take a join rule that is no string out: this deviation is corrected in the question."""
    if pdu["type"] != "m.room.join_rules" or isinstance(pdu["content"].get("join_rule", ""), str):
        return pdu
    return pdu | {"content": {name: value for name, value in pdu["content"].items() if name != "join_rule"}}


def is_level(value: Any) -> bool:
    """Whether Synapse reads it as a level: anything else is an error that ends the whole resolution."""
    try:
        int(value)
    except (TypeError, ValueError):
        return False
    return True


def without_unreadable_levels(pdu: dict[str, Any], version: RoomVersion) -> dict[str, Any]:
    """Take out of power levels what is no level, or no map of levels: this deviation is corrected in the question.

    What `users` holds is checked when the event is, and versions that take integers alone check all.
    """
    if pdu["type"] != "m.room.power_levels" or version.enforce_int_power_levels:
        return pdu
    content = {}
    for name, value in pdu["content"].items():
        if name in ("events", "notifications"):
            if isinstance(value, dict):
                content[name] = {key: level for key, level in value.items() if is_level(level)}
        elif name not in LEVELS or is_level(value):
            content[name] = value
    return pdu | {"content": content}


def resolve_once(question: dict[str, Any], version: RoomVersion, corrected: Iterable[str]) -> dict[str, Any]:
    correct(corrected)
    rejected = set(question.get("rejected", []))
    pdus = question["events"]
    if "typed-join-rule" in corrected:
        pdus = [without_untyped_join_rule(pdu) for pdu in pdus]
    if "unreadable-levels" in corrected:
        pdus = [without_unreadable_levels(pdu, version) for pdu in pdus]
    store = Store(read_event(pdu, version, pdu["event_id"] in rejected) for pdu in pdus)
    states = [
        {(store.events[one].type, store.events[one].state_key): one for one in ids if store.events[one].is_state()}
        for ids in question["state_sets"]
    ]
    if not states:
        return {"state": []}
    room_id = next((store.events[one].room_id for state in states for one in state.values()), "")
    if version.state_res == StateResolutionVersions.V1:
        found = run(v1.resolve_events_with_store(room_id, version, states, None, store.get_events))
    else:
        found = run(v2.resolve_events_with_store(Clock(), room_id, version, states, None, store))
    return {"state": sorted([kind, key, event_id] for (kind, key), event_id in found.items())}


def auth(question: dict[str, Any], version: RoomVersion) -> dict[str, Any]:
    rejected = set(question.get("rejected", []))
    state = [read_event(pdu, version, pdu["event_id"] in rejected) for pdu in question["state"]]
    others = [read_event(pdu, version, pdu["event_id"] in rejected) for pdu in question.get("events", [])]
    event = read_event(question["event"], version, False)
    if "corrections" in question:  # none of them is of the rules
        allowed = auth({name: value for name, value in question.items() if name != "corrections"}, version)["allowed"]
        return {"verdicts": [allowed] * len(question["corrections"])}
    try:
        run(check_state_independent_auth_rules(Store([*others, *state]), event))
        # Synapse never hands these rules more of a state than its selection takes.
        selected = auth_types_for_event(version, event)
        check_state_dependent_auth_rules(event, [one for one in state if (one.type, one.state_key) in selected])
    except AuthError as error:
        return {"allowed": False, "reason": error.msg}
    return {"allowed": True}


def place(error: BaseException) -> str:
    """The innermost place in Synapse; the driver itself where no part of Synapse is on the way."""
    inside = [
        frame for frame in traceback.extract_tb(error.__traceback__) if "/site-packages/synapse/" in frame.filename
    ]
    if not inside:
        return f"driver:{traceback.extract_tb(error.__traceback__)[-1].lineno}"
    return f"synapse/{inside[-1].filename.rpartition('/site-packages/synapse/')[2]}:{inside[-1].lineno}"


def answer(line: str) -> dict[str, Any]:
    try:
        question = json.loads(line)
        if question["ask"] == "about":
            known = [name for name in VERSIONS if name in KNOWN_ROOM_VERSIONS]
            release = f"matrix-synapse {release_of('matrix-synapse')}"
            return {"oracle": "synapse", "release": release, "versions": known, "judges": known}
        questions: dict[str, Callable[..., dict[str, Any]]] = {"resolve": resolve, "auth": auth}
        if question["ask"] not in questions:
            return {"error": f"question: nobody asks {question['ask']!r} here"}
        if question["room_version"] not in KNOWN_ROOM_VERSIONS:
            return {"error": f"Synapse does not know room version {question['room_version']}"}
        return questions[question["ask"]](question, KNOWN_ROOM_VERSIONS[question["room_version"]])
    except Exception as error:
        return {"panic": place(error), "message": f"{type(error).__name__}: {error}"}


def main() -> None:
    logging.disable(logging.CRITICAL)
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8", errors="surrogatepass")
    sys.stdout = sys.stderr
    for line in sys.stdin:
        out.write(json.dumps(answer(line), ensure_ascii=False, separators=(",", ":")) + "\n")
        out.flush()


if __name__ == "__main__":
    main()
