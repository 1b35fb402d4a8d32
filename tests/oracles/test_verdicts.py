"""Verdicts on single events: each is shared by the implementations, or named with its place."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from stateroom import _core, deviations
from stateroom.cli import app
from stateroom.differ_auth import REPAIRS, AuthCase, AuthComparison, choose, smaller
from stateroom.oracles import NAMES, Oracle
from typer.testing import CliRunner

VERSIONS = [str(number) for number in range(1, 13)]
JUDGES = [name for name in NAMES if name != "dendrite"]  # it judges as gomatrixserverlib does, by the same library


def case(version: str, seed: int) -> AuthCase:
    return choose(_core.HistoryMaker(version).history(seed, states=True), seed)


@pytest.mark.parametrize("name", JUDGES)
@pytest.mark.parametrize("events", [6, pytest.param(60, marks=pytest.mark.long)])  # of each version
def test_a_verdict_is_shared_or_has_a_name(
    oracle: Callable[[str], Oracle], corrected: Callable[[str], Oracle], name: str, events: int
) -> None:
    explained, allowed = [], 0
    for version in VERSIONS:
        comparison = AuthComparison(oracle(name), corrected(name) if deviations.of(name) else None, version)
        for seed in range(500, 500 + events):
            found = comparison.find(case(version, seed))
            allowed += found.ours
            assert found.explanation != "unexplained", f"version {version}, seed {seed}"
            explained += [found.explanation] if found.explanation else []
    asked = events * len(VERSIONS)
    assert asked / 4 < allowed < asked * 3 / 4, "both verdicts occur"
    assert len(explained) < asked / 5


def test_what_is_chosen_depends_on_the_seed_alone() -> None:
    assert case("11", 3) == case("11", 3)
    assert len({case("11", seed).shape() for seed in range(30)}) > 25
    one = case("11", 3)
    texts = [json.dumps(some).replace("@anna:", "@zoe:") for some in (one.event, one.state, one.events)]
    again = AuthCase(one.version, *map(json.loads, texts), one.rejected)
    assert again != one
    assert again.shape() == one.shape()
    assert case("11", 3).event["event_id"] not in [event["event_id"] for event in case("11", 3).events]


def test_a_deviation_is_named_only_if_its_repair_confirms_it(oracle: Callable[[str], Oracle]) -> None:
    """An outsider's leave without a user id as state_key: ruma is right, and for another reason."""
    comparison = AuthComparison(oracle("ruma"), None, "6")
    refused = next(
        found
        for seed in range(3000)
        if (found := case("6", seed)).event["type"] == "m.room.member"
        and found.event.get("state_key") == "beta.example"
        and comparison.find(found).explanation == "deviation:user-ids"
    )
    assert comparison.ours(refused)
    repaired = refused.event | {"state_key": "@nobody:beta.example"}
    again = AuthCase(refused.version, repaired, refused.state, refused.events, refused.rejected)
    assert comparison.find(again).same
    small = smaller(refused, lambda one: comparison.find(one).explanation == "deviation:user-ids")
    assert len(small.state) < len(refused.state)
    assert comparison.find(small).explanation == "deviation:user-ids"


def test_every_deviation_of_verdicts_has_a_repair() -> None:
    assert {one.id for one in deviations.VERDICTS} == set(REPAIRS)


@pytest.mark.parametrize(
    ("name", "version", "first", "deviation", "label"),
    [
        ("gomatrixserverlib", "9", 0, "auth-events-unchecked", "auth_events."),
        ("ruma", "8", 160, "authorised-signature", "member.authorised.signed"),
        ("synapse", "8", 160, "authorised-signature", "member.authorised.signed"),
        ("ruma", "6", 1300, "room-version", "create.room_version"),
    ],
)
def test_what_a_peer_leaves_to_others_is_all_that_we_object_to(
    oracle: Callable[[str], Oracle], name: str, version: str, first: int, deviation: str, label: str
) -> None:
    comparison = AuthComparison(oracle(name), None, version)
    found = next(
        found
        for seed in range(first, 3000)
        if (found := case(version, seed))
        and (comparison.label(found) or "").startswith(label)
        and comparison.find(found).explanation == f"deviation:{deviation}"
    )
    repaired = replace(found, event=REPAIRS[deviation](found))
    assert (comparison.ours(found), comparison.theirs(found).allowed) == (False, True)
    assert (comparison.ours(repaired), comparison.theirs(repaired).allowed) == (True, True)


def test_the_command_asks_about_single_events(oracle: Callable[[str], Oracle], tmp_path: Path) -> None:
    oracle("ruma")
    words = ["differ", "--auth", "--oracle", "ruma", "--versions", "1,12", "--histories", "10", "--jobs", "1"]
    done = CliRunner().invoke(app, [*words, "-o", str(tmp_path / "c"), "--check", "--json"])
    assert done.exit_code == 0, done.output
    assert {json.loads(line)["version"] for line in done.stdout.splitlines()} == {"1", "12"}
    for file in (tmp_path / "c/histories").iterdir():
        question = json.loads(file.read_text("utf-8"))
        answers = _core.Workbench().auth(file.read_bytes(), "question", profile="ruma").lines
        assert json.loads(answers[0])["allowed"] == question["about"]["ours"]["allowed"]
