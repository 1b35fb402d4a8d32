"""What the tutorial shows is what happens: its candidate, its numbers, its error, its Python."""

import re
from pathlib import Path

import pytest
from stateroom.cli import app
from typer.testing import CliRunner

NAME = "org.example.topics.room"


@pytest.fixture
def page(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The tutorial, in a folder where its first step was done."""
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(app, ["new", "org.example.topics", "--extends", "12"]).exit_code == 0
    text = Path(NAME).read_text("utf-8")
    Path(NAME).write_text(re.sub(r"^# (edit rules|  insert topic)", r"\1", text, flags=re.MULTILINE), "utf-8")
    return (root / "docs" / "first-room-version.md").read_text("utf-8")


def blocks(page: str, start: str) -> list[str]:
    """The indented blocks that begin so."""
    found = re.findall(r"(?:^    .*\n|^\n(?=    ))+", page, re.MULTILINE)
    lines = ["\n".join(line[4:] for line in block.split("\n")).strip("\n") for block in found]
    return [block for block in lines if block.startswith(start)]


def test_the_candidate_is_the_one_that_new_writes(page: str) -> None:
    [shown] = blocks(page, "room version")
    written = [line for line in Path(NAME).read_text("utf-8").splitlines() if line and not line.startswith("#")]
    assert [line for line in shown.splitlines() if line] == written
    assert CliRunner().invoke(app, ["check", NAME]).exit_code == 0


def test_the_rule_has_the_number_that_the_page_says(page: str) -> None:
    said = CliRunner().invoke(app, ["rule", f"./{NAME}", "topic"]).stdout
    [number] = re.findall(r"The rule is number (\d+) now", page)
    assert said.startswith(f"Rule {number} of")


def test_the_error_is_what_check_says(page: str) -> None:
    [shown] = blocks(page, NAME)
    Path(NAME).write_text(Path(NAME).read_text("utf-8").replace("before joined", "before requird_level"), "utf-8")
    assert CliRunner().invoke(app, ["check", NAME]).stdout.rstrip() == shown


def test_the_python_prints_what_its_comments_say(page: str, capsys: pytest.CaptureFixture[str]) -> None:
    [code] = blocks(page, "import stateroom")
    exec(compile(code, "tutorial", "exec"), {})
    wanted = [line.rpartition("# ")[2] for line in code.splitlines() if line.startswith("print(")]
    assert capsys.readouterr().out.splitlines() == wanted
