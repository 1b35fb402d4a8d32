"""`stateroom vet` asks what the two versions promise; mistakes that it has to name are in `test_vet_mistakes.py`."""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import stateroom

SCHEMA = json.loads((Path(stateroom.__file__).parent / "schemas/report.json").read_text("utf-8"))

COMMAND = Path(sys.executable).with_name("stateroom")
TURNED = "replace member.ban.level: allow if power(state_key) < power(sender) and power(sender) >= ban_level"


def text(path, edit):
    path.write_text(f'room version "{path.stem}" extends "12"\n  status unstable\n\nedit rules  draft "x"\n  {edit}\n')
    return str(path)


@pytest.mark.long
def test_an_edit_of_words_alone_is_proved_to_change_no_verdict(tmp_path):
    made = stateroom.vet(text(tmp_path / "x.room", TURNED), "12", output=tmp_path / "report", histories=0, minutes=3.9)
    [edit] = made.data["edits"]
    assert edit["scope"].startswith("proved: no verdict on any event in any state changes by it")
    assert "Of 1 it is proved that no verdict on an event changes by it." in made.data["first_screen"][1]
    assert made.welcome
    assert "no verdict, proved" in (tmp_path / "report/report.md").read_text("utf-8")
    assert [a["question"] for a in made.data["answers"]] == [
        "What does it change?",
        "Does it break a promise that the base keeps?",
        "Does it converge?",
        "What does it cost?",
        "What is not known?",
    ]
    merges = [p for p in made.data["properties"] if p["bound"] is not None]
    assert {p["verdict"] == p["base_verdict"] for p in merges} == {True}
    assert {p["method"] for p in merges} == {"bounded"}
    jsonschema.validate(made.data, SCHEMA)


@pytest.mark.long
def test_an_edit_that_only_the_prover_shows_has_its_event_in_the_report(tmp_path):
    rare = f"{TURNED} and not (power(sender) = 77 and power(state_key) = 33)"
    made = stateroom.vet(text(tmp_path / "rare.room", rare), "12", output=tmp_path / "report", histories=0, minutes=3.9)
    [edit] = made.data["edits"]
    assert edit["scope"].startswith("the prover has an event that it decides otherwise")
    done = subprocess.run(
        [COMMAND, "auth", edit["witness"], "--version", "12", "--json"],
        cwd=made.folder,
        capture_output=True,
        text=True,
    )
    said = json.loads((made.folder / edit["witness"]).read_text())["about"]["decision"]
    assert {name: json.loads(done.stdout)[name] for name in said} == said
    page = (made.folder / "report.html").read_text("utf-8")
    assert f'<a href="{edit["witness"]}">an event of the prover</a>' in page


def test_a_report_that_was_cut_promises_nothing(tmp_path):
    made = stateroom.vet("12", "11", output=tmp_path / "report", histories=0, minutes=0)
    assert made.data["properties"] == []
    assert not any("breaks a promise" in sentence for sentence in made.data["first_screen"])
    assert "No promise was asked about." in made.data["answers"][1]["sentences"]
    assert any(s.startswith("Not asked about: `peers`") for s in made.data["answers"][4]["sentences"])
