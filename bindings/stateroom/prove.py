"""What a version's rules promise about every event in every state: proved, refuted with events, or unknown."""

import builtins
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stateroom import _core

if TYPE_CHECKING:
    import pandas

RLIMIT = 50_000_000


@dataclass(frozen=True)
class Side:
    """What one version says of the events of a finding.

    Attributes
    ----------
    version, allowed, label, number
        The version, its verdict, and the rule that decided; the label ``"format"`` where the form of the event does.
    state, event, others
        Signed PDUs: the state, the event in question, and what it cites that the state does not hold.
    rejected
        Ids of those that count as rejected.
    """

    version: str
    allowed: bool
    label: str
    number: str
    state: tuple[Mapping[str, Any], ...]
    event: Mapping[str, Any]
    others: tuple[Mapping[str, Any], ...]
    rejected: tuple[str, ...]

    def question(self) -> dict[str, Any]:
        """Give the side as a question that `stateroom auth` answers."""
        out: dict[str, Any] = {"room_version": self.version, "event": self.event, "state": list(self.state)}
        if self.others:
            out["events"] = list(self.others)
        return out


@dataclass(frozen=True)
class Finding:
    """Events that refute a property, replayed in the engine.

    Attributes
    ----------
    words
        What the events show, in a sentence.
    sides
        What each version says of them; one side where the property is about one version.
    assumed
        Answers of the host that the verdicts rest on, such as a signature that is taken for valid.
    """

    words: str
    sides: tuple[Side, ...]
    assumed: tuple[str, ...]

    def explain(self) -> str:
        """Say what the events show, a line each."""
        lines = [self.words]
        for side in self.sides:
            event = side.event
            if event:
                key = f" {event['state_key']!r}" if "state_key" in event else ""
                lines.append(
                    f"  {side.version}: {event['type']}{key} by {event['sender']} {json.dumps(event['content'])}"
                )
            lines.extend(
                f"    {entry['type']} {entry['state_key']!r} by {entry['sender']} {json.dumps(entry['content'])}"
                for entry in side.state
            )
        if self.assumed:
            lines.append(f"  the host's answers: {'; '.join(self.assumed)}")
        return "\n".join(lines)


@dataclass(frozen=True)
class Part:
    """A part of a property that is proved or refuted on its own.

    Attributes
    ----------
    name, statement, verdict
        What could break the property; what is promised of it; ``"proved"``, ``"refuted"`` or ``"unknown"``.
    """

    name: str
    statement: str
    verdict: str


@dataclass(frozen=True)
class Proof:
    """The answer to one question.

    Attributes
    ----------
    property, version, version_sha256
        What was asked, of which text.
    profile
        The readings; empty: each reading's default.
    verdict
        ``"proved"``, ``"refuted"`` or ``"unknown"``; never take the last for safe.
    reason, detail
        Why it is unknown: ``"limit"``, ``"encoding"`` or ``"solver"``, and in words; also what is open beside a
        refutation.
    hypotheses, translated
        What is assumed; fields that two versions have in different forms, and how they are compared.
    parts
        Of a property that has some: each with its own verdict.
    findings
        What refutes it; for `same-rules` one for each pair of deciding rules.
    mismatches
        Models that did not come out so in the engine: mistakes of the prover, never findings.
    solver, rlimit, steps, questions, seconds
        What answered, its limit, and what it took.
    asked
        The version as it was given: its name or the path of its text.
    """

    property: str
    version: str
    version_sha256: str
    verdict: str
    reason: str
    detail: str
    hypotheses: tuple[str, ...]
    translated: tuple[str, ...]
    parts: tuple[Part, ...]
    findings: tuple[Finding, ...]
    mismatches: tuple[str, ...]
    profile: str
    solver: str
    rlimit: int
    steps: int
    questions: int
    seconds: float = field(compare=False)
    asked: str = field(default="", compare=False)

    @builtins.property
    def command(self) -> str:
        """The command that asks again."""
        words = ["stateroom prove", self.property, f"--version {self.asked}", f"--rlimit {self.rlimit}"]
        words += [f"--profile {self.profile}"] if self.profile != "default" else []
        words += ["--either"] if "legal-in-either" in self.hypotheses else []
        return " ".join(words)

    @builtins.property
    def history(self) -> dict[str, Any] | None:
        """The events of the first finding as a question that `stateroom auth` answers, or None."""
        side = next((s for finding in self.findings for s in finding.sides if s.event), None)
        if side is None:
            return None
        about = {
            "property": self.property,
            "version": self.version,
            "version_sha256": self.version_sha256,
            "hypotheses": list(self.hypotheses),
            "allow": [],
            "profile": self.profile,
            "seed": 0,
            "command": self.command,
            "tool": f"stateroom {_core.version}",
        }
        return {**side.question(), "about": about}

    def explain(self) -> str:
        """Say the answer, its hypotheses and each finding, for people."""
        lines = [f"{self.property} in {self.version}: {self.verdict}, for all events and states"]
        if self.detail:
            lines.append(f"  {self.reason}: {self.detail}")
        lines.append(f"  hypotheses: {', '.join(self.hypotheses) or 'none'}; profile {self.profile}; {self.solver}")
        lines.append(f"  asked again by: {self.command} (text {self.version_sha256[:12]})")
        lines.extend(f"  compared as: {words}" for words in self.translated)
        lines.extend(f"  {part.verdict}: {part.statement}" for part in self.parts)
        lines.extend(finding.explain() for finding in self.findings)
        return "\n".join(lines)

    def to_dict(self, history: str | None = None) -> dict[str, Any]:
        """Give the members that `stateroom prove --json` prints; `history`: the file that holds the first finding."""
        return {
            "property": self.property,
            "version": self.version,
            "version_sha256": self.version_sha256,
            "verdict": self.verdict,
            "reason": self.reason or None,
            "detail": self.detail or None,
            "method": "one event",
            "bound": None,
            "hypotheses": list(self.hypotheses),
            "translated": list(self.translated),
            "allow": [],
            "adversary": None,
            "profile": self.profile,
            "history": history,
            "parts": [{"name": p.name, "statement": p.statement, "verdict": p.verdict} for p in self.parts],
            "findings": [
                [
                    {"version": s.version, "allowed": s.allowed, "label": s.label, "number": s.number or None}
                    for s in f.sides
                ]
                for f in self.findings
                if f.sides
            ],
            "mismatches": list(self.mismatches),
            "solver": self.solver,
            "rlimit": self.rlimit,
            "seed": 0,
            "steps": self.steps,
            "command": self.command,
            "seconds": round(self.seconds, 3),
        }


