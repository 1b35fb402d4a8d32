"""The vectors that we write, run by the oracles: each answer is ours, or the difference has a name."""

import json
from collections.abc import Callable

import pytest
from stateroom import deviations
from stateroom.differ_auth import AuthCase, AuthComparison
from stateroom.differ_explain import Case, Comparison
from stateroom.oracles import NAMES, Oracle
from stateroom.pdus import event_id
from stateroom.vectors import Options, make

VERSIONS = ["11"]
JUDGES = [name for name in NAMES if name != "dendrite"]  # it judges as gomatrixserverlib does, by the same library


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    folder = tmp_path_factory.mktemp("vectors")
    suite = make(folder, VERSIONS, Options(histories=2, small_scope=False, exhaustive=False))
    return [json.loads((folder / name).read_text("utf-8")) for one in suite["versions"] for name in one["cases"]]


def named(version: str, pdu: dict) -> dict:
    return pdu | {"event_id": event_id(pdu, version)}


def takes_as_signed(case: dict) -> bool:
    """Say whether the verdict rests on a third party's signature, which a case takes as valid and these verify."""
    return case["expected"]["allowed"] and "third_party_invite" in case["event"]["content"]


@pytest.mark.long
@pytest.mark.parametrize("name", JUDGES)
def test_a_verdict_is_shared_or_has_a_name(
    cases, oracle: Callable[[str], Oracle], corrected: Callable[[str], Oracle], name: str
) -> None:
    same = asked = 0
    for version in VERSIONS:
        comparison = AuthComparison(oracle(name), corrected(name) if deviations.of(name) else None, version)
        for case in cases:
            if case["kind"] != "auth" or case["room_version"] != version or takes_as_signed(case):
                continue
            state = [named(version, pdu) for pdu in case["state"]]
            more = [named(version, pdu) for pdu in case["events"]]
            found = comparison.find(AuthCase(version, named(version, case["event"]), state, [*state, *more]))
            assert found.explanation != "unexplained", case["about"]
            same += found.same
            asked += 1
    assert asked
    assert same > asked / 3


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_a_resolution_is_shared_or_has_a_name(
    cases, oracle: Callable[[str], Oracle], corrected: Callable[[str], Oracle], name: str
) -> None:
    same = asked = 0
    for version in VERSIONS:
        comparison = Comparison(oracle(name), corrected(name) if deviations.of(name) else None, version)
        for case in cases:
            if "state_sets" not in case or case["room_version"] != version:
                continue
            outcomes = {one["event_id"]: one["outcome"] for one in case["expected"]["events"]}
            rejected = [one for one, outcome in outcomes.items() if outcome == "reject"]
            events = [named(version, pdu) for pdu in case["events"]]
            found = comparison.find(Case(version, events, case["state_sets"], rejected).pruned())
            assert found.explanation != "unexplained", case["about"]
            same += found.same
            asked += 1
    assert asked
    assert same > asked / 3
