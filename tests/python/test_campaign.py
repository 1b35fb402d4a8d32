"""Campaigns: what they say of their file, what they write, and that nothing is lost or counted twice."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import stateroom
from stateroom.campaign import Campaign, atlas, query
from stateroom.cli import app
from stateroom.reduce import toml_of
from typer.testing import CliRunner

ROOT = Path(__file__).parents[2]
RECORDED = ROOT / "docs/what-searches-found"

SMALL = """
name = "small"
[[search]]
property = "older-wins"
versions = ["11", "12"]
seeds = [1, 3]
histories = 300
[[simulate]]
scenario = "quiet-room"
versions = ["11"]
seeds = [1, 2]
days = 0.1
[[atlas]]
property = "key-lost"
versions = ["11"]
events = 2
parts = 2
hypotheses = ["honest-clock", "no-revocation", "linear-sender", "honest-auth-events", "linear-history"]
allow = ["stale:1"]
"""


def call(*words: str):
    return CliRunner().invoke(app, ["campaign", *words])


def write(folder: Path, text: str) -> Path:
    path = folder / "campaign.toml"
    path.write_text(text)
    return path


def table(folder: Path, name: str):
    return (
        query(folder, f"select * exclude (seconds) from {name} order by task").to_dict("records")
        if (name == "runs")
        else query(folder, f"select * from {name} order by task, file").to_dict("records")
    )


def test_each_run_and_each_find_is_a_row(tmp_path: Path):
    path = write(tmp_path, SMALL)
    done = call(str(path), "-o", str(tmp_path / "out"), "--json", "--check")
    assert done.exit_code == 3, done.output
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(rows) == 2 * 3 + 2 + 2
    assert {row["kind"] for row in rows} == {"search", "simulate", "atlas"}
    assert all(row["complete"] and row["error"] is None for row in rows if row["kind"] != "search")
    finds = query(tmp_path / "out", "select * from finds where kind = 'search'")
    for file in finds["file"]:
        assert stateroom.replay(tmp_path / "out" / file).reproduced
    # The parts of an atlas, added up, are what one exhaustive search looks through.
    [[histories]] = query(tmp_path / "out", "select sum(histories) from runs where kind = 'atlas'").to_numpy().tolist()
    whole = stateroom.search(
        "key-lost", "12", events=2, exhaustive=True, allow=["stale:1"],
        hypotheses=["honest-clock", "no-revocation", "linear-sender", "honest-auth-events", "linear-history"],
    )  # fmt: skip
    assert histories == sum(level["histories"] for level in whole.levels)
    clusters = atlas(tmp_path / "out")
    assert clusters["histories"].sum() == 5  # four lose the power levels, one the join rules
    assert [one["format"] for one in map(json.loads, clusters["example"])] == ["stateroom-history/1"] * 2


def test_a_question_in_sql_is_answered_from_the_tables(tmp_path: Path):
    path = write(tmp_path, SMALL.split("[[simulate]]")[0])
    folder = tmp_path / "out"
    assert call(str(path), "-o", str(folder), "--sql", "select 1").exit_code == 1  # nothing was run
    assert call(str(path), "-o", str(folder)).exit_code == 0
    words = ("--sql", "select version, count(*) as n from runs group by version order by version", "--json")
    asked = call(str(path), "-o", str(folder), *words)
    assert [json.loads(line) for line in asked.stdout.splitlines()] == [
        {"version": "11", "n": 3},
        {"version": "12", "n": 3},
    ]
    assert call(str(path), "-o", str(folder), "--sql", "select nothing").exit_code == 1


def test_a_campaign_that_is_killed_goes_on_with_nothing_lost_or_counted_twice(tmp_path: Path):
    path = write(tmp_path, SMALL.replace("seeds = [1, 3]", "seeds = [1, 12]").replace("300", "1500"))
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert Campaign(path).run(whole, jobs=2)
    command = [sys.executable, "-m", "stateroom", "campaign", str(path), "-o", str(killed), "--jobs", "1"]
    program = "import sys; from stateroom.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", program, *command[3:]]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    parts = killed / "parts"
    while len(list(parts.glob("[!.]*.json"))) < 4 and process.poll() is None:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    done = {file.name: file.stat().st_mtime_ns for file in parts.glob("[!.]*.json")}
    assert 4 <= len(done) < len(Campaign(path).tasks())
    with pytest.raises(stateroom.InputError, match="already"):
        Campaign(path).run(killed)
    heard = []
    assert Campaign(path).run(killed, resume=True, tell=lambda progress: heard.append(progress.done))
    assert heard[0] == len(done)
    assert heard[-1] == len(Campaign(path).tasks())
    assert {name: (parts / name).stat().st_mtime_ns for name in done} == done  # what was done is not done again
    assert table(killed, "runs") == table(whole, "runs")
    assert table(killed, "finds") == table(whole, "finds")


@pytest.mark.long
def test_a_dask_cluster_gives_the_same_tables(tmp_path: Path):
    from distributed import LocalCluster

    path = write(tmp_path, SMALL)
    assert Campaign(path).run(tmp_path / "here", jobs=1)
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        assert Campaign(path).run(tmp_path / "there", dask=cluster.scheduler_address)
    assert table(tmp_path / "there", "runs") == table(tmp_path / "here", "runs")
    assert table(tmp_path / "there", "finds") == table(tmp_path / "here", "finds")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[serach]]\n", "did you mean [[search]]"),
        ('[[search]]\nproperty = "key-lost"\nhistorys = 3\n', "did you mean `histories`"),
        ('[[search]]\nproperty = "key-lost"\nversions = ["11"]\n', "nothing ends the search"),
        ('[[search]]\nproperty = "key-lost"\nhistories = "many"\n', "`histories` is a 'many'"),
        (
            '[[search]]\nproperty = "key-lost"\nversions = ["11"]\nhistories = 1\nseeds = [3, 1]\n',
            "the first and the last",
        ),
        ("[[simulate]]\nseeds = [1, 1]\n", "it has no `scenario`"),
        ("name = \n", "campaign.toml"),
        ("", "something to do"),
    ],
)
def test_what_means_nothing_is_said_with_its_place(tmp_path: Path, text: str, message: str):
    done = call(str(write(tmp_path, text)))
    assert done.exit_code == 1
    assert message in " ".join(done.stderr.split())


def test_what_cannot_be_done_is_a_row_with_an_error(tmp_path: Path):
    path = write(tmp_path, '[[simulate]]\nscenario = "no-such-scenario.toml"\nversions = ["11"]\n'
                 '[[search]]\nproperty = "key-lost"\nversions = ["no such"]\nhistories = 1\n')  # fmt: skip
    assert Campaign(path).run(tmp_path / "out", jobs=1)
    assert query(tmp_path / "out", "select error from runs")["error"].notna().all()


def test_a_folder_of_another_campaign_is_left_alone(tmp_path: Path):
    path = write(tmp_path, '[[search]]\nproperty = "key-lost"\nversions = ["11"]\nhistories = 1\n')
    assert Campaign(path).run(tmp_path / "out", jobs=1)
    path.write_text(path.read_text() + "# another\n")
    with pytest.raises(stateroom.InputError, match="another campaign"):
        Campaign(path).run(tmp_path / "out", resume=True)


@pytest.mark.parametrize("file", sorted(RECORDED.glob("*.json")), ids=lambda file: file.stem)
def test_what_the_page_shows_is_reproduced_from_its_file_alone(file: Path):
    property_name = None
    about = json.loads(file.read_text())["about"]
    if about["property"].endswith(".property"):
        property_name = str(ROOT / "docs/properties" / Path(about["property"]).name)
    answer = stateroom.replay(file, property_name=property_name)
    assert answer.reproduced, answer.reasons
    assert list(answer.violations) == about["violations"]
    assert about["mend"] is not None or about["critical"] is not None
    assert any(flip["avoids"] for flip in about["flips"])


@pytest.mark.parametrize("file", sorted(RECORDED.glob("*.toml")), ids=lambda file: file.stem)
def test_a_scenario_that_the_page_shows_shows_it(file: Path):
    words = file.read_text().splitlines()[0].split()
    option = {name: words[words.index(name) + 1] for name in ("--version", "--seed", "--watch")}
    run = stateroom.Simulation(file, version=option["--version"], seed=int(option["--seed"]), watch=[option["--watch"]])
    run.go()
    [tally] = run.monitors()
    assert tally["outcome"] == "violated"


def test_the_page_tells_of_everything_that_was_to_be_found():
    page = (ROOT / "docs/what-searches-found.md").read_text()
    assert {file.suffix for file in RECORDED.iterdir()} == {".json", ".toml"}
    assert all(f"what-searches-found/{file.name}" in page for file in RECORDED.iterdir())
    for words in ("problem A", "problem B", "in 2.0", "in 2.1", "A ban that does not hold in version 1", "MSC4242"):
        assert words in page
    assert "unexplained" not in page


def test_toml_is_written_as_it_is_read():
    import tomllib

    text = (ROOT / "sim/scenarios/netsplit.toml").read_text()
    assert tomllib.loads(toml_of(tomllib.loads(text))) == tomllib.loads(text)
