"""The commands: shapes, exit statuses, errors."""

import json
import os
import signal
import subprocess
import sys

import pytest
from stateroom.cli import app
from typer.testing import CliRunner

COMMAND = "from stateroom.cli import main; main()"
V = "11"


@pytest.fixture
def run(root, tmp_path):
    """Run the command line in a folder of its own; gives status, JSON lines and standard error."""

    def call(*words, status=0, text=None, json_lines=True):
        env = dict(os.environ, PYTHONPATH=str(root / "bindings"), COLUMNS="200")
        done = subprocess.run(
            [sys.executable, "-c", COMMAND, *map(str, words)],
            input=text,
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=env,
            timeout=60,
        )
        assert done.returncode == status, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()] if json_lines else done.stdout + done.stderr

    return call


def history(**more):
    """A small drawn room: create, the creator's join, levels, a ban of nobody yet."""
    alice, bob = "@a:x", "@b:x"

    def event(name, kind, key, sender, content, prev, auth):
        made = {"event_id": name, "type": kind, "sender": sender, "content": content}
        made |= {"state_key": key, "room_id": "!r:x", "prev_events": prev, "auth_events": auth}
        return made | {"origin_server_ts": int(name[1:]), "depth": int(name[1:])}

    join = {"membership": "join"}
    events = [
        event("$1", "m.room.create", "", alice, {"room_version": V}, [], []),
        event("$2", "m.room.member", alice, alice, join, ["$1"], ["$1"]),
        event("$3", "m.room.power_levels", "", alice, {"users": {alice: 100, bob: 50}}, ["$2"], ["$1", "$2"]),
        event("$4", "m.room.join_rules", "", alice, {"join_rule": "public"}, ["$3"], ["$1", "$2", "$3"]),
        event("$5", "m.room.member", bob, bob, join, ["$4"], ["$1", "$3", "$4"]),
        event("$6", "m.room.member", bob, alice, {"membership": "ban"}, ["$5"], ["$1", "$2", "$3", "$5"]),
        event("$7", "m.room.topic", "", bob, {"topic": "t"}, ["$5"], ["$1", "$3", "$5"]),
    ]
    return {"format": "stateroom-history/1", "room_version": V, "events": events} | more


def write(tmp_path, value, name="history.json"):
    path = tmp_path / name
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return path


def test_versions_has_all_twelve_with_hashes(run):
    found = {item["name"]: item for item in run("versions", "--json")}
    assert [name for name in found if name.isdigit()] == [str(n) for n in range(1, 13)]
    assert found["12"]["extends"] == V
    assert found["1"]["extends"] is None
    assert all(len(item["sha256"]) == len(item["sha256_with_errata"]) == 64 for item in found.values())


def test_rule_4_3_5_of_version_8_is_found_by_number_and_by_label(run):
    [by_number] = run("rule", "8", "4.3.5", "--json")
    [by_label] = run("rule", "8", "member.join.restricted", "--json")
    assert by_number == by_label
    assert by_number["numbers"]["12"] == "5.3.5"
    assert by_number["changed_by"][0]["owner"] == ["msc3083"]
    assert "restricted" in by_number["english"]


def test_compare_names_the_owner_of_each_edit(run):
    edits = run("compare", V, "org.matrix.msc3757.11", "--json")
    assert {(e["section"], e["label"], e["change"]) for e in edits} == {
        ("limits", "state_key", "replaced"),
        ("definitions", "owner", "inserted"),
        ("rules", "state_key", "replaced"),
    }
    assert all(e["owner"] == ["msc3757"] for e in edits)
    assert run("compare", V, V, "--json", "--check") == []
    run("compare", V, "12", "--json", "--check", status=3)


def test_print_gives_back_the_text_and_english(run):
    assert 'room version "11"' in run("print", V, json_lines=False)
    assert "4.3.5" in run("print", "8", "--section", "rules", "--markdown", json_lines=False)
    assert "no section" in run("print", V, "--section", "nonsense", status=1, json_lines=False)


def test_an_unknown_version_says_what_was_meant(run):
    words = run("print", "org.matrix.msc3757", status=1, json_lines=False)
    assert "unknown-version" in words
    assert "org.matrix.msc3757.11" in words


