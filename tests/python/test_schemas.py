"""Every line of JSON that a command prints has the shape of the schema that is installed with the package."""

import json

import jsonschema
import pytest
import stateroom
from stateroom.cli import app
from typer.testing import CliRunner

SCHEMAS = {
    path.stem: json.loads(path.read_text())
    for path in (__import__("pathlib").Path(stateroom.__file__).parent / "schemas").glob("*.json")
}


def lines(*words: str, status: int = 0) -> list[dict]:
    """The JSON lines that a command prints."""
    done = CliRunner().invoke(app, words)
    assert done.exit_code == status, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def checked(schema: str, found: list[dict]) -> list[dict]:
    assert found
    for line in found:
        jsonschema.validate(line, SCHEMAS[schema])
    return found


def pdu(name: str, kind: str, content: dict, prev: list, auth: list, sender="@a:x", state_key="") -> dict:
    made = {"event_id": name, "type": kind, "state_key": state_key, "sender": sender, "room_id": "!r:x"}
    return made | {"content": content, "prev_events": prev, "auth_events": auth, "origin_server_ts": 1, "depth": 1}


def fork(version: str) -> dict:
    """Two topics at once, by the creator."""
    create = pdu("$c", "m.room.create", {"room_version": version, "creator": "@a:x"}, [], [])
    join = pdu("$j", "m.room.member", {"membership": "join"}, ["$c"], ["$c"], state_key="@a:x")
    topics = [pdu(name, "m.room.topic", {"topic": name}, ["$j"], ["$c", "$j"]) for name in ("$t1", "$t2")]
    return {"room_version": version, "events": [create, join, *topics]}


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "history.json"
    path.write_text(json.dumps(fork("11")))
    return str(path)


@pytest.mark.parametrize("schema", sorted(SCHEMAS))
def test_a_schema_is_one(schema):
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[schema])


def test_what_is_said_of_texts():
    checked("versions", lines("versions", "--json"))
    checked("errors", lines("errors", "--json"))
    checked("rule", lines("rule", "8", "4.3.5", "--json"))
    checked("check", lines("check", "8", "--json"))


@pytest.mark.parametrize(("before", "after"), [(str(n), str(n + 1)) for n in range(1, 12)])
def test_what_compare_says_of_neighbours(before, after):
    checked("compare", lines("compare", before, after, "--json"))


def test_what_is_said_of_histories(file):
    assert len(checked("events", lines("events", file, "--json"))) == 4
    [found] = checked("resolve", lines("resolve", file, "--json", "--trace", "--explain", "--time", "2"))
    assert {"trace", "explanation", "resolve_us_min"} <= found.keys()


def test_what_auth_says(tmp_path):
    create, join, topic, _ = fork("11")["events"]
    question = tmp_path / "question.json"
    question.write_text(json.dumps({"room_version": "11", "event": topic, "state": [create, join]}))
    [found] = checked("auth", lines("auth", str(question), "--json"))
    assert found["allowed"]
    assert ["m.room.member", "@a:x"] in found["reads"]


def test_an_item_that_cannot_be_done_is_an_error_and_the_others_are_done(tmp_path):
    path = tmp_path / "two.jsonl"
    path.write_text(json.dumps(fork("no such version")) + "\n" + json.dumps(fork("11")) + "\n")
    first, second = lines("resolve", str(path), "--json", status=1)
    checked("error", [first])
    checked("resolve", [second])


def test_what_is_written_and_printed_is_said_as_json_too(tmp_path, file, monkeypatch):
    monkeypatch.chdir(tmp_path)
    checked("print", lines("print", "8", "--section", "limits", "--json"))
    checked("new", lines("new", "org.example.new", "--extends", "11", "--json"))
    [line] = checked("format", lines("format", "org.example.new.room", "--check", "--json"))
    assert not line["changed"], "a new candidate is laid out already"
    [line] = checked("show", lines("show", file, "-o", "page.html", "--json"))
    assert (tmp_path / line["file"]).is_file()


@pytest.mark.parametrize(
    "words",
    [
        ("resolve", "missing.json"),
        ("events", "missing.json"),
        ("auth", "missing.json"),
        ("show", "missing.json"),
        ("show", "empty.json"),
        ("format", "missing.room"),
        ("print", "no such version"),
        ("rule", "8", "99.9"),
        ("new", "a", "--extends", "no such version"),
        ("vet", "no such version", "--against", "11"),
        ("vet", "11", "--against", "no such version"),
        ("mutants", "no such version"),
        ("vectors", "-o", "vectors", "--versions", "no such version"),
    ],
)
def test_what_cannot_be_done_is_a_line_too_and_nothing_is_written(words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.json").write_text("")
    checked("error", lines(*words, "--json", status=1))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty.json"]
    done = CliRunner().invoke(app, words)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "error" in done.stderr
