"""Which promises about merges the base of a vetted version keeps in all small histories, and the candidate."""

import builtins
import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stateroom import drawing
from stateroom.about import with_command
from stateroom.bounded import STATE_SETS, USERS, Bounded, prove_bounded
from stateroom.explore import Found, history_properties, search

if TYPE_CHECKING:
    from stateroom.vet import Vet

EVENTS = 3  # after the prefix
MORE_EVENTS = 4  # of what both keep up to EVENTS, where there is time
MORE_MINUTES = 4  # a report with less is made without
CONFLICTS = 200_000  # of the solver, a shape: the answers do not depend on the machine
OWN = Path(__file__).parent / "properties"  # promises that only vet asks about
HONEST = ("honest-clock", "linear-sender", "honest-auth-events")


@dataclass(frozen=True)
class World:
    """What may happen in the histories that are asked about."""

    name: str
    hypotheses: tuple[str, ...]
    allow: tuple[str, ...]
    words: str


WORLDS = (
    World(
        "stale",
        (*HONEST, "no-revocation"),
        ("stale:1",),
        "clocks are honest, nobody lies, nothing is revoked, and a state set may have one older entry",
    ),
    World(
        "moderated",
        HONEST,
        (),
        "clocks are honest, nobody lies, and users are kicked, banned and lowered",
    ),
)


@dataclass(frozen=True)
class Answer:
    """What became of a promise in one version.

    Attributes
    ----------
    verdict, reason, detail
        As `prove` gives them.
    method
        ``"bounded"``: by the prover; ``"exhaustive"``: by going through all histories.
    solver
        What answered; empty: the engine itself.
    kept
        All histories of up to so many events after the prefix keep it.
    events
        The bound of the verdict; of a refutation its number of events.
    version_sha256, history, mismatches
        Of which text; what refutes it; models that did not replay.
    """

    verdict: str
    reason: str
    detail: str
    method: str
    solver: str
    kept: int
    events: int
    version_sha256: str
    history: dict[str, Any] | None
    mismatches: tuple[str, ...]

    def says(self) -> str:
        """Say it in a few words."""
        if self.verdict == "refuted":
            return f"broken by {self.events} event{'s' if self.events != 1 else ''}, by no fewer"
        how = "proved" if self.method == "bounded" else "kept in all"
        if self.verdict == "proved":
            return f"{how} up to {self.events} events"
        why = "the time was up" if self.reason == "limit" else self.detail
        return f"not known: {why}" + (f"; {how} up to {self.kept}" if self.kept else "")


@dataclass(frozen=True)
class Held:
    """A promise about merges in one world, and what base and candidate make of it.

    Attributes
    ----------
    property, given, statement, world
        What was asked; as which name or path.
    base, candidate
        The answers.
    file
        The history that breaks it in the candidate, in the report's folder; empty: none.
    events
        What happens in that history, a line each.
    """

    property: str
    given: str
    statement: str
    world: World
    base: Answer
    candidate: Answer
    file: str = ""
    events: tuple[str, ...] = ()

    @builtins.property
    def broken(self) -> bool:
        """Whether the base keeps it in all histories of the bound and the candidate does not."""
        return self.base.verdict == "proved" and self.candidate.verdict == "refuted"

    @builtins.property
    def sooner(self) -> bool:
        """Whether both break it, and fewer events suffice in the candidate."""
        both = self.base.verdict == self.candidate.verdict == "refuted"
        return both and self.candidate.events <= self.base.kept

    @builtins.property
    def by_prover(self) -> bool:
        """Whether the prover answered of both, and may be asked for more."""
        return self.base.method == self.candidate.method == "bounded"

    @builtins.property
    def kept(self) -> bool:
        """Whether both keep it."""
        return self.base.verdict == self.candidate.verdict == "proved"


