"""`stateroom mutants`: which mistakes in a text the suites notice."""

import json
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest
from stateroom.cli_mutants import suites_of
from stateroom.mutants import MutantRun


def stateroom(*words):
    return subprocess.run([Path(sys.executable).with_name("stateroom"), *words], capture_output=True, text=True)


@pytest.fixture(scope="module")
def eleven():
    run = MutantRun("11")
    run.add_scenarios()
    run.add_random(10, seed=1)
    run.add_small_scope()
    return run, list(run.run())


def one(mutants, label, operation):
    found = [m for m in mutants if m.label == label and m.operation == operation]
    assert found, (label, operation)
    return found[0]


@pytest.mark.long
def test_a_ban_that_may_join_again_is_noticed_by_the_small_scope(eleven):
    _, mutants = eleven
    dropped = one(mutants, "member.join.banned", "dropped")
    assert dropped.number == "4.3.3"
    assert dropped.after == ""
    assert dropped.killed_by["small scope"] is not None


@pytest.mark.long
def test_an_order_turned_round_is_noticed_by_the_scenarios(eleven):
    _, mutants = eleven
    turned = [m for m in mutants if m.label == "power_order" and "turned round" in m.operation]
    assert turned[0].killed_by["scenarios"] is not None, "descending power"


@pytest.mark.long
def test_a_rule_that_says_what_follows_anyway_survives(eleven):
    """Rule 10 allows what rule 9.10 allows: dropping that one changes nothing."""
    _, mutants = eleven
    assert one(mutants, "power_levels.allow", "dropped").survives


@pytest.mark.long
def test_most_mutants_of_the_rules_are_noticed(eleven):
    run, mutants = eleven
    assert set(run.suites()) == {"scenarios", "random", "small scope", "citing", "receipts", "signers"}
    of_rules = [m for m in mutants if m.section == "rules"]
    assert len(of_rules) > 250
    assert sum(m.survives for m in of_rules) < len(of_rules) / 3


@pytest.mark.long
def test_what_an_event_cites_and_what_receipt_does_are_judged_by_questions_about_that(eleven):
    _, mutants = eleven
    assert one(mutants, "auth_events.duplicates", "dropped").killed_by["citing"] is not None
    assert one(mutants, "auth_events.rejected", "dropped").killed_by["citing"] is not None
    of_policy = [m for m in mutants if m.label in ("recommended", "policy_server_joined")]
    assert len(of_policy) > 20
    assert all(m.killed_by["receipts"] for m in of_policy)
    of_receipt = [m for m in mutants if m.section == "receipt" and m.operation == "dropped"]
    assert {m.label for m in of_receipt} >= {"format", "signatures", "hashes", "state_before", "policy_server"}
    assert all(m.killed_by["receipts"] for m in of_receipt)


@pytest.mark.long
def test_the_selection_of_an_event_is_asked_about_in_the_small_scope(eleven):
    _, mutants = eleven
    of_selection = [m for m in mutants if m.section == "auth events" and m.operation == "dropped"]
    assert of_selection
    # The state `study` has no third-party invite to select.
    assert {m.label for m in of_selection if not m.killed_by["small scope"]} <= {"others.member.third_party"}
    assert not any(m.survives for m in of_selection)


def test_families_of_events_and_states_are_a_suite():
    run = MutantRun("11")
    run.add_exhaustive(states_max=8)
    assert 5_000 < run.suites()["exhaustive"] < 50_000
    first = next(run.run(threads=1))
    assert (first.label, first.operation) == ("create", "dropped")
    assert first.killed_by["exhaustive"] is not None


@pytest.mark.long
def test_two_threads_say_what_one_says(eleven):
    run, mutants = eleven
    assert list(islice(run.run(threads=1), 60)) == mutants[:60]


def test_a_suite_of_files_is_read(root, tmp_path):
    path = root / "tests/scenarios/topic_against_ban.11.json"
    suites = suites_of([f"mine={path}"])
    run = MutantRun("11")
    for name, files in suites.items():
        run.add_histories(name, files)
    assert run.suites() == {"mine": 1}
    with pytest.raises(ValueError, match="NAME=FOLDER"):
        suites_of(["mine"])


def test_the_command_says_where_it_was_asked_wrongly():
    done = stateroom("mutants", "11", "--suite", "mine")
    assert done.returncode == 2
    assert "NAME=FOLDER" in done.stderr
    done = stateroom("mutants", "no-such-version")
    assert done.returncode == 1
    assert "unknown-version" in done.stderr


@pytest.mark.long
def test_the_command_prints_a_line_for_each_mutant():
    done = stateroom("mutants", "1", "--histories", "5", "--json", "--check")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == (3 if any(line["survives"] for line in lines) else 0)
    judged = {"rules", "auth events", "definitions", "redaction", "receipt", "state before", "resolution"}
    assert {line["section"] for line in lines} == judged
    assert all(line["before"] for line in lines)
