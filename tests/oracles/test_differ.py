"""`stateroom differ`: campaigns, explanations, smaller histories."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pandas
import pytest
import stateroom
from stateroom import _core
from stateroom.cli import app
from stateroom.differ import Campaign, versions_of
from stateroom.differ import differ as run
from stateroom.differ_explain import UNEXPLAINED, Case, Comparison, cause, is_unexplained
from stateroom.differ_shrink import shrink
from stateroom.oracles import NAMES, Oracle
from typer.testing import CliRunner

SCHEMA = json.loads((Path(stateroom.__file__).parent / "schemas/differ.json").read_text())
# Answers as ruma does, with one reading changed or a topic lost.
LIAR = """
import json, sys
sys.path.insert(0, sys.argv[1])
from stateroom import _core
for line in sys.stdin:
    asked = json.loads(line)
    if asked["ask"] == "auth":
        print(json.dumps({"allowed": True}), flush=True)
        continue
    readings = json.loads(sys.argv[2])
    history = {"room_version": asked["room_version"], "events": asked["events"], "state_sets": asked["state_sets"]}
    history |= {"event_ids": [e["event_id"] for e in asked["events"]], "rejected": asked["rejected"]}
    found = _core.Workbench().resolve(json.dumps(history).encode(), "h", profile="ruma", readings=readings).lines[0]
    state = [[e["type"], e["state_key"], e["event_id"]] for e in json.loads(found)["state"]]
    lost = [one for one in state if sys.argv[3] != one[0]]
    print(json.dumps({"state": lost}), flush=True)