def asked() -> list[tuple[str, str, str]]:
    """Give name or path, name and statement of each promise that is asked about."""
    out = [(one.name, one.name, one.says) for one in history_properties() if one.scope == "merge"]
    for path in sorted(OWN.glob("*.property")):
        head = next(line for line in path.read_text("utf-8").splitlines() if line.strip().startswith("says"))
        out.append((str(path), path.stem, head.partition('"')[2].rstrip('"')))
    return out


class _Asking:
    """Asks both versions at once while there is time; leaving it stops what is still at work."""

    def __init__(self, vet: "Vet") -> None:
        self.vet, self.stop, self.pool = vet, threading.Event(), ThreadPoolExecutor(2)

    def __enter__(self) -> Callable[[str, World, int], tuple[Answer, Answer]]:
        return self._both

    def __exit__(self, *_error: object) -> None:
        self.stop.set()
        self.pool.shutdown(wait=False, cancel_futures=True)

    def _both(self, given: str, world: World, events: int) -> tuple[Answer, Answer]:
        base, candidate = self.pool.map(partial(self._one, given, world, events), ("base", "candidate"))
        return base, candidate

    def _one(self, given: str, world: World, events: int, side: str) -> Answer:
        terms: dict[str, Any] = {
            "events": events,
            "hypotheses": world.hypotheses,
            "allow": world.allow,
            "profile": self.vet.profile,
            "tell": lambda *_: not self.stop.is_set(),
        }
        proof = prove_bounded(
            given, self.vet.asked[side], conflicts=CONFLICTS, threads=1, minutes=self._minutes_left(), **terms
        )
        if proof.reason == "encoding" and events == EVENTS:  # there is another way, which goes no further
            found = search(given, self.vet.asked[side], exhaustive=True, minutes=self._minutes_left(), **terms)
            return replace(_of_search(found), mismatches=proof.mismatches)
        return _of_proof(proof)

    def _minutes_left(self) -> float | None:
        return None if self.vet.deadline is None else max(0.0, self.vet.deadline - time.monotonic()) / 60


def _of_proof(proof: Bounded) -> Answer:
    refuted = proof.verdict == "refuted"
    return Answer(
        verdict=proof.verdict,
        reason=proof.reason,
        detail=proof.detail,
        method="bounded",
        solver=", ".join(proof.solvers),
        kept=proof.bound["events"] - 1 if refuted else proof.proved,
        events=proof.bound["events"],
        version_sha256=proof.version_sha256,
        history=proof.history,
        mismatches=proof.mismatches,
    )


def _of_search(found: Found) -> Answer:
    refuted = found.history is not None
    events = found.levels[-1]["events"] if refuted else EVENTS if found.complete else 0
    return Answer(
        verdict="refuted" if refuted else "proved" if found.complete else "unknown",
        reason="" if refuted or found.complete else "limit",
        detail="",
        method="exhaustive",
        solver="",
        kept=events - 1 if refuted else events,
        events=events,
        version_sha256=found.version_sha256,
        history=found.history,
        mismatches=(),
    )


def ask(vet: "Vet", tell: Callable[[float], None]) -> None:
    """Ask about all small histories of both versions, one promise and world after the other."""
    if vet.readings:  # a proof about merges takes a profile, not single choices
        return
    questions = [(one, world) for world in WORLDS for one in asked()]
    with _Asking(vet) as both:
        for number, ((given, name, statement), world) in enumerate(questions):
            tell(number / len(questions))
            if vet.late():
                break
            vet.held.append(_with_file(vet, Held(name, given, statement, world, *both(given, world, EVENTS))))


def ask_more(vet: "Vet", tell: Callable[[float], None]) -> None:
    """Ask about larger histories what the prover has shown that both versions keep."""
    if vet.minutes is not None and vet.minutes < MORE_MINUTES:
        return
    open_ = [number for number, held in enumerate(vet.held) if held.kept and held.by_prover]
    with _Asking(vet) as both:
        for done, number in enumerate(open_):
            tell(done / len(open_))
            held = vet.held[number]
            base, candidate = both(held.given, held.world, MORE_EVENTS)
            if vet.late():  # what was cut says no more than before
                break
            further = replace(held, base=_further(held.base, base), candidate=_further(held.candidate, candidate))
            vet.held[number] = _with_file(vet, further)


