"""The cheapest adversary: which power and capabilities of one hostile server suffice to break a promise.

A small federation is simulated again and again, with one hostile server each: every power of its user against every set
of up to two capabilities, under several seeds. What breaks a property, and of which nothing can be left out and whose
power cannot be less, is on the front. That nothing was found is no proof that nothing suffices.
"""

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stateroom.simulate import Simulation

if TYPE_CHECKING:
    import pandas

CAPABILITIES = (
    "withhold",
    "delay",
    "equivocate",
    "back-date",
    "forward-date",
    "cherry-pick",
    "old-prev",
    "lie-in-state",
    "replay",
    "flood",
    "resurrect",
    "grind-first",
    "grind-last",
    "old-key",
    "collude",
)
# What the user of the hostile server holds, least first, and its number in the scenario.
POWERS = {"banned": 3, "user": 3, "moderator": 1, "creator": 0}
# What the page says of each version: promises about merges, and that servers agree in the end.
WATCHED = ("converges", "delivers", "key-lost", "rollback", "older-wins", "ban-holds", "authorised-result")
SEEDS = (1, 2)
TOGETHER = 2  # capabilities at once
# Tried alone only: a flood with another capability is the same fifty times, and takes minutes; the place of an event in
# which ids decide excludes most others; those who collude are two servers.
ALONE = ("flood", "grind-first", "grind-last", "collude")
NOT_TRIED = ("old-key",)  # no server gives up its key here
PARTNERS = {"banned": 6, "user": 6, "moderator": 2, "creator": 1}  # with whom the user colludes; of another server

SCENARIO = """name = "{name}"
about = "Four servers, eight people who are seldom at odds; the server of user {user} is hostile."
days = 1
servers = 4

[link]
latency_ms = [20, 60, 400, 2000, 20000]

[[room]]
users = 8
moderators = 2

[room.a_day]
message = 60
topic = 30
profile = 10
join = 10
leave = 6
join_rule = 6
"""
BAN = """
[[act]]
at_hours = 2
room = 0
user = 0
type = "m.room.member"
state_key = {user}
content = {{ membership = "ban" }}
"""
HOSTILE = """
[[adversary]]
user = {user}
capabilities = [{capabilities}]
begin_hours = 3
a_day = 48
"""


@dataclass(frozen=True)
class Adversary:
    """One hostile server, or two that collude.

    Attributes
    ----------
    power
        Of its user: ``"banned"``, ``"user"`` (level 0), ``"moderator"`` (50) or ``"creator"``.
    capabilities
        What it does otherwise than others; none: it only acts a lot.
    """

    power: str
    capabilities: tuple[str, ...]

    def within(self, other: "Adversary") -> bool:
        """Whether `other` has at least this power and these capabilities."""
        powers = list(POWERS)
        return powers.index(self.power) <= powers.index(other.power) and set(self.capabilities) <= {*other.capabilities}

    def name(self) -> str:
        """Give a name for its scenario."""
        return "-with-".join((self.power, *(["-and-".join(self.capabilities)] if self.capabilities else [])))

    def says(self) -> str:
        """Say who it is."""
        return self.power + (
            f" with {' and '.join(f'`{one}`' for one in self.capabilities)}" if self.capabilities else ""
        )


def scenario(adversary: Adversary | None) -> str:
    """Give the scenario of an adversary as TOML; None: without one.

    Examples
    --------
    >>> 'capabilities = ["replay"]' in scenario(Adversary("moderator", ("replay",)))
    True
    """
    if adversary is None:
        return SCENARIO.format(name="nobody-hostile", user="nobody")
    user = POWERS[adversary.power]
    quoted = ", ".join(f'"{one}"' for one in adversary.capabilities)
    users = [user, PARTNERS[adversary.power]] if "collude" in adversary.capabilities else [user]
    bans = [BAN.format(user=one) for one in users if adversary.power == "banned"]
    hostile = [HOSTILE.format(user=one, capabilities=quoted) for one in users]
    return "".join((SCENARIO.format(name=adversary.name(), user=" and user ".join(map(str, users))), *bans, *hostile))


@dataclass(frozen=True)
class Breach:
    """An adversary that breaks a property, and the seed under which it does."""

    adversary: Adversary
    seed: int
    violated: int


@dataclass(frozen=True)
class Front:
    """The cheapest adversaries of one version.

    Attributes
    ----------
    version
        The version.
    fronts
        Property → the breaches of which none can do with less; empty: none was found.
    without
        Properties that break without an adversary: nothing can be said of their price.
    runs
        Simulations that were run.
    complete
        Whether all adversaries were tried.
    """

    version: str
    fronts: Mapping[str, tuple[Breach, ...]]
    without: tuple[str, ...]
    runs: int
    complete: bool = True
    seeds: tuple[int, ...] = field(default=SEEDS)

    def to_dict(self) -> dict[str, Any]:
        """Give the members that `stateroom adversaries --json` prints."""
        return {
            "version": self.version,
            "runs": self.runs,
            "seeds": list(self.seeds),
            "complete": self.complete,
            "breaks_without": list(self.without),
            "fronts": {
                name: [
                    {
                        "power": b.adversary.power,
                        "capabilities": list(b.adversary.capabilities),
                        "seed": b.seed,
                        "violated": b.violated,
                    }
                    for b in breaches
                ]
                for name, breaches in self.fronts.items()
            },
        }


