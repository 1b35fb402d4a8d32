"""Which edits between two versions change a verdict: proved for none, or events that show it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from stateroom import _core
from stateroom.prove import RLIMIT, Side, finding_of

SECTIONS = ("types", "identifiers", "format", "content", "definitions", "auth", "rules")  # that a verdict can depend on


@dataclass(frozen=True)
class EditProof:
    """What one edit does to verdicts.

    Attributes
    ----------
    section, label
        The edit.
    verdict
        ``"proved"``: no event in any state is decided otherwise by it; ``"refuted"``; ``"unknown"``.
    words
        What shows it, or why it is unknown.
    of
        Of which version `shown` is: ``"base"``, ``"candidate"``, or empty.
    shown
        An event in a state that this version decides otherwise than it would with, or without, the edit; or None.
    """

    section: str
    label: str
    verdict: str
    words: str
    of: str = ""
    shown: Side | None = None


def _asked(prover: "_core.EditProver", section: str, label: str, number: int, rlimit: int) -> EditProof:
    """Ask both ways: of the base with the edit alone, and of the candidate without it."""
    said: list[EditProof] = []
    for alone in (True, False):
        answer: dict[str, Any] | None = prover.ask(number, alone, rlimit)
        if answer is None:
            continue
        how = "the base with this edit alone" if alone else "the candidate, against it without this edit"
        finding = finding_of(answer["findings"][0]) if answer["findings"] else None
        words = finding.words if finding else answer["detail"]
        of, shown = "", None
        if finding and len(finding.sides) > 1:
            of, shown = ("base", finding.sides[0]) if alone else ("candidate", finding.sides[1])
        said.append(EditProof(section, label, answer["verdict"], f"{how}: {words}" if words else "", of, shown))
    for verdict in ("refuted", "unknown"):
        for found in said:
            if found.verdict == verdict:
                return found
    if said:
        return EditProof(section, label, "proved", "")
    return EditProof(section, label, "unknown", "no text with or without this edit alone checks")


def prove_edits(
    base: str,
    candidate: str,
    *,
    only: Iterable[int] | None = None,
    profile: str = "",
    readings: Mapping[str, str] | None = None,
    rlimit: int = RLIMIT,
    tell: Callable[[int], bool] = lambda _number: True,
) -> dict[int, EditProof]:
    """Ask of edits whether they change a verdict, for every event in every state.

    Parameters
    ----------
    base, candidate
        Names or paths of room versions.
    only
        Numbers of the edits to ask about, in the order of `compare`; None: all.
    profile, readings
        As `prove` has them.
    rlimit
        Steps of the solver, a question.
    tell
        Called with the number of an edit before it is asked about; False ends the work.

    Returns
    -------
    Number of the edit → proof; edits of sections that no verdict depends on are left out.

    Examples
    --------
    >>> from stateroom.edit_proofs import prove_edits
    >>> [proof.verdict for proof in prove_edits("8", "9").values()]
    ['proved']
    """
    prover = _core.EditProver(base, candidate, profile, dict(readings or {}))
    edits = prover.edits()
    out = {}
    for number in range(len(edits)) if only is None else only:
        section, label = edits[number]
        if section.split()[0] not in SECTIONS:
            continue
        if not tell(number):
            break
        out[number] = _asked(prover, section, label, number, rlimit)
    return out