def _side(values: Mapping[str, Any]) -> Side:
    event = values["event"]
    return Side(
        version=values["version"],
        allowed=values["allowed"],
        label=values["label"],
        number=values["number"],
        state=tuple(json.loads(pdu) for pdu in values["state"]),
        event=json.loads(event) if event else {},
        others=tuple(json.loads(pdu) for pdu in values["others"]),
        rejected=tuple(values["rejected"]),
    )


def finding_of(values: Mapping[str, Any]) -> Finding:
    """Give a finding as the core says it."""
    return Finding(values["words"], tuple(_side(side) for side in values["sides"]), tuple(values["assumed"]))


def properties() -> dict[str, tuple[str, str]]:
    """Give the properties about one event: name → (id, statement).

    Examples
    --------
    >>> from stateroom.prove import properties
    >>> properties()["redaction-stable"][0]
    'P-REDACT'
    """
    return {name: (number, statement) for name, number, statement in _core.one_event_properties()}


def prove(
    name: str,
    version: str | Path,
    *,
    profile: str = "",
    readings: Mapping[str, str] | None = None,
    rlimit: int = RLIMIT,
    either: bool = False,
    directions: bool = False,
    smt2: str = "",
    decided: Iterable[str] = (),
    tell: Callable[[int], bool] | None = None,
) -> Proof:
    """Ask whether a property holds for every event in every state: any number of users, every integer as level.

    Parameters
    ----------
    name
        A property of `properties`; ``"same-rules:V"`` names the other version.
    version
        Name or path of a room version.
    profile, readings
        Readings of an implementation, and choices over them; empty: each reading's default.
    rlimit
        Steps of the solver, a question; the answer does not depend on the machine.
    either
        Of `same-rules`: over what is legal in either version's form, instead of both.
    directions
        Of `same-rules`: one finding for each version that alone allows something, not one for each pair of rules.
    smt2
        Folder into which each question is written as SMT-LIB 2; empty: none.
    decided
        Of `live-rules`: labels of rules that were seen to decide some event, which are not asked about.
    tell
        Called with the number of findings so far; False ends the search with what there is.

    Raises
    ------
    StateroomError
        A text does not check, or there is no such version.

    Examples
    --------
    >>> import stateroom
    >>> stateroom.prove("same-rules:1", "2").verdict
    'proved'
    """
    prover = _core.Prover()
    version = str(version)
    known = prover.version(version, profile, dict(readings or {}))
    base, _, other = name.partition(":")
    started = time.perf_counter()
    found = prover.ask(
        base,
        version,
        other,
        profile,
        dict(readings or {}),
        rlimit,
        either,
        directions,
        smt2,
        set(decided),
        progress=tell,
    )
    return Proof(
        property=found["property"],
        version=known["name"],
        version_sha256=known["sha256"],
        verdict=found["verdict"],
        reason=found["reason"],
        detail=found["detail"],
        hypotheses=tuple(found["hypotheses"]) + (("legal-in-either",) if either else ()),
        translated=tuple(found["translated"]),
        parts=tuple(Part(*part) for part in found["parts"]),
        findings=tuple(finding_of(one) for one in found["findings"]),
        mismatches=tuple(found["mismatches"]),
        profile=profile or "default",
        solver=_core.solver_version(),
        rlimit=rlimit,
        steps=found["steps"],
        questions=found["questions"],
        seconds=time.perf_counter() - started,
        asked=version,
    )


