"""What the histories of a campaign exercise: rules, branches of the resolution, readings.

A sample of the histories is resolved again with a trace, under each reading's default: which rules decided an event,
which named values of the resolution were empty, filled or more than what they are made of, by what events were put in
order, where a check fell back to what the event cites; and whether the result is another one under each other choice
of a reading. A history's first draw also says by which rules its events were allowed or rejected when they were made.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Any, cast

from stateroom import _core
from stateroom.differ_auth import AuthCase
from stateroom.differ_explain import Case

UNMET = "not met in this sample"
EACH = 100  # one in so many histories is looked at

# Why a rule or a branch may be left untouched: a pattern of its name, and the reason.
REASONS = (
    (r"create\.(?!allow)", "without its create event a room has no history; `differ --auth` asks"),
    (r"auth_events\.", "lists of auth events are judged on receipt, not in a resolution"),
    (r"member\.authorised\.signed", "made events carry the signature of the server that they name"),
    (r"signature", "made invitations carry a valid signature"),
    (r"\.fields$", "made events have the fields that every client fills in; `differ --auth` takes them out"),
    (r"power_levels\.(representable|integers|maps|users|creators)", "an event of this kind is refused when it is made"),
    (r"otherwise$", "the rules before it leave nothing over, or only what `differ --auth` makes"),
    (r"(unconflicted|agreed): is empty", "all state sets hold the create event"),
    (r"(conflicted|everything|full_conflicted_set|result): is empty", "only histories with a contested key count"),
    (r"by auth_events$", "a cited event rarely stands behind by the keys of the order"),
    (r"auth_difference: is empty", "state sets that differ have auth chains that differ"),
    (r"conflicted_state_subgraph: is empty", "it holds the conflicted events themselves"),
    (r": is empty", "a room has its create event and power levels from the start"),
    (r"aliases\.state_key", "made aliases have a state_key"),
    (r"third_party\.(mxid|signed)", "made invitations are signed, and for their target"),
    (r"member\.(join|knock)\.sender", "people join and knock for themselves; `differ --auth` changes the sender"),
    (r"leave\.unban", "seldom does somebody who may not ban lift a ban; `differ --auth` meets it"),
    (r"^room$", "made events are of one room"),
    (r"absent_levels=defaults", "asks for a level below the default that is set or removed; `differ --auth` meets it"),
    (r"empty_third_party_invite", "what redaction leaves is read by no resolution"),
    (r"mainline_start", "the normal order has power levels only with another state_key, which no mainline has"),
    (r"none_allowed|string_levels|float_levels", "seldom decides; its smallest history is found by looking for it"),
    (r"by event_id$|by sha1", "clocks stand still only in some rooms"),
)  # fmt: skip


@dataclass
class Coverage:
    """Counts over the histories that were looked at.

    Attributes
    ----------
    histories : int
    rules, branches, readings : Counter
        In how many histories, by the rule's label, the branch's name, `READING=CHOICE`.
    known : dict
        Under the same three names all that there is.
    """

    histories: int = 0
    rules: Counter[str] = field(default_factory=Counter)
    branches: Counter[str] = field(default_factory=Counter)
    readings: Counter[str] = field(default_factory=Counter)
    known: dict[str, set[str]] = field(default_factory=lambda: {"rules": set(), "branches": set(), "readings": set()})

    def add(self, other: "Coverage") -> None:
        """Add what another part counted."""
        self.histories += other.histories
        for name, names in self.known.items():
            getattr(self, name).update(getattr(other, name))
            names |= other.known[name]

    def to_dict(self) -> dict[str, Any]:
        """Give what `from_dict` takes."""
        counts = {name: dict(sorted(getattr(self, name).items())) for name in self.known}
        return {"histories": self.histories} | counts | {"known": {n: sorted(v) for n, v in self.known.items()}}

    @classmethod
    def from_dict(cls, made: dict[str, Any]) -> "Coverage":
        """Read what `to_dict` gave."""
        counts = {name: Counter(made[name]) for name in ("rules", "branches", "readings")}
        return cls(made["histories"], known={name: set(all_) for name, all_ in made["known"].items()}, **counts)

    def rows(self, version: str) -> list[dict[str, Any]]:
        """Give the rows of the table: kind, version, name, histories, of, and a reason where nothing was counted."""
        return [
            {
                "kind": kind[:-1] if kind != "branches" else "branch",
                "version": version,
                "name": name,
                "histories": getattr(self, kind)[name],
                "of": self.histories,
                "reason": None if getattr(self, kind)[name] else reason(name),
            }
            for kind, names in self.known.items()
            for name in sorted(names)
        ]


def reason(name: str) -> str | None:
    """Say why a rule or a branch may be left untouched; None if nobody knows."""
    return next((why for pattern, why in REASONS if re.search(pattern, name)), None)


@cache
def rules_of(version: str) -> frozenset[str]:
    """Give the labels of a version's rules that decide something."""
    found: list[tuple[int, str, bool]] = []
    for line in _core.Workbench().print(version, "rules").splitlines()[1:]:
        depth = (len(line) - len(line.lstrip())) // 2
        name, _, text = line.strip().partition(":")
        found.append((depth, name.removesuffix(" unnumbered"), bool(re.search(r"\b(allow|reject)\b", text))))
    out: set[str] = set()
    path: list[str] = []
    for depth, name, decides in found:
        path = [*path[: depth - 1], name]
        if decides:
            out.add(".".join(path))
    return frozenset(out)


