"""How often merges break a property under honest behaviour: exactly for tiny rooms, and by multilevel splitting."""

from collections.abc import Mapping
from dataclasses import dataclass

from stateroom import _core
from stateroom.bench import bench
from stateroom.errors import InputError, UnknownNameError

RATES = {"power levels": 6.0, "topic": 6.0, "ban": 6.0, "kick": 3.0}


@dataclass(frozen=True)
class ExactChance:
    """What the Markov chain of a partition says; every history of a partition is one of its states.

    Attributes
    ----------
    states, transitions
        Of the chain.
    broken_per_merge
        Probability that the merge at the end of a partition breaks the property.
    diverged_per_partition
        Probability that the two sides hold different states at some time.
    partition_days
        Expected length of a partition.
    days_until_divergence, days_until_broken
        Expected, where one partition follows the other, each of a room like the first; infinite where it never happens.
    """

    states: int
    transitions: int
    broken_per_merge: float
    diverged_per_partition: float
    partition_days: float
    days_until_divergence: float
    days_until_broken: float


@dataclass(frozen=True)
class ChanceEstimate:
    """What multilevel splitting says.

    Attributes
    ----------
    runs, ends, broken
        Independent runs, the ends of all their copies, and ends that broke the property.
    probability, low, high
        That a merge breaks the property, and its 99 % confidence interval.
    """

    runs: int
    ends: int
    broken: int
    probability: float
    low: float
    high: float


class Partition:
    """Two sides of a room that cannot reach each other, A on the one, B and C on the other.

    Parameters
    ----------
    name
        A property of merges.
    version
        Name or path of a room version.
    a_day
        How often a day in the whole room: `kinds` gives the names. Whichever act of a kind the rules allow is as likely
        as the others.
    heals_a_day
        How often a partition heals: 4 is six hours in the mean.
    events
        After so many events of a partition nobody does anything more.

    Raises
    ------
    StateroomError
        An unknown name, or a rate below zero.

    Examples
    --------
    >>> partition = Partition("ban-holds", "11", events=2)
    >>> round(partition.exact().diverged_per_partition, 3)
    0.84
    """

    def __init__(
        self,
        name: str,
        version: str,
        *,
        a_day: Mapping[str, float] = RATES,
        heals_a_day: float = 4.0,
        events: int = 3,
    ) -> None:
        unknown = sorted(set(a_day) - set(self.kinds()))
        if unknown:
            hint = f"known: {', '.join(self.kinds())}"
            raise UnknownNameError("unknown-name", f"nobody does `{unknown[0]}`", "", hint)
        if min([heals_a_day, *a_day.values()]) < 0:
            raise InputError("format", "a rate is not below zero", "", "")
        rates = {kind: round(rate * 1000) for kind, rate in a_day.items()}
        self._core = _core.Chance(bench, name, version, rates, round(heals_a_day * 1000), events)

    @staticmethod
    def kinds() -> list[str]:
        """Give the kinds of things that people do."""
        return _core.study_kinds()

    def exact(self, states: int = 500_000) -> ExactChance:
        """Solve the Markov chain of all histories of a partition.

        Parameters
        ----------
        states
            A limit; the number grows with the kinds to the power of `events`.

        Raises
        ------
        LimitError
            There are more states.
        """
        answer = self._core.exact(states)
        return ExactChance(**{name: getattr(answer, name) for name in ExactChance.__dataclass_fields__})

    def estimate(self, seed: int = 1, runs: int = 2000, copies: int = 3) -> ChanceEstimate:
        """Estimate the probability that a merge breaks the property by multilevel splitting.

        Parameters
        ----------
        seed
            Decides all.
        runs
            Independent ones, from which the interval follows.
        copies
            As many as a run goes on with whenever its sides differ in more entries than before; 1: plain simulation.
        """
        answer = self._core.estimate(seed, runs, copies)
        return ChanceEstimate(**{name: getattr(answer, name) for name in ChanceEstimate.__dataclass_fields__})
