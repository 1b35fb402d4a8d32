"""For `vet`: what an edit of a reading makes possible, shown by something that two of its choices answer differently.

A report holds one choice of every reading in both versions, so an edit of a reading changes no answer of it. What it
changes is what may be chosen: the version that has the reading is asked under the choice that holds and each other.
"""

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from stateroom import _core, drawing, reading_rooms
from stateroom.redraw import redraw, server_keys
from stateroom.vet_named import problem_histories
from stateroom.vet_pages import VERBS

SCOPE_MAX, PAIRS_MAX = 3, 60_000
HISTORIES, AT_ONCE, SHRINK_TRIES = 160, 16, 200
HISTORY = "stateroom-history/1"
# What no history can show, and why.
ALIKE = {
    "mainline_start": "power levels in conflict are power events, so no event that is sorted by the mainline is on it, "
    "and its line may as well begin with what it cites",
}
# Sections whose edits can change a resolution only.
RESOLUTION = frozenset({"resolution"})


class Choices:
    """The choices of one reading of a version, asked beside the one that holds.

    Parameters
    ----------
    version, name
        The version that has the reading, as it was given and as it is called.
    reading
        The name of the reading.
    profile, readings
        What else is chosen.
    """

    def __init__(self, version: str, name: str, reading: str, profile: str, readings: Mapping[str, str]):
        self.version, self.name, self.reading = version, name, reading
        self.profile, self.readings = profile, dict(readings)
        self.bench = _core.Workbench()

    def _work(self, choice: str | None = None) -> Any:
        return _core.VetWork(
            self.bench,
            self.version,
            self.version,
            profile=self.profile,
            readings=self.readings,
            candidate_readings={} if choice is None else {self.reading: choice},
        )

    def first(self, scenarios: list[dict[str, Any]]) -> tuple[dict[str, Any] | None, int]:
        """Give the first difference between the choice that holds and another, and how many other choices there are."""
        held = self._work().versions()[0]["choices"][self.reading]
        [listed] = [r for r in _core.list_readings(self.version) if r["name"] == self.reading]
        others = [choice["name"] for choice in listed["choices"] if choice["name"] != held]
        for choice in others:
            work = self._work(choice)
            sections = {edit["section"].split()[0] for edit in work.edits() if edit["section"] != "readings"}
            found = self._verdict(work) if "rules" in sections else None
            found = found or self._scenario(scenarios, choice)
            if found is None and not sections <= RESOLUTION:
                found = self._question(work) or self._verdict(work)
            found = found or self._merge(work)
            if found is not None:
                return {**found, "how": "choice", "held": held, "choice": choice, "version": self.name}, len(others)
        return None, len(others)

    def _verdict(self, work: Any) -> dict[str, Any] | None:
        for witness in work.witnesses(SCOPE_MAX, PAIRS_MAX)["witnesses"]:
            one = witness["base"]
            answers = ["allowed" if witness[side]["allowed"] else "rejected" for side in ("base", "candidate")]
            text = {
                "room_version": one["room_version"],
                "event": json.loads(one["event"]),
                "state": [json.loads(e) for e in one["state"]],
            }
            return self._found("verdict", "; ".join(witness["deviations"]), answers, text)
        return None

    def _question(self, work: Any) -> dict[str, Any] | None:
        for asked in work.differences():
            for found in asked["found"]:
                files = work.files(found["question"])["base"]
                if files is None:
                    continue
                events = [json.loads(e) for e in files["events"]]
                text: dict[str, Any] = {"room_version": files["room_version"]}
                if asked["kind"] in ("pdu", "receipt"):
                    text = {"format": HISTORY, **text, "events": events}
                else:
                    text |= {"event": json.loads(files["event"]), "state": events}
                return self._found(asked["kind"], found["words"], [found["base"], found["candidate"]], text)
        return None

    def _scenario(self, scenarios: list[dict[str, Any]], choice: str) -> dict[str, Any] | None:
        drawings: list[tuple[str, Callable[[str], dict[str, Any]]]] = [
            (f"the problem history {one['about']['name'].replace('_', ' ')}", partial(redraw, one)) for one in scenarios
        ]
        for words, draw in [*drawings, *reading_rooms.ROOMS.items()]:
            drawn = draw(self.version)
            results = []
            for readings in (self.readings, self.readings | {self.reading: choice}):
                shown = _core.show_history(json.dumps(drawn), "history", self.version, self.profile, readings)
                results.append({(e["type"], e["state_key"]): e for e in (shown["events"][n] for n in shown["result"])})
            answers = _answers(*results)
            if answers is not None:
                return self._found("merge", words, answers, drawn)
        return None

    def _merge(self, work: Any) -> dict[str, Any] | None:
        for first in range(1, HISTORIES, AT_ONCE):
            for run in work.histories(first, AT_ONCE):
                if not run["merges_differ"]:
                    continue
                small = work.shrunk(run["seed"], SHRINK_TRIES)
                one = small["base"]
                events = [json.loads(e) for e in one["events"]]
                results = [
                    {(kind, key): {**events[step], "state_key": key} for kind, key, step in small[side]["state"]}
                    for side in ("base", "candidate")
                ]
                text = {
                    "format": HISTORY,
                    "room_version": one["room_version"],
                    "events": events,
                    "state_sets": [[one["event_ids"][s] for s in states] for states in small["state_sets"]],
                    "keys": server_keys(),
                }
                return self._found("merge", f"a history of {len(events)} events", _answers(*results) or ["", ""], text)
        return None

    def _found(self, kind: str, words: str, answers: list[str], text: dict[str, Any]) -> dict[str, Any]:
        return {"kind": kind, "words": words, "before": answers[0], "after": answers[1], "text": text}


