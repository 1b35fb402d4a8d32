"""One history through ours and an oracle: whether they differ, and what explains it."""

import json
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

from stateroom import _core, deviations
from stateroom.oracles import Answer, Oracle, command

UNEXPLAINED = "unexplained"
TROUBLES = ("peer-panic", "peer-error")


def cause(explanation: str) -> str:
    """Give an explanation without what lies behind a crash or an error.

    Examples
    --------
    >>> cause("peer-panic:x.go:9+deviation:create"), cause("deviation:fallback+chains")
    ('peer-panic:x.go:9', 'deviation:fallback+chains')
    """
    return explanation.partition("+")[0] if explanation.startswith(TROUBLES) else explanation


def is_unexplained(explanation: str | None) -> bool:
    """Whether nothing explains a difference, or the answer of the corrected copy behind a crash."""
    return explanation is not None and explanation.endswith(UNEXPLAINED)


def asks_again(explanation: str | None) -> bool:
    """Whether a deviation that got a name may explain it better: readings come after them, and crashes may hide one."""
    if explanation is None:
        return False
    bare = explanation.startswith(TROUBLES) and cause(explanation) == explanation
    return bare or is_unexplained(explanation) or explanation.startswith("reading:")


def id_of(edge: Any) -> str:
    """Give the id that an edge names, which in versions 1 and 2 is a pair with hashes."""
    return str(edge if isinstance(edge, str) else edge[0])


@dataclass
class Case:
    """A history with state sets, as both sides are asked about it.

    Attributes
    ----------
    version : str
    events : list of dict
        Each with its id as `event_id`.
    state_sets : list of list of str
    rejected : list of str
    """

    version: str
    events: list[dict[str, Any]]
    state_sets: list[list[str]]
    rejected: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, data: bytes) -> "Case":
        """Read a history file whose events are named by `event_ids`."""
        made = json.loads(data)
        named = zip(made["events"], made["event_ids"], strict=True)
        events = [event | {"event_id": event_id} for event, event_id in named]
        return cls(made["room_version"], events, made["state_sets"], made.get("rejected", [])).pruned()

    @classmethod
    def asked(cls, line: bytes) -> "Case":
        """Read a question to an oracle, whose events are not signed."""
        made = json.loads(line)
        return cls(made["room_version"], made["events"], made["state_sets"], made["rejected"])

    def pruned(self) -> "Case":
        """Leave out what no resolution looks at: all but the state sets, what they cite, and create events."""
        by_id = {event["event_id"]: event for event in self.events}
        todo = [one for states in self.state_sets for one in states]
        todo += [event["event_id"] for event in self.events if event["type"] == "m.room.create"]
        seen: set[str] = set()
        while todo:
            one = todo.pop()
            if one in by_id and one not in seen:
                seen.add(one)
                todo += [id_of(edge) for edge in by_id[one].get("auth_events", [])]
        events = [event for event in self.events if event["event_id"] in seen]
        return replace(self, events=events, rejected=[one for one in self.rejected if one in seen])

    @property
    def contested(self) -> bool:
        """Whether the state sets differ."""
        return any(sorted(one) != sorted(self.state_sets[0]) for one in self.state_sets[1:])

    def text(self) -> str:
        """Give what deviations may look at."""
        return json.dumps(self.events)

    def history(self) -> dict[str, Any]:
        """Give what a history file holds."""
        return {
            "format": "stateroom-history/1",
            "room_version": self.version,
            "events": self.events,
            "rejected": self.rejected,
            "state_sets": self.state_sets,
            "event_ids": [event["event_id"] for event in self.events],
        }


@dataclass(frozen=True)
class Finding:
    """What came out of one history for one oracle.

    Attributes
    ----------
    same : bool
    explanation : str or None
        `reading:NAME=CHOICE`, `deviation:ID`, several joined by `+` (as in `deviation:fallback+chains`), or
        `unexplained`; `peer-panic:PLACE` or `peer-error`, followed by `+` and one of these where the corrected copy
        answers.
    ours
        Our answer: a state, or whether an event is allowed.
    theirs : Answer
    """

    same: bool
    explanation: str | None
    ours: Any
    theirs: Answer


