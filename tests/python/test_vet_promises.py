"""`stateroom vet` asks the prover: a mistake about a single event stands on the report's first screen."""

import json
from pathlib import Path

import jsonschema
import pytest
import stateroom

SCHEMA = json.loads((Path(stateroom.__file__).parent / "schemas/report.json").read_text("utf-8"))

PEERS = "replace power_levels.users_changed.old: reject if user != sender and old is level and old > power(sender)"
TURNED = "replace member.ban.level: allow if power(state_key) < power(sender) and power(sender) >= ban_level"
NEVER = "insert member.ban.late last: reject if power(sender) < ban_level"


def text(path, edit):
    path.write_text(f'room version "{path.stem}" extends "12"\n  status unstable\n\nedit rules  draft "x"\n  {edit}\n')
    return str(path)


@pytest.mark.long
@pytest.mark.parametrize(
    ("edit", "promise", "name"),
    [
        (PEERS, "nobody demotes a user of equal or higher power that `users` names", "peers"),
        (NEVER, "every rule decides some event in some state", "live-rules"),
    ],
)
def test_a_broken_promise_is_named(edit, promise, name, tmp_path):
    made = stateroom.vet(text(tmp_path / "x.room", edit), "12", output=tmp_path / "report", histories=0)
    said = [s for s in made.data["first_screen"] if s.startswith("x breaks a promise that 12 keeps")]
    assert len(said) == 1
    assert promise in said[0]
    assert not made.welcome
    data = json.loads((tmp_path / "report/report.json").read_text())
    jsonschema.validate(data, SCHEMA)
    line = next(p for p in data["properties"] if p["property"] == name)
    assert line["verdict"] == "refuted"
    assert f"| `{name}` | {promise} | proved | **broken**: " in (tmp_path / "report/report.md").read_text()
    assert "Promises about single events" in (tmp_path / "report/report.html").read_text()


@pytest.mark.long
def test_an_edit_of_words_alone_is_proved_to_change_no_verdict(tmp_path):
    made = stateroom.vet(text(tmp_path / "x.room", TURNED), "12", output=tmp_path / "report", histories=0)
    [edit] = made.data["edits"]
    assert edit["scope"].startswith("proved: no verdict on any event in any state changes by it")
    assert "Of 1 it is proved that no verdict on an event changes by it." in made.data["first_screen"][1]
    assert made.welcome


def test_a_report_that_was_cut_promises_nothing(tmp_path):
    made = stateroom.vet("12", "11", output=tmp_path / "report", histories=0, minutes=0)
    assert made.data["properties"] == []
    assert not any("promise" in sentence for sentence in made.data["first_screen"])
