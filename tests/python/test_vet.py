"""The report of `stateroom vet`: bytes, shapes, files that give what the report says."""

import json
from functools import partial
from pathlib import Path

import jsonschema
import pytest
import stateroom
from stateroom import _core
from stateroom.show import show
from stateroom.vet import Vet
from stateroom.vet_named import problem_histories
from stateroom.vet_readings import Choices

vet = partial(stateroom.vet, prove=False)  # what the prover says is tested apart
SCHEMA = json.loads((Path(stateroom.__file__).parent / "schemas" / "report.json").read_text("utf-8"))
TOPICS = """room version "org.example.topics" extends "12"
  status unstable

edit rules  draft "topics"
  insert topic before required_level: reject if type = "m.room.topic" and power(sender) < 75
"""


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
    jsonschema.validate(data, SCHEMA)
    for edit in data["edits"]:
        assert edit["owner"]
        assert (report / edit["witness"]).is_file()


def test_every_edit_of_twelve_is_shown_and_says_with_which_others(report: Path) -> None:
    edits = json.loads((report / "report.json").read_text("utf-8"))["edits"]
    scopes = {(e["section"], e["label"]): e["scope"] for e in edits}
    alone = "11 with this edit alone answers otherwise"
    for section, label in (
        ("identifiers", "room_id"),
        ("format", "room_id"),
        ("definitions", "power"),
        ("auth events", "others.create"),
        ("rules", "auth_events.create"),
        ("rules", "power_levels.creators"),
    ):
        assert scopes[section, label].endswith(alone), (section, label)
    assert "does not cite `m.room.create`" in scopes["rules", "auth_events.create"]
    # Who names a room that nobody made: without the rule 12 would let it pass.
    assert "12 without this edit answers otherwise" in scopes["rules", "room"]
    creators = 'content "m.room.create"', "additional_creators"
    assert "with this edit and create.additional_creators, and not without one of them" in scopes[creators]


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
    assert made.data["first_screen"][0] == "broken has errors in its text, so nothing else was done."
    jsonschema.validate(made.data, SCHEMA)


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
    text.write_text(TOPICS, "utf-8")
    vet(str(text), "12", output=tmp_path / "report", histories=4)
    data = json.loads((tmp_path / "report/report.json").read_text("utf-8"))
    [edit] = data["edits"]
    assert data["candidate"] == "org.example.topics"
    assert (edit["label"], edit["number_after"], edit["owner"]) == ("topic", "8", ["topics"])
    witness = (tmp_path / "report" / edit["witness"]).read_bytes()
    for version, allowed in ((str(text), False), ("12", True)):
        [line] = _core.Workbench().auth(witness, "witness", version=version).lines
        assert json.loads(line)["allowed"] is allowed
    assert "--version org.example.topics.room" in (tmp_path / "report/report.html").read_text("utf-8")
    assert (tmp_path / "report/org.example.topics.room").read_text("utf-8") == TOPICS


