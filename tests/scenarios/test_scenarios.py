"""The scenarios are what their script makes, and pass strict import with every signature valid."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from naive_resolution import Resolution
from naive_rules import DEFAULT
from stateroom import _core
from stateroom.redraw import redraw

FOLDER = Path(__file__).parent
MEMBERS = ("events", "state_sets", "keys")
EDGES = ("prev_events", "auth_events")
FILES = sorted(FOLDER.glob("*.json"))


def test_the_script_makes_them_byte_by_byte(tmp_path: Path) -> None:
    command = [sys.executable, str(FOLDER / "make_scenarios.py"), str(tmp_path)]
    subprocess.run(command, check=True, env={"PYTHONPATH": ":".join(sys.path)})
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {p.name: p.read_bytes() for p in FILES}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_event_is_strictly_well_formed_signed_and_allowed(file: Path) -> None:
    events = [json.loads(line) for line in _core.Workbench().events(file.read_bytes(), file.name, strict=True).lines]
    assert len(events) == len(json.loads(file.read_bytes())["events"])
    for event in events:
        assert event["ids"] == "strict"
        assert event["content_hash_state"] == "valid"
        assert event["signatures"] == "valid"
        assert event["allowed"], event
        assert "ill_formed" not in event


@pytest.mark.parametrize("name", sorted({file.name.partition(".")[0] for file in FILES}))
def test_a_drawing_is_the_same_from_a_signed_file(name: str) -> None:
    eleven, twelve = (json.loads((FOLDER / f"{name}.{version}.json").read_bytes()) for version in ("11", "12"))
    drawn = redraw(eleven, "12")
    assert [drawn[m] for m in MEMBERS] == [twelve[m] for m in MEMBERS]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_naive_transcription_comes_to_what_the_text_says(file: Path) -> None:
    """The text was worked out by hand, the engine agrees with it; here is who knows nothing of either."""
    history = json.loads(file.read_bytes())
    named = zip(history["about"]["names"], history["events"], strict=True)
    events = {event_id: with_plain_edges(event) | {"event_id": event_id} for event_id, event in named}
    states = [{(events[i]["type"], events[i]["state_key"]): i for i in ids} for ids in history["state_sets"]]
    result = Resolution(int(history["room_version"]), events, DEFAULT).resolve(states)
    for entry in history["about"]["expected"]:
        assert result.get((entry["type"], entry["state_key"])) == entry["event_id"], entry


def with_plain_edges(event: dict) -> dict:
    edges = {field: [one if isinstance(one, str) else one[0] for one in event[field]] for field in EDGES}
    return event | edges
