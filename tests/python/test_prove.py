"""`stateroom prove` and its objects: questions about one event."""

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import stateroom

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((Path(stateroom.__file__).parent / "schemas/prove.json").read_text())


def command(*words):
    return subprocess.run([Path(sys.executable).with_name("stateroom"), *words], capture_output=True, text=True)


@pytest.fixture(scope="module")
def knocking():
    return stateroom.prove("same-rules:7", "6")


def test_a_finding_is_answered_by_the_engine_as_it_says(knocking, tmp_path):
    assert knocking.verdict == "refuted"
    for finding in knocking.findings:
        assert {side.allowed for side in finding.sides} == {True, False}
        for side in finding.sides:
            path = tmp_path / "question.json"
            path.write_text(json.dumps(side.question()))
            answer = json.loads(command("auth", str(path), "--json").stdout)
            assert (answer["allowed"], answer["label"]) == (side.allowed, side.label)


def test_an_answer_explains_itself_and_has_its_history(knocking):
    words = knocking.explain()
    assert "same-rules:7 in 6: refuted" in words
    assert "member.knock" in words
    assert knocking.history["about"]["property"] == "same-rules:7"


def test_lines_have_the_shape_of_the_schema_and_files_hold_the_findings(tmp_path):
    done = command("prove", "same-rules:7", "depth-free", "--version", "6", "--json", "--check", "-o", str(tmp_path))
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 3
    assert [line["verdict"] for line in lines] == ["refuted", "proved"]
    for line in lines:
        jsonschema.validate(line, SCHEMA)
    assert Path(lines[0]["history"]).exists()
    assert lines[1]["history"] is None


def test_parts_have_verdicts_of_their_own():
    answer = stateroom.prove("creators-keep-power", "12")
    assert {part.verdict for part in answer.parts} == {"proved"}
    line = answer.to_dict()
    jsonschema.validate(line, SCHEMA)
    assert "proved: no creator lowers its own power" in answer.explain()


def test_what_cannot_be_asked_is_said():
    assert command("prove", "same-rules:7").returncode == 2
    assert command("prove", "depth-free", "--version", "no such version").returncode == 1
    assert command("prove", "--list").returncode == 0
    assert stateroom.prove("converges", "11").reason == "encoding"


def test_a_matrix_says_how_versions_stand_to_each_other():
    found = stateroom.matrix(["2", "6", "7"])
    assert found.relation("6", "7") == "⊂"
    assert found.relation("7", "6") == "⊃"
    assert "| 6, 7 | ⊂ | 6 rejects it" in found.markdown()
    assert list(found.to_pandas().columns) == ["2", "6", "7"]


@pytest.mark.long
def test_ten_thousand_random_events_are_decided_alike():
    tests = ROOT / "build/tests/model/prove/prove_tests"
    if not tests.exists():
        pytest.skip("the C++ tests are not built")
    halves = [
        subprocess.Popen(
            [tests, "--gtest_filter=Agreement.*"],
            env={**os.environ, "STATEROOM_AGREEMENT": "5000", "STATEROOM_AGREEMENT_FIRST": str(first)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for first in (1, 5001)
    ]
    said = [half.communicate()[0] for half in halves]
    assert [half.returncode for half in halves] == [0, 0], said[0][-2000:] + said[1][-2000:]
