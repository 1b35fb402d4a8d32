"""The naive transcription against public fixtures, and its independence."""

import ast
import json
from pathlib import Path

import pytest
from naive_resolution import Resolution, Walk
from naive_rules import DEFAULT, SPECIFICATION

BATCHES = json.loads((Path(__file__).parents[1] / "support/ruma_rooms.json").read_text("utf-8"))
READINGS = {"default": DEFAULT, "specification": SPECIFICATION}


def load(path):
    return json.loads(path.read_text())


def snapshot(vectors, name):
    text = (vectors / "ruma/snapshots" / f"{name}@resolved_state.snap").read_text()
    return {(e["type"], e["state_key"]): e["event_id"] for e in json.loads(text.split("---", 2)[2])}


@pytest.mark.parametrize("readings", READINGS)
@pytest.mark.parametrize("name", BATCHES)
def test_a_room_of_ruma_resolves_as_its_snapshot_says(vectors, name, readings):
    events = {e["event_id"]: e for batch in BATCHES[name] for e in load(vectors / "ruma/fixtures" / f"{batch}.json")}
    room = Walk(10, events, READINGS[readings])
    assert not room.rejected
    assert room.current() == snapshot(vectors, name)


@pytest.mark.parametrize("readings", READINGS)
@pytest.mark.parametrize(("version", "pdus", "algorithm"), [(10, "v11", "0"), (11, "v11", "0"), (12, "v12", "1")])
@pytest.mark.parametrize(("problem", "sets"), [("A", ("bob", "charlie")), ("B", ("eve", "zara"))])
def test_the_problems_of_msc4297_come_out_as_published(vectors, problem, sets, version, pdus, algorithm, readings):
    folder = vectors / f"ruma/fixtures/MSC4297-problem-{problem}"
    events = {e["event_id"]: e for e in load(folder / f"pdus-{pdus}.json")}
    states = [{(events[n]["type"], events[n]["state_key"]): n for n in load(folder / f"state-{s}.json")} for s in sets]
    result = Resolution(version, events, READINGS[readings]).resolve(states)
    assert result == snapshot(vectors, f"msc4297_problem_{problem.lower()}_state_res_v2_{algorithm}")


def test_it_imports_nothing_of_ours():
    here = Path(__file__).parent
    for file in (here / "naive_rules.py", here / "naive_resolution.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                assert {name.name for name in node.names} <= {"math", "re", "hashlib"}, file
            elif isinstance(node, ast.ImportFrom):
                assert node.module == "naive_rules", file
