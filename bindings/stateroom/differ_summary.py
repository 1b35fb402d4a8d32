"""What a campaign came to: which histories are shown, and what each implementation is summed up to."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from stateroom.differ_coverage import coverage_markdown
from stateroom.differ_explain import TROUBLES, UNEXPLAINED, cause, is_unexplained

UNEXPLAINED_SHOWN = 20  # at most, of each oracle


@dataclass(frozen=True)
class Shown:
    """A history that becomes a file of its own.

    Attributes
    ----------
    oracle, version : str
    seed : int
    explanation : str
        What it shows.
    deviation : str or None
        The deviation that it is for, where no history shows that one alone.
    """

    oracle: str
    version: str
    seed: int
    explanation: str
    deviation: str | None = None

    @property
    def name(self) -> str:
        """The name of its file without the ending."""
        what = f"with-{self.deviation}" if self.deviation else self.explanation
        if what.startswith("peer-panic"):
            what = what.partition("@")[0] + (f"-{UNEXPLAINED}" if is_unexplained(what) else "")
        short = "".join(letter if letter.isalnum() else "-" for letter in what)[:60]
        return f"{self.oracle}-{self.version}-{self.seed}-{short}"

    def question(self) -> dict[str, Any]:
        """Give what a worker is asked."""
        return {name: getattr(self, name) for name in ("oracle", "version", "seed", "explanation")}


def deviations_in(explanation: str) -> list[str]:
    """Give the ids that an explanation names.

    Examples
    --------
    >>> deviations_in("peer-panic:x.go:9+deviation:create+fallback"), deviations_in("unexplained")
    (['create', 'fallback'], [])
    """
    _, named, ids = explanation.rpartition("deviation:")
    return ids.split("+") if named else []


def to_show(rows: Iterable[dict[str, Any]]) -> list[Shown]:
    """Choose what is shown.

    It is the first history of each explanation with a single cause, of what is unexplained some, and for each deviation
    that none of these shows alone one that needs the fewest others.
    """
    seen: Counter[tuple[str, str]] = Counter()
    fewest: dict[tuple[str, str], tuple[int, Shown]] = {}
    out = []
    for row in rows:
        if row["same"]:
            continue
        whole = row["explanation"]
        place = (row["oracle"], row["version"], row["seed"])
        ids = deviations_in(whole)
        for one in ids:
            if (row["oracle"], one) not in fewest or len(ids) < fewest[row["oracle"], one][0]:
                fewest[row["oracle"], one] = len(ids), Shown(*place, whole, one)
        explanation = whole if is_unexplained(whole) else cause(whole)
        if "+" in explanation and not is_unexplained(explanation):
            continue
        seen[row["oracle"], explanation] += 1
        if seen[row["oracle"], explanation] <= (UNEXPLAINED_SHOWN if is_unexplained(explanation) else 1):
            out.append(Shown(*place, explanation))
    alone = {(one.oracle, one.explanation.removeprefix("deviation:")) for one in out}
    return out + [one for key, (_, one) in fewest.items() if key not in alone]


def summary_of_oracle(rows: list[dict[str, Any]], files: dict[Shown, str]) -> dict[str, Any]:
    """Sum up the rows of one oracle; `files` are those of its shown histories."""
    found = [row | {"cause": cause(row["explanation"])} for row in rows if not row["same"]]
    counts = Counter(row["cause"] for row in found)
    first = {one.explanation: file for one, file in reversed(files.items()) if one.deviation is None}
    versions: dict[str, Counter[str]] = {one: Counter() for one in counts}
    behind: dict[str, Counter[str]] = {one: Counter() for one in counts}
    joined: Counter[str] = Counter()
    for row in found:
        versions[row["cause"]][row["version"]] += 1
        joined.update(deviations_in(row["explanation"]))
        if row["cause"].startswith(TROUBLES):
            behind[row["cause"]][row["explanation"].removeprefix(row["cause"]).removeprefix("+")] += 1
    return {
        "histories": len(rows),
        "distinct": len({(row["version"], row["shape"]) for row in rows}),
        "same": sum(row["same"] for row in rows),
        "unexplained": sum(is_unexplained(row["explanation"]) for row in found),
        "by_version": {
            version: {"histories": histories, "same": same} for version, (histories, same) in _by_version(rows).items()
        },
        "explanations": [
            {"explanation": one, "histories": count, "versions": versions[one], "file": first.get(one)}
            | ({"behind": dict(behind[one].most_common())} if behind[one] else {})
            for one, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        ],
        "never_alone": [
            {
                "deviation": one.deviation,
                "histories": joined[one.deviation],
                "explanation": one.explanation,
                "file": file,
            }
            for one, file in files.items()
            if one.deviation is not None
        ],
    }


def _by_version(rows: list[dict[str, Any]]) -> dict[str, list[int]]:
    """Count the histories of each version, and those that come out alike."""
    out: dict[str, list[int]] = {}
    for row in rows:
        counts = out.setdefault(row["version"], [0, 0])
        counts[0] += 1
        counts[1] += row["same"]
    return out


def markdown(summary: dict[str, Any]) -> str:
    """Write a summary as a page."""
    out = ["# Where the implementations differ", ""]
    what = "single events" if summary["auth"] else "histories with a contested key"
    out.append(
        f"Seed {summary['seed']}, {summary['histories']} {'events' if summary['auth'] else 'histories'} a version."
    )
    for name, one in summary["oracles"].items():
        out += ["", f"## {name}", ""]
        out.append(
            f"{one['histories']} {what}, {one['distinct']} distinct; {one['same']} come out alike, "
            f"{one['unexplained']} differ unexplained."
        )
        if one["explanations"]:
            out += ["", "| explanation | how many | smallest |", "|---|---|---|"]
            out += [f"| `{e['explanation']}` | {e['histories']} | {e['file'] or ''} |" for e in one["explanations"]]
    return "\n".join([*out, *coverage_markdown(summary["coverage"])]) + "\n"


__all__ = ["Shown", "deviations_in", "markdown", "summary_of_oracle", "to_show"]
