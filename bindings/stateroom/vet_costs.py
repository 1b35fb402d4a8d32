"""What base and candidate cost a server: work of resolutions, size of events, size of the text."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from stateroom.vet_files import heard

if TYPE_CHECKING:
    from stateroom.vet import Vet

HISTORIES = 40


def measure(vet: "Vet", tell: Callable[[float], None]) -> None:
    """Count the work of the first random histories under both versions; the clock goes into the timings alone."""
    total: dict[str, dict[str, int]] = {side: {} for side in vet.asked}
    count = min(HISTORIES, vet.count)
    for number in range(count):
        if vet.late():
            return
        tell(number / count)
        for side, one in heard(partial(vet.work.costs, vet.seed + number, 1)).items():
            for member, value in one.items():
                total[side][member] = total[side].get(member, 0) + value
    if count == 0:
        return
    for side, one in total.items():
        vet.timings[f"resolution_{side}_us"] = round(one.pop("resolve_ns") / 1000 / max(1, one["merges"]), 1)
    vet.costs = {"histories": count, **total}


def lines(vet: "Vet") -> tuple[int, int]:
    """Count the lines of text that the edits add and take away."""
    texts = {side: [e[side].splitlines() for e in vet.edits] for side in ("before", "after")}
    added = sum(len([x for x in new if x not in old]) for old, new in zip(*texts.values(), strict=True))
    taken = sum(len([x for x in old if x not in new]) for old, new in zip(*texts.values(), strict=True))
    return added, taken


def rows(vet: "Vet") -> list[dict[str, Any]]:
    """Give what was measured, a row each: words, base, candidate, and the change in percent."""
    if not vet.costs:
        return []
    base, candidate = vet.costs["base"], vet.costs["candidate"]
    asked: list[tuple[str, str, str]] = [
        ("events that the rules are asked about, a merge", "checks", "merges"),
        ("entries of the orders that are made, a merge", "ordered", "merges"),
        ("events that an event depends on", "auth_events", "events"),
        ("bytes of a PDU, without signatures", "bytes", "events"),
    ]
    out = []
    for words, what, of in asked:
        one, two = (side[what] / max(1, side[of]) for side in (base, candidate))
        change = 100 * (two - one) / one if one else 0.0
        out.append({"words": words, "base": f"{one:.1f}", "candidate": f"{two:.1f}", "change": f"{change:+.0f} %"})
    return out


def sentences(vet: "Vet") -> list[str]:
    """Say what the candidate costs."""
    added, taken = lines(vet)
    out = [f"Its edits add {_count(added, 'line')} to the text and take {taken} away."]
    found = rows(vet)
    if found:
        merges = vet.costs["base"]["merges"]
        said = "; ".join(f"{row['words']}: {row['base']} and {row['candidate']} ({row['change']})" for row in found)
        histories = _count(vet.costs["histories"], "random history", "random histories")
        out.append(f"In {histories} with {_count(merges, 'merge')}, {vet.base} and {vet.candidate}: {said}.")
    return out


def _count(number: int, word: str, words: str = "") -> str:
    return f"{number} {word if number == 1 else words or word + 's'}"
