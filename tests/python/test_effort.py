"""Steps of the solver by rule, answers that repeat, and what is known of the versions of the package."""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import stateroom
from stateroom import known
from stateroom.effort import effort

SCHEMAS = Path(stateroom.__file__).parent / "schemas"


def command(*words):
    return subprocess.run([Path(sys.executable).with_name("stateroom"), *words], capture_output=True, text=True)


def test_a_refutation_rests_on_the_rule_without_which_it_is_a_proof():
    found = effort("peers", "12", labels=["power_levels.users_changed.old", "member.knock.join_rule"])
    # Peers without an entry can be lowered anyway, so that no rule is needed for a proof of all parts at once.
    assert found.whole.verdict == "refuted"
    assert found.needed() == []
    kept = effort("creators-keep-power", "12", labels=["power_levels.creators", "member.knock.join_rule"])
    assert {one.label: one.verdict for one in kept.rules} == dict.fromkeys(
        ["power_levels.creators", "member.knock.join_rule"], "proved"
    )
    closed = effort("closed-selection", "org.matrix.msc4416.v1", labels=["policy.joined", "member.ban.level"])
    assert closed.complete
    assert closed.blamed() == ["policy.joined"]
    assert list(closed.to_pandas().columns) == ["label", "steps", "saved", "verdict"]


def test_steps_repeat():
    one, two = (effort("creators-keep-power", "12", labels=["power_levels.creators"]) for _ in range(2))
    assert one == two
    first, second = (stateroom.prove("same-rules:7", "6") for _ in range(2))
    assert first.steps == second.steps
    assert first == second


def test_a_limit_gives_the_same_answer_again():
    answers = [stateroom.prove("same-rules:12", "11", rlimit=200_000) for _ in range(2)]
    assert answers[0].reason == "limit"
    assert answers[0] == answers[1]


@pytest.mark.long
def test_effort_is_printed_by_rule():
    schema = json.loads((SCHEMAS / "effort.json").read_text())
    done = command("prove", "creators-keep-power", "--version", "12", "--effort", "--json")
    line = json.loads(done.stdout)
    jsonschema.validate(line, schema)
    assert len(line["rules"]) > 50
    assert line["steps"] > 0


def test_an_answer_names_the_command_that_asks_again():
    answer = stateroom.prove("same-rules:4", "3", either=True)
    assert answer.command == "stateroom prove same-rules:4 --version 3 --rlimit 50000000 --either"
    words = answer.command.split()[1:]
    again = json.loads(command(*words, "--json").stdout)
    assert (again["verdict"], again["steps"]) == (answer.verdict, answer.steps)
    assert again["command"] == answer.command
    assert again["method"] == "one event"


def test_everything_is_known_of_every_stable_version():
    kept = known.load()
    missing = [(v, name) for v, _ in known.stable() for name in known.asked() if (v, name) not in kept]
    assert not missing, "write bindings/stateroom/known.jsonl again: stateroom prove --known --json"
    page = Path(__file__).parents[2] / "docs/promises.md"
    assert known.markdown(known.ask_all()) in page.read_text(), "write the page again: stateroom prove --known"
    assert known.to_pandas(known.ask_all()).loc["creators-keep-power", "12"] == "proved"


@pytest.mark.long
@pytest.mark.parametrize("name", [name for name in known.asked() if name != "live-rules"])
def test_what_is_known_is_what_the_prover_says(name):
    kept = known.load()
    for version in ("1", "6", "11", "12"):
        assert known.answer_of(stateroom.prove(name, version)) == kept[version, name]


def test_the_list_says_what_is_known():
    lines = [json.loads(line) for line in command("prove", "--list", "--json").stdout.splitlines()]
    of = {line["property"]: line["known"] for line in lines}
    assert of["creators-keep-power"] == {str(v): "proved" if v == 12 else "refuted" for v in range(1, 13)}
    said = command("prove", "--list").stdout
    assert "well-formed-state" in said
    assert "unknown (encoding)" in said