def lattice() -> list[Adversary]:
    """Give all adversaries, those with fewer capabilities first, then those with less power.

    Examples
    --------
    >>> len(lattice())
    240
    """
    return [
        Adversary(power, chosen)
        for count in range(TOGETHER + 1)
        for power in POWERS
        for chosen in combinations([one for one in CAPABILITIES if one not in NOT_TRIED], count)
        if count < TOGETHER or not {*chosen} & {*ALONE}
    ]


def cheapest(
    version: str,
    *,
    seeds: Sequence[int] = SEEDS,
    among: Iterable[Adversary] | None = None,
    tell: Callable[[int, int], bool] | None = None,
) -> Front:
    """Find the cheapest adversaries that break what a version promises.

    Parameters
    ----------
    version
        Name or path of a room version.
    seeds
        Of the simulations: an adversary breaks a property if it does under one of them.
    among
        The adversaries to try; None: the whole lattice.
    tell
        Called with (adversaries done, in all); False ends the search with what there is.

    Examples
    --------
    >>> front = cheapest("12", seeds=[1], among=[Adversary("moderator", ("replay",))])
    >>> [breach.adversary.says() for breach in front.fronts["rollback"]]
    ['moderator with `replay`']
    """
    chosen = list(lattice() if among is None else among)
    with tempfile.TemporaryDirectory() as folder:
        path, runs = Path(folder) / "scenario.toml", 0
        clean: set[str] = set()
        names: list[str] = []
        for seed in seeds:
            names, broken = _run(path, None, version, seed)
            clean |= set(broken)
            runs += 1
        found: dict[str, list[Breach]] = {name: [] for name in names if name not in clean}
        complete = True
        for number, adversary in enumerate(chosen):
            if tell is not None and not tell(number, len(chosen)):
                complete = False
                break
            # What is broken by less already cannot come onto a front.
            open_ = [n for n, bs in found.items() if not any(b.adversary.within(adversary) for b in bs)]
            for seed in seeds:
                if not open_:
                    break
                runs += 1
                broken = _run(path, adversary, version, seed)[1]
                for name in [n for n in open_ if n in broken]:
                    found[name].append(Breach(adversary, seed, broken[name]))
                    open_.remove(name)
    fronts = {name: tuple(_least(breaches)) for name, breaches in found.items()}
    return Front(version, fronts, tuple(sorted(clean)), runs, complete, tuple(seeds))


def _run(path: Path, adversary: Adversary | None, version: str, seed: int) -> tuple[list[str], dict[str, int]]:
    path.write_text(scenario(adversary), encoding="utf-8")
    run = Simulation(path, version=version, seed=seed, watch=WATCHED)
    run.go()
    monitors = run.monitors()
    return [one["property"] for one in monitors], {m["property"]: m["violated"] for m in monitors if m["violated"]}


def _least(breaches: list[Breach]) -> list[Breach]:
    return [
        one
        for one in breaches
        if not any(other.adversary != one.adversary and other.adversary.within(one.adversary) for other in breaches)
    ]


def to_pandas(fronts: Iterable[Front]) -> "pandas.DataFrame":
    """Give the fronts as a data frame, a row for each breach."""
    import pandas as pd

    rows = [
        (front.version, name, b.adversary.power, " + ".join(b.adversary.capabilities), b.seed, b.violated)
        for front in fronts
        for name, breaches in front.fronts.items()
        for b in breaches
    ]
    return pd.DataFrame(rows, columns=["version", "property", "power", "capabilities", "seed", "violated"])


def markdown(fronts: Sequence[Front]) -> str:
    """Give the fronts as a table for each property, a row for versions that follow each other with the same front."""
    lines: list[str] = []
    for name in dict.fromkeys(name for front in fronts for name in (*front.fronts, *front.without)):
        lines += [
            f"## `{name}`",
            "",
            "| version | the cheapest that break it, with a seed that shows it |",
            "|---|---|",
        ]
        rows: list[tuple[list[str], str]] = []
        for front in fronts:
            said = "; ".join(f"{b.adversary.says()} ({b.seed})" for b in front.fronts.get(name, ())) or "none found"
            said = "breaks without an adversary" if name in front.without else said
            if rows and rows[-1][1] == said:
                rows[-1][0].append(front.version)
            else:
                rows.append(([front.version], said))
        lines += [f"| {'–'.join(dict.fromkeys((versions[0], versions[-1])))} | {said} |" for versions, said in rows]
        lines.append("")
    return "\n".join(lines)
