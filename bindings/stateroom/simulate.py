"""Simulated federations: scenarios, runs, what monitors saw."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from stateroom import _core
from stateroom.bench import bench
from stateroom.output import write_whole

__all__ = ["Simulation", "scenario_text", "scenarios", "simulate"]


def scenarios() -> dict[str, str]:
    """Give the scenarios that come with the package: their texts by name.

    Examples
    --------
    >>> "quiet-room" in scenarios()
    True
    """
    return dict(_core.scenarios())


def scenario_text(scenario: str | Path) -> tuple[str, str]:
    """Read a scenario.

    Parameters
    ----------
    scenario
        The path of a TOML file, or the name of a scenario that comes with the package.

    Returns
    -------
    tuple
        Its text, and what it is called in errors.
    """
    known = scenarios()
    if str(scenario) in known:
        return known[str(scenario)], str(scenario)
    return Path(scenario).read_text(encoding="utf-8"), str(scenario)


class Simulation:
    """A scenario with a seed, watched by monitors.

    Parameters
    ----------
    scenario
        The path of a TOML file, or the name of a scenario that comes with the package.
    version
        Room version of rooms that name none: a name, or the path of a text.
    seed
        Decides everything random.
    days
        Virtual days, instead of the scenario's.
    watch
        Names or ids of properties; empty: all that have a monitor.
    keep_log
        Keep the log, so that it can be written.

    Raises
    ------
    StateroomError
        The scenario or a version cannot be read, or a property has no monitor.

    Examples
    --------
    >>> run = Simulation("quiet-room", version="11", days=0.5)
    >>> run.go()
    >>> [one["outcome"] for one in run.monitors() if one["property"] == "converges"]
    ['held']
    """

    def __init__(
        self,
        scenario: str | Path,
        *,
        version: str,
        seed: int = 1,
        days: float | None = None,
        watch: Sequence[str] = (),
        keep_log: bool = False,
    ) -> None:
        self._begin(*scenario_text(scenario), version, seed, days, list(watch), keep_log)

    def _begin(
        self, text: str, where: str, version: str, seed: int, days: float | None, watch: list[str], keep_log: bool
    ) -> None:
        self.text, self.where = text, where
        self.version, self.seed, self.watch = version, seed, watch
        self._core = _core.Simulation(bench, text, where, version, seed, days, watch, keep_log)
        self._cut = False
        self._strategies: list[str] = []

    @classmethod
    def of_text(
        cls, text: str, where: str, *, version: str, seed: int, days: float, watch: Sequence[str], keep_log: bool
    ) -> "Simulation":
        """Make a simulation of a scenario that is no file.

        Parameters
        ----------
        text, where
            The scenario's TOML, and what it is called in errors.
        version, seed, days, watch, keep_log
            As `Simulation` has them.
        """
        made = cls.__new__(cls)
        made._begin(text, where, version, seed, days, list(watch), keep_log)
        return made

    @property
    def name(self) -> str:
        """The scenario's name."""
        return self._core.name

    @property
    def days(self) -> float:
        """Virtual days of the run, without the healing at its end."""
        return self._core.days

    @property
    def log_sha256(self) -> str:
        """Hash of everything that happened: the same for the same scenario, seed and texts."""
        return self._core.hash

    @property
    def log_entries(self) -> int:
        """How many entries the log has."""
        return self._core.log_entries

    @property
    def default_used(self) -> bool:
        """Whether there is a room for which the scenario names no version."""
        return self._core.default_used

    @property
    def at_rest(self) -> bool:
        """Nothing was under way among the honest servers when the run ended."""
        return self._core.at_rest

    @property
    def interrupted(self) -> bool:
        """The run was ended before its time."""
        return self._cut or self._core.ended_early

    def go(self, tell: Callable[[float], bool] | None = None, *, until_us: int | None = None) -> None:
        """Run to the end, then heal the honest servers and ask what is asked at the end.

        Parameters
        ----------
        tell
            Called now and then with the virtual days so far; it says whether to go on.
        until_us
            End at this virtual time; what is asked at the end is not asked then.
        """
        try:
            self._core.go(tell, until_us)
        except KeyboardInterrupt:
            self._cut = True
            raise

    def add_monitor(self, seen: "Callable[[str, _core.World, int, str, str, str], None]") -> None:
        """Watch the run with a function of one's own. Before `go`.

        Parameters
        ----------
        seen
            Called with ``"made"`` or ``"received"``, the world, the room's number, the server's name, the event's id,
            and for what is received the outcome: ``"accepted"``, ``"soft-failed"``, ``"rejected"``, ``"dropped"``. The
            world is not to be kept.

        Examples
        --------
        >>> run = Simulation("quiet-room", version="11", days=0.1)
        >>> seen = []
        >>> run.add_monitor(lambda what, world, room, server, event_id, outcome: seen.append(outcome))
        >>> run.go()
        >>> set(seen)
        {'', 'accepted'}
        """
        self._core.watch(seen)

    def add_strategy(
        self, wake: "Callable[[_core.World], int | None]", *, first_hours: float = 0.0, hostile: str | None = None
    ) -> None:
        """Let somebody act who is written in Python. Before `go`.

        Parameters
        ----------
        wake
            Called with the world, which knows `now_us`, `rooms`, `servers`, what a server holds for the `current`
            state, and can `act` or change a `member`. It returns when it is called next, in microseconds, or None. A
            run is a function of its seed as long as the function is one.
        first_hours
            When it is called first.
        hostile
            The name of a server that counts as dishonest from now on: it is not asked whether it agrees in the end, and
            may send what it does not accept, to some servers only (`act` with `to`).

        Raises
        ------
        StateroomError
            No server has this name.

        Examples
        --------
        >>> run = Simulation("quiet-room", version="11", days=0.2)
        >>> def equivocate(world):
        ...     for number, server in enumerate(world.servers[1:3]):
        ...         topic = f'{{"topic": "number {number}"}}'
        ...         world.act(0, "@u0:s0.example", "m.room.topic", topic, "", to=[server])
        >>> run.add_strategy(equivocate, first_hours=1, hostile="s0.example")
        >>> run.go()
        >>> run.counts()["events"] > 2
        True
        """
        self._strategies.append(getattr(wake, "__name__", type(wake).__name__))
        self._core.add_strategy(wake, round(first_hours * 3_600_000_000), hostile)

    def counts(self) -> dict[str, int]:
        """Give what was counted: events, deliveries, checks, messages, …."""
        counts: dict[str, int] = json.loads(self._core.counts())
        return counts

    def monitors(self) -> list[dict[str, Any]]:
        """Say what became of each property: how often it was asked, how often violated, and the first violations."""
        return [json.loads(line) for line in self._core.monitors()]

    def witnesses(self) -> dict[str, int]:
        """Count how often things happened that can happen."""
        witnesses: dict[str, int] = json.loads(self._core.witnesses())
        return witnesses

    def events(self) -> list[str]:
        """Give all events, signed: JSON objects with ``room``, ``room_version``, ``event_id``, ``event``."""
        return self._core.events()

    def log(self) -> list[str]:
        """Give the log, a JSON object an entry; empty unless it is kept."""
        return self._core.log()

    def views(self) -> list[dict[str, Any]]:
        """Say what each server knows when the run has ended, a room each.

        Examples
        --------
        >>> run = Simulation("quiet-room", version="11", days=0.2)
        >>> run.go(until_us=3_600_000_000)
        >>> [server["server"] for server in run.views()[0]["servers"]][:2]
        ['s0.example', 's1.example']
        """
        return [json.loads(line) for line in self._core.views()]

    def summary(self, command: str = "") -> dict[str, Any]:
        """Give what ``run.json`` holds.

        Parameters
        ----------
        command
            What was asked for, to be written down.
        """
        return {
            "format": "stateroom-run/1",
            "scenario": self.name,
            "scenario_text": self.text,
            "seed": self.seed,
            "days": self.days,
            "version": self.version,
            "watch": self.watch,
            "versions": dict(self._core.versions()),
            "command": command,
            "log_sha256": self.log_sha256,
            "log_entries": self.log_entries,
            **({"strategies": self._strategies} if self._strategies else {}),
            "complete": not self.interrupted,
            "at_rest": self.at_rest,
            "counts": self.counts(),
            "witnesses": self.witnesses(),
        }

    def write(self, folder: Path, command: str = "") -> None:
        """Write a run's folder: run.json, events.jsonl, log.jsonl, monitors.json, and the finds as histories.

        Parameters
        ----------
        folder
            Is made; what it holds of an earlier run is replaced.
        command
            What was asked for, to be written down.
        """
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / "events.jsonl", "".join(line + "\n" for line in self.events()))
        write_whole(folder / "log.jsonl", "".join(line + "\n" for line in self.log()))
        write_whole(folder / "monitors.json", json.dumps(self.monitors(), indent=1, ensure_ascii=False) + "\n")
        for name, text in self._core.finds(self.seed, command):
            (folder / "finds").mkdir(exist_ok=True)
            write_whole(folder / "finds" / name, text + "\n")
        write_whole(folder / "run.json", json.dumps(self.summary(command), indent=1, ensure_ascii=False) + "\n")


def simulate(scenario: str | Path, *, version: str, seed: int = 1, days: float | None = None) -> Simulation:
    """Run a scenario to its end.

    Parameters
    ----------
    scenario, version, seed, days
        As `Simulation` has them.

    Raises
    ------
    StateroomError
        The scenario or the version cannot be read.

    Examples
    --------
    >>> simulate("quiet-room", version="12", days=0.2).counts()["rejected"]
    0
    """
    run = Simulation(scenario, version=version, seed=seed, days=days)
    run.go()
    return run
