"""Hostile files end in an error with its place or in a rejected event: never in a crash, a hang or quiet loss."""

import json
import resource
import subprocess
import sys

import pytest

SECONDS = 60


def pdu(name: str, prev: list, **more) -> dict:
    made = {"event_id": name, "type": "m.room.message", "sender": "@a:x", "room_id": "!r:x", "content": {}}
    return made | {"prev_events": prev, "auth_events": [], "origin_server_ts": 1, "depth": 1} | more


def create(name: str) -> dict:
    return pdu(name, [], type="m.room.create", state_key="", content={"room_version": "11"})


def many(*events: dict) -> str:
    return json.dumps({"room_version": "11", "events": list(events)})


INPUTS = {
    "truncated": many(create("$c"))[:-20],
    "deep": "[" * 100_000 + "]" * 100_000,
    "deep objects": '{"a":' * 100_000 + "1" + "}" * 100_000,
    "duplicate keys": '{"room_version": "11", "events": [], "events": []}',
    "lone surrogate": '{"room_version": "11", "events": [{"type": "\\ud800"}]}',
    "nothing": "",
    "zero bytes": "\0\0\0",
    "a number": "1e400",
    "cycle": many(create("$c"), pdu("$1", ["$2"]), pdu("$2", ["$1"])),
    "self reference": many(create("$c"), pdu("$1", ["$1"])),
    "two creates": many(create("$c"), create("$d")),
    "two under one id": many(create("$c"), pdu("$1", []), pdu("$1", ["$c"])),
    "mixed": json.dumps([{"events": []}, create("$c")]),
    "deep content": many(create("$c"), pdu("$1", [], content="@")).replace(
        '"@"', '{"a":' * 100_000 + "1" + "}" * 100_000
    ),
    "duplicate keys, one escaped": many(pdu("$1", [], content="@")).replace('"@"', '{"a": 1, "\\u0061": 2}'),
    "lone surrogate in a key": many(pdu("$1", [], content={"@": 1})).replace("@", "\\udc00"),
    "cycle of auth events": many(create("$c"), pdu("$1", [], auth_events=["$2"]), pdu("$2", ["$1"])),
    "self reference in auth events": many(create("$c"), pdu("$1", ["$c"], auth_events=["$1"])),
    "no type": many(create("$c"), {"event_id": "$1"}),
    "no event": '{"events": [null]}',
    "no events": '{"events": "x"}',
    "unknown version": '{"room_version": "nope", "events": []}',
    "unknown state set": json.dumps({"events": [create("$c")], "state_sets": [["$c"], ["$x"]]}),
    "unknown rejected event": json.dumps({"events": [create("$c")], "rejected": ["$x"]}),
    "broken line": json.dumps(create("$c")) + '\n{"type": }\n' + json.dumps(pdu("$1", ["$c"])),
}

PLACES = {
    "truncated": f":1:{len(INPUTS['truncated']) + 1}",
    "deep": ":1:257",
    "deep objects": ":1:1281",
    "duplicate keys": ":1:38",
    "cycle": "#/events/1",
    "self reference": "#/events/1",
    "two creates": "#/events/1",
    "no type": "#/events/1",
    "unknown version": "#/room_version",
    "unknown state set": "#/state_sets/1",
    "unknown rejected event": "#/rejected",
    "broken line": ":2:10",
}


def question(event, *state: dict) -> str:
    return json.dumps({"room_version": "11", "event": event, "state": list(state)})


QUESTIONS = {
    "truncated": question(pdu("$1", []), create("$c"))[:-3],
    "deep": question("@").replace('"@"', "[" * 100_000 + "]" * 100_000),
    "duplicate keys": '{"room_version": "11", "event": {"type": "a", "type": "b"}, "state": []}',
    "lone surrogate": question(pdu("$1", [], sender="@")).replace('"@"', '"\\ud800"'),
    "no type": question({}),
    "no event": question(None),
    "self reference": question(pdu("$1", ["$1"]), create("$c")),
    "cycle": question(pdu("$1", ["$2"]), pdu("$2", ["$1"], state_key="")),
    "two creates": question(pdu("$1", []), create("$c"), create("$d")),
    "no state": question(pdu("$1", []), pdu("$2", [])),
}