"""


def liar(readings: dict[str, str], lost: str = "") -> Oracle:
    package = str(Path(stateroom.__file__).parent.parent)
    return Oracle("ruma", argv=[sys.executable, "-c", LIAR, package, json.dumps(readings), lost])


def made(version: str, seed: int) -> Case:
    return Case.read(_core.HistoryMaker(version).history(seed))


def unsigned(event: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in event.items() if name != "signatures"}


def refused(case: Case) -> set[str]:
    lines = map(json.loads, _core.Workbench().events(json.dumps(case.history()).encode(), "history").lines)
    return {line["event_id"] for line in lines if not line["allowed"]}


def test_lists_of_versions_have_ranges() -> None:
    assert versions_of("1-12") == tuple(str(number) for number in range(1, 13))
    assert versions_of("org.matrix.hydra.11,3,2-3") == ("org.matrix.hydra.11", "3", "2")


@pytest.mark.parametrize("version", ["1", "6", "9", "11", "12"])
def test_a_question_is_the_history_of_its_seed_with_our_answer(version: str) -> None:
    maker, bench = _core.HistoryMaker(version), _core.Workbench()
    questions = {one.seed: one for one in maker.questions(1600, 48, list(NAMES))}
    for seed in range(1600, 1648):
        case = Case.read(maker.history(seed))
        assert case.contested == (seed in questions)
        if not case.contested:
            continue
        asked = Case.asked(questions[seed].line)
        assert [unsigned(one) for one in asked.events] == [unsigned(one) for one in case.events]
        assert (asked.state_sets, asked.rejected) == (case.state_sets, case.rejected)
        data = json.dumps(case.history()).encode()
        for profile, answer in zip(NAMES, questions[seed].answers, strict=True):
            state = json.loads(bench.resolve(data, "history", version=version, profile=profile).lines[0])["state"]
            said = sorted([one["type"], one["state_key"], one["event_id"]] for one in state)
            assert json.loads(answer) == {"state": said}


def test_a_reading_that_the_peer_has_is_what_explains_it() -> None:
    with liar({"absence": "agreement"}) as peer:
        comparison = Comparison(peer, None, "11")
        cases = [made("11", seed) for seed in range(30)]
        found = [comparison.find(case).explanation for case in cases]
        shown = [comparison.shows(case, "reading:absence=agreement") for case in cases]
    assert "reading:absence=agreement" in found
    assert shown == [explanation is not None for explanation in found], "another reading may come to the same"


def test_what_nothing_explains_is_shrunk_to_the_events_that_show_it() -> None:
    with liar({}, lost="m.room.topic") as peer:
        comparison = Comparison(peer, None, "11")
        seed = next(s for s in range(50) if comparison.find(made("11", s)).explanation == UNEXPLAINED)
        case = made("11", seed)
        small = shrink(case, lambda one: comparison.find(one).explanation == UNEXPLAINED)
        assert comparison.find(small).explanation == UNEXPLAINED
    assert small.contested
    assert len(small.events) <= 8 < len(case.events)
    assert refused(small) <= refused(case), "what is left is a history if the whole was one"


@pytest.mark.parametrize(
    ("name", "version", "place", "deviation"),
    [
        ("gomatrixserverlib", "12", "stateresolutionv2.go:974", "create"),
        ("synapse", "8", "event_auth.py:1087", "unreadable-levels"),
    ],
)
def test_behind_a_crash_the_corrected_copy_is_compared(
    oracle: Callable[[str], Oracle],
    corrected: Callable[[str], Oracle],
    name: str,
    version: str,
    place: str,
    deviation: str,
) -> None:
    comparison = Comparison(oracle(name), corrected(name), version)
    cases = (made(version, seed) for seed in range(600))
    found = (case for case in cases if case.contested and comparison.theirs(case).trouble)
    case, explanation = next(
        (case, said) for case in found if place in (said := comparison.find(case).explanation) and "+" in said
    )
    assert cause(explanation).endswith(place)
    assert deviation in explanation
    assert not is_unexplained(explanation)
    assert comparison.shows(case, cause(explanation))
    needed = explanation.removeprefix(cause(explanation)).removeprefix("+deviation:").split("+")
    assert comparison._corrected(case, [needed, [one for one in needed if one != deviation]]) == [
        comparison.ours(case),
        None,
    ]


def test_a_campaign_is_written_and_gone_on_with(oracle: Callable[[str], Oracle], tmp_path: Path) -> None:
    for name in NAMES:
        oracle(name)  # or a skip
    campaign = Campaign(NAMES, ("1", "6", "12"), 8, 1)
    result = run(campaign, tmp_path / "c", jobs=1)
    assert result.complete
    assert result.welcome
    assert result.summary["oracles"]["ruma"]["by_version"].keys() == {"6", "12"}
    table = pandas.read_parquet(tmp_path / "c/differ.parquet")
    assert table.columns.to_list() == SCHEMA["required"]
    assert len(table) == len(result.rows) > 60
    assert table[table["oracle"].isin(["synapse", "ruma"])]["same"].all()
    parts = {part: part.stat().st_mtime_ns for part in (tmp_path / "c/parts").iterdir()}
    again = run(campaign, tmp_path / "c", jobs=1)
    assert again.rows == result.rows
    assert {part: part.stat().st_mtime_ns for part in (tmp_path / "c/parts").iterdir()} == parts
    with pytest.raises(FileExistsError, match="another campaign"):
        run(Campaign(("ruma",), ("6",), 10, 1), tmp_path / "c")
    for file in table["file"].dropna():
        history = json.loads((tmp_path / "c" / file).read_text("utf-8"))
        about = history["about"]
        comparison = Comparison(oracle(about["oracle"]), None, history["room_version"])
        case = Case(history["room_version"], history["events"], history["state_sets"], history["rejected"])
        assert not comparison.find(case).same, f"{file} shows it"


def test_the_command_prints_lines_and_exits_as_asked(oracle: Callable[[str], Oracle]) -> None:
    oracle("ruma")
    words = ["differ", "--oracle", "ruma", "--versions", "1,11", "--histories", "5", "--jobs", "1", "--check"]
    done = CliRunner().invoke(app, [*words, "--json"])
    assert done.exit_code == 0, done.output
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines
    for line in lines:
        jsonschema.validate(line, SCHEMA)
        assert (line["version"], line["same"]) == ("11", True), "ruma resolves no version 1"
    assert CliRunner().invoke(app, ["differ", "--oracle", "conduit"]).exit_code == 2


def test_an_interrupted_campaign_keeps_what_is_done(oracle: Callable[[str], Oracle], tmp_path: Path) -> None:
    oracle("ruma")
    words = ["differ", "--oracle", "ruma", "--versions", "11", "--histories", "100000", "--jobs", "1"]
    # As at a terminal: whoever runs the tests in the background may have told their children to ignore Ctrl-C.
    heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    start = heard + "import sys; from stateroom.cli import main; main()"
    running = subprocess.Popen(
        [sys.executable, "-c", start, *words, "-o", str(tmp_path / "c")],
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        env=os.environ | {"PYTHONPATH": str(Path(stateroom.__file__).parent.parent)},
    )
    until = time.monotonic() + 60
    while not list(tmp_path.glob("c/parts/11-*.parquet")) and time.monotonic() < until:
        time.sleep(0.1)
    os.killpg(running.pid, signal.SIGINT)
    assert running.wait(120) == 130
    summary = json.loads((tmp_path / "c/summary.json").read_text("utf-8"))
    assert not summary["complete"]
    assert summary["oracles"]["ruma"]["histories"] >= 100, "a crash of the peer is not what Ctrl-C looks like"
    assert not [one for one in summary["oracles"]["ruma"]["explanations"] if one["explanation"].startswith("peer-")]


def test_an_oracle_that_is_not_built_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STATEROOM_ORACLES", str(tmp_path))
    done = CliRunner().invoke(app, ["differ", "--oracle", "ruma", "--versions", "11", "--histories", "1"])
    assert done.exit_code == 1
    assert "make oracles" in done.output