def _answers(held: dict[Any, Any], chosen: dict[Any, Any]) -> list[str] | None:
    """Say the first entry that two results do not share, in both; None where they share all."""
    for kind, key in sorted({*held, *chosen}):
        one, two = held.get((kind, key)), chosen.get((kind, key))
        if one == two:
            continue
        said = [drawing.describe(event) if event is not None else "no event" for event in (one, two)]
        entry = f"{kind} {key}".strip()
        # What reads alike is told apart by its time.
        if said[0] == said[1] and one is not None and two is not None:
            said = [f"{text}, at {event['origin_server_ts']}" for text, event in zip(said, (one, two), strict=True)]
        return [f"`{entry}` is {text}" for text in said]
    return None


def attribute(vet: Any, edit: dict[str, Any]) -> None:
    """Fill what a report says of an edit of a reading: what shows it, and the scope.

    Parameters
    ----------
    vet
        The run of `vet`: its versions, choices and files.
    edit
        With the section ``readings``; the version that has the reading is asked.
    """
    side = "base" if edit["change"] == "removed" else "candidate"
    name, without = getattr(vet, side), vet.candidate if side == "base" else vet.base
    choices = Choices(vet.asked[side], name, edit["label"], vet.profile, vet.readings)
    found, others = choices.first(problem_histories())
    if found is None and edit["label"] in ALIKE:
        edit["scope"] = f"none can be: {ALIKE[edit['label']]}"
        return
    if found is None:
        plural = "choice" if others == 1 else "choices"
        edit["scope"] = (
            f"none between the choice that holds and the {others} other {plural} of {name}, among {HISTORIES} random "
            f"histories and the named ones; this report holds one choice of it"
        )
        return
    text = found.pop("text")
    file = f"histories/reading-{edit['label']}-{found['choice']}.json"
    about = {"tool": "stateroom vet", "version": name, "reading": edit["label"], "asked": found["words"]}
    vet.files[file] = json.dumps(text | {"about": about}, ensure_ascii=False, indent=2) + "\n"
    command = f"stateroom {VERBS.get(found['kind'], 'auth')} {file} --version {vet.argument(side)}"
    chosen = [vet.chosen(), vet.chosen({edit["label"]: found["choice"]})]
    absent = "" if edit["change"] == "replaced" else f"; {without} has no such reading"
    edit |= {
        "shown": found | {"labels": [], "files": {"base": file}, "commands": [command + one for one in chosen]},
        "witness": file,
        "scope": f"{found['words']}: {name} with the choice {found['choice']} answers otherwise than with "
        f"{found['held']}{absent}",
    }
