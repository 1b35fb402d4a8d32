"""A scenario in which a property of whole runs is violated, made smaller until nothing can be taken away."""

import copy
import json
import re
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from stateroom.errors import StateroomError
from stateroom.simulate import Simulation

RUNS_MOST = 1500
OTHER_SEEDS = 10  # under which a smaller scenario is tried too: what happens by chance changes with it
OPENING_S = 60  # people who are in a room from the beginning come in within this time
Scenario = dict[str, Any]


@dataclass(frozen=True)
class Reduced:
    """What is left of a scenario.

    Attributes
    ----------
    text
        A TOML file, which says in its first line how it is run.
    events
        That were made when it ran, those of the rooms' beginning included.
    first
        The first violation, as a monitor reports it.
    tried
        Runs.
    """

    text: str
    events: int
    first: dict[str, Any]
    tried: int


def reduced_run(run: Simulation, name: str, version: str, *, saying: str = "", runs_most: int = RUNS_MOST) -> Reduced:
    """Make the scenario of a run smaller, as long as a property stays violated.

    Parameters
    ----------
    run
        In which the property was violated; it kept its log.
    name
        The property.
    version
        Of rooms that name none.
    saying
        A regular expression: only violations count of which the monitor says such a thing (`words_of`).
    runs_most
        Where it ends if there is still something to take away.

    Notes
    -----
    First what is drawn by chance is taken away: days, faults, rates, users, servers. Then people who act by chance
    become a list of acts at their times, from which one after the other is taken away. A smaller scenario counts if
    it shows the violation under the run's seed, or under one of the first few.

    Examples
    --------
    >>> from stateroom.simulate import Simulation
    >>> run = Simulation("lying-resident-server", version="11", seed=7, watch=["converges"], keep_log=True)
    >>> run.go()
    >>> reduced_run(run, "converges", "11", runs_most=40).events < run.counts()["events"]
    True
    """
    return _Reduction(run.seed, name, version, saying, runs_most).reduce(tomllib.loads(run.text) | {"days": run.days})


def words_of(first: dict[str, Any]) -> str:
    """Give what a monitor says of a violation: its key and what happened."""
    return f"{first['type'] or ''} {first['state_key'] or ''}: {first['where']}".strip()


def first_of(run: Simulation, name: str, saying: str = "") -> dict[str, Any] | None:
    """Give the first violation of a property of which the monitor says such a thing; None if there is none."""
    tallies = [one for one in run.monitors() if one["property"] == name]
    return next((one for one in tallies[0]["first"] if re.search(saying, words_of(one))), None) if tallies else None


class _Reduction:
    def __init__(self, seed: int, name: str, version: str, saying: str, runs_most: int) -> None:
        self.seed, self.name, self.version, self.saying, self.runs_most = seed, name, version, saying, runs_most
        self.tried = 0

    def reduce(self, scenario: Scenario) -> Reduced:
        scenario = self._smallest(scenario, _with_less)
        scripted = self._scripted(scenario)
        if scripted is not None:
            scenario = self._smallest(scripted, _with_less)
        run = self._run(scenario)
        first = first_of(run, self.name, self.saying)
        command = f"stateroom simulate FILE --version {self.version} --seed {self.seed} --watch {self.name}"
        text = f"# {command}\n{toml_of(scenario)}"
        return Reduced(text, run.counts()["events"], first or {}, self.tried)

    def _run(self, scenario: Scenario, keep_log: bool = False, seed: int | None = None) -> Simulation:
        self.tried += 1
        seed = self.seed if seed is None else seed
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
            file.write(toml_of(scenario))
            file.flush()
            run = Simulation(file.name, version=self.version, seed=seed, watch=[self.name], keep_log=keep_log)
        run.go()
        return run

    def _violated(self, scenario: Scenario) -> bool:
        for seed in dict.fromkeys([self.seed, *range(1, OTHER_SEEDS + 1)]):
            try:
                run = self._run(scenario, seed=seed)
            except StateroomError:
                return False  # what was left is no scenario
            if first_of(run, self.name, self.saying) is not None:
                self.seed = seed
                return True
        return False

    def _smallest(self, scenario: Scenario, smaller: Any) -> Scenario:
        changed = True
        while changed and self.tried < self.runs_most:
            changed = False
            for one in smaller(scenario):
                if self.tried >= self.runs_most:
                    break
                if self._violated(one):
                    scenario, changed = one, True
                    break
        return scenario

    def _scripted(self, scenario: Scenario) -> Scenario | None:
        """Give the scenario with what people did by chance as acts at their times; None if that does not show it."""
        run = self._run(scenario, keep_log=True)
        events = {one["event_id"]: one["event"] for one in map(json.loads, run._core.events())}
        hostile = {one.get("user", 0) for one in scenario.get("adversary", ())}
        acts = []
        for entry in map(json.loads, run._core.log()):
            if entry["what"] != "made" or entry["time_us"] < OPENING_S * 1_000_000:
                continue
            event = events[entry["event"]]
            user = int(event["sender"][2 : event["sender"].index(":")])
            if user in hostile:
                continue
            act = {"at_hours": entry["time_us"] / 3.6e9, "room": entry["room"], "user": user, "type": event["type"]}
            act |= {"state_key": event["state_key"]} if "state_key" in event else {}
            acts.append(act | {"content": event["content"]})
        scripted = copy.deepcopy(scenario)
        for room in scripted["room"]:
            room.pop("a_day", None)
        scripted["act"] = scripted.get("act", []) + acts
        return scripted if self._violated(scripted) else None