class Comparison:
    """An oracle under one version, and ours under its profile: what both resolve a `Case` to."""

    def __init__(self, oracle: Oracle, corrected: Oracle | None, version: str):
        self.oracle, self.corrected, self.version = oracle, corrected, version
        self.bench = _core.Workbench()
        self.profile = oracle.name
        self.deviations = [one.id for one in deviations.of(oracle.name)] if corrected else []
        self.other_readings = [
            (reading["name"], choice["name"])
            for reading in _core.list_readings(version)
            for choice in reading["choices"]
            if choice["name"] != self._chosen(reading)
        ]

    def _chosen(self, reading: dict[str, Any]) -> str:
        by = [choice["name"] for choice in reading["choices"] if self.profile in choice["by"]]
        return str(by[0] if by else reading["default"])

    def ours(self, case: Any, readings: dict[str, str] | None = None) -> Any:
        """Resolve it ourselves; None if the readings cannot stand together."""
        data = json.dumps(case.history()).encode()
        answers = self.bench.resolve(
            data, "history", version=self.version, profile=self.profile, readings=readings or {}
        )
        state = json.loads(answers.lines[0]).get("state")
        if state is None:
            return None
        return {(entry["type"], entry["state_key"]): entry["event_id"] for entry in state}

    def theirs(self, case: Any) -> Answer:
        """Ask the oracle."""
        return self.oracle.resolve(self.version, case.events, case.state_sets, rejected=case.rejected)

    def value(self, answer: Answer) -> Any:
        """Give what is compared of an answer."""
        return answer.state

    def find(self, case: Any) -> Finding:
        """Compare, and explain a difference by the fewest readings or deviations that make it vanish."""
        ours, theirs = self.ours(case), self.theirs(case)
        if ours is None:
            raise ValueError(f"version {self.version} gives no answer under profile {self.profile}")
        if self.value(theirs) == ours:
            return Finding(True, None, ours, theirs)
        return Finding(False, self.explain(case, ours, theirs), ours, theirs)

    def explain(self, case: Any, ours: Any, theirs: Answer) -> str:
        """Say what explains a difference: one deviation or reading first, then several.

        Where the oracle crashes, what is said after the place is what makes the corrected copy agree, if it answers.
        """
        known = self._possible(case)
        corrected = self._corrected(case, [*([one] for one in known), known]) if known else []
        if theirs.trouble is None:
            return self._why(case, ours, theirs, known, corrected)
        if not corrected or corrected[-1] is None:
            return theirs.trouble
        return f"{theirs.trouble}+{self._why(case, ours, theirs, known, corrected)}"

    def _possible(self, case: Any) -> list[str]:
        if self.corrected is None:
            return []
        return deviations.possible(self.oracle.name, self.version, case.text())

    def _why(self, case: Any, ours: Any, theirs: Answer, known: list[str], corrected: list[Any]) -> str:
        for one, state in zip(known, corrected, strict=False):
            if state == ours:
                return _say([], [one])
        asked = self.other_readings if theirs.trouble is None else []
        alone = [one for one in asked if self.ours(case, dict([one])) == self.value(theirs)]
        if alone:
            return _say(alone[:1], [])
        if corrected and corrected[-1] == ours:
            return _say([], self._fewest(case, ours, known))
        for pair in combinations(asked, 2):
            if pair[0][0] != pair[1][0] and self.ours(case, dict(pair)) == self.value(theirs):
                return _say(list(pair), [])
        for reading in self.other_readings if corrected else []:
            other = self.ours(case, dict([reading]))
            if other is not None and other == corrected[-1]:
                return _say([reading], self._fewest(case, other, known))
        return UNEXPLAINED

    def shows(self, case: Any, explanation: str) -> bool:
        """Whether a history differs and this explains it; less work than `find`, which may name another one."""
        trouble = cause(explanation) if explanation.startswith(TROUBLES) else None
        what = explanation.removeprefix(trouble).removeprefix("+") if trouble else explanation
        ours, theirs = self.ours(case), self.theirs(case)
        if theirs.trouble != trouble or (trouble is None and self.value(theirs) == ours):
            return False
        if not what:
            return True
        kind, _, named = what.partition(":")
        if kind == "reading" and "+" not in named:
            name, _, choice = named.partition("=")
            return bool(self.ours(case, {name: choice}) == self.value(theirs))
        if kind == "deviation":
            ids = named.split("+")
            whole, *others = self._corrected(case, [ids, *(_each_left_out(ids) if len(ids) > 1 else [])])
            return whole == ours and ours not in others
        return self.find(case).explanation == explanation

    def _corrected(self, case: Any, lists: list[list[str]]) -> list[Any]:
        if self.corrected is None or not self.deviations:
            return []
        return self.corrected.resolve_corrected(
            self.version, case.events, case.state_sets, lists, rejected=case.rejected
        )

    def _fewest(self, case: Any, ours: Any, known: list[str]) -> list[str]:
        """Leave deviations out as long as the copy with the others corrected agrees: none left can be spared."""
        left = list(known)
        without = self._corrected(case, _each_left_out(left))
        needed = [one for one, state in zip(left, without, strict=True) if state != ours]
        if self._corrected(case, [needed])[0] == ours:
            left = needed
        while True:
            without = self._corrected(case, _each_left_out(left)) if len(left) > 1 else []
            spare = next((one for one, state in zip(left, without, strict=False) if state == ours), None)
            if spare is None:
                return left
            left = [one for one in left if one != spare]


def _each_left_out(ids: list[str]) -> list[list[str]]:
    return [[other for other in ids if other != one] for one in ids]


def _say(readings: list[tuple[str, str]], deviated: list[str]) -> str:
    said = [f"reading:{name}={choice}" for name, choice in readings]
    return "+".join(said + (["deviation:" + "+".join(deviated)] if deviated else []))


def compare(version: str, name: str, known: dict[str, Oracle], kind: type[Comparison] = Comparison) -> Comparison:
    """Make the comparison of an oracle and a version; its processes are kept in `known`."""
    oracle = known.setdefault(name, Oracle(name))
    corrected = None
    if deviations.of(name):
        corrected = known.setdefault(f"{name} corrected", Oracle(name, argv=command(name, corrected=True)))
    return kind(oracle, corrected, version)


__all__ = [
    "TROUBLES",
    "UNEXPLAINED",
    "Case",
    "Comparison",
    "Finding",
    "asks_again",
    "cause",
    "compare",
    "is_unexplained",
]