def _further(before: Answer, after: Answer) -> Answer:
    return before if after.verdict == "unknown" else after


def _with_file(vet: "Vet", held: Held) -> Held:
    """Write the history that breaks a promise, with what it takes to ask it again in the report's folder."""
    if held.candidate.history is None:
        return held
    history = json.loads(json.dumps(held.candidate.history))
    is_text, version = Path(held.given).suffix == ".property", vet.argument("candidate")
    name = Path(held.given).name if is_text else held.given
    if is_text:
        vet.files[name] = Path(held.given).read_text("utf-8")
    start = f"--version {version} --events {held.candidate.events}"
    start = (
        f"stateroom prove {name} {start}"
        if held.candidate.method == "bounded"
        else f"stateroom search --property {name} {start} --exhaustive"
    )
    about = history["about"] = with_command(history["about"] | {"property": name, "version": version}, start)
    file = f"histories/{held.property}-{held.world.name}.json"
    vet.files[file] = json.dumps(history, ensure_ascii=False, indent=2) + "\n"
    names = {event_id: number for number, event_id in enumerate(history["event_ids"])}

    def after(event: dict[str, Any]) -> str:
        ids = [one if isinstance(one, str) else one[0] for one in event.get("prev_events", [])]
        return f" (after {', '.join(str(names[one]) for one in ids)})" if ids else ""

    events = [f"{n}: {drawing.describe(event)}{after(event)}" for n, event in enumerate(history["events"])]
    events += [
        f"state set {n}: {', '.join(sorted((str(names[one]) for one in ids), key=int))}"
        for n, ids in enumerate(history["state_sets"], 1)
    ]
    events.append(f"shown by: {', '.join(str(names[one]) for one in about['violations'])}")
    events += [f"rule {r['number']} {r['label']} refuses {names[r['event_id']]}" for r in about["rules"]]
    return replace(held, file=file, events=tuple(events))


def spans(vet: "Vet", world: World | None = None) -> str:
    """Say up to how many events the promises that both keep were asked, as ``3 to 4``; empty: there are none."""
    bounds = [
        min(held.base.kept, held.candidate.kept)
        for held in vet.held
        if held.kept and (world is None or held.world == world)
    ]
    if not bounds:
        return ""
    return str(min(bounds)) if min(bounds) == max(bounds) else f"{min(bounds)} to {max(bounds)}"


def asked_about(vet: "Vet") -> str:
    """Say in which bound merges were asked about."""
    return (
        f"Merges were asked about up to {spans(vet) or EVENTS} events after the prefix `study`, with {USERS} users and "
        f"{STATE_SETS} state sets; beyond that nothing is proved."
    )


def data(vet: "Vet") -> list[dict[str, Any]]:
    """Give what was asked as `stateroom prove --json` gives an answer with a bound."""
    return [
        {
            "property": held.property,
            "version": vet.candidate,
            "version_sha256": held.candidate.version_sha256,
            "verdict": held.candidate.verdict,
            "reason": held.candidate.reason or None,
            "detail": held.candidate.detail or None,
            "method": held.candidate.method,
            "bound": {
                "events": held.candidate.events,
                "after": "study",
                "users": USERS,
                "state_sets": STATE_SETS,
                "vocabulary": "study",
            },
            "hypotheses": list(held.world.hypotheses),
            "translated": [],
            "allow": list(held.world.allow),
            "adversary": None,
            "profile": vet.profile or "default",
            "history": held.file or None,
            "parts": [],
            "findings": [],
            "mismatches": list(held.candidate.mismatches),
            "solver": held.candidate.solver,
            "base_verdict": held.base.verdict,
        }
        for held in vet.held
    ]
