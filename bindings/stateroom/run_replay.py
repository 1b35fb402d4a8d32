"""A simulated run, run again from its folder: the same or not, what servers knew at a time, another version."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from stateroom.errors import InputError
from stateroom.simulate import Simulation

__all__ = ["ReplayedRun", "is_run", "microseconds", "replay_run"]

UNITS_US = {"us": 1, "ms": 1_000, "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000}
NEEDED = ("scenario_text", "seed", "days", "version", "watch", "versions", "log_sha256", "log_entries", "complete")


def microseconds(text: str) -> int:
    """Read a virtual time as people write it: ``"90m"``, ``"1.5d"``; without a unit in hours, as scenarios have it.

    Raises
    ------
    ValueError
        It is none.

    Examples
    --------
    >>> microseconds("90m") == microseconds("1.5")
    True
    """
    number = text.rstrip("abcdefghijklmnopqrstuvwxyz")
    try:
        value = float(number) * UNITS_US[text[len(number) :] or "h"]
    except (ValueError, KeyError):
        value = -1
    if not 0 <= value < 2**62:
        raise ValueError(f"a virtual time is a number with one of the units {', '.join(UNITS_US)}")
    return round(value)


@dataclass(frozen=True)
class ReplayedRun:
    """What became of a run when it was run again.

    Attributes
    ----------
    scenario, seed, version
        What was run: the scenario's name, the seed, the version of rooms that name none.
    reproduced
        The same happened, as the folder says.
    reasons
        Why not, a sentence each; empty where it was reproduced.
    log_sha256
        Hash of the log, now.
    until_us
        Virtual time at which it was ended, or None.
    first_difference
        ``file``, ``line`` (from 1), ``was`` and ``now`` of the first line that differs; None if none does.
    rooms
        With a time: what each server knows then, a room each.
    changes
        With another version: ``version``, and what differs under it.
    """

    scenario: str
    seed: int
    version: str
    reproduced: bool
    reasons: tuple[str, ...]
    log_sha256: str
    until_us: int | None
    first_difference: dict[str, Any] | None
    rooms: tuple[dict[str, Any], ...] | None
    changes: dict[str, Any] | None

    def to_dict(self) -> dict[str, Any]:
        """Give the members that ``stateroom replay RUN --json`` prints."""
        rooms = {} if self.rooms is None else {"rooms": list(self.rooms)}
        return {
            "scenario": self.scenario,
            "seed": self.seed,
            "version": self.version,
            "reproduced": self.reproduced,
            "reasons": list(self.reasons),
            "log_sha256": self.log_sha256,
            "until_us": self.until_us,
            "first_difference": self.first_difference,
            **rooms,
            **({} if self.changes is None else {"changes": self.changes}),
        }


def is_run(path: str | Path) -> bool:
    """Say whether a path is a folder, as `Simulation.write` makes one."""
    return Path(path).is_dir()


def _read(folder: Path) -> dict[str, Any]:
    file = folder / "run.json"
    try:
        run = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        hint = "a run is a folder that `stateroom simulate -o` wrote"
        raise InputError("file", f"cannot read: {error.strerror}", str(file), hint) from error
    except ValueError as error:
        raise InputError("json", str(error), str(file), "") from error
    if not isinstance(run, dict) or run.get("format") != "stateroom-run/1":
        raise InputError("format", "`format` is not `stateroom-run/1`", f"{file}#/format", "")
    missing = [name for name in NEEDED if name not in run]
    if missing:
        raise InputError("format", f"the run does not say its `{missing[0]}`", str(file), "simulate it again")
    return run


def _lines(file: Path) -> list[str] | None:
    return file.read_text(encoding="utf-8").splitlines() if file.is_file() else None


def _difference(name: str, was: Iterable[str], now: Iterable[str]) -> dict[str, Any] | None:
    for number, (old, new) in enumerate(zip_longest(was, now), 1):
        if old != new:
            return {"file": name, "line": number, "was": old, "now": new}
    return None


def _again(run: dict[str, Any], version: str, until_us: int | None, tell: Callable[[float], bool] | None) -> Simulation:
    again = Simulation.of_text(
        run["scenario_text"],
        str(run.get("scenario", "scenario")),
        version=version,
        seed=run["seed"],
        days=run["days"],
        watch=run["watch"],
        keep_log=True,
    )

    stopped = False

    def go_on(day: float) -> bool:
        nonlocal stopped
        stopped = tell is not None and not tell(day)
        # A run that was ended before its time ends where it did.
        return not stopped and (run["complete"] or again.log_entries < run["log_entries"])

    again.go(go_on, until_us=until_us)
    if stopped:
        raise KeyboardInterrupt
    return again


def _compare(folder: Path, run: dict[str, Any], again: Simulation, until_us: int | None) -> tuple[list[str], Any]:
    reasons: list[str] = []
    now = again.summary()
    for name, sha256 in run["versions"].items():
        if now["versions"].get(name) != sha256:
            reasons.append(f"the text of version {name} is another one than the file says")
    if run.get("strategies"):
        reasons.append(f"functions of Python took part, which the folder does not hold: {', '.join(run['strategies'])}")
    log, written = again.log(), _lines(folder / "log.jsonl")
    if until_us is not None and written is not None:
        written = [line for line in written if json.loads(line)["time_us"] <= until_us]
    difference = None if written is None else _difference("log.jsonl", written, log)
    if until_us is None:
        if again.log_sha256 != run["log_sha256"]:
            reasons.append(f"the hash of the log is {again.log_sha256}, the file says {run['log_sha256']}")
        events = _lines(folder / "events.jsonl")
        if difference is None and events is not None:
            difference = _difference("events.jsonl", events, again.events())
        said = json.loads((folder / "monitors.json").read_text()) if (folder / "monitors.json").is_file() else []
        asked = {one["property"]: one for one in again.monitors()}
        other = [one["property"] for one in said if asked.get(one["property"]) != one]
        if other:
            reasons.append(f"monitors say otherwise now: {', '.join(other)}")
    elif written is None:
        reasons.append("the folder holds no log.jsonl with which the run up to a time could be compared")
    if difference is not None:
        reasons.append(f"{difference['file']}:{difference['line']} differs")
    return reasons, difference


def _final_states(run: Simulation) -> dict[tuple[int, str, str], dict[str, Any]]:
    """Give what the first honest server of each room holds, as who said what: ids differ between versions."""
    events = {}
    for line in run.events():
        one = json.loads(line)
        events[one["event_id"]] = {"sender": one["event"]["sender"], "content": one["event"]["content"]}
    out = {}
    for room in run.views():
        holder = next((server for server in room["servers"] if server["honest"] and server["up"]), None)
        for entry in holder["state"] if holder is not None else []:
            if entry["type"] != "m.room.create":
                out[room["room"], entry["type"], entry["state_key"]] = events[entry["event_id"]]
    return out


def _changes(version: str, before: Simulation, after: Simulation) -> dict[str, Any]:
    def pairs(was: dict[str, int], now: dict[str, int]) -> dict[str, list[int]]:
        return {name: [was[name], now[name]] for name in was if was[name] != now[name]}

    properties = []
    for was, now in zip(before.monitors(), after.monitors(), strict=True):
        old, new = ({name: one[name] for name in ("outcome", "asked", "violated")} for one in (was, now))
        if old != new:
            properties.append({"property": was["property"], "was": old, "now": new})
    states = []
    old_states, new_states = _final_states(before), _final_states(after)
    for room, kind, key in sorted({*old_states, *new_states}):
        entry, other = old_states.get((room, kind, key)), new_states.get((room, kind, key))
        if entry != other:
            states.append({"room": room, "type": kind, "state_key": key, "was": entry, "now": other})
    return {
        "version": version,
        "log_sha256": after.log_sha256,
        "properties": properties,
        "counts": pairs(before.counts(), after.counts()),
        "witnesses": pairs(before.witnesses(), after.witnesses()),
        "states": states,
    }


def replay_run(
    folder: str | Path,
    *,
    version: str | None = None,
    until_us: int | None = None,
    tell: Callable[[float], bool] | None = None,
) -> ReplayedRun:
    """Run a simulated run again, from its folder alone.

    Parameters
    ----------
    folder
        As `Simulation.write` makes it.
    version
        Run it under this version as well, in rooms for which the scenario names none, and say what changes.
    until_us
        End it at this virtual time, in microseconds, and say what each server knows then.
    tell
        Called now and then with the virtual days so far; False ends the replay by KeyboardInterrupt.

    Raises
    ------
    StateroomError
        The folder is no run, or a version cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> run = Simulation("quiet-room", version="11", days=0.2, keep_log=True)
    >>> run.go()
    >>> folder = Path(tempfile.mkdtemp())
    >>> run.write(folder)
    >>> replay_run(folder).reproduced
    True
    """
    folder = Path(folder)
    run = _read(folder)
    again = _again(run, run["version"], until_us, tell)
    reasons, difference = _compare(folder, run, again, until_us)
    changes = None
    if version is not None:
        if not again.default_used:
            message = "every room of the scenario names its version"
            raise InputError("format", message, str(folder / "run.json"), "change the scenario instead")
        changes = _changes(version, again, _again(run | {"complete": True}, version, until_us, tell))
    return ReplayedRun(
        scenario=run["scenario"],
        seed=run["seed"],
        version=run["version"],
        reproduced=not reasons,
        reasons=tuple(reasons),
        log_sha256=again.log_sha256,
        until_us=until_us,
        first_difference=difference,
        rooms=None if until_us is None else tuple(again.views()),
        changes=changes,
    )