@cache
def _bases(version: str) -> dict[str, str]:
    """Give the named value that each `apply` starts from."""
    text = _core.Workbench().print(version, "resolution")
    return dict(re.findall(r"^\s*(\w+) = apply\(.* to (\w+|\{\})\)$", text, re.MULTILINE))


class Sampler:
    """Counts for one version, history by history."""

    def __init__(self, version: str):
        self.version = version
        self.coverage = Coverage()
        self.coverage.known["rules"] |= rules_of(version)
        self._bench = _core.Workbench()
        self._others = [
            (reading["name"], choice["name"])
            for reading in _core.list_readings(version)
            for choice in reading["choices"]
            if choice["name"] != reading["default"]
        ]
        self.coverage.known["readings"] |= {f"{name}={choice}" for name, choice in self._others}

    def look(self, case: Case, made: bytes | None = None) -> None:
        """Count a history; `made` is its whole file, whose events are judged where they stand."""
        data = json.dumps(case.history()).encode()
        view = _core.HistoryFile(data, "history").resolve(0, self._bench, version=self.version)
        checks = view.checks()
        rules = {check["label"] for check in checks}
        if made is not None:
            answers = self._bench.events(made, "history", version=self.version)
            rules |= {said["label"] for line in answers.lines if (said := json.loads(line)).get("label")}
        branches, known = self._branches(view)
        branches |= self._fallbacks(view, checks, case)
        for check in checks:
            branches.add(f"{check['name']}: {'allows' if check['allowed'] else 'refuses'}")
            known |= {f"{check['name']}: allows", f"{check['name']}: refuses"}
        result = view.state.entries()
        changed = {f"{name}={choice}" for name, choice in self._others if self._other(data, name, choice) != result}
        self.coverage.histories += 1
        self.coverage.rules.update(rules)
        self.coverage.branches.update(branches)
        self.coverage.readings.update(changed)
        self.coverage.known["rules"] |= rules
        self.coverage.known["branches"] |= known | branches

    def judge(self, case: AuthCase) -> None:
        """Count a single event: the rule that decides it, and the readings that change the verdict."""
        data = json.dumps(case.question()).encode()

        def said(readings: dict[str, str]) -> dict[str, Any]:
            line = self._bench.auth(data, "question", version=self.version, readings=readings).lines[0]
            return cast(dict[str, Any], json.loads(line))

        usual = said({})
        self.coverage.histories += 1
        if usual.get("label"):
            self.coverage.rules[usual["label"]] += 1
            self.coverage.known["rules"].add(usual["label"])
        for name, choice in self._others:
            if said({name: choice}).get("allowed") != usual.get("allowed"):
                self.coverage.readings[f"{name}={choice}"] += 1

    def _other(self, data: bytes, name: str, choice: str) -> list[tuple[str, str, str]] | None:
        answers = self._bench.resolve(data, "history", version=self.version, readings={name: choice})
        state = json.loads(answers.lines[0]).get("state")
        return None if state is None else [(one["type"], one["state_key"], one["event_id"]) for one in state]

    def _branches(self, view: _core.ResolutionView) -> tuple[set[str], set[str]]:
        """Give the branches that a resolution took, and those that it might have taken."""
        took: set[str] = set()
        known: set[str] = set()
        before: dict[str, tuple[str, set[int]]] = {}
        for number, (name, kind) in enumerate(view.names()):
            if kind == "function":
                continue
            state = kind == "state"
            events = (view.value_state(number) if state else view).indices if state else view.value_indices(number)
            holds = set(events.tolist())
            known |= {f"{name}: is empty", f"{name}: is not empty"}
            took.add(f"{name}: {'is not' if holds else 'is'} empty")
            if kind != "order":
                for other, (other_kind, others) in before.items():
                    if other_kind == kind:
                        known.add(f"{name}: is not {other}")
                        took |= {f"{name}: is not {other}"} if holds != others else set()
                before[name] = (kind, holds)
            keys = view.value_keys(number) if kind == "order" else []
            known |= {f"{name}: by {component}" for component, _, _ in keys}
            took |= {f"{name}: by {one}" for one in _deciding(keys)}
        return took, known

    def _fallbacks(self, view: _core.ResolutionView, checks: list[dict[str, Any]], case: Case) -> set[str]:
        """Give where a check read an entry that the state lacks and the event cites."""
        names = [name for name, _ in view.names()]
        events = {event["event_id"]: event for event in case.events}
        rejected = set(case.rejected)
        out: set[str] = set()
        for name, base in _bases(self.version).items():
            state = set()
            if base in names:
                state = {(kind, key) for kind, key, _ in view.value_state(names.index(base)).entries()}
            for check in checks:
                if check["name"] != name:
                    continue
                event = events[check["event_id"]]
                cited = [one if isinstance(one, str) else one[0] for one in event.get("auth_events", [])]
                for one in cited:
                    entry = events.get(one, {})
                    key = (entry.get("type"), entry.get("state_key"))
                    if key in check["reads"] and key not in state:
                        out.add(
                            f"{name}: {'passes over a rejected' if one in rejected else 'falls back to a'} cited event"
                        )
                if check["allowed"]:
                    state.add((event["type"], event["state_key"]))
        return out


