"""Which mistakes in a version's text a suite of tests would notice."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stateroom import _core
from stateroom.redraw import redraw
from stateroom.vet import scenarios

SCENARIOS, RANDOM, SCOPE = "scenarios", "random", "small scope"


@dataclass(frozen=True)
class Mutant:
    """One small mistake in a version's text, and which suites notice it.

    Attributes
    ----------
    section, label, number
        What is changed: a rule by label and number (``""`` if it has none), or a definition by its name.
    operation
        What was done, in words: ``"dropped"``, ``"< for <="``.
    before, after
        The rule or definition, one line each; `after` is empty if it was dropped.
    killed_by
        Suite → the first case on which the mutant answers otherwise than the version, or None.
    """

    section: str
    label: str
    number: str
    operation: str
    before: str
    after: str
    killed_by: Mapping[str, str | None]

    @property
    def survives(self) -> bool:
        """No suite noticed it."""
        return all(case is None for case in self.killed_by.values())

    def to_dict(self, version: str, sha256: str) -> dict[str, Any]:
        """Give the members that `stateroom mutants --json` prints."""
        return {
            "version": version,
            "version_sha256": sha256,
            "section": self.section,
            "label": self.label,
            "number": self.number or None,
            "operation": self.operation,
            "before": self.before,
            "after": self.after or None,
            "killed_by": dict(self.killed_by),
            "survives": self.survives,
        }


class MutantRun:
    """The mutants of a version and the suites that they are shown to.

    Parameters
    ----------
    version
        Name or path of a room version.
    profile
        Readings of an implementation; empty: each reading's default.

    Raises
    ------
    StateroomError
        The text does not check, or a history cannot be read.

    Examples
    --------
    >>> run = MutantRun("11")
    >>> run.add_random(5, seed=1)
    >>> len(run) > 300, run.suites()
    (True, {'random': 5})
    """

    def __init__(self, version: str, profile: str = "") -> None:
        self._core = _core.Mutants(version, profile)
        self.version: str = self._core.name
        self.sha256: str = self._core.sha256

    def __len__(self) -> int:
        """How many mutants the text has; those that are no room version are among them."""
        return len(self._core)

    def add_scenarios(self) -> None:
        """Add the named problem histories, as this version's signed PDUs."""
        files = []
        drawings: dict[str, Path] = {}
        for path in scenarios():
            drawings.setdefault(path.name.split(".")[0], path)
        for name, path in drawings.items():
            history = redraw(json.loads(path.read_text(encoding="utf-8")), self.version)
            files.append((name, json.dumps(history)))
        self._core.add_histories(SCENARIOS, files)

    def add_histories(self, suite: str, histories: Iterable[tuple[str, list[Path]]]) -> None:
        """Add a suite of history files.

        Parameters
        ----------
        suite
            Its name in the results.
        histories
            A name and the files whose events together are one history.
        """
        files = []
        for name, paths in histories:
            files.append((name, "\n".join(_lines(path) for path in paths)))
        self._core.add_histories(suite, files)

    def add_random(self, count: int, seed: int) -> None:
        """Add random histories of honest servers with the seeds `seed` … `seed` + `count` - 1."""
        self._core.add_random(RANDOM, count, seed)

    def add_small_scope(self) -> None:
        """Add every event of the small scope, in the state `study` and with one entry of it otherwise."""
        self._core.add_small_scope(SCOPE)

    def suites(self) -> dict[str, int]:
        """Give the suites and how many cases each has: histories, or (event, state) pairs."""
        return dict(self._core.suites())

    def run(self, tell: Callable[[int, int], None] | None = None, threads: int = 2) -> Iterator[Mutant]:
        """Show every mutant to every suite; those that are no room version are left out.

        Parameters
        ----------
        tell
            Called with (mutants done, mutants in all).
        threads
            How many mutants are asked about at once.
        """
        names = list(self.suites())
        with ThreadPoolExecutor(threads) as pool:
            try:
                for number, answer in enumerate(pool.map(self._core.ask, range(len(self)))):
                    if tell is not None:
                        tell(number + 1, len(self))
                    if answer is not None:
                        yield Mutant(**self._core.describe(number), killed_by=dict(zip(names, answer, strict=True)))
            finally:
                pool.shutdown(wait=False, cancel_futures=True)


def _lines(path: Path) -> str:
    """Give the PDUs of a file one a line, whether it is an array or lines already."""
    text = path.read_text(encoding="utf-8")
    if text.lstrip().startswith("["):
        return "\n".join(json.dumps(pdu) for pdu in json.loads(text))
    return text
