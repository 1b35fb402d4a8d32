"""What `show` steps through is what `resolve` says."""

import json
from pathlib import Path
from typing import Any

import pytest
from stateroom import _core
from stateroom.redraw import redraw

SCENARIOS = sorted((Path(__file__).parents[1] / "scenarios").glob("*.11.json"))


def resolved(history: dict[str, Any], version: str | None = None) -> set[str]:
    (line,) = _core.Workbench().resolve(json.dumps(history).encode(), "history", version=version).lines
    return {entry["event_id"] for entry in json.loads(line)["state"]}


def shown(history: dict[str, Any], version: str | None = None) -> set[str]:
    found = _core.show_history(json.dumps(history), "history", version)
    return {found["events"][event]["id"] for event in found["result"]}


@pytest.mark.parametrize("version", ["1", "11", "12", "org.matrix.msc4242.12"])
def test_a_scenario_is_shown_as_it_resolves(version: str) -> None:
    for file in SCENARIOS:
        history = redraw(json.loads(file.read_bytes()), version)
        assert shown(history) == resolved(history), file.name
        del history["state_sets"]
        assert shown(history) == resolved(history), file.name


def test_an_event_that_the_rules_refuse_is_in_no_state() -> None:
    history = json.loads(next(f for f in SCENARIOS if f.name.startswith("mainline.")).read_bytes())
    drawn = {name: event_id for event_id, name in history["about"]["names"].items()}
    kept = list(drawn).index("join_charlie") + 1
    history = redraw(history, "11") | {"events": history["events"][:kept]}
    del history["state_sets"]
    topic = {"type": "m.room.topic", "state_key": "", "sender": "@charlie:gamma.example", "content": {"topic": "no"}}
    topic |= {"room_id": history["events"][0]["room_id"], "depth": 9, "origin_server_ts": 1, "hashes": {"sha256": ""}}
    topic |= {"prev_events": [drawn["join_charlie"]], "signatures": {}}
    topic |= {"auth_events": [drawn["create"], drawn["levels_0"], drawn["join_charlie"]]}
    history["events"].append(topic)
    del history["about"]
    found = _core.show_history(json.dumps(history), "history")
    (refused,) = (event for event in found["events"] if event["type"] == "m.room.topic")
    assert refused["rejected"]
    assert not refused["decision"]["allowed"]
    assert shown(history) == resolved(history) == {drawn[n] for n in list(drawn)[:kept]}
