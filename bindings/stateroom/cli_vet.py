"""The commands `vet` and `show`."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table

from stateroom.errors import StateroomError
from stateroom.output import INTERRUPTED, USAGE, fail, fail_with, note_json
from stateroom.show import show as write_show
from stateroom.vet import Report
from stateroom.vet import vet as write_vet

_errors = Console(stderr=True)


# What a table says of an edit without a file, by how its scope begins.
SHOWN = (
    ("none can be", "none can be"),
    ("proved", "no verdict, proved"),
    ("the prover", "an event of the prover"),
    ("not asked", "not asked"),
)


def _table(report: Report) -> Table:
    data = report.data
    table = Table(title=f"{data['candidate']} against {data['base']}", title_justify="left")
    for column in ("owner", "section", "what", "change", "number", "shown by"):
        table.add_column(column, overflow="fold")
    for edit in data["edits"]:
        numbers = [edit["number_before"] or "–", edit["number_after"] or "–"]
        number = "" if numbers == ["–", "–"] else numbers[0] if numbers[0] == numbers[1] else " → ".join(numbers)
        table.add_row(
            ", ".join(edit["owner"]),
            edit["section"],
            edit["label"],
            edit["change"],
            number,
            edit["witness"] or next((said for start, said in SHOWN if edit["scope"].startswith(start)), "none found"),
        )
    return table


def _answers(console: Console, report: Report) -> None:
    """Print the sentences of the first screen, under their questions."""
    answers = report.data.get("answers", [])
    asked = {sentence for answer in answers for sentence in answer["sentences"]}
    for sentence in report.data["first_screen"]:
        if sentence not in asked:
            console.print(f"[bold]{escape(sentence)}[/]", highlight=False)
    for answer in answers:
        console.print(f"\n[bold]{escape(answer['question'])}[/]", highlight=False)
        for sentence in answer["sentences"]:
            console.print(f"• {escape(sentence)}", highlight=False)


def _chosen(readings: list[str] | None) -> dict[str, str]:
    try:
        return dict(item.split("=", 1) for item in readings or [])
    except ValueError as error:
        _errors.print("a reading is given as NAME=CHOICE")
        raise typer.Exit(USAGE) from error


def vet(
    candidate: Annotated[
        str, typer.Argument(metavar="CANDIDATE", help="A version's name, or the path of a .room file.")
    ],
    against: Annotated[str, typer.Option("--against", help="The version to compare with.")],
    output: Annotated[Path | None, typer.Option("-o", help="The report's folder.")] = None,
    histories: Annotated[int, typer.Option("--histories", min=0, help="Random histories to make.")] = 200,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Decides everything random.")] = 1,
    minutes: Annotated[float | None, typer.Option("--minutes", min=0, help="A ceiling on the time.")] = None,
    profile: Annotated[str, typer.Option("--profile", help="Readings of an implementation.")] = "",
    reading: Annotated[list[str] | None, typer.Option("--reading", help="NAME=CHOICE, may be repeated.")] = None,
    as_json: Annotated[bool, typer.Option("--json", callback=note_json, help="Print report.json in one line.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Status 3 for a new lint or a broken promise.")] = False,
    prove: Annotated[
        bool,
        typer.Option(
            "--prove/--no-prove",
            help="Ask which promises hold: about single events (the prover), merges (all small histories), runs of "
            "servers (simulations).",
        ),
    ] = True,
) -> None:
    """Say in a report what a candidate changes, breaks and costs, and what is not known.

    The report answers five questions on its first screen: what does it change, does it break a promise that the base
    keeps, does it converge, what does it cost, what is not known. Each answer leads to what shows it: events,
    histories, proofs, runs that can be asked again.

    Example: `stateroom vet org.matrix.msc3757.11 --against 11`
    """
    chosen = _chosen(reading)
    try:
        with Progress(TextColumn("{task.description}"), BarColumn(), console=_errors, transient=True) as progress:
            tasks: dict[str, int] = {}

            def tell(stage: str, part: float) -> None:
                if stage not in tasks:
                    tasks[stage] = progress.add_task(stage, total=1.0)
                progress.update(tasks[stage], completed=part)  # type: ignore[arg-type]

            report = write_vet(
                candidate,
                against,
                output=output,
                histories=histories,
                seed=seed,
                minutes=minutes,
                profile=profile,
                readings=chosen,
                prove=prove,
                tell=tell,
            )
    except FileExistsError as error:
        fail({"code": "file", "message": str(error), "where": ""}, USAGE)
    except StateroomError as error:
        fail_with(error)
    except OSError as error:
        fail({"code": "file", "message": f"cannot write: {error.strerror}", "where": str(error.filename or "")})
    if as_json:
        typer.echo(json.dumps(report.data, ensure_ascii=False))
    else:
        console = Console()
        if report.data["edits"]:
            console.print(_table(report))
        _answers(console, report)
        console.print(f"\n{report.folder / 'report.html'}", soft_wrap=True)
    if report.interrupted:
        # The core may still be in the middle of what was interrupted: nobody waits for it.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(INTERRUPTED)
    if report.errors:
        raise typer.Exit(1)
    if check and not report.welcome:
        raise typer.Exit(3)


def show(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A history file.")],
    output: Annotated[Path | None, typer.Option("-o", help="page.html, .svg or .dot.")] = None,
    version: Annotated[str | None, typer.Option("--version", help="Instead of the file's version.")] = None,
    profile: Annotated[str, typer.Option("--profile", help="Readings of an implementation.")] = "",
    reading: Annotated[list[str] | None, typer.Option("--reading", help="NAME=CHOICE, may be repeated.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", callback=note_json, help="Print the file that was written as a JSON object.")
    ] = False,
) -> None:
    """Draw a history and step through its resolution.

    Example: `stateroom show history.json -o page.html`
    """
    chosen = _chosen(reading)
    try:
        written = str(write_show(file, output, version=version, profile=profile, readings=chosen))
    except StateroomError as error:
        fail_with(error)
    typer.echo(json.dumps({"file": written}, ensure_ascii=False) if as_json else written)


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(vet)
    app.command()(show)
