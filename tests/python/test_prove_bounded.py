"""`stateroom prove` of properties of merges: decided for all small histories."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest
import stateroom

SCHEMA = json.loads((Path(stateroom.__file__).parent / "schemas/prove.json").read_text())
CHAIN = ["honest-clock", "no-revocation", "honest-auth-events", "linear-history"]
ROOT = Path(__file__).parents[2]
STATEROOM = Path(sys.executable).with_name("stateroom")


def words(*hypotheses):
    return [word for one in hypotheses for word in ("--hypothesis", one)]


def command(*args):
    return subprocess.run([STATEROOM, *args], capture_output=True, text=True)


def test_a_key_is_lost_in_11_and_the_file_is_replayed(tmp_path):
    stale = (*words(*CHAIN), "--allow", "stale:1", "--events", "3")
    done = command("prove", "key-lost", "--version", "11", "--version", "12", *stale, "--json", "-o", str(tmp_path))
    eleven, twelve = [json.loads(line) for line in done.stdout.splitlines()]
    for line in (eleven, twelve):
        jsonschema.validate(line, SCHEMA)
    assert (eleven["verdict"], eleven["bound"]["events"]) == ("refuted", 2)
    assert (twelve["verdict"], twelve["bound"]["events"], twelve["history"]) == ("proved", 3, None)
    assert command("replay", eleven["history"]).returncode == 0


def test_two_solvers_agree_and_an_answer_explains_itself():
    answer = stateroom.prove_bounded(
        "key-lost", "12", events=3, hypotheses=[*CHAIN, "same-event"], allow=["stale:1"], solvers=["cadical", "z3"]
    )
    assert answer.verdict == "proved"
    assert "proved for all histories of up to 3 events" in answer.explain()
    assert list(answer.to_pandas()["events"]) == [1, 2, 3]


def test_histories_that_fork_and_lie_are_asked_too():
    answer = stateroom.prove_bounded("rollback", "12", events=2)
    assert answer.verdict == "refuted"
    assert answer.history["about"]["violations"]


@pytest.mark.long
def test_what_was_proved_is_said_when_somebody_stops_it():
    # As at a terminal: whoever runs the tests in the background may have told their children to ignore Ctrl-C.
    heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    args = [sys.executable, "-c", heard + "from stateroom.cli import main; main()", "prove", "key-lost", "--json"]
    args += ["--version", "12", "--events", "12", "--allow", "stale:1", *words(*CHAIN, "same-event")]
    with subprocess.Popen(args, stdout=subprocess.PIPE, text=True) as running:
        time.sleep(6)
        running.send_signal(signal.SIGINT)
        line = json.loads(running.stdout.read())
    assert (line["verdict"], line["reason"]) == ("unknown", "limit")
    assert 1 <= line["bound"]["events"] < 12


# Each changes the resolution of version 12 so that a promise which 12 keeps up to this bound is broken.
STALE = {"hypotheses": [*CHAIN, "same-event"], "allow": ["stale:1"]}
LINE = {"hypotheses": CHAIN}
MUTANTS = {
    "the unconflicted state is forgotten": ("key-lost", STALE, "replace result = applied"),
    "only what all states have is kept": ("key-lost", STALE, "replace result = intersection of s for s in states"),
    "power events are applied to the unconflicted state": (
        "key-lost",
        STALE,
        "replace partial = apply(admissible(power_order) to unconflicted)",
    ),
    "normal events are applied to nothing": (
        "key-lost",
        STALE,
        "replace applied = apply(admissible(normal_order) to {})",
    ),
    "normal events are not applied": ("key-lost", STALE, "replace applied = partial"),
    "chains are not looked at": ("older-wins", LINE, "replace full_conflicted_set = conflicted"),
    "what was applied loses to the unconflicted state": (
        "older-wins",
        LINE,
        "replace result = unconflicted overlaid with applied",
    ),
    "of normal events the newest is first": (
        "older-wins",
        LINE,
        "replace normal_order = sort(full_conflicted_set - power_closure\n"
        "      least e: (descending mainline_position(e), descending e.origin_server_ts, e.event_id))",
    ),
}


@pytest.mark.parametrize(("name", "terms"), [("key-lost", STALE), ("older-wins", LINE)], ids=["key-lost", "older-wins"])
def test_version_12_keeps_what_its_mutants_break(name, terms):
    assert stateroom.prove_bounded(name, "12", events=3, **terms).verdict == "proved"


@pytest.mark.parametrize(("name", "terms", "edit"), MUTANTS.values(), ids=MUTANTS.keys())
def test_a_mutant_of_the_resolution_is_refuted(name, terms, edit, tmp_path):
    path = tmp_path / "mutant.room"
    path.write_text(f'room version "mutant" extends "12"\nedit resolution  draft "mutant"\n  {edit}\n')
    answer = stateroom.prove_bounded(name, path, events=3, **terms)
    assert answer.verdict == "refuted", answer.explain()
    assert answer.compared > 0


@pytest.mark.long
def test_ten_thousand_random_histories_have_the_engines_values():
    tests = ROOT / "build/tests/sim/decide/decide_test"
    if not tests.exists():
        pytest.skip("the C++ tests are not built")
    environment = {**os.environ, "STATEROOM_AGREEMENT_HISTORIES": "400"}
    done = subprocess.run([tests, "--gtest_filter=*Agreement*"], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:]
