"""The command `simulate` and its objects."""

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import stateroom
from stateroom.cli import app
from typer.testing import CliRunner

ROOM = "[[room]]\nusers = 6\nmoderators = 1\na_day = { message = 100, topic = 20, power = 5 }\n"


def call(*arguments: str):
    return CliRunner().invoke(app, ["simulate", *arguments])


def test_a_run_says_what_became_of_each_property(tmp_path: Path):
    scenario = tmp_path / "s.toml"
    scenario.write_text('name = "mine"\ndays = 0.5\n' + ROOM)
    result = call(str(scenario), "--json", "--version", "11", "-o", str(tmp_path / "run"))
    assert result.exit_code == 0, result.output
    *monitors, run = [json.loads(line) for line in result.stdout.splitlines()]
    schema = json.loads((Path(stateroom.__file__).parent / "schemas/simulate.json").read_text())
    for line in (*monitors, run):
        jsonschema.validate(line, schema)
    asked = {one["property"]: one["asked"] for one in monitors}
    assert {*asked} > {one.name for one in stateroom.history_properties()}
    assert all(asked[name] > 0 for name in ("peers", "no-escalation", "closed-selection", "no-lockout"))
    assert {one["property"]: one["outcome"] for one in monitors}["converges"] == "held"
    assert run["scenario"] == "mine"
    assert run["counts"]["deliveries"] > 50
    written = json.loads((tmp_path / "run" / "run.json").read_text())
    assert written["log_sha256"] == run["log_sha256"]
    log = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    events = [json.loads(line) for line in (tmp_path / "run" / "events.jsonl").read_text().splitlines()]
    assert sum(one["what"] == "made" for one in log) == run["counts"]["events"]
    assert all(one["event"]["signatures"] for one in events)
    assert json.loads((tmp_path / "run" / "monitors.json").read_text()) == monitors


def test_events_of_a_run_are_right_in_every_check(tmp_path: Path):
    run = stateroom.Simulation("quiet-room", version="12", days=0.3, keep_log=True)
    run.go()
    run.write(tmp_path)
    lines = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    history = stateroom.history([one["event"] for one in lines], version="12", strict=True)
    assert [event.event_id for event in history.events] != []
    assert {event.event_id for event in history.events} == {one["event_id"] for one in lines}


def test_the_same_seed_gives_the_same_log_in_another_process():
    program = (
        "import stateroom; run = stateroom.simulate('netsplit', version='11', seed=4, days=0.4); print(run.log_sha256)"
    )
    hashes = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(hashes) == 1


def test_errors_of_a_scenario_point_at_the_place(tmp_path: Path):
    scenario = tmp_path / "s.toml"
    scenario.write_text('servrs = 3\n[[room]]\nusers = "many"\n')
    result = call(str(scenario), "--json")
    assert result.exit_code == 1
    errors = [json.loads(line)["error"] for line in result.stdout.splitlines()]
    assert {error["where"] for error in errors} == {f"{scenario}:1:1", f"{scenario}:3:9"}
    assert any(error.get("hint") == "did you mean `servers`?" for error in errors)


@pytest.mark.parametrize(
    "arguments",
    [("no such scenario",), ("quiet-room", "--watch", "nothing"), ("quiet-room", "--version", "no such version")],
)
def test_what_is_not_there_is_an_error(arguments: tuple[str, ...]):
    result = call(*arguments)
    assert result.exit_code == 1
    assert "error" in result.stderr


def test_a_property_is_watched_by_its_id():
    result = call("quiet-room", "--json", "--days", "0.1", "--watch", "D1")
    assert result.exit_code == 0
    assert [json.loads(line).get("property") for line in result.stdout.splitlines()][:-1] == ["key-lost"]


