"""Chances from Python; the numbers themselves are tested in tests/sim/chance."""

import math

import pytest
import stateroom
from stateroom.chance import Partition


def test_an_estimate_is_beside_the_exact_value():
    partition = Partition("ban-holds", "11", events=3)
    exact = partition.exact()
    assert exact.states > 1000
    estimate = partition.estimate(seed=1, runs=500)
    assert estimate.ends >= estimate.runs == 500
    assert estimate.low <= exact.broken_per_merge <= estimate.high


def test_what_never_breaks_never_breaks():
    exact = Partition("key-lost", "12", a_day={"topic": 10}, events=2).exact()
    assert exact.broken_per_merge == 0
    assert math.isinf(exact.days_until_broken)


def test_what_is_not_known_is_an_error():
    with pytest.raises(stateroom.UnknownNameError, match="nobody does `dance`"):
        Partition("key-lost", "12", a_day={"dance": 1})
    with pytest.raises(stateroom.StateroomError, match="has to heal"):
        Partition("key-lost", "12", heals_a_day=0)
    with pytest.raises(stateroom.LimitError):
        Partition("ban-holds", "11").exact(states=10)
