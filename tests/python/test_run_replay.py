"""Runs of `simulate -o`, run again from their folders by `replay`."""

import json
import shutil
from pathlib import Path

import jsonschema
import pytest
import stateroom
from stateroom.cli import app
from stateroom.run_replay import microseconds
from typer.testing import CliRunner

SCENARIO = """name = "cut"
days = 0.3
servers = 3
[[room]]
users = 6
moderators = 2
a_day = { message = 200, topic = 40, power = 10 }
[[fault]]
kind = "partition"
servers = [0]
begin_hours = 1
hours = 4
"""
SCHEMA = json.loads((Path(stateroom.__file__).parent / "schemas/replay.json").read_text())


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("replay")
    (path / "s.toml").write_text(SCENARIO)
    run = stateroom.Simulation(path / "s.toml", version="11", seed=5, keep_log=True)
    run.go()
    run.write(path / "run", "stateroom simulate s.toml")
    (path / "s.toml").unlink()  # the folder alone is enough
    return path / "run"


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(written, tmp_path / "run"))


def replay(folder: Path, *arguments: str, status: int = 0) -> dict:
    result = CliRunner().invoke(app, ["replay", str(folder), "--json", *arguments])
    assert result.exit_code == status, result.output
    line = json.loads(result.stdout)
    jsonschema.validate(line, SCHEMA)
    return line


def test_a_run_is_reproduced_from_its_folder_alone(folder: Path):
    line = replay(folder)
    assert line["reproduced"]
    assert line["reasons"] == []
    assert line["log_sha256"] == json.loads((folder / "run.json").read_text())["log_sha256"]
    assert "reproduced" in CliRunner().invoke(app, ["replay", str(folder)]).output


def test_the_first_line_that_differs_is_named(folder: Path):
    log = (folder / "log.jsonl").read_text().splitlines()
    at = next(number for number, line in enumerate(log) if '"received"' in line and number > 40)
    was = log[at]
    log[at] = was.replace("accepted", "rejected")
    (folder / "log.jsonl").write_text("".join(line + "\n" for line in log))
    line = replay(folder, status=1)
    assert line["first_difference"] == {"file": "log.jsonl", "line": at + 1, "was": log[at], "now": was}


@pytest.mark.parametrize(
    ("member", "value", "reason"),
    [
        ("seed", 6, "the hash of the log is"),
        ("log_sha256", "0" * 64, "the hash of the log is"),
        ("versions", {"11": "0" * 64}, "the text of version 11 is another one"),
    ],
)
def test_a_run_that_says_something_else_is_not_reproduced(folder: Path, member: str, value: object, reason: str):
    run = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps(run | {member: value}))
    assert any(one.startswith(reason) for one in replay(folder, status=1)["reasons"])


def test_what_servers_knew_at_a_time(folder: Path):
    apart = replay(folder, "--until", "4h")  # server 0 is cut off from hour 1 to 5
    [room] = apart["rooms"]
    assert [server["server"] for server in room["servers"]] == ["s0.example", "s1.example", "s2.example"]
    topics = {held["event_id"]: held["servers"] for key in room["divergences"] for held in key["held"]}
    assert ["s0.example"] in topics.values()
    alone, other = room["servers"][0], room["servers"][1]
    assert alone["extremities"] != other["extremities"]
    entries = {(entry["type"], entry["state_key"]): entry["event_id"] for entry in alone["state"]}
    assert any(entries.get((key["type"], key["state_key"])) in topics for key in room["divergences"])
    [together] = replay(folder, "--until", "2d")["rooms"]  # after the healing
    assert together["divergences"] == []
    assert together["servers"][0]["received"] > alone["received"]
    shown = CliRunner().invoke(app, ["replay", str(folder), "--until", "4h"]).output
    assert "differs:" in shown
    assert "state of s0.example" in shown


def test_a_log_that_differs_after_the_time_does_not_matter(folder: Path):
    log = (folder / "log.jsonl").read_text().splitlines()
    last = max(number for number, line in enumerate(log) if '"received"' in line)
    log[last] = log[last].replace("accepted", "rejected")
    (folder / "log.jsonl").write_text("".join(line + "\n" for line in log))
    assert replay(folder, "--until", "4h")["reproduced"]
    assert not replay(folder, status=1)["reproduced"]


def test_another_version_and_what_changes_under_it(folder: Path):
    changes = replay(folder, "--version", "12")["changes"]
    assert changes["version"] == "12"
    [levels] = [one for one in changes["states"] if one["type"] == "m.room.power_levels"]  # no creator among the users
    assert "@u0:s0.example" in levels["was"]["content"]["users"]
    assert "@u0:s0.example" not in levels["now"]["content"]["users"]
    same = replay(folder, "--version", "11")["changes"]
    assert not any(same[part] for part in ("properties", "counts", "witnesses", "states"))
    shown = CliRunner().invoke(app, ["replay", str(folder), "--version", "12"]).output
    assert "m.room.power_levels" in shown  # where creators do not stand
    result = CliRunner().invoke(app, ["replay", str(folder), "--version", "no such version"])
    assert result.exit_code == 1


def test_a_run_that_was_ended_early_is_ended_there_again(tmp_path: Path):
    run = stateroom.Simulation("busy-public-room", version="11", days=0.2, keep_log=True, watch=["delivers"])
    run.go(lambda now: now < 0.05)
    assert run.interrupted
    run.write(tmp_path)
    assert replay(tmp_path)["reproduced"]


def test_functions_of_python_are_not_in_the_folder(tmp_path: Path):
    def talk(world):
        world.act(0, "@u0:s0.example", "m.room.message", '{"body": "of python"}')

    run = stateroom.Simulation("quiet-room", version="11", days=0.1, keep_log=True, watch=["delivers"])
    run.add_strategy(talk, first_hours=1)
    run.go()
    run.write(tmp_path)
    answer = replay(tmp_path, status=1)
    assert any("talk" in reason for reason in answer["reasons"])
    assert '"received"' in answer["first_difference"]["was"]


def test_what_is_no_run_is_an_error(tmp_path: Path, folder: Path):
    for path in (tmp_path / "empty", tmp_path / "odd"):
        path.mkdir()
    (tmp_path / "odd" / "run.json").write_text('{"format": "stateroom-run/2"}')
    run = json.loads((folder / "run.json").read_text())
    del run["seed"]
    (folder / "run.json").write_text(json.dumps(run))
    for path, code in ((tmp_path / "empty", "file"), (tmp_path / "odd", "format"), (folder, "format")):
        result = CliRunner().invoke(app, ["replay", str(path), "--json"])
        assert result.exit_code == 1
        assert json.loads(result.stdout)["error"]["code"] == code


def test_times_have_units():
    assert microseconds("36h") == microseconds("1.5d") == microseconds("36") == 36 * 3_600_000_000
    for text in ("", "soon", "3 weeks", "-1h", "inf", "nan"):
        with pytest.raises(ValueError, match="a virtual time"):
            microseconds(text)
    assert CliRunner().invoke(app, ["replay", ".", "--until", "soon"]).exit_code == 2
