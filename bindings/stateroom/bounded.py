"""What a resolution promises of all small histories: proved up to a bound, refuted by a history, or unknown."""

import builtins
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stateroom import _core
from stateroom.about import about_of, with_command
from stateroom.bench import bench
from stateroom.explore import _replay, stale_of

if TYPE_CHECKING:
    import pandas

EVENTS = 5
SOLVERS = ("cadical",)
USERS, STATE_SETS = 3, 2


@dataclass(frozen=True)
class Bounded:
    """The answer about all histories of up to some number of events after the prefix ``study``.

    Attributes
    ----------
    property, property_sha256, statement, version, version_sha256
        What was asked, of which texts.
    profile
        The readings; ``"default"``: each reading's default.
    verdict
        ``"proved"``, ``"refuted"`` or ``"unknown"``; never take the last for safe.
    reason, detail
        Why it is unknown: ``"limit"``, ``"encoding"`` or ``"solver"``, and in words.
    proved
        No history of up to so many events after the prefix breaks the property; 0: nothing is known.
    bounds
        For each number of events: ``events``, ``shapes``, ``done``, ``variables`` and ``clauses`` of the largest
        question, ``seconds``, ``vacuous`` (no history of this size keeps to the hypotheses).
    hypotheses, allow
        What was assumed, and ``stale:N``.
    history
        What refutes it, as a file of format ``stateroom-history/1`` with signed PDUs, or None.
    compared
        Named values of the refutation, each of which came out in the engine as in the model.
    mismatches
        Values of a model that came out otherwise in the engine: mistakes of the prover, never findings.
    solvers
        What answered; each was asked every question.
    """

    property: str
    property_sha256: str
    statement: str
    version: str
    version_sha256: str
    profile: str
    verdict: str
    reason: str
    detail: str
    proved: int
    bounds: tuple[dict[str, Any], ...]
    hypotheses: tuple[str, ...]
    allow: tuple[str, ...]
    history: dict[str, Any] | None
    compared: int
    mismatches: tuple[str, ...]
    solvers: tuple[str, ...]
    seconds: float = field(compare=False)

    @builtins.property
    def bound(self) -> dict[str, Any]:
        """What histories the answer is about; of a refutation, those among which it is smallest."""
        events = self.bounds[-1]["events"] if self.verdict == "refuted" else self.proved
        return {
            "events": events,
            "after": "study",
            "users": USERS,
            "state_sets": STATE_SETS,
            "vocabulary": "study",
        }

    def explain(self) -> str:
        """Say the answer, what it is about and how it was found, for people."""
        lines = [f"{self.property} in {self.version}: {self.said()}"]
        if self.detail:
            lines.append(f"  {self.reason}: {self.detail}")
        lines.append(f"  {self.statement}")
        assumed = ", ".join((*self.hypotheses, *self.allow)) or "none"
        lines.append(f"  hypotheses: {assumed}; profile {self.profile}; {', '.join(self.solvers)}")
        lines.extend(
            f"  {one['events']} events: {one['shapes']:,} shapes, up to {one['variables']:,} variables and "
            f"{one['clauses']:,} clauses, {one['seconds']:.1f} s" + ("; no such history" if one["vacuous"] else "")
            for one in self.bounds
        )
        return "\n".join(lines)

    def said(self) -> str:
        """Give the verdict with its bound."""
        events = self.bound["events"]
        if self.verdict == "proved":
            return f"proved for all histories of up to {events} events after the prefix `study`"
        if self.verdict == "refuted":
            return f"refuted by {events} events after the prefix `study`, and by no fewer"
        return f"unknown; proved up to {events} events" if events else "unknown"

    def to_dict(self, history: str | None = None) -> dict[str, Any]:
        """Give the members that ``stateroom prove --json`` prints; `history`: the file that holds the refutation."""
        return {
            "property": self.property,
            "version": self.version,
            "version_sha256": self.version_sha256,
            "verdict": self.verdict,
            "reason": self.reason or None,
            "detail": self.detail or None,
            "bound": self.bound,
            "bounds": list(self.bounds),
            "hypotheses": list(self.hypotheses),
            "allow": list(self.allow),
            "adversary": None,
            "profile": self.profile,
            "history": history,
            "compared": self.compared,
            "mismatches": list(self.mismatches),
            "solver": ", ".join(self.solvers),
            "seconds": round(self.seconds, 3),
        }

    def to_pandas(self) -> "pandas.DataFrame":
        """Give a row for each number of events."""
        import pandas as pd

        return pd.DataFrame(list(self.bounds))