@pytest.mark.parametrize("name", ["same-rules:12", "same-result:12", "tie-break", "depth-free", "chain-identity"])
def test_of_a_property_that_a_run_says_nothing_of_it_is_said_why(name: str):
    result = call("quiet-room", "--json", "--days", "0.1", "--watch", name)
    assert result.exit_code == 1
    error = json.loads(result.stdout)["error"]
    assert error["code"] == "format"
    assert error["message"].startswith(f"a run is not asked `{name.partition(':')[0]}`: ")
    assert error["hint"]


def test_a_run_that_is_told_to_end_says_so():
    run = stateroom.Simulation("busy-public-room", version="11", days=1)
    run.go(lambda now: False)
    assert run.interrupted
    assert run.summary()["complete"] is False


def test_a_monitor_and_a_strategy_of_ones_own_take_part():
    run = stateroom.Simulation("quiet-room", version="12", days=0.2)
    seen: list[tuple[str, str, str]] = []
    states: list[dict[tuple[str, str], str]] = []

    def watch(what, world, room, server, event_id, outcome):
        seen.append((what, server, outcome))
        assert room == 0
        assert server in world.servers
        assert event_id.startswith("$")

    def topics(world):
        made = world.act(0, "@u0:s0.example", "m.room.topic", '{"topic": "of python"}', "")
        states.append({(kind, key): event_id for kind, key, event_id in world.current(0, "s0.example")})
        assert states[-1]["m.room.topic", ""] == made
        assert world.act(0, "@u5:s5.example", "m.room.topic", '{"topic": "no"}', "") is None  # has no power
        return world.now_us + 3_600_000_000 if len(states) < 3 else None

    run.add_monitor(watch)
    run.add_strategy(topics, first_hours=1)
    run.go()
    assert len(states) == 3
    counts = run.counts()
    assert sum(what == "received" for what, _, _ in seen) >= counts["deliveries"] > 0


def test_a_strategy_that_sends_different_events_to_different_servers_is_not_honest():
    def run_with(strategy, hostile):
        run = stateroom.Simulation("quiet-room", version="11", days=0.2, seed=3)
        run.add_strategy(strategy, first_hours=1, hostile=hostile)
        run.go()
        return run

    def equivocate(world):
        for number, server in enumerate(world.servers[1:]):
            topic = json.dumps({"topic": f"number {number}"})
            assert world.act(0, "@u0:s0.example", "m.room.topic", topic, "", to=[server]) is not None

    run = run_with(equivocate, "s0.example")
    assert run.log_sha256 == run_with(equivocate, "s0.example").log_sha256
    assert run.log_sha256 != run_with(lambda world: None, "s0.example").log_sha256
    with pytest.raises(stateroom.StateroomError, match="no server is called nowhere"):
        run_with(equivocate, "nowhere")


def test_an_exception_of_a_strategy_ends_the_run():
    run = stateroom.Simulation("quiet-room", version="11", days=0.2)

    def fail(world):
        raise KeyError("of the strategy")

    run.add_strategy(fail, first_hours=1)
    with pytest.raises(KeyError, match="of the strategy"):
        run.go()


@pytest.mark.parametrize(
    ("scenario", "seed", "days", "allow"),
    [("netsplit", 3, 0.5, []), ("lying-resident-server", 3, 0.4, ["rejected", "told"])],
)
def test_the_finds_of_a_run_are_reproduced_from_their_files(
    tmp_path: Path, scenario: str, seed: int, days: float, allow: list[str]
):
    run = stateroom.Simulation(scenario, version="6", seed=seed, days=days)
    run.go()
    run.write(tmp_path)
    files = sorted((tmp_path / "finds").iterdir())
    assert files
    for file in files:
        history = json.loads(file.read_text())
        assert history["about"]["allow"] == allow
        answer = stateroom.replay(file)
        assert answer.reproduced, answer.reasons
    if "rejected" in allow:
        file.write_text(json.dumps(history | {"about": history["about"] | {"allow": []}}))
        assert not stateroom.replay(file).reproduced
