"""What federations with faults and adversaries come to under the base of a vetted version and under the candidate."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stateroom.simulate import Simulation

if TYPE_CHECKING:
    from stateroom.vet import Vet

SCENARIOS = ("netsplit", "moderation-war", "lying-resident-server", "resurrecting-banned-server")
RUNS = ("converges", "delivers")  # what is asked of a whole run


@dataclass(frozen=True)
class Run:
    """One version in one scenario.

    Attributes
    ----------
    outcomes
        Property → ``"held"``, ``"violated"`` or ``"never asked"``.
    violated
        Property → how often.
    merges, resets, events
        Merges that were computed, entries that came and went again, events that were made.
    sha256
        Of the run's log.
    """

    outcomes: dict[str, str]
    violated: dict[str, int]
    merges: int
    resets: int
    events: int
    sha256: str


@dataclass(frozen=True)
class Federation:
    """A scenario under both versions, with one seed."""

    scenario: str
    seed: int
    base: Run
    candidate: Run

    def broken(self) -> list[str]:
        """Name what held under the base and was violated under the candidate."""
        return [
            name
            for name, outcome in self.base.outcomes.items()
            if outcome == "held" and self.candidate.outcomes.get(name) == "violated"
        ]


def run_both(vet: "Vet", tell: Callable[[float], None]) -> None:
    """Run each scenario under both versions at once."""
    if vet.profile or vet.readings:  # servers of a simulation have the default of each reading
        return
    stop = threading.Event()

    def one(scenario: str, side: str) -> Run | None:
        run = Simulation(scenario, version=vet.asked[side], seed=vet.seed)
        run.go(lambda _days: not stop.is_set() and not vet.late())
        return None if run.interrupted else _summary(run)

    pool = ThreadPoolExecutor(2)
    try:
        for number, scenario in enumerate(SCENARIOS):
            tell(number / len(SCENARIOS))
            if vet.late():
                break
            base, candidate = (f.result() for f in [pool.submit(one, scenario, side) for side in vet.asked])
            if base is not None and candidate is not None:
                vet.federations.append(Federation(scenario, vet.seed, base, candidate))
    finally:
        stop.set()
        pool.shutdown(wait=False, cancel_futures=True)


def _summary(run: Simulation) -> Run:
    monitors = run.monitors()
    witnesses, counts = run.witnesses(), run.counts()
    return Run(
        outcomes={one["property"]: one["outcome"] for one in monitors},
        violated={one["property"]: one["violated"] for one in monitors},
        merges=witnesses.get("merges", 0),
        resets=witnesses.get("resets", 0),
        events=counts.get("events", 0),
        sha256=run.log_sha256,
    )


def rows(vet: "Vet") -> list[dict[str, Any]]:
    """Give a row for each scenario and property that was asked under either version."""
    out = []
    for federation in vet.federations:
        for name, outcome in federation.base.outcomes.items():
            other = federation.candidate.outcomes.get(name, "never asked")
            if outcome == other == "never asked":
                continue
            sides = [
                said if said != "violated" else f"violated {getattr(federation, side).violated[name]} times"
                for said, side in ((outcome, "base"), (other, "candidate"))
            ]
            out.append(
                {
                    "scenario": federation.scenario,
                    "property": name,
                    "base": sides[0],
                    "candidate": sides[1],
                    "broken": name in federation.broken(),
                }
            )
    return out