def test_check_of_a_broken_text_has_every_error_with_its_place(run, tmp_path):
    text = (
        'room version "x" extends "11"\n  status unstable\n\nedit rules  msc 1\n'
        '  insert a first: reject if nonsense = "x"\n  replace nowhere: allow\n'
    )
    found = run("check", write(tmp_path, text, "x.room"), "--json", status=1)
    assert found
    assert all(item["severity"] == "error" and item["line"] >= 5 for item in found)
    good = text.replace('  insert a first: reject if nonsense = "x"\n  replace nowhere: allow\n', "  remove aliases\n")
    assert run("check", write(tmp_path, good, "y.room"), "--json", status=1)


def test_new_writes_a_candidate_that_checks(run, tmp_path):
    run("new", "org.example.strict", "--extends", "12", json_lines=False)
    text = (tmp_path / "org.example.strict.room").read_text()
    assert run("check", "org.example.strict.room", "--json") == []
    inherited = run("check", "org.example.strict.room", "--json", "--inherited")
    assert inherited == run("check", "12", "--json", "--inherited")
    assert "unkept-read" in {item["code"] for item in inherited}
    assert f"{len(inherited)} lints are of what" in run("check", "org.example.strict.room", json_lines=False)
    lively = text.replace("# edit rules", "edit rules").replace("#   insert", "  insert")
    assert lively != text
    write(tmp_path, lively, "lively.room")
    assert [e["label"] for e in run("compare", "12", "./lively.room", "--json")] == ["topic"]
    assert "exists" in run("new", "org.example.strict", "--extends", "12", status=1, json_lines=False)
    assert "exists" in run("new", "org.example.strict.room", "--extends", "12", status=1, json_lines=False)


def test_resolve_explains_why_a_banned_users_topic_is_lost(run, tmp_path):
    path = write(tmp_path, history())
    [answer] = run("resolve", path, "--trace", "--explain", "--json")
    state = {(e["type"], e["state_key"]): e["event_id"] for e in answer["state"]}
    assert state["m.room.member", "@b:x"] == "$6"
    assert ("m.room.topic", "") not in state
    assert answer["state"] == sorted(answer["state"], key=lambda e: (e["type"], e["state_key"]))
    assert answer["trace"]["power_order"] == ["$5", "$6"]
    [topic] = [key for key in answer["explanation"] if key["type"] == "m.room.topic"]
    assert topic["winner"] is None
    assert topic["candidates"][0]["outcome"] == "refused"
    assert topic["candidates"][0]["number"] == "5"
    steps = {step["name"]: step for step in answer["steps"]}
    assert {name: step["count"] for name, step in steps.items()} == {n: len(v) for n, v in answer["trace"].items()}
    assert steps["power_events"]["words"] == "every e in full_conflicted_set such that e is a power event"
    words = run("resolve", path, "--explain", json_lines=False)
    assert "power_order (2): power_closure in topological order" in words


def test_state_sets_of_none_and_of_one(run, tmp_path):
    assert run("resolve", write(tmp_path, history(state_sets=[])), "--json")[0]["state"] == []
    [one] = run("resolve", write(tmp_path, history(state_sets=[["$1", "$2"]])), "--json")
    assert [e["event_id"] for e in one["state"]] == ["$1", "$2"]


def test_auth_says_rule_and_reads(run, tmp_path):
    events = history()["events"]
    question = {"room_version": V, "event": events[6], "state": [*events[:4], events[5]], "events": [events[4]]}
    [answer] = run("auth", write(tmp_path, question), "--json")
    assert (answer["allowed"], answer["number"], answer["label"]) == (False, "5", "joined")
    assert ["m.room.member", "@b:x"] in answer["reads"]
    run("auth", write(tmp_path, question), "--json", "--check", status=3)


