"""Which promises about merges the base of a vetted version keeps in all small histories, and the candidate."""

import builtins
import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stateroom import drawing
from stateroom.explore import Found, history_properties, search

if TYPE_CHECKING:
    from stateroom.vet import Vet

EVENTS = 3  # after the prefix
USERS, STATE_SETS = 3, 2
OWN = Path(__file__).parent / "properties"  # promises that only vet asks about
HONEST = ("honest-clock", "linear-sender", "honest-auth-events")


@dataclass(frozen=True)
class World:
    """What may happen in the histories that are looked through."""

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
class Held:
    """A promise about merges in one world, and what base and candidate make of it.

    Attributes
    ----------
    property, statement, world
        What was asked.
    base, candidate
        What the searches came to.
    file
        The history that breaks it in the candidate, in the report's folder; empty: none.
    events
        What happens in that history, a line each.
    """

    property: str
    statement: str
    world: World
    base: Found
    candidate: Found
    file: str = ""
    events: tuple[str, ...] = ()

    @builtins.property
    def broken(self) -> bool:
        """Whether the base keeps it in all histories and the candidate does not."""
        return self.base.complete and self.base.history is None and self.candidate.history is not None

    def says(self, side: str) -> str:
        """Say what became of one of the two."""
        found: Found = getattr(self, side)
        if found.history is not None:
            return f"broken by a history of {found.shrunk_events} events"
        return f"kept in all {found.histories:,}" if found.complete else "not known: the time was up"


def verdict(found: Found) -> str:
    """Give a search's end as a verdict up to a bound."""
    if found.history is not None:
        return "refuted"
    return "proved" if found.complete else "unknown"


def asked() -> list[tuple[str, str, str]]:
    """Give name or path, name and statement of each promise that is asked about."""
    out = [(one.name, one.name, one.says) for one in history_properties() if one.scope == "merge"]
    for path in sorted(OWN.glob("*.property")):
        head = next(line for line in path.read_text("utf-8").splitlines() if line.strip().startswith("says"))
        out.append((str(path), path.stem, head.partition('"')[2].rstrip('"')))
    return out


def ask(vet: "Vet", tell: Callable[[float], None]) -> None:
    """Look through all small histories of both versions at once, one promise and world after the other."""
    if vet.readings:  # a search takes a profile, not single choices
        return
    stop = threading.Event()
    pool = ThreadPoolExecutor(2)
    questions = [(one, world) for world in WORLDS for one in asked()]
    try:
        for number, ((given, name, statement), world) in enumerate(questions):
            tell(number / len(questions))
            if vet.late():
                break
            base, candidate = pool.map(partial(_look, vet, given, world, stop), ("base", "candidate"))
            held = Held(name, statement, world, base, candidate)
            if not (base.complete or base.history) or not (candidate.complete or candidate.history):
                vet.late()
            vet.held.append(_with_file(vet, held, given) if candidate.history is not None else held)
    finally:
        stop.set()
        pool.shutdown(wait=False, cancel_futures=True)


def _look(vet: "Vet", given: str, world: World, stop: threading.Event, side: str) -> Found:
    left = None if vet.deadline is None else max(0.0, vet.deadline - time.monotonic()) / 60
    return search(
        given,
        vet.asked[side],
        events=EVENTS,
        exhaustive=True,
        hypotheses=world.hypotheses,
        allow=world.allow,
        profile=vet.profile,
        minutes=left,
        tell=lambda *_: not stop.is_set(),
    )


def _with_file(vet: "Vet", held: Held, given: str) -> Held:
    """Write the history that breaks a promise, with what it takes to ask it again in the report's folder."""
    history = json.loads(json.dumps(held.candidate.history))
    about = history["about"]
    about["command"] = (
        about["command"].replace(given, held.property).replace(vet.asked["candidate"], vet.argument("candidate"))
    )
    about["version"] = vet.argument("candidate")
    if Path(given).suffix == ".property":
        about["property"] = Path(given).name
        about["command"] = about["command"].replace(f"--property {held.property}", f"--property {Path(given).name}")
        vet.files[Path(given).name] = Path(given).read_text("utf-8")
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
    return Held(held.property, held.statement, held.world, held.base, held.candidate, file, tuple(events))


def data(vet: "Vet") -> list[dict[str, Any]]:
    """Give what was asked as `stateroom prove --json` gives an answer with a bound."""
    out = []
    for held in vet.held:
        said = verdict(held.candidate)
        out.append(
            {
                "property": held.property,
                "version": vet.candidate,
                "version_sha256": held.candidate.version_sha256,
                "verdict": said,
                "reason": "limit" if said == "unknown" else None,
                "detail": None,
                "method": "exhaustive",
                "bound": {
                    "events": EVENTS,
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
                "mismatches": [],
                "base_verdict": verdict(held.base),
            }
        )
    return out
