"""The package: versions, histories, resolutions and errors."""

from pathlib import Path

import pytest
import stateroom
from hypothesis import given
from hypothesis import strategies as st

VERSIONS = stateroom.versions()
NUMBERED = [name for name in VERSIONS if name.isdigit()]


def pdu(name: str, kind: str, content: dict, prev: list, auth: list, state_key: str = "", ts: int = 1) -> dict:
    made = {"event_id": name, "type": kind, "state_key": state_key, "sender": "@a:x", "room_id": "!c:x"}
    return made | {"content": content, "prev_events": prev, "auth_events": auth, "origin_server_ts": ts, "depth": ts}


def start(version: str) -> list[dict]:
    """A create event and the creator's join; version 12 names the room after its create event."""
    create = pdu("$c", "m.room.create", {"room_version": version, "creator": "@a:x"}, [], [])
    join = pdu("$j", "m.room.member", {"membership": "join"}, ["$c"], ["$c"], "@a:x", 2)
    if stateroom.version(version).print("definitions").find('event("$"') >= 0:
        del create["room_id"]
        join |= {"room_id": "!c", "auth_events": []}
    return [create, join]


def line(version: str, keys: list[str]) -> tuple[list[dict], dict]:
    """A linear room that sets entries one after the other, and its state by folding."""
    events = start(version)
    _, join = events
    state = {("m.room.create", ""): "$c", ("m.room.member", "@a:x"): "$j"}
    for n, key in enumerate(keys):
        name = f"$e{n}"
        auth = [*join["auth_events"], "$j"]
        events.append(pdu(name, "org.example", {"n": n}, [events[-1]["event_id"]], auth, key, n + 3))
        events[-1]["room_id"] = join["room_id"]
        state["org.example", key] = name
    return events, state


@pytest.mark.parametrize("version", NUMBERED)
@given(keys=st.lists(st.sampled_from(["", "a", "b", "\u00e9"]), max_size=8))
def test_a_linear_room_resolves_to_its_fold(version, keys):
    events, state = line(version, keys)
    assert dict(stateroom.history(events, version).resolve().state) == state


@given(data=st.data(), version=st.sampled_from(NUMBERED))
def test_order_and_repetition_of_inputs_do_not_matter(data, version):
    events, _ = line(version, [])
    join = events[-1]
    sets = []
    for n in range(3):
        name = f"$t{n}"
        events.append(pdu(name, "m.room.topic", {"topic": name}, ["$j"], [*join["auth_events"], "$j"], "", n + 3))
        events[-1]["room_id"] = join["room_id"]
        sets.append(["$c", "$j", name])
    expected = stateroom.history(events, version, sets).resolve()
    shuffled = data.draw(st.permutations(sets))
    shuffled += data.draw(st.lists(st.sampled_from(sets), max_size=3))
    again = stateroom.history(data.draw(st.permutations(events)), version, shuffled).resolve()
    assert again.state == expected.state
    assert vars(again.trace) == vars(expected.trace)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_text_is_printed_the_same_twice_and_checks(version):
    loaded = stateroom.version(version)
    assert loaded.print() == stateroom.version(version).print()
    assert not [found for found in loaded.check() if found["severity"] == "error"]
    assert "pre" in loaded._repr_html_()


def test_a_named_value_stands_after_those_that_it_is_made_of():
    path = Path(__file__).parents[1] / "scenarios/msc4297_problem_a.12.json"
    names = list(vars(stateroom.read_history(path).resolve().trace))
    assert names[:2] == ["unconflicted", "conflicted"]
    assert names.index("conflicted") < names.index("conflicted_state_subgraph") < names.index("full_conflicted_set")
    assert names[-1] == "result"


def test_the_trace_has_the_names_of_the_text():
    events, _ = line("11", ["a"])
    found = stateroom.history(events, "11", [["$c", "$j"], ["$c", "$j", "$e0"]]).resolve()
    assert found.trace.full_conflicted_set == {"$e0"}
    assert found.trace.result == found.state
    assert "$e0" in found._repr_html_()


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        (lambda: stateroom.version("no such version"), stateroom.UnknownNameError),
        (lambda: stateroom.version("11").rule("99"), stateroom.UnknownNameError),
        (lambda: stateroom.version("11").print("no such section"), stateroom.UnknownNameError),
        (lambda: stateroom.compare("11", "no such version"), stateroom.UnknownNameError),
        (lambda: stateroom.read_history("/no/such/file"), stateroom.InputError),
        (lambda: stateroom.History(b"{").resolve(), stateroom.InputError),
        (lambda: stateroom.History(b"[" * 100_000).receipts, stateroom.StateroomError),
    ],
)
def test_bad_input_is_an_exception_of_the_package(call, kind):
    with pytest.raises(kind) as raised:
        call()
    assert raised.value.code != "internal"
    assert raised.value.message


def test_a_text_that_is_wrong_says_where(tmp_path):
    path = tmp_path / "bad.room"
    path.write_text('room version "bad" extends "11"\n\nedit rules\n  remove no.such.rule\n')
    with pytest.raises(stateroom.TextError) as raised:
        stateroom.version(str(path))
    assert raised.value.where.startswith(f"{path}:4")


def test_a_decision_says_what_it_read():
    create, join = start("11")
    found = stateroom.authorise(join, [create], "11", [create])
    assert found.allowed
    assert found.label == "member.join.creator"
    assert ("m.room.create", "") in found.reads


def test_format_lays_out_and_can_only_ask(tmp_path):
    from stateroom.cli import app
    from typer.testing import CliRunner

    path = tmp_path / "a.room"
    path.write_text('room version "a"   extends "11"   # kept\n  status   unstable\n')
    run = CliRunner().invoke
    before = path.read_bytes()
    assert run(app, ["format", "--check", str(path)]).exit_code == 3
    assert path.read_bytes() == before
    assert run(app, ["format", str(path)]).exit_code == 0
    assert "# kept" in path.read_text()
    assert run(app, ["format", "--check", str(path)]).exit_code == 0
    path.write_text("nonsense")
    assert run(app, ["format", str(path)]).exit_code == 1
    assert path.read_text() == "nonsense"
    assert [file.name for file in tmp_path.iterdir()] == ["a.room"]