def test_events_runs_the_checks_on_receipt(run, tmp_path):
    answers = run("events", write(tmp_path, history()), "--json")
    assert [a["event_id"] for a in answers] == [f"${n}" for n in range(1, 8)]
    assert all(a["ids"] == "placeholder" and a["allowed"] for a in answers)
    assert {c["name"] for c in answers[0]["checks"]} >= {"auth_events", "state_before"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"events": [', "json"),
        ("[" * 100000 + "]" * 100000, "limit"),
        ('{"events": [{"type": "a", "type": "b"}]}', "duplicate-key"),
        ('{"events": ["\\ud800"]}', "utf8"),
        ("", "json"),
        ("17", "format"),
        (json.dumps([history(), history()["events"][0]]), "mixed"),
        (json.dumps(history(state_sets=[["$9"]])), "missing-event"),
        (json.dumps(history(rejected=["$9"])), "missing-event"),
        (
            json.dumps({"events": [history()["events"][0], history()["events"][0] | {"event_id": "$9"}]}),
            "several-creates",
        ),
        (json.dumps({"events": [history()["events"][0] | {"prev_events": ["$1"]}]}), "cycle"),
    ],
)
def test_hostile_input_is_refused_with_code_and_place(run, tmp_path, text, code):
    [answer] = run("resolve", write(tmp_path, text), "--json", status=1)
    assert answer["error"]["code"] == code
    assert answer["error"]["where"]


def test_other_items_are_still_done(run, tmp_path):
    lines = "\n".join([json.dumps(history()), '{"events": 5}', json.dumps(history())])
    answers = run("resolve", write(tmp_path, lines), "--json", status=1)
    assert ["error" in a for a in answers] == [False, True, False]


def test_a_million_keys_end_in_time(run, tmp_path):
    content = {f"k{n}": n for n in range(1_000_000)}
    events = history()["events"]
    events[2]["content"] |= content
    answers = run("events", write(tmp_path, {"room_version": V, "events": events}), "--json")
    assert len(answers) == 7


@pytest.mark.parametrize(
    ("limit", "more"),
    [
        ("events_max=6", {}),
        ("input_bytes_max=100", {}),
        ("json_depth_max=3", {}),
        ("state_sets_max=1", {"state_sets": [["$1"], ["$2"]]}),
        ("resolution_steps_max=1", {"state_sets": [["$1", "$2", "$3"], ["$1", "$2", "$4", "$6"], ["$1", "$2", "$5"]]}),
    ],
)
def test_a_limit_on_the_command_line_holds_and_the_error_says_how_to_raise_it(run, tmp_path, limit, more):
    path = write(tmp_path, history(**more))
    name = limit.partition("=")[0]
    run("resolve", path, "--json")
    [answer] = run("--limit", limit, "resolve", path, "--json", status=1)
    assert answer["error"]["code"] == "limit"
    assert name in answer["error"]["message"]
    assert f"--limit {name}=N" in answer["error"]["hint"]


@pytest.mark.parametrize("limit", ["no_such_limit=1", "events_max", "events_max=few", "events_max=0", "=1"])
def test_what_is_no_limit_is_refused(run, limit):
    assert "error" in run("--limit", limit, "versions", status=2, json_lines=False)


def test_errors_lists_the_codes(run):
    codes = [item["code"] for item in run("errors", "--json")]
    assert len(codes) == len(set(codes))
    assert {"cycle", "duplicate-key", "unknown-version"} <= set(codes)


def test_help_shows_the_commands_by_what_they_are_for():
    said = CliRunner().invoke(app, ["--help"]).output
    places = [said.index(words) for words in ("Vet a candidate", "Versions as text", "Events and histories")]
    assert places == sorted(places)
    assert "─ Commands ─" not in said, "every command has its place"


def test_help_teaches_with_an_example():
    for command in ("versions", "print", "rule", "new", "check", "compare", "events", "auth", "resolve", "errors"):
        done = CliRunner().invoke(app, [command, "--help"])
        assert done.exit_code == 0
        assert f"stateroom {command}" in done.output


def test_ctrl_c_ends_a_command_with_what_is_done_written(tmp_path, root):
    """The first item is written, the second takes long: 130, and whole lines only."""
    path = tmp_path / "many.jsonl"
    line = json.dumps(history()) + "\n"
    path.write_text(line * 60_000)
    env = dict(os.environ, PYTHONPATH=str(root / "bindings"))
    # As at a terminal: whoever runs the tests in the background may have told their children to ignore Ctrl-C.
    heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    words = [sys.executable, "-c", heard + COMMAND, "resolve", str(path), "--json"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env) as running:
        first = running.stdout.readline()
        running.send_signal(signal.SIGINT)
        rest, said = running.communicate(timeout=60)
    assert running.returncode == 130, said
    lines = (first + rest).splitlines()
    assert 0 < len(lines) < 60_000
    assert all(json.loads(one)["state"] for one in lines)
