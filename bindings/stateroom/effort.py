"""Where the solver spends its effort on a question about one event, by rule."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stateroom import _core
from stateroom.prove import RLIMIT

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class Effort:
    """What one rule costs the solver.

    Attributes
    ----------
    label
        The rule; empty: of the question as it is.
    steps
        What the question takes where the rule's condition may be anything.
    verdict
        Its answer then.
    """

    label: str
    steps: int
    verdict: str


@dataclass(frozen=True)
class Efforts:
    """Where the solver spends its effort, by rule.

    Attributes
    ----------
    property, version
        What was asked.
    whole
        The question as it is: all ways to break the property at once.
    rules
        One for each rule, those first whose relaxation saves most.
    complete
        Whether all rules were asked about.
    """

    property: str
    version: str
    whole: Effort
    rules: tuple[Effort, ...]
    complete: bool

    def needed(self) -> list[str]:
        """Give the labels without which a proof does not hold."""
        return [one.label for one in self.rules if self.whole.verdict == "proved" and one.verdict == "refuted"]

    def blamed(self) -> list[str]:
        """Give the labels of rules that a refutation rests on: with the rule relaxed it is a proof."""
        return [one.label for one in self.rules if self.whole.verdict == "refuted" and one.verdict == "proved"]

    def to_dict(self) -> dict[str, Any]:
        """Give the members that `stateroom prove --effort --json` prints."""
        return {
            "property": self.property,
            "version": self.version,
            "verdict": self.whole.verdict,
            "steps": self.whole.steps,
            "complete": self.complete,
            "rules": [{"label": one.label, "steps": one.steps, "verdict": one.verdict} for one in self.rules],
        }

    def to_pandas(self) -> "pandas.DataFrame":
        """Give a row for each rule: label, steps, steps saved, verdict."""
        import pandas as pd

        rows = [(one.label, one.steps, self.whole.steps - one.steps, one.verdict) for one in self.rules]
        return pd.DataFrame(rows, columns=["label", "steps", "saved", "verdict"])


def effort(
    name: str,
    version: str | Path,
    *,
    profile: str = "",
    readings: Mapping[str, str] | None = None,
    rlimit: int = RLIMIT,
    labels: Iterable[str] | None = None,
    tell: Callable[[int, int], bool] | None = None,
) -> Efforts:
    """Ask a question once as it is and once with each rule relaxed, and count the solver's steps.

    Parameters
    ----------
    name, version, profile, readings, rlimit
        As `prove` has them; not ``live-rules``, which is a question for each rule.
    labels
        The rules to relax; None: all of `version` that have a condition.
    tell
        Called with (rules done, in all); False ends the work with what there is.

    Examples
    --------
    >>> from stateroom.effort import effort
    >>> found = effort("creators-keep-power", "12", labels=["power_levels.creators"])
    >>> found.whole.verdict, found.needed()
    ('proved', [])
    """
    prover = _core.Prover()
    chosen = dict(readings or {})
    named = str(version)
    known = prover.version(named, profile, chosen)
    base, _, other = name.partition(":")
    if base == "live-rules":
        raise ValueError("live-rules is a question for each rule: it has no effort by rule")

    def ask(label: str) -> Effort:
        found = prover.ask(base, named, other, profile, chosen, rlimit, relaxed=label)
        return Effort(label, found["steps"], found["verdict"])

    whole = ask("")
    asked = list(prover.labels(named, profile, chosen) if labels is None else labels)
    rules: list[Effort] = []
    for number, label in enumerate(asked):
        if tell is not None and not tell(number, len(asked)):
            break
        rules.append(ask(label))
    complete = len(rules) == len(asked)
    return Efforts(name, known["name"], whole, tuple(sorted(rules, key=lambda one: one.steps)), complete)
