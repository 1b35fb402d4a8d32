"""Public test vectors through the commands: import, checks on receipt, resolution with its trace and explanation."""

import json
from pathlib import Path

import pytest
from stateroom import _core

ATTACKS = 19


@pytest.fixture(scope="module")
def bench() -> _core.Workbench:
    return _core.Workbench()


def answers(found: _core.Answers) -> list[dict]:
    lines = [json.loads(line) for line in found.lines]
    assert not found.refused, lines[0]
    return lines


def test_the_events_of_mautrix_pass_strict_import_and_every_check(vectors: Path, bench: _core.Workbench) -> None:
    file = vectors / "mautrix" / "testroom-v12-success.jsonl"
    pdus = [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]
    events = answers(bench.events(file.read_bytes(), file.name, strict=True))
    assert [e["event_id"] for e in events] == [pdu["unsigned"]["event_id"] for pdu in pdus]
    assert len(events) == 21
    for event in events:
        assert event["ids"] == "strict"
        assert event["content_hash_state"] == "valid"
        assert event["signatures"] == "no-key", "nobody's keys are in the file"
        assert event["allowed"], event
        assert "ill_formed" not in event


def test_histories_of_attacks_are_read_checked_and_resolved(vectors: Path, bench: _core.Workbench) -> None:
    files = sorted((vectors / "rezzy").glob("*.jsonl"))
    assert len(files) == ATTACKS
    for file in files:
        pdus = [line for line in file.read_text("utf-8").splitlines() if line.strip()]
        events = answers(bench.events(file.read_bytes(), file.name))
        (resolved,) = answers(bench.resolve(file.read_bytes(), file.name, trace=True, explain=True))
        assert len(events) + len(resolved.get("notes", [])) >= len(pdus), "nothing is lost quietly"
        assert {"result"} <= resolved["trace"].keys()
        assert resolved["trace"]["result"] == resolved["state"]
        tried = {c["event_id"] for key in resolved["explanation"] for c in key["candidates"]}
        assert tried <= {event["event_id"] for event in events}
