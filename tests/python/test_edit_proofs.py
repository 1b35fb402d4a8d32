"""Which edits change a verdict: events that show it, or a proof that none does."""

import subprocess
import sys
from pathlib import Path

from stateroom.edit_proofs import prove_edits

TURNED = "replace member.ban.level: allow if power(state_key) < power(sender) and power(sender) >= ban_level"
STRICTER = "replace member.ban.level: allow if power(sender) > ban_level and power(state_key) < power(sender)"


def text(path: Path, *edits: str) -> str:
    lines = "".join(f'\nedit rules  draft "x"\n  {edit}\n' for edit in edits)
    path.write_text(f'room version "{path.stem}" extends "12"\n  status unstable\n{lines}')
    return str(path)


def test_an_edit_of_words_alone_is_proved_to_have_no_effect(tmp_path):
    [proof] = prove_edits("12", text(tmp_path / "turned.room", TURNED)).values()
    assert (proof.label, proof.verdict, proof.words) == ("member.ban.level", "proved", "")


def test_an_edit_that_decides_is_shown_by_its_rule(tmp_path):
    path = text(tmp_path / "stricter.room", STRICTER)
    [proof] = prove_edits("12", path).values()
    assert proof.verdict == "refuted"
    assert "5.6.2 member.ban.level" in proof.words
    command = Path(sys.executable).with_name("stateroom")
    done = subprocess.run([command, "compare", "12", path, "--prove"], capture_output=True, text=True)
    assert "decides" in done.stdout
    assert subprocess.run([command, "compare", "12", path, "--prove", "--json"], capture_output=True).returncode == 2
