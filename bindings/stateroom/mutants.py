"""Which mistakes in a version's text a suite of tests would notice."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stateroom import _core, scope
from stateroom.redraw import redraw
from stateroom.vet_named import scenarios

SCENARIOS, RANDOM, SCOPE, CITING, RECEIPTS = "scenarios", "random", "small scope", "citing", "receipts"
SIGNERS = "signers"
EXHAUSTIVE = "exhaustive"


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

    def without_suites(self) -> "MutantRun":
        """Give a run of the same mutants with no suite yet; what one of the two compiles the other has too."""
        out = MutantRun.__new__(MutantRun)
        out._core = self._core.without_suites()
        out.version, out.sha256 = self.version, self.sha256
        return out

    def __len__(self) -> int:
        """How many mutants the text has; those that are no room version are among them."""
        return len(self._core)

    def add_scenarios(self) -> None:
        """Add the named problem histories, as this version's signed PDUs."""
        files = [(name, json.dumps(redraw(history, self.version))) for name, history in drawings().items()]
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
        self.add_files(suite, [(name, "\n".join(_lines(path) for path in paths)) for name, paths in histories])

    def add_files(self, suite: str, files: Iterable[tuple[str, str]]) -> None:
        """Add a suite of histories, each as its name and the text of a file."""
        self._core.add_histories(suite, list(files))

    def add_random(self, count: int, seed: int) -> None:
        """Add random histories of honest servers with the seeds `seed` … `seed` + `count` - 1."""
        self._core.add_random(RANDOM, count, seed)

    def add_small_scope(self, citing: bool = True, receipts: bool = True) -> None:
        """Add every event of the small scope, in the state `study` and with one entry of it otherwise.

        Parameters
        ----------
        citing, receipts
            Add what such an event has none of too: `add_citing`; `add_receipts` and `add_signers`.
        """
        self._core.add_small_scope(SCOPE)
        if citing:
            self.add_citing()
        if receipts:
            self.add_receipts()
            self.add_signers()

    def add_citing(self) -> None:
        """Add events that cite other auth_events than those selected or name another room, and unusual levels."""
        self._core.add_citing(CITING)

    def add_receipts(self) -> None:
        """Add what the checks on receipt make of events, faulty ones among them, and which redactions apply."""
        self._core.add_receipts(RECEIPTS)

    def add_signers(self) -> None:
        """Add whose signatures members that are invited by third party, or nearly so, must have."""
        self._core.add_signers(SIGNERS)

    def add_families(self, suite: str, families: Iterable[Mapping[str, Any]]) -> None:
        """Add a suite of events that are each judged in every one of given states.

        Parameters
        ----------
        suite
            Its name in the results.
        families
            Each with `name`, `events` (PDUs with their ids), `states` (lists of ids), `trials` (ids) and `recheck`
            (whether the rules on a trial's own edges count as passed).
        """
        self._core.add_families(suite, [json.dumps(family) for family in families])

    def add_exhaustive(self, states_max: int = 0) -> None:
        """Add every event of `stateroom.scope` in every state of it, about 450,000 pairs.

        The naive transcription of the specification says the same of these pairs as the texts.

        Parameters
        ----------
        states_max
            Of a family, evenly spread; 0: all.

        Raises
        ------
        ValueError
            The scope is of versions 1 to 12 only.
        """
        made = []
        for family in scope.families(int(self.version)):
            step = max(1, -(-len(family.states) // states_max)) if states_max else 1
            members = {"name": family.name, "events": list(family.events.values()), "states": family.states[::step]}
            made.append(members | {"trials": family.trials, "recheck": family.recheck})
        self.add_families(EXHAUSTIVE, made)

    def suites(self) -> dict[str, int]:
        """Give the suites and how many cases each has: histories, or (event, state) pairs."""
        return dict(self._core.suites())

    def ask(self, number: int) -> dict[str, str | None] | None:
        """Show one mutant to every suite; None if it is no room version."""
        answer = self._core.ask(number)
        return None if answer is None else dict(zip(self.suites(), answer, strict=True))

    def run(self, tell: Callable[[int, int], None] | None = None, threads: int = 2) -> Iterator[Mutant]:
        """Show every mutant to every suite; those that are no room version are left out.

        Parameters
        ----------
        tell
            Called with (mutants done, mutants in all).
        threads
            How many mutants are asked about at once.
        """
        for _number, mutant in self.numbered(tell, threads):
            yield mutant

    def numbered(
        self, tell: Callable[[int, int], None] | None = None, threads: int = 2
    ) -> Iterator[tuple[int, Mutant]]:
        """Do as `run`, and give each mutant's number too."""
        with ThreadPoolExecutor(threads) as pool:
            try:
                for number, answer in enumerate(pool.map(self.ask, range(len(self)))):
                    if tell is not None:
                        tell(number + 1, len(self))
                    if answer is not None:
                        yield number, Mutant(**self._core.describe(number), killed_by=answer)
            finally:
                pool.shutdown(wait=False, cancel_futures=True)


def drawings() -> dict[str, dict[str, Any]]:
    """Give the named problem histories, each in one of its versions, to be redrawn."""
    paths: dict[str, Path] = {}
    for path in scenarios():
        paths.setdefault(path.name.split(".")[0], path)
    return {name: json.loads(path.read_text(encoding="utf-8")) for name, path in paths.items()}


def _lines(path: Path) -> str:
    """Give the PDUs of a file one a line, whether it is an array or lines already."""
    text = path.read_text(encoding="utf-8")
    if text.lstrip().startswith("["):
        return "\n".join(json.dumps(pdu) for pdu in json.loads(text))
    return text
