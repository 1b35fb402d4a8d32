"""Mistakes that a designer makes: the first screen of `stateroom vet CANDIDATE --minutes 1` names each.

Each candidate extends version 12 by one edit. On a machine that is busy a minute may not be enough for everything; what
is asked for here comes early.
"""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import stateroom

SCHEMA = json.loads((Path(stateroom.__file__).parent / "schemas/report.json").read_text("utf-8"))
COMMAND = Path(sys.executable).with_name("stateroom")

PEERS = """edit rules  draft "peers"
  replace power_levels.users_changed.old: reject if user != sender and old is level and old > power(sender)
"""
BANS = """edit readings
  remove power_event_key

edit definitions  draft "bans"
  replace power_event(e: event) = e.type in {"m.room.power_levels", "m.room.join_rules", "m.room.create"}
                                  and e.state_key = ""
                                  or e.type = "m.room.member" and e.content.membership = "leave"
                                  and e.sender != e.state_key
"""
REDACTION = """edit content "m.room.join_rules"  draft "redaction"
  replace join_rule  string
"""
UNCONFLICTED = """edit resolution  draft "unconflicted"
  remove conflicted_state_subgraph
  replace full_conflicted_set = conflicted | auth_difference
  replace partial             = apply(admissible(power_order) to unconflicted)
"""
NEVER = """edit rules  draft "never"
  insert member.ban.late last: reject if power(sender) < ban_level
"""

MISTAKES = {
    "peers": (
        PEERS,
        "peers breaks a promise that 12 keeps: nobody demotes a user of equal or higher power that `users` names "
        "(`peers`). peers allows it (10.11 power_levels.allow)",
    ),
    "bans": (
        BANS,
        "bans breaks a promise that 12 keeps: what a user does beside the ban that the result has for them does not "
        "come into the result",
    ),
    "redaction": (
        REDACTION,
        "A lint that 12 does not have: redaction drops `join_rule` of `m.room.join_rules`, which member.join.invited,",
    ),
    "unconflicted": (
        UNCONFLICTED,
        "unconflicted breaks a promise that 12 keeps: a key that every state set has is in the result (`key-lost`).",
    ),
    "never": (
        NEVER,
        "never breaks a promise that 12 keeps: every rule decides some event in some state (`live-rules`). 5.6.4 "
        "member.ban.late never decides: where its condition holds an earlier rule decides.",
    ),
}


def written(folder, name):
    edit, _ = MISTAKES[name]
    path = folder / f"{name}.room"
    path.write_text(f'room version "{name}" extends "12"\n  status unstable\n\n{edit}', "utf-8")
    return str(path)


@pytest.mark.long
@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named_on_the_first_screen(name, tmp_path):
    asked = [COMMAND, "vet", written(tmp_path, name), "--against", "12", "--minutes", "1", "--json", "--check"]
    done = subprocess.run([*asked, "-o", str(tmp_path / "report")], capture_output=True, text=True)
    assert done.returncode == 3, done.stderr
    data = json.loads(done.stdout)
    jsonschema.validate(data, SCHEMA)
    said = [sentence for sentence in data["first_screen"] if MISTAKES[name][1] in sentence]
    assert len(said) == 1, "\n".join(data["first_screen"])
    # It stands in the answer to the second question, and that is the answer that the page shows.
    assert said[0] in data["answers"][1]["sentences"]
    page = (tmp_path / "report/report.html").read_text("utf-8")
    assert page.index("Does it break a promise") < page.index('class="alarm"') < page.index("Does it converge?")


@pytest.mark.long
def test_a_broken_promise_about_merges_is_asked_again_from_its_file(tmp_path):
    report = stateroom.vet(written(tmp_path, "bans"), "12", output=tmp_path / "report", histories=0, minutes=3.9)
    line = next(p for p in report.data["properties"] if p["property"] == "ban-silences" and p["verdict"] == "refuted")
    assert line["base_verdict"] == "proved"
    assert (line["bound"]["events"], line["method"]) == (2, "bounded")
    asked = [COMMAND, "replay", line["history"]]
    done = subprocess.run(asked, cwd=tmp_path / "report", capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.long
def test_the_report_on_the_candidate_of_13_says_what_is_wrong_with_msc4416(tmp_path):
    report = stateroom.vet("13-candidate", "12", output=tmp_path / "report", minutes=1)
    answer = report.data["answers"][1]["sentences"]
    assert any("closed-selection" in s and "policy.signed" in s for s in answer)
    [lint] = [s for s in answer if s.startswith("A lint")]
    assert "policy.joined reads every `m.room.member` of the state" in lint
    assert "neither the check on auth_events nor `apply` sees them" in lint