def _deciding(keys: list[tuple[str, bool, list[str]]]) -> set[str]:
    """Give the components that put one event before the next; `auth_events` where they say the contrary."""
    out = set()
    for values in pairwise(zip(*(one for _, _, one in keys), strict=True)):
        for (component, descending, _), first, second in zip(keys, *values, strict=True):
            if first != second:
                numbers = first.lstrip("-").isdigit() and second.lstrip("-").isdigit()
                upwards = int(first) < int(second) if numbers else first < second
                out.add(component if upwards != descending else "auth_events")
                break
    return out


def summary_of(coverage: dict[str, Coverage]) -> dict[str, Any]:
    """Sum up by version and over all: what was exercised, what was not and why, which results each reading changes."""
    rows = [row for version, one in coverage.items() for row in one.rows(version)]
    readings: dict[str, list[int]] = {}
    for row in rows:
        if row["kind"] == "reading":
            counts = readings.setdefault(row["name"], [0, 0])
            counts[0] += row["histories"]
            counts[1] += row["of"]
    untouched: dict[tuple[str, str, str | None], list[str]] = {}
    for row in rows:
        if row["kind"] != "reading" and not row["histories"]:
            untouched.setdefault((row["kind"], row["name"], row["reason"]), []).append(row["version"])
    return {
        "histories": sum(one.histories for one in coverage.values()),
        "readings": [
            {"reading": name, "changes": changes, "of": of, "share": changes / of if of else 0.0}
            for name, (changes, of) in sorted(readings.items())
        ],
        "exercised": [
            {"kind": kind, "exercised": sum(bool(row["histories"]) for row in of), "of": len(of)}
            for kind in ("rule", "branch")
            for of in [[row for row in rows if row["kind"] == kind]]
        ],
        "untouched": [
            {"kind": kind, "name": name, "versions": versions, "reason": why}
            for (kind, name, why), versions in sorted(untouched.items(), key=lambda item: item[0][:2])
        ],
    }


def coverage_markdown(summary: dict[str, Any]) -> list[str]:
    """Write a summary's coverage as lines of a page."""
    if not summary["histories"]:
        return []
    out = ["", "## What was exercised", "", f"A sample of {summary['histories']}, under each reading's default."]
    out += [
        f"{one['kind']}: {one['exercised']} of {one['of']}, each version's counted." for one in summary["exercised"]
    ]
    out += ["", "| reading | changes | of | share |", "|---|---|---|---|"]
    out += [
        f"| `{one['reading']}` | {one['changes']} | {one['of']} | {one['share']:.4%} |" for one in summary["readings"]
    ]
    if summary["untouched"]:
        out += ["", "| untouched | versions | why |", "|---|---|---|"]
        out += [
            f"| {one['kind']} `{one['name']}` | {', '.join(one['versions'])} | {one['reason'] or UNMET} |"
            for one in summary["untouched"]
        ]
    return out


__all__ = ["EACH", "Coverage", "Sampler", "coverage_markdown", "reason", "rules_of", "summary_of"]
