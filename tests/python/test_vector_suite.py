"""`stateroom vectors`: small suites for other implementations to run."""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import stateroom
from stateroom import _core, scope
from stateroom.cli_vectors import versions_of
from stateroom.vector_cases import as_family, family_case
from stateroom.vectors import Options, VectorMaker, _without_needless, make

SMALL = Options(histories=2, small_scope=False, exhaustive=False)
SCHEMAS = Path(stateroom.__file__).parent / "schemas"
SUITE = SCHEMAS / "vectors.json"
VERSIONS = [str(number) for number in range(1, 13)]


def fits(case):
    jsonschema.validate(case, json.loads((SCHEMAS / "vector.json").read_text()))


def holds(case, name):
    """What the case expects is what the commands say of its file."""
    bench, file = _core.Workbench(), json.dumps(case).encode()
    if case["kind"] == "auth":
        answer = json.loads(bench.auth(file, name).lines[0])
        assert [answer[m] for m in ("allowed", "label", "number")] == [
            case["expected"][m] for m in ("allowed", "label", "number")
        ]
    if case["kind"] == "redaction":
        room = as_family(case, case["room_version"])
        run = _core.Mutants(case["room_version"])
        run.add_families("case", [json.dumps(room | {"redacts": True})])
        assert run.verdict(0, 0) == case["expected"]["applies"]
    if case["kind"] == "history":
        for line in map(json.loads, bench.events(file, name, strict=True).lines):
            assert line["signatures"] == "valid", (name, line)
            assert line["content_hash_state"] == "valid", (name, line)
    if "state_sets" in case:
        answer = json.loads(bench.resolve(file, name, strict=True).lines[0])
        assert sorted(one["event_id"] for one in answer["state"]) == case["expected"]["resolved"]["state"]


@pytest.mark.parametrize("version", ["1", "6", "12"])
def test_candidates_of_every_kind_are_written_as_cases(version):
    maker = VectorMaker(version, [], Options(histories=1, small_scope=False, exhaustive=False))
    cases = [maker._write(number) for number in range(0, int(maker._first[-1]), 23)]
    cases = [case for case in cases if case is not None]
    assert {case["kind"] for case in cases} >= {"auth", "history"}
    assert {"reject", "accept"} <= {e["outcome"] for c in cases for e in c["expected"].get("events", [])}
    assert any("state_sets" in case for case in cases)
    for number, case in enumerate(cases):
        fits(case | {"tells": {"mutants": [], "versions": [], "readings": []}})
        holds(case, str(number))


LONG = pytest.mark.long


@pytest.mark.parametrize("version", [pytest.param(1, marks=LONG), pytest.param(6, marks=LONG), 12])
def test_events_of_the_exhaustive_scope_keep_their_verdict_as_signed_events(version):
    kept = asked = 0
    for family in scope.families(version):
        maker = VectorMaker(str(version), [], Options(histories=0, small_scope=False, exhaustive=False))
        state, trial = family.states[len(family.states) // 2], family.trials[len(family.trials) // 3]
        case = family_case(str(version), family, state, trial)
        if case is None:
            assert family.events[trial]["type"] in {"m.room.create", "m.room.redaction"}
            continue
        holds(case, family.name)
        assert maker.version == case["room_version"]
        asked += 1
        kept += case["expected"]["number"] is not None
    assert asked > 8
    assert kept > asked / 2


def test_every_version_is_told_from_every_other_by_single_events_rules_or_resolution():
    """Only versions 1 and 2, 6 and 7, and 9 and 10 make the same of every single PDU: rules and resolution differ."""
    same = set()
    for version in VERSIONS:
        maker = VectorMaker(version, VERSIONS, Options(histories=0, small_scope=False, exhaustive=False))
        cases = maker._event_cases()
        for case in cases:
            fits(case)
        told = {other for case in cases for other in case["tells"]["versions"]}
        same |= {(version, other) for other in maker.others if other not in told}
    assert same == {(a, b) for pair in (("1", "2"), ("6", "7"), ("9", "10")) for a, b in (pair, pair[::-1])}


def test_a_case_that_tells_nothing_more_is_left_out():
    one, two, three = ("mutant", "1"), ("mutant", "2"), ("mutant", "3")
    assert _without_needless([{one, two}, {two, three}, {three}]) == [0, 1]
    assert _without_needless([{one}, set()]) == [0]


def test_the_command_says_where_it_was_asked_wrongly(tmp_path):
    (tmp_path / "other.txt").write_text("kept")
    command = [Path(sys.executable).with_name("stateroom"), "vectors", "-o", str(tmp_path), "--versions", "11"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert "something else" in done.stderr
    assert versions_of("1-3, 11,3") == ["1", "2", "3", "11"]


@pytest.mark.long
def test_a_few_cases_tell_all_that_the_candidates_do_and_come_again(tmp_path):
    suite = make(tmp_path, ["11"], SMALL)
    jsonschema.validate(json.loads((tmp_path / "suite.json").read_text("utf-8")), json.loads(SUITE.read_text()))
    (version,) = suite["versions"]
    assert version["mutants"] > 450
    assert version["mutants_noticed_by_candidates"] > 240
    assert version["mutants_noticed"] == version["mutants_noticed_by_candidates"]
    assert version["missed"] == []
    assert len(version["cases"]) < version["mutants_noticed"] / 3
    for name in version["cases"]:
        case = json.loads((tmp_path / name).read_text("utf-8"))
        fits(case)
        holds(case, name)
    first = {path: path.read_bytes() for path in tmp_path.rglob("*.json")}
    make(tmp_path, ["11"], SMALL)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.json")} == first
