"""A history that shows a difference, made smaller as long as it shows it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from stateroom import _core
from stateroom.differ_explain import Case, id_of

EDGES = ("prev_events", "auth_events")


def shrink(case: Case, shows: Callable[[Case], bool], tries: int = 400) -> Case:
    """Leave out state sets and events as long as `shows` holds and the rules allow every event that is left.

    Parameters
    ----------
    case : Case
    shows : callable
        Whether a history still shows what was found.
    tries : int
        Bounds the work: so many smaller histories are looked at.
    """
    wrong = _refused(case)
    changed = True
    while changed:
        changed = False
        for smaller in _smaller(case):
            if tries == 0:
                return case
            tries -= 1
            if smaller.contested and _refused(smaller) <= wrong and shows(smaller):
                case, changed = smaller, True
                break
    return case


def _smaller(case: Case) -> Iterator[Case]:
    if len(case.state_sets) > 2:
        for gone in range(len(case.state_sets)):
            yield replace(case, state_sets=case.state_sets[:gone] + case.state_sets[gone + 1 :])
    cited = {id_of(edge) for event in case.events for edge in event.get("auth_events", [])}
    redacted = {event.get("redacts") or event["content"].get("redacts") for event in case.events}
    for event in reversed(case.events):
        # In version 12 nobody cites the create event, and everybody needs it.
        if event["event_id"] not in cited | redacted and event["type"] != "m.room.create":
            yield _without(case, event)


def _without(case: Case, gone: dict[str, Any]) -> Case:
    """Leave an event out: who came after it comes after what it came after."""
    event_id = gone["event_id"]
    events = []
    for event in case.events:
        if event is gone:
            continue
        if any(id_of(edge) == event_id for edge in event["prev_events"]):
            edges = [edge for edge in event["prev_events"] if id_of(edge) != event_id]
            known = {id_of(edge) for edge in edges}
            edges += [edge for edge in gone["prev_events"] if id_of(edge) not in known]
            event = event | {"prev_events": edges}
        events.append(event)
    return replace(
        case,
        events=events,
        state_sets=[[one for one in states if one != event_id] for states in case.state_sets],
        rejected=[one for one in case.rejected if one != event_id],
    )


def _refused(case: Case) -> set[str]:
    """Events that the rules refuse where they stand, without those that are marked as rejected."""
    data = json.dumps(case.history()).encode()
    found = [json.loads(line) for line in _core.Workbench().events(data, "history", version=case.version).lines]
    refused = {one.get("event_id", "") for one in found if not one.get("allowed")}
    return refused - set(case.rejected)


__all__ = ["shrink"]