@dataclass(frozen=True)
class Matrix:
    """Which versions' rules are the same, stricter or laxer: one answer for each pair.

    Attributes
    ----------
    versions
        In order.
    proofs
        (earlier, later) → the answer to `same-rules`, with one finding for each of the two that alone allows something.
    either
        Asked about what is legal in either version's form, not in both.
    """

    versions: tuple[str, ...]
    proofs: Mapping[tuple[str, str], Proof]
    either: bool = False

    def relation(self, one: str, two: str) -> str:
        """Say how what `one` allows stands to what `two` allows: ``= ⊂ ⊃ ≠``, or ``?`` where it is open."""
        turned = (one, two) not in self.proofs
        proof = self.proofs[(two, one) if turned else (one, two)]
        if proof.verdict == "proved":
            return "="
        only = {side.version for finding in proof.findings for side in finding.sides if side.allowed}
        if only == {one, two}:
            return "≠"
        if proof.verdict == "unknown" or proof.reason:
            return "?"
        return "⊃" if only == {one} else "⊂"

    def to_pandas(self) -> "pandas.DataFrame":
        """Give the relations as a data frame, rows against columns."""
        import pandas as pd

        rows = [[self.relation(a, b) if a != b else "=" for b in self.versions] for a in self.versions]
        return pd.DataFrame(rows, index=list(self.versions), columns=list(self.versions))

    def markdown(self) -> str:
        """Give the matrix, and for each pair the rules that show it, as Markdown."""
        domain = "either version" if self.either else "both versions"
        lines = [f"## Over what is legal in the form of {domain}", ""]
        lines += ["| | " + " | ".join(self.versions) + " |", "|---|" + "---|" * len(self.versions)]
        for one in self.versions:
            cells = ["=" if one == two else self.relation(one, two) for two in self.versions]
            lines.append(f"| **{one}** | " + " | ".join(cells) + " |")
        lines += ["", "| pair | | a witness, by the rules that decide |", "|---|---|---|"]
        for (one, two), proof in self.proofs.items():
            shown = sorted(finding.words for finding in proof.findings)
            shown += [f"not known: {proof.detail}"] if proof.detail else []
            lines.append(f"| {one}, {two} | {self.relation(one, two)} | {'; '.join(shown) or 'proved'} |")
        return "\n".join(lines) + "\n"


def matrix(
    versions: Iterable[str],
    *,
    profile: str = "",
    rlimit: int = RLIMIT,
    either: bool = False,
    threads: int = 2,
    tell: Callable[[int, int], None] | None = None,
) -> Matrix:
    """Ask of every pair of versions whether one allows what the other rejects, both ways.

    Parameters
    ----------
    versions
        Names of room versions, in order.
    profile, rlimit, either
        As `prove` has them.
    threads
        Pairs that are asked about at once.
    tell
        Called with (pairs done, pairs in all).

    Examples
    --------
    >>> import stateroom
    >>> small = stateroom.matrix(["3", "4"])
    >>> [proof.verdict for proof in small.proofs.values()]
    ['proved']
    """
    names = tuple(versions)
    pairs = list(combinations(names, 2))
    proofs = {}
    with ThreadPoolExecutor(threads) as pool:

        def ask(pair: tuple[str, str]) -> Proof:
            name = f"same-rules:{pair[1]}"
            return prove(name, pair[0], profile=profile, rlimit=rlimit, either=either, directions=True)

        for number, (pair, proof) in enumerate(_answers(pool, ask, pairs)):
            proofs[pair] = proof
            if tell is not None:
                tell(number + 1, len(pairs))
    return Matrix(names, proofs, either)


def _answers(
    pool: ThreadPoolExecutor, ask: Callable[[tuple[str, str]], Proof], pairs: list[tuple[str, str]]
) -> Iterator[tuple[tuple[str, str], Proof]]:
    try:
        yield from zip(pairs, pool.map(ask, pairs), strict=True)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
