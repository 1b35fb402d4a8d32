"""Which promises about single events the base of a vetted version keeps, and the candidate."""

import builtins
import json
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from stateroom import known
from stateroom.edit_proofs import SECTIONS, EditProof, prove_edits
from stateroom.prove import Finding, Proof, properties, prove

if TYPE_CHECKING:
    from stateroom.vet import Vet

FIRST = ("peers", "no-escalation", "creators-keep-power", "closed-selection", "live-rules")
LAST = ("redaction-stable", "depth-free", "timestamp-free")  # where there is time for them
PROMISES = FIRST + LAST
SHOWN_MAX = 2  # rules that a sentence names
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
        Where the candidate breaks it in a way that the base does not have: the words of what refutes it.
    ways
        In how many such ways; only a property without parts is broken in new ways while the base breaks it too.
    """

    property: str
    statement: str
    base: str
    candidate: str
    shown: str = ""
    ways: int = 0

    @builtins.property
    def broken(self) -> bool:
        """Whether the candidate breaks what the base keeps."""
        return self.candidate == "refuted" and (self.base == "proved" or self.ways > 0)


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
        new = [f.words for f in _new(base, candidate) if f": {named}" in f.words or not named]
        shown = "; ".join(new[:SHOWN_MAX]) + (f"; and {len(new) - SHOWN_MAX} more" if len(new) > SHOWN_MAX else "")
        ways = len(new) if before == "refuted" and name in COMPARED and not base.reason else 0
        out.append(Promise(name, part or statement, before, after, shown if after == "refuted" else "", ways))
    return out


# Broken in base and candidate, but by other rules: a rule that never decides, another one that redaction turns.
COMPARED = ("redaction-stable", "live-rules")


def _new(base: Proof, candidate: Proof) -> list[Finding]:
    """Give the findings of the candidate by rules, and with verdicts, that no finding of the base has."""

    def key(finding: Finding) -> tuple[object, ...]:
        rules = tuple((side.label, side.allowed) for side in finding.sides)
        return rules or (finding.words.partition(" never decides")[0].rpartition(" ")[2],)

    known = {key(finding) for finding in base.findings} if candidate.property in COMPARED else set()
    return [finding for finding in candidate.findings if key(finding) not in known]


def ask(vet: "Vet", names: Sequence[str], tell: Callable[[float], None]) -> None:
    """Ask the prover, two questions at once, while there is time.

    A base that comes with the package was asked about before (`known`). A candidate whose edits no verdict depends on
    is answered as its base.
    """
    statements = {name: said for name, (_, said) in properties().items()}
    touched = any(edit["section"].split()[0] in (*SECTIONS, "readings") for edit in vet.edits)
    stop = threading.Event()

    def answer(name: str, side: str) -> Proof:
        return prove(
            name,
            vet.asked[side],
            profile=vet.profile,
            readings=vet.readings,
            rlimit=STEPS,
            directions=name not in COMPARED,
            decided=vet.search[f"{side}_rules"] if name == "live-rules" else (),
            tell=lambda _found: not stop.is_set() and not vet.late(),
        )

    def kept(name: str) -> Proof | None:
        """Give what is known of the base; by which rules redaction turns a verdict is not kept."""
        chosen = vet.profile or vet.readings or vet.versions[0]["name"] != vet.asked["base"]
        return None if chosen or name == "redaction-stable" else known.proof_of(vet.base, name)

    pool = ThreadPoolExecutor(2)
    try:
        bases = {name: kept(name) or pool.submit(answer, name, "base") for name in names}
        others = {name: pool.submit(answer, name, "candidate") for name in names if touched}
        for number, name in enumerate(names):
            tell(number / len(names))
            if vet.late():
                break
            base_, other = bases[name], others.get(name)
            base = base_ if isinstance(base_, Proof) else base_.result()
            candidate = (
                other.result()
                if other is not None
                else replace(base, version=vet.candidate, version_sha256=vet.versions[1]["sha256_with_errata"])
            )
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
            edit["witness"] = name = _written(vet, number, proof)
            edit["ask"] = f"stateroom auth {name} --version {vet.argument(proof.of)}{vet.chosen()}" if name else ""


def _written(vet: "Vet", number: int, proof: EditProof) -> str | None:
    """Write the event that shows an edit, as a question for `stateroom auth`; None: asked again it shows nothing."""
    if proof.shown is None:
        return None
    decision = {"allowed": proof.shown.allowed, "label": proof.shown.label, "number": proof.shown.number}
    about = {"tool": "stateroom vet", "candidate": vet.candidate, "base": vet.base, "asked": proof.words}
    text = json.dumps(
        {**proof.shown.question(), "about": {**about, "decision": decision}}, ensure_ascii=False, indent=2
    )
    if vet.auth(text, proof.of) != decision:  # it rests on an answer of the host, or on an event that was rejected
        return None
    name = f"histories/edit-{number + 1:02}.{proof.of}.json"
    vet.files[name] = text + "\n"
    return name


def broken_sentences(vet: "Vet") -> list[str]:
    """Name each promise that the candidate breaks and the base keeps."""
    out = []
    for promise in (p for p in vet.promises if p.broken):
        more = f" in {promise.ways} more {'way' if promise.ways == 1 else 'ways'} than {vet.base}"
        how = f" that {vet.base} keeps" if promise.base == "proved" else more
        shown = f" {promise.shown}." if promise.shown else ""
        out.append(f"{vet.candidate} breaks a promise{how}: {promise.statement} (`{promise.property}`).{shown}")
    return out


def counted(vet: "Vet") -> list[str]:
    """Say how many promises are kept, and of how many nothing is known."""
    if not vet.promises:
        return []
    both = sum(1 for p in vet.promises if p.base == p.candidate == "proved")
    gained = [p for p in vet.promises if p.base == "refuted" and p.candidate == "proved"]
    neither = sum(1 for p in vet.promises if p.base == p.candidate == "refuted")
    unanswered = sum(1 for p in vet.promises if "unknown" in (p.base, p.candidate))
    words = [f"{both} are proved for both versions"]
    if gained:
        words.append(f"{len(gained)} for {vet.candidate} alone ({'; '.join(p.statement for p in gained)})")
    if neither:
        words.append(f"{neither} hold in neither")
    if unanswered:
        words.append(f"of {unanswered} it is not known")
    return [f"Of {len(vet.promises)} promises about single events {', '.join(words)}."]


def not_asked(vet: "Vet") -> list[str]:
    """Name the promises that there was no time for."""
    return [name for name in PROMISES if name not in vet.proofs]


def data(vet: "Vet") -> list[dict[str, Any]]:
    """Give the properties as `stateroom prove --json` does, with what the base makes of each."""
    out = []
    for base, candidate in vet.proofs.values():
        asked = replace(candidate, asked=vet.argument("candidate"))
        line = asked.to_dict() | {"base_verdict": base.verdict}
        line.pop("seconds")  # a report is no matter of the clock
        line["version"] = vet.candidate
        out.append(line)
    return out
