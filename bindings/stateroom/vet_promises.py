"""Which promises about single events the base of a vetted version keeps, and the candidate."""

import builtins
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from stateroom.edit_proofs import prove_edits
from stateroom.prove import Proof, prove

if TYPE_CHECKING:
    from stateroom.vet import Vet

PROMISES = ("peers", "no-escalation", "creators-keep-power", "closed-selection", "live-rules")
STEPS = 20_000_000  # of the solver, a question: the answers do not depend on the machine


@dataclass(frozen=True)
class Promise:
    """A property, or a part of one, and what base and candidate make of it.

    Attributes
    ----------
    property, statement
        The property and what is promised; of a part, the part's statement.
    base, candidate
        ``"proved"``, ``"refuted"`` or ``"unknown"``.
    shown
        Of a promise that the candidate alone breaks: the words of what refutes it.
    """

    property: str
    statement: str
    base: str
    candidate: str
    shown: str = ""

    @builtins.property
    def broken(self) -> bool:
        """Whether the base keeps it and the candidate does not."""
        return self.base == "proved" and self.candidate == "refuted"


def _verdicts(proof: Proof) -> dict[str, str]:
    """Give each statement of an answer with its verdict: of the parts, else of the whole."""
    if proof.parts:
        return {part.statement: part.verdict for part in proof.parts}
    return {"": proof.verdict}


def _promises(name: str, statement: str, base: Proof, candidate: Proof) -> list[Promise]:
    kept, now = _verdicts(base), _verdicts(candidate)
    out = []
    for part in now if candidate.parts else kept:
        before, after = kept.get(part, base.verdict), now.get(part, candidate.verdict)
        named = next((p.name for p in candidate.parts if p.statement == part), "")
        words = [f.words for f in candidate.findings if f": {named}" in f.words or not named]
        shown = words[0] if after == "refuted" and words else ""
        out.append(Promise(name, part or statement, before, after, shown))
    return out


def ask(vet: "Vet", statements: dict[str, str], tell: Callable[[float], None]) -> None:
    """Ask the prover of both versions at once, one property after the other, while there is time."""
    stop = threading.Event()

    def answer(name: str, side: str) -> Proof:
        return prove(
            name,
            vet.asked[side],
            profile=vet.profile,
            readings=vet.readings,
            rlimit=STEPS,
            tell=lambda _found: not stop.is_set() and not vet.late(),
        )

    pool = ThreadPoolExecutor(2)
    try:
        for number, name in enumerate(PROMISES):
            tell(number / len(PROMISES))
            if vet.late():
                break
            base, candidate = pool.map(partial(answer, name), ("base", "candidate"))
            if vet.late():  # what was cut says nothing
                break
            vet.proofs[name] = (base, candidate)
            vet.promises.extend(_promises(name, statements[name], base, candidate))
    finally:
        stop.set()
        pool.shutdown(wait=False, cancel_futures=True)


def prove_unshown(vet: "Vet", tell: Callable[[float], None]) -> None:
    """Ask about the edits for which nothing was found: a proof that no verdict changes, or an event that shows it."""
    open_ = [number for number, edit in enumerate(vet.edits) if edit["scope"].startswith("none among")]

    def on(number: int) -> bool:
        tell(open_.index(number) / len(open_))
        return not vet.late()

    found = prove_edits(
        vet.asked["base"],
        vet.asked["candidate"],
        only=open_,
        profile=vet.profile,
        readings=vet.readings,
        rlimit=STEPS,
        tell=on,
    )
    for number, proof in found.items():
        edit = vet.edits[number]
        if proof.verdict == "proved":
            edit["scope"] = f"proved: no verdict on any event in any state changes by it; beyond that {edit['scope']}"
        elif proof.verdict == "refuted":
            edit["scope"] = f"the prover has an event that it decides otherwise ({proof.words}); {edit['scope']}"


def sentences(vet: "Vet") -> list[str]:
    """Say which promises are broken, which are kept, and of which nothing is known."""
    if not vet.promises:
        return []
    broken = [p for p in vet.promises if p.broken]
    both = sum(1 for p in vet.promises if p.base == p.candidate == "proved")
    gained = [p for p in vet.promises if p.base == "refuted" and p.candidate == "proved"]
    neither = sum(1 for p in vet.promises if p.base == p.candidate == "refuted")
    unknown = sum(1 for p in vet.promises if "unknown" in (p.base, p.candidate))
    out = [
        f"{vet.candidate} breaks a promise that {vet.base} keeps: {p.statement} (`{p.property}`)."
        + (f" {p.shown}." if p.shown else "")
        for p in broken
    ]
    words = [f"{both} are proved for both versions"]
    if gained:
        words.append(f"{len(gained)} for {vet.candidate} alone ({'; '.join(p.statement for p in gained)})")
    if neither:
        words.append(f"{neither} hold in neither")
    if unknown:
        words.append(f"of {unknown} it is not known")
    none = "" if broken else f"No promise that {vet.base} keeps is found broken. "
    out.append(f"{none}Of {len(vet.promises)} promises about single events {', '.join(words)}.")
    return out


def data(vet: "Vet") -> list[dict[str, Any]]:
    """Give the properties as `stateroom prove --json` does, with what the base makes of each."""
    out = []
    for base, candidate in vet.proofs.values():
        line = candidate.to_dict() | {"base_verdict": base.verdict}
        line.pop("seconds")  # a report is no matter of the clock
        line["version"] = vet.candidate
        out.append(line)
    return out
