"""The report of `stateroom vet`: bytes, shapes, files that give what the report says."""

import json
from pathlib import Path

import pytest
from stateroom import _core
from stateroom.show import show
from stateroom.vet import vet

EDIT = {
    "section",
    "label",
    "change",
    "owner",
    "number_before",
    "number_after",
    "before",
    "after",
    "affects",
    "witness",
    "scope",
}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("vet") / "report"
    vet("12", "11", output=folder, histories=12)
    return folder


def test_same_inputs_give_same_bytes(report: Path, tmp_path: Path) -> None:
    vet("12", "11", output=tmp_path / "again", histories=12)
    files = sorted(p.relative_to(report) for p in report.rglob("*") if p.is_file())
    assert files == sorted(p.relative_to(tmp_path / "again") for p in (tmp_path / "again").rglob("*") if p.is_file())
    for name in files:
        if name.name != "timings.json":
            assert (report / name).read_bytes() == (tmp_path / "again" / name).read_bytes(), name


def test_report_json_has_the_members_of_its_format(report: Path) -> None:
    data = json.loads((report / "report.json").read_text("utf-8"))
    assert data["format"] == "stateroom-report/1"
    assert (data["candidate"], data["base"], data["seed"], data["complete"]) == ("12", "11", 1, True)
    assert data["histories"]["run"] == 12
    assert data["edits"]
    for edit in data["edits"]:
        assert set(edit) == EDIT
        assert edit["owner"]
        assert edit["witness"] is None or (report / edit["witness"]).is_file()
    labels = {e["label"]: e for e in data["edits"]}
    assert labels["power_levels.creators"]["witness"]
    assert labels["partial"]["witness"]


def test_witnesses_replay_with_different_verdicts(report: Path) -> None:
    bases = sorted((report / "histories").glob("witness-*.base.json"))
    assert len(bases) >= 4
    for base in bases:
        candidate = base.with_name(base.name.replace(".base.", ".candidate."))
        said = [json.loads(p.read_text("utf-8"))["about"]["decision"] for p in (base, candidate)]
        assert said[0]["allowed"] != said[1]["allowed"]
        for path, version, one in ((base, "11", said[0]), (candidate, "12", said[1])):
            assert _core.replay_auth(path.read_text("utf-8"), version) == one


def test_merges_resolve_differently_and_are_shown(report: Path, tmp_path: Path) -> None:
    bases = sorted((report / "histories").glob("merge-*.base.json"))
    assert bases
    for base in bases:
        candidate = base.with_name(base.name.replace(".base.", ".candidate."))
        results = []
        for path in (base, candidate):
            shown = _core.show_history(path.read_bytes(), path.name)
            order = [e["id"] for e in sorted(shown["events"], key=lambda e: e["id"])]
            assert len(order) == len(json.loads(path.read_text("utf-8"))["events"])
            results.append(
                sorted((shown["events"][e]["type"], shown["events"][e]["state_key"]) for e in shown["result"])
            )
        page = show(candidate, tmp_path / "page.html").read_text("utf-8")
        assert "full_conflicted_set" in page
        assert "http://" not in page
        assert "https://" not in page
    assert show(bases[0], tmp_path / "d.svg").read_text("utf-8").startswith("<svg")
    assert show(bases[0], tmp_path / "d.dot").read_text("utf-8").startswith("digraph")


def test_problem_a_and_b_of_msc4297_resolve_differently(report: Path) -> None:
    text = (report / "report.md").read_text("utf-8")
    assert "msc4297_problem_a: resolves differently" in text
    assert "msc4297_problem_b: resolves differently" in text
    assert "ban_against_levels: resolves alike" in text


def test_the_page_opens_offline(report: Path) -> None:
    page = (report / "report.html").read_text("utf-8")
    assert "src=" not in page
    assert "@import" not in page
    assert "msc4297" in page


def test_a_candidate_with_errors_gets_a_report_of_them(tmp_path: Path) -> None:
    broken = tmp_path / "broken.room"
    text = 'room version "broken" extends "11"\n  status unstable\n\nedit rules  msc 1\n  remove no.such.rule\n'
    broken.write_text(text, "utf-8")
    made = vet(str(broken), "11", output=tmp_path / "out", histories=1)
    assert made.errors
    assert not made.welcome
    assert "broken.room:5" in (tmp_path / "out" / "report.html").read_text("utf-8")
    assert made.data["first_screen"][0].endswith("has errors in its text, so nothing else was done.")


def test_a_folder_that_is_no_report_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("dear", "utf-8")
    with pytest.raises(FileExistsError):
        vet("11", "11", output=tmp_path / "mine", histories=1)
    assert (tmp_path / "mine" / "thesis.txt").read_text("utf-8") == "dear"


def test_no_time_gives_a_report_that_says_so(tmp_path: Path) -> None:
    made = vet("12", "11", output=tmp_path / "cut", histories=5, minutes=0)
    assert made.data["complete"] is False
    assert "not complete" in made.data["first_screen"][0]


def test_a_candidate_of_ones_own_is_vetted_by_its_path(tmp_path: Path) -> None:
    """The text lies nowhere near the package: only its path says where."""
    text = tmp_path / "org.example.topics.room"
    text.write_text(
        'room version "org.example.topics" extends "12"\n  status unstable\n\nedit rules  draft "topics"\n'
        '  insert topic before required_level: reject if type = "m.room.topic" and power(sender) < 75\n',
        "utf-8",
    )
    vet(str(text), "12", output=tmp_path / "report", histories=4)
    [edit] = json.loads((tmp_path / "report/report.json").read_text("utf-8"))["edits"]
    assert (edit["label"], edit["number_after"], edit["owner"]) == ("topic", "8", ["topics"])
    witness = (tmp_path / "report" / edit["witness"]).read_bytes()
    for version, allowed in ((str(text), False), ("12", True)):
        [line] = _core.Workbench().auth(witness, "witness", version=version).lines
        assert json.loads(line)["allowed"] is allowed
    assert f"--version {text}" in (tmp_path / "report/report.html").read_text("utf-8")
