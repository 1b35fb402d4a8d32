"""Searches for histories that break a property, and what becomes of them: search, shrink, replay, diagnose."""

import json
from pathlib import Path

import jsonschema
import pytest
import stateroom
from stateroom.cli import app
from stateroom.redraw import redraw
from typer.testing import CliRunner

ROOT = Path(__file__).parents[2]
SCHEMAS = Path(stateroom.__file__).parent / "schemas"
HONEST = ("honest-clock", "no-revocation", "linear-sender", "honest-auth-events")
LINEAR = (*HONEST, "linear-history")
A = str(ROOT / "docs/properties/join-rules-lost.property")
B = str(ROOT / "docs/properties/levels-rolled-back.property")


def call(*words: str):
    return CliRunner().invoke(app, words)


def schema(name: str):
    return json.loads((SCHEMAS / f"{name}.json").read_text())


def write(path: Path, history: dict) -> str:
    path.write_text(json.dumps(history))
    return str(path)


# What must break each property (name, version, terms), and the version that the shrunk history does not break.
BROKEN = [
    ("key-lost", "11", HONEST, (), "12"),
    ("rollback", "12", LINEAR, (), None),
    ("older-wins", "1", (), (), None),
    ("ban-holds", "1", (), (), None),
    ("ban-holds", "11", ("honest-clock",), (), None),
    ("ban-holds", "12", ("honest-clock",), (), None),
    (A, "11", LINEAR, ("stale:1",), "12"),
    (B, "11", LINEAR, ("stale:1",), "12"),
]


@pytest.mark.parametrize(("name", "version", "hypotheses", "allow", "survives"), BROKEN)
def test_what_is_found_is_a_file_that_shows_it_again(name, version, hypotheses, allow, survives, tmp_path):
    found = stateroom.search(name, version, events=7, histories=20_000, hypotheses=hypotheses, allow=allow)
    assert found.history is not None
    assert found.shrunk_events <= found.found_events
    path = write(tmp_path / "find.json", found.history)
    again = stateroom.replay(path)
    assert again.reproduced, again.reasons
    assert list(again.violations) == found.history["about"]["violations"]
    # Real PDUs: ids, hashes and signatures are right by the file alone.
    events = call("events", path, "--strict", "--check", "--json")
    assert events.exit_code == 0, events.output
    assert {json.loads(line)["signatures"] for line in events.stdout.splitlines()} == {"valid"}
    if survives is not None:
        drawn_again = redraw(found.history, survives)
        other = write(tmp_path / "other.json", {k: v for k, v in drawn_again.items() if k != "about"})
        assert "the property holds" in stateroom.replay(other, property_name=name).reasons


@pytest.mark.parametrize("version", ["1", "11", "12"])
@pytest.mark.parametrize("name", [one.name for one in stateroom.history_properties() if one.scope == "merge"])
def test_two_topics_at_once_break_nothing(name, version, tmp_path):
    a = "@a:alpha.example"
    room = stateroom.Builder(version, servers=["alpha.example"])
    room.create(a)
    last = room.join(a)
    room.add("m.room.topic", a, {"topic": "one"}, state_key="", prev_events=[last])
    room.add("m.room.topic", a, {"topic": "two"}, state_key="", prev_events=[last])
    path = write(tmp_path / "room.json", room.to_dict())
    answer = stateroom.replay(path, property_name=name, version=version)
    assert answer.reasons == ("the property holds",)


def drawn(name: str, kind: str, sender: str, content: dict, prev: list[str], auth: list[str], key: str = "") -> dict:
    return {
        "event_id": name, "type": kind, "state_key": key, "sender": sender, "room_id": "!r:x", "content": content,
        "prev_events": prev, "auth_events": auth, "origin_server_ts": len(prev + auth), "depth": len(auth) + 1,
    }  # fmt: skip


def test_an_entry_that_no_rule_allows_is_not_authorised(tmp_path):
    join = {"membership": "join"}
    events = [
        drawn("$c:x", "m.room.create", "@a:x", {"creator": "@a:x"}, [], []),
        drawn("$a:x", "m.room.member", "@a:x", join, ["$c:x"], ["$c:x"], "@a:x"),
        drawn("$p:x", "m.room.power_levels", "@a:x", {"users": {"@a:x": 100}}, ["$a:x"], ["$c:x", "$a:x"]),
        drawn("$t:x", "m.room.topic", "@b:x", {"topic": "no"}, ["$p:x"], ["$c:x", "$a:x", "$p:x"]),
    ]
    sets = [["$c:x", "$a:x", "$p:x"], ["$c:x", "$a:x", "$p:x", "$t:x"]]
    path = write(tmp_path / "drawn.json", {"room_version": "1", "events": events, "state_sets": sets})
    answer = stateroom.replay(path, property_name="P-AUTHSND", strict=False)
    assert answer.violations == ("$t:x",)
    assert not answer.reproduced  # an event of it is refused, and a state set is the state after no event
    assert "the rules refuse $t:x" in answer.reasons