def test_a_path_gives_the_same_bytes_however_it_is_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = tmp_path / "texts" / "org.example.topics.room"
    text.parent.mkdir()
    text.write_text(TOPICS, "utf-8")
    vet(str(text), "12", output=tmp_path / "one", histories=2)
    monkeypatch.chdir(text.parent)
    vet("./org.example.topics.room", "12", output=tmp_path / "two", histories=2)
    for name in ("report.html", "report.md", "report.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


def test_a_base_by_path_attributes_as_one_by_name(tmp_path: Path) -> None:
    text = tmp_path / "own.room"
    text.write_text('room version "own" extends "11"\n  status unstable\n', "utf-8")
    scopes = []
    for base in ("11", str(text)):
        made = vet("12", base, output=tmp_path / f"against-{Path(base).stem}", histories=4)
        scopes.append([(e["label"], e["scope"].replace("own ", "11 ")) for e in made.data["edits"]])
    assert scopes[0] == scopes[1]


def test_an_edit_of_the_checks_on_receipt_has_a_history(tmp_path: Path) -> None:
    text = tmp_path / "org.example.hasty.room"
    text.write_text(
        'room version "org.example.hasty" extends "11"\n  status unstable\n\nedit receipt  draft "hasty"\n'
        "  remove current_state\n",
        "utf-8",
    )
    [edit] = vet(str(text), "11", output=tmp_path / "report", histories=2).data["edits"]
    assert (edit["section"], edit["label"]) == ("receipt", "current_state")
    assert edit["witness"].startswith("histories/receipt-")
    assert edit["scope"] == (
        "A bans B; without knowing it, B sends a message: 11 with this edit alone answers otherwise"
    )


def test_a_profile_holds_in_both_versions(tmp_path: Path) -> None:
    made = vet("12", "11", output=tmp_path / "report", histories=2, profile="specification")
    text = (tmp_path / "report/report.md").read_text("utf-8")
    assert "--profile specification" in text
    assert "Profile: specification" in text
    assert made.data["complete"]


@pytest.mark.parametrize("stage", ["_questions", "_make_histories", "_scenarios", "_attribution"])
def test_ctrl_c_leaves_a_report_of_what_is_done(stage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Vet, stage, interrupt)
    made = vet("12", "11", output=tmp_path / "cut", histories=5)
    assert made.interrupted
    assert made.data["complete"] is False
    assert made.data["first_screen"][0] == "The work was interrupted before all was done: this report is not complete."
    assert sorted((tmp_path / "cut" / "histories").glob("witness-*.json"))


@pytest.mark.parametrize(
    "reading", ["contest_scope", "none_allowed", "absence", "power_closure", "power_order_edges", "rejected_candidates"]
)
def test_a_choice_of_a_reading_is_shown_by_a_history_that_resolves_otherwise(reading: str) -> None:
    version = "1" if reading in ("contest_scope", "none_allowed") else "2"
    found, others = Choices(version, version, reading, "", {}).first(problem_histories())
    assert found is not None
    assert others >= 1
    assert found["before"] != found["after"]
    results = []
    for choice in (found["held"], found["choice"]):
        shown = _core.show_history(json.dumps(found["text"]), "history", version, "", {reading: choice})
        results.append({shown["events"][e]["id"] for e in shown["result"]})
    assert results[0] != results[1]


def test_an_edit_of_a_reading_has_a_witness_and_the_commands_that_ask_it(tmp_path: Path) -> None:
    text = tmp_path / "own.room"
    text.write_text(
        'room version "own" extends "11"\n  status unstable\n\nedit readings\n'
        '  insert reading merging  default whole\n    whole  "as 11"\n    '
        'bare   "what is in conflict is left out"\n      edit resolution\n        replace result = unconflicted\n',
        "utf-8",
    )
    made = vet(str(text), "11", output=tmp_path / "report", histories=2)
    [edit] = made.data["edits"]
    assert edit["witness"].startswith("histories/reading-merging-bare")
    assert edit["scope"].endswith("own with the choice bare answers otherwise than with whole; 11 has no such reading")
    page = (tmp_path / "report/report.html").read_text("utf-8")
    assert f"stateroom resolve --explain {edit['witness']} --version own.room --reading merging=bare" in page
    jsonschema.validate(made.data, SCHEMA)


def test_what_only_one_form_can_hold_shows_an_edit(tmp_path: Path) -> None:
    made = vet("6", "5", output=tmp_path / "report", histories=2)
    scopes = {e["label"]: (e["scope"], e["witness"]) for e in made.data["edits"]}
    words, witness = scopes["power_levels.representable"]
    assert "1e400: 5 with this edit alone answers otherwise" in words
    assert (tmp_path / "report" / witness).is_file()


@pytest.mark.parametrize(
    ("version", "reading", "words"),
    [("9", "string_levels", '"7_5" for B'), ("11", "empty_third_party_invite", "third_party_invite")],
)
def test_a_choice_about_how_values_are_read_is_shown_by_such_a_value(version: str, reading: str, words: str) -> None:
    found, _ = Choices(version, version, reading, "", {}).first([])
    assert found is not None
    assert words in found["words"]
    assert found["before"] != found["after"]


def test_a_lint_about_the_lineage_is_new_too(tmp_path: Path) -> None:
    text = tmp_path / "own.room"
    text.write_text(
        'room version "own" extends "11"\n  status unstable\n  identifier "12"\n\nedit rules  draft "own"\n'
        '  insert topic before joined: reject if type = "m.room.topic" and power(sender) < 75\n'
    )
    report = vet(str(text), against="11", output=tmp_path / "out", histories=1)
    assert {lint["code"] for lint in report.data["lints"]} == {"shared-identifier"}