def _with_less(scenario: Scenario) -> Iterator[Scenario]:
    """Give scenarios that are one step smaller: large steps first."""
    for kind in ("act", "fault"):
        count = len(scenario.get(kind, ()))
        size = count
        while size >= 1:
            for first in range(0, count, size):
                yield _changed(scenario, lambda one, f=first, s=size, k=kind: one[k].__delitem__(slice(f, f + s)))
            size //= 2
    if scenario.get("days", 1) > 0.02:
        yield _changed(scenario, lambda one: one.update(days=round(one.get("days", 1) / 2, 3)))
    for key in ("link", "clocks_differ_ms"):
        if key in scenario:
            yield _changed(scenario, lambda one, k=key: one.__delitem__(k))
    if scenario.get("servers", 3) > 2:
        yield _changed(scenario, lambda one: one.update(servers=one.get("servers", 3) - 1))
    for number, room in enumerate(scenario["room"]):
        for key in room.get("a_day", ()):
            yield _changed(scenario, lambda one, n=number, k=key: one["room"][n]["a_day"].__delitem__(k))
        for key in ("users", "joined", "moderators"):
            for less in sorted({room.get(key, 0) // 2, max(room.get(key, 0) - 1, 0)}):
                if less < room.get(key, 0) and (less > 0 or key == "moderators"):
                    yield _changed(scenario, lambda one, n=number, k=key, v=less: one["room"][n].update({k: v}))
    for number, adversary in enumerate(scenario.get("adversary", ())):
        for place in range(len(adversary.get("capabilities", ()))):
            yield _changed(scenario, lambda one, n=number, p=place: one["adversary"][n]["capabilities"].__delitem__(p))


def _changed(scenario: Scenario, change: Any) -> Scenario:
    out = copy.deepcopy(scenario)
    change(out)
    return out


def toml_of(scenario: Scenario) -> str:
    """Write a scenario, or any table of plain values, tables and lists of tables, as TOML.

    Examples
    --------
    >>> print(toml_of({"days": 1, "room": [{"users": 2, "a_day": {"topic": 3}}]}))
    days = 1
    <BLANKLINE>
    [[room]]
    users = 2
    a_day = { topic = 3 }
    <BLANKLINE>
    """
    plain = {key: value for key, value in scenario.items() if not isinstance(value, dict) and not _is_tables(value)}
    lines = [f"{_key(key)} = {_value(value)}" for key, value in plain.items()]
    for key, value in scenario.items():
        if key in plain:
            continue
        for table in value if isinstance(value, list) else [value]:
            lines += ["", f"[[{key}]]" if isinstance(value, list) else f"[{key}]"]
            lines += [f"{_key(name)} = {_value(one)}" for name, one in table.items()]
    return "\n".join(lines) + "\n"


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _key(key: str) -> str:
    return key if key.replace("_", "").replace("-", "").isalnum() and key.isascii() else json.dumps(key)


def _value(value: Any) -> str:
    if isinstance(value, dict):
        inner = ", ".join(f"{_key(key)} = {_value(one)}" for key, one in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    return json.dumps(value, ensure_ascii=False)


__all__ = ["Reduced", "first_of", "reduced_run", "toml_of", "words_of"]