def run(tmp_path, command: str, text: str, *options: str) -> tuple[int, list[dict]]:
    path = tmp_path / "input.json"
    path.write_text(text)
    done = subprocess.run(
        [sys.executable, "-c", "from stateroom.cli import main; main()", command, str(path), "--json", *options],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        cwd=tmp_path,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert sorted(file.name for file in tmp_path.iterdir()) == ["input.json"]
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("command", ["events", "resolve"])
@pytest.mark.parametrize("kind", INPUTS)
def test_a_bad_file_is_an_error_with_its_place(tmp_path, command, kind):
    status, found = run(tmp_path, command, INPUTS[kind])
    assert status == 1
    assert found[-1]["error"]["code"] != "internal"
    place = str(tmp_path / "input.json") + PLACES.get(kind, "")
    assert found[-1]["error"]["where"].startswith(place)
    assert found[-1]["error"]["where"] == place or kind not in PLACES


@pytest.mark.parametrize("kind", QUESTIONS)
def test_a_bad_question_is_an_error_with_its_place(tmp_path, kind):
    status, found = run(tmp_path, "auth", QUESTIONS[kind])
    assert status == 1
    assert found[-1]["error"]["code"] != "internal"
    assert found[-1]["error"]["where"].startswith(str(tmp_path / "input.json"))


def test_a_number_beyond_all_is_rejected_by_the_rules_or_an_error_in_strict_mode(tmp_path):
    event = pdu("$1", ["$c"], type="m.room.power_levels", state_key="", content={"ban": "@"}, auth_events=["$c"])
    text = many(create("$c"), event).replace('"@"', "1e400")
    status, [_, found] = run(tmp_path, "events", text)
    assert (status, found["event_id"], found["allowed"]) == (0, "$1", False)
    status, [found] = run(tmp_path, "events", text, "--strict")
    assert (status, found["error"]["code"]) == (1, "number")
    assert found["error"]["where"].endswith("input.json#/events/1")


def test_a_million_keys_are_read(tmp_path):
    content = {f"k{n}": n for n in range(1_000_000)}
    status, found = run(tmp_path, "events", many(create("$c"), pdu("$1", ["$c"], content=content)))
    assert (status, len(found)) == (0, 2)


def test_a_missing_event_is_a_hole_that_is_listed(tmp_path):
    status, [found] = run(tmp_path, "resolve", many(create("$c"), pdu("$1", ["$gone"])))
    assert status == 0
    assert found["holes"] == ["$gone"]
    # A resolution of given states has the holes that it would have followed: along auth_events, from these states.
    cited = [
        pdu(f"$t{n}", ["$before"], type="m.room.topic", state_key="", auth_events=["$c", f"$a{n}"]) for n in (1, 2, 3)
    ]
    sets = json.loads(many(create("$c"), *cited)) | {"state_sets": [["$c", "$t1"], ["$c", "$t2"]]}
    status, [found] = run(tmp_path, "resolve", json.dumps(sets))
    assert (status, found["holes"]) == (0, ["$a1", "$a2"])
    status, [_, event] = run(tmp_path, "events", many(create("$c"), pdu("$1", ["$c"], auth_events=["$c", "$gone"])))
    assert (status, event["allowed"]) == (0, False)
    assert event["label"]


def check(tmp_path, definitions: list[str], rules: list[str]) -> tuple[str, float]:
    """What `check` says of edits of version 11, and the processor time in seconds that it took."""
    lines = ['room version "org.example.hostile" extends "11"', "  status unstable", "", "edit definitions  msc 1"]
    lines += [f"  insert {line}" for line in definitions] + ["", "edit rules  msc 1"]
    lines += [f"  insert use{n} before allow: {line}" for n, line in enumerate(rules)]
    path = tmp_path / "hostile.room"
    path.write_text("\n".join(lines) + "\n")
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    done = subprocess.run(
        [sys.executable, "-c", "from stateroom.cli import main; main()", "check", str(path), "--json"],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    return done.stdout, resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


DOUBLINGS = {
    "or": "d{0} or d{0}",
    "and": "d{0} and d{0}",
    "both": '(d{0} and sender = "a") or (d{0} and state_key = "b")',
    "not": "not (d{0} or not d{0})",
}


@pytest.mark.parametrize("kind", DOUBLINGS)
def test_definitions_that_grow_as_powers_of_two_are_refused_at_once(tmp_path, kind):
    definitions = ["d0 = power_levels is present"] + [f"d{n} = " + DOUBLINGS[kind].format(n - 1) for n in range(1, 60)]
    said, seconds = check(tmp_path, definitions, ["reject if d59"])
    assert "nodes after its definitions are inlined" in said
    assert seconds < 2


def test_a_long_condition_takes_time_by_its_length(tmp_path):
    present = 'power_levels.content.users["@u{}:x"] is present'
    definitions = ["d0 = " + present.format(0)] + [f"d{n} = d{n - 1} and " + present.format(n) for n in range(1, 180)]
    once, seconds = check(tmp_path, definitions, ["reject if d179"])
    assert '"error"' not in once
    assert seconds < 3
