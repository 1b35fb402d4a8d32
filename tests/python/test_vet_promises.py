"""`stateroom vet` asks what the two versions promise; mistakes that it has to name are in `test_vet_mistakes.py`."""

import json
from pathlib import Path

import jsonschema
import pytest
import stateroom

SCHEMA = json.loads((Path(stateroom.__file__).parent / "schemas/report.json").read_text("utf-8"))

TURNED = "replace member.ban.level: allow if power(state_key) < power(sender) and power(sender) >= ban_level"


def text(path, edit):
    path.write_text(f'room version "{path.stem}" extends "12"\n  status unstable\n\nedit rules  draft "x"\n  {edit}\n')
    return str(path)


@pytest.mark.long
def test_an_edit_of_words_alone_is_proved_to_change_no_verdict(tmp_path):
    made = stateroom.vet(text(tmp_path / "x.room", TURNED), "12", output=tmp_path / "report", histories=0)
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
    kept = [p for p in made.data["properties"] if p["bound"] is not None]
    assert {p["verdict"] == p["base_verdict"] for p in kept} == {True}
    jsonschema.validate(made.data, SCHEMA)


def test_a_report_that_was_cut_promises_nothing(tmp_path):
    made = stateroom.vet("12", "11", output=tmp_path / "report", histories=0, minutes=0)
    assert made.data["properties"] == []
    assert not any("breaks a promise" in sentence for sentence in made.data["first_screen"])
    assert "No promise was asked about." in made.data["answers"][1]["sentences"]
    assert any(s.startswith("Not asked about: `peers`") for s in made.data["answers"][4]["sentences"])
