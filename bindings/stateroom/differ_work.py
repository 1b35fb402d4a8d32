"""One of the processes of `stateroom differ`: answers in JSON lines what is asked about parts and single histories."""

import json
import sys
from collections.abc import Callable
from typing import Any

from stateroom import _core
from stateroom.differ_auth import AuthCase, AuthComparison, choose, smaller
from stateroom.differ_coverage import EACH, Sampler
from stateroom.differ_explain import Case, Comparison, Finding, asks_again, compare
from stateroom.differ_shrink import shrink
from stateroom.oracles import Answer, Oracle

_comparisons: dict[tuple[str, str, bool], Comparison | None] = {}
_oracles: dict[str, Oracle] = {}
_makers: dict[str, _core.HistoryMaker] = {}
_SAME = Finding(True, None, None, Answer())


def _comparison(name: str, version: str, auth: bool) -> Comparison | None:
    """Give the comparison; None if the oracle does not do the version."""
    if (name, version, auth) not in _comparisons:
        made = compare(version, name, _oracles, AuthComparison if auth else Comparison)
        does = made.oracle.about()["judges" if auth else "versions"]
        _comparisons[name, version, auth] = made if version in does else None
    return _comparisons[name, version, auth]


def _maker(version: str) -> _core.HistoryMaker:
    if version not in _makers:
        _makers[version] = _core.HistoryMaker(version)
    return _makers[version]


def _made(version: str, seed: int, auth: bool) -> Case | AuthCase:
    history = _maker(version).history(seed, auth)
    return choose(history, seed) if auth else Case.read(history)


def part(oracles: list[str], version: str, first: int, count: int, auth: bool) -> dict[str, Any]:
    """Compare some seeds of a version: a row for each history with a contested key, or each event, and oracle.

    Along with the rows it gives what a sample of the histories exercises.
    """
    sampler = Sampler(version)
    asked = [one for name in oracles if (one := _comparison(name, version, auth))]
    compared = _events if auth else _resolutions
    return {
        "rows": compared(asked, version, range(first, first + count), sampler),
        "coverage": sampler.coverage.to_dict(),
    }


def _resolutions(asked: list[Comparison], version: str, seeds: range, sampler: Sampler) -> list[dict[str, Any]]:
    """Compare the answers as they were written; what is written otherwise is looked at in full."""
    maker = _maker(version)
    questions = maker.questions(seeds.start, len(seeds), [one.profile for one in asked])
    for question in questions:
        if (question.seed - seeds.start) % EACH == 0:
            history = maker.history(question.seed)
            sampler.look(Case.read(history), history)
    rows = []
    lines = [question.line for question in questions]
    for number, comparison in enumerate(asked):
        for question, reply in zip(questions, comparison.oracle.ask_all(lines), strict=True):
            same = reply == question.answers[number]
            found = _SAME if same else comparison.find(Case.asked(question.line))
            rows.append(_row(question.seed, comparison, found, question.shape))
    return rows


def _events(asked: list[Comparison], version: str, seeds: range, sampler: Sampler) -> list[dict[str, Any]]:
    rows = []
    for seed in seeds:
        case = _made(version, seed, True)
        if not isinstance(case, AuthCase) or not asked or asked[0].ours(case) is None:
            continue
        shape = case.shape()
        sampler.judge(case)
        rows += [_row(seed, comparison, comparison.find(case), shape) for comparison in asked]
    return rows


def _row(seed: int, comparison: Comparison, found: Finding, shape: int) -> dict[str, Any]:
    about = {"seed": seed, "version": comparison.version, "oracle": comparison.oracle.name}
    return about | {"same": found.same, "explanation": found.explanation, "shape": shape}


def again(rows: list[dict[str, Any]], auth: bool) -> list[dict[str, Any]]:
    """Explain again what is unexplained in a part, explained by a reading, or trouble: a deviation may have a name."""
    out = []
    for row in rows:
        comparison = _comparison(row["oracle"], row["version"], auth)
        if comparison is not None and asks_again(row["explanation"]):
            found = comparison.find(_made(row["version"], row["seed"], auth))
            row = row | {"same": found.same, "explanation": found.explanation}
        out.append(row)
    return out


def witness(oracle: str, version: str, seed: int, explanation: str, auth: bool) -> dict[str, Any] | None:
    """Make the smallest history that we find with this explanation, with what both sides say of it.

    None where it does not hold any more, or fewer deviations would do.
    """
    comparison = _comparison(oracle, version, auth)
    if comparison is None:
        raise ValueError(f"{oracle} does not do version {version}")
    case = _made(version, seed, auth)
    if not comparison.shows(case, explanation):
        return None
    about = {
        "tool": "stateroom differ",
        "oracle": oracle,
        "release": comparison.oracle.about()["release"],
        "seed": seed,
        "profile": comparison.profile,
        "explanation": explanation,
    }
    if isinstance(case, AuthCase):
        case = smaller(case, lambda one: comparison.shows(one, explanation))
        return case.question() | {"about": about | _two_verdicts(comparison, case)}
    case = shrink(case, lambda one: comparison.shows(one, explanation))
    return case.history() | {"about": about | _two_states(comparison, case)}


def _two_verdicts(comparison: Comparison, case: AuthCase) -> dict[str, Any]:
    found = comparison.find(case)
    label = comparison.label(case) if isinstance(comparison, AuthComparison) else None
    theirs = found.theirs
    return {
        "ours": {"allowed": found.ours, "label": label},
        "theirs": {"allowed": theirs.allowed, "reason": theirs.message, "trouble": theirs.trouble},
    }


def _two_states(comparison: Comparison, case: Case) -> dict[str, Any]:
    found = comparison.find(case)
    data = json.dumps(case.history()).encode()
    answers = comparison.bench.resolve(data, "history", version=case.version, profile=comparison.profile, explain=True)
    theirs = found.theirs.state or {}
    differ = sorted(key for key in found.ours.keys() | theirs.keys() if found.ours.get(key) != theirs.get(key))
    why = [one for one in json.loads(answers.lines[0])["explanation"] if (one["type"], one["state_key"]) in differ]
    return {
        "ours": [[*key, found.ours.get(key)] for key in differ],
        "theirs": [[*key, theirs.get(key)] for key in differ],
        "trouble": found.theirs.message if found.theirs.trouble else None,
        "why_ours": why,
        "why_theirs": _their_verdicts(comparison, case, set(differ), theirs),
    }


def _their_verdicts(
    comparison: Comparison, case: Case, keys: set[tuple[str, str]], state: dict[tuple[str, str], str]
) -> list[dict[str, Any]]:
    """Ask the oracle about each candidate for the keys, in the state that it came to."""
    by_id = {event["event_id"]: event for event in case.events}
    entries = [by_id[one] for one in state.values() if one in by_id]
    out = []
    for event in case.events:
        if (event["type"], event.get("state_key")) in keys:
            said = comparison.oracle.auth(case.version, event, entries, case.events, rejected=case.rejected)
            reason = said.message or said.trouble
            out.append({"event_id": event["event_id"], "allowed_in_their_state": said.allowed, "reason": reason})
    return out


def main() -> None:
    """Answer questions until there are no more."""
    questions: dict[str, Callable[..., Any]] = {"part": part, "again": again, "witness": witness}
    for line in sys.stdin:
        question = json.loads(line)
        answer = questions[question.pop("ask")](**question)
        sys.stdout.write(json.dumps({"answer": answer}) + "\n")
        sys.stdout.flush()


__all__ = ["again", "main", "part", "witness"]