def prove_bounded(
    name: str,
    version: str | Path,
    *,
    events: int = EVENTS,
    hypotheses: Sequence[str] = (),
    allow: Sequence[str] = (),
    profile: str = "",
    solvers: Sequence[str] = SOLVERS,
    minutes: float | None = None,
    conflicts: int = 0,
    threads: int = 2,
    certificate: str | Path | None = None,
    tell: Callable[[int, int, int], bool] | None = None,
) -> Bounded:
    """Decide a property of merges for all histories of up to `events` events after the prefix ``study``.

    Parameters
    ----------
    name
        Name or id of a property of merges, or the path of a ``.property`` file.
    version
        Name or path of a room version.
    events
        The largest bound; smaller ones come first.
    hypotheses, allow
        What restricts the histories, and ``stale:N``.
    profile
        Readings of an implementation; empty: each reading's default.
    solvers
        ``"cadical"``, ``"z3"``; each is asked every question, and they must agree.
    minutes, conflicts
        Where it ends without an answer: time, or conflicts of the solver in one question; neither: never.
    threads
        Questions that are asked at once.
    certificate
        Folder into which a proof is written, for `check_certificate`; None: it is not.
    tell
        Called now and then with the bound, the shapes done and all shapes; False ends with what is known so far.

    Raises
    ------
    StateroomError
        An unknown name, or a text that does not check.

    Examples
    --------
    >>> import stateroom
    >>> chain = ["honest-clock", "honest-auth-events", "linear-history", "no-revocation"]
    >>> answer = stateroom.prove_bounded("key-lost", "11", events=3, hypotheses=chain, allow=["stale:1"])
    >>> answer.verdict, answer.bound["events"]
    ('refuted', 2)
    """
    started = time.monotonic()

    def go_on(bound: int, done: int, shapes: int) -> bool:
        if tell is not None and not tell(bound, done, shapes):
            return False
        return minutes is None or time.monotonic() - started < minutes * 60

    core = _core.Decider(bench, name, str(version), profile, list(hypotheses), stale_of(allow))
    core.decide(1, events, list(solvers), conflicts, threads, go_on)
    about = with_command(
        about_of(core, name, str(version), hypotheses=hypotheses, allow=allow, profile=profile),
        f"stateroom prove {name} --version {version} --events {events}",
    )
    verdict, reason, detail, history = core.verdict, core.reason, core.detail, None
    mismatches = list(core.mismatches)
    if certificate is not None and verdict == "proved" and not core.certify(str(certificate), go_on):
        verdict, reason, detail = "unknown", "limit", "proved, and stopped before the certificate was written"
    if core.file:
        history = json.loads(core.file) | {"about": about}
        replayed = _replay(json.dumps(history).encode(), "the refutation", about)
        about |= {"violations": replayed["violations"], "rules": replayed["rules"]}
        if replayed["broken"] or replayed["refused"] or not replayed["violations"]:
            mismatches.append(replayed["broken"] or "the signed history does not break the property")
            verdict, reason, detail, history = "unknown", "encoding", "a refutation does not replay from its file", None
    return Bounded(
        property=core.property_name,
        property_sha256=core.property_sha256,
        statement=core.statement,
        version=core.version,
        version_sha256=core.version_sha256,
        profile=profile or "default",
        verdict=verdict,
        reason=reason,
        detail=detail,
        proved=core.proved,
        bounds=tuple(core.bounds()),
        hypotheses=tuple(hypotheses),
        allow=tuple(allow),
        history=history,
        compared=core.compared,
        mismatches=tuple(mismatches),
        solvers=tuple(_core.sat_solver_version(one) for one in solvers),
        seconds=time.monotonic() - started,
    )


@dataclass(frozen=True)
class Checked:
    """What a check of a certificate came to.

    Attributes
    ----------
    accepted, wrong
        Whether every shape is there and every step follows; else the first thing that is wrong.
    property, version, events
        What the certificate says is proved, up to how many events.
    shapes, clauses, steps
        What was checked.
    """

    accepted: bool
    wrong: str
    property: str
    version: str
    events: int
    shapes: int
    clauses: int
    steps: int

    def to_dict(self) -> dict[str, Any]:
        """Give the members that ``stateroom certificate check --json`` prints."""
        return {**self.__dict__, "wrong": self.wrong or None}


def check_certificate(folder: str | Path) -> Checked:
    """Check a proof by a small program that shares no code with what made it.

    Parameters
    ----------
    folder
        As `prove_bounded` writes it.

    Examples
    --------
    >>> import tempfile, stateroom
    >>> folder = tempfile.mkdtemp()
    >>> chain = ["honest-clock", "honest-auth-events", "linear-history", "no-revocation"]
    >>> _ = stateroom.prove_bounded("older-wins", "12", events=2, hypotheses=chain, certificate=folder)
    >>> stateroom.check_certificate(folder).accepted
    True
    """
    return Checked(**_core.check_certificate(str(folder)))


def is_of_merges(name: str) -> bool:
    """Say whether a name is that of a property of merges, or the path of a text of one.

    Examples
    --------
    >>> is_of_merges("D1"), is_of_merges("same-rules:11")
    (True, False)
    """
    if name.endswith(".property"):
        return True
    return any(name in (one[0], one[1]) for one in _core.list_properties())