def test_a_file_that_was_changed_is_not_reproduced(tmp_path):
    found = stateroom.search("older-wins", "11", histories=2000)
    assert found.history is not None
    changed = json.loads(json.dumps(found.history))
    changed["about"]["version_sha256"] = "0" * 64
    answer = stateroom.replay(write(tmp_path / "other.json", changed))
    assert answer.reasons == ("the text of version 11 is another one than the file says",)
    changed = json.loads(json.dumps(found.history))
    changed["about"]["hypotheses"] = ["no-revocation", "honest-clock", "linear-sender"]
    later = changed["events"][-1]
    later["origin_server_ts"] = 0
    answer = stateroom.replay(write(tmp_path / "other.json", changed), strict=False)
    assert any(reason.startswith("honest-clock: ") for reason in answer.reasons)


def test_an_exhaustive_search_says_what_it_covered():
    found = stateroom.search("key-lost", "12", events=3, exhaustive=True, hypotheses=LINEAR, allow=["stale:1"])
    assert found.complete
    assert found.history is None
    assert [level["histories"] for level in found.levels] == [13, 155, 1757]


def test_the_command_prints_and_writes_what_it_finds(tmp_path):
    words = ("--property", "D2", "--version", "12", "--histories", "20000", "-o", str(tmp_path), "--json", "--check")
    done = call("search", *words, *(word for one in LINEAR for word in ("--hypothesis", one)))
    assert done.exit_code == 3, done.output
    [line] = [json.loads(text) for text in done.stdout.splitlines()]
    jsonschema.validate(line, schema("search"))
    replayed = call("replay", line["history"], "--json")
    assert replayed.exit_code == 0, replayed.output
    jsonschema.validate(json.loads(replayed.stdout), schema("replay"))
    about = json.loads(Path(line["history"]).read_text())["about"]
    assert about["command"].startswith("stateroom search --property D2 --version 12 --events 6 --seed 1")
    assert call("replay", line["history"]).output.count("reproduced") == 1


def test_a_search_in_another_process_finds_the_same(tmp_path):
    one = stateroom.search("rollback", "11", seed=5, histories=2000).history
    two = stateroom.search("rollback", "11", seed=5, histories=2000).history
    assert one == two


def test_a_history_of_another_maker_is_shrunk(tmp_path):
    found = stateroom.search("older-wins", "11", histories=2000, hypotheses=["honest-clock"])
    assert found.history is not None
    path = write(tmp_path / "find.json", found.history)
    small = tmp_path / "small.json"
    words = ("--property", "older-wins", "--version", "11", "--hypothesis", "honest-clock", "-o", str(small))
    done = call("shrink", path, *words)
    assert done.exit_code == 0, done.output
    assert len(json.loads(small.read_text())["events"]) == found.shrunk_events
    refused = call("shrink", path, "--property", "key-lost", "--version", "11")
    assert refused.exit_code == 1
    assert "does not break" in refused.stderr


def test_a_merge_of_a_room_that_breaks_something_is_said(tmp_path):
    found = stateroom.search("key-lost", "11", events=7, histories=20_000, hypotheses=HONEST)
    assert found.history is not None
    history = {k: v for k, v in found.history.items() if k not in ("state_sets", "about")}
    # As a room: the merge is that of its forward extremities, or of an event that brings two together.
    path = write(tmp_path / "room.json", history)
    done = call("diagnose", path, "--json", "--property", "key-lost", "--property", "older-wins")
    assert done.exit_code == 0, done.output
    for line in done.stdout.splitlines():
        jsonschema.validate(json.loads(line), schema("diagnose"))
    answer = stateroom.diagnose(path, names=["key-lost", "rollback", "older-wins", "ban-holds"])
    assert answer.events == found.shrunk_events
    assert answer.merges >= 1
    assert len(answer.to_pandas()) >= len(answer.findings)


def test_properties_are_checked_as_texts(tmp_path):
    for path in [*sorted((ROOT / "model/properties").glob("*.property")), Path(A), Path(B)]:
        assert call("check", str(path), "--json", "--check").exit_code == 0
    wrong = tmp_path / "wrong.property"
    wrong.write_text('property "x" id "X"\n  says "nothing"\n  resolution\n    violations = resullt\n')
    done = call("check", str(wrong), "--json")
    assert done.exit_code == 1
    first = json.loads(done.stdout.splitlines()[0])
    assert (first["line"], first["column"]) == (4, 18)
    assert first["message"].startswith("in version ")


@pytest.mark.parametrize(
    "words",
    [
        ("search", "--property", "nothing", "--version", "11"),
        ("search", "--property", "converges", "--version", "11"),
        ("search", "--property", "key-lost", "--version", "no such version"),
        ("search", "--property", "key-lost", "--version", "11", "--hypothesis", "hope"),
        ("search", "--property", "key-lost", "--version", "11", "--allow", "everything"),
        ("replay", "no such file"),
        ("diagnose", "no such file"),
    ],
)
def test_what_is_not_known_is_an_error(words):
    done = call(*words)
    assert done.exit_code == 1
    assert "error" in done.stderr


def test_lists_name_what_can_be_asked():
    done = call("search", "--list")
    assert done.exit_code == 0
    for one in stateroom.history_properties():
        assert one.name in done.output
    for name in stateroom.hypotheses():
        assert name in done.output
    assert call("search").exit_code == 2
