"""The command `differ`."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from stateroom.differ import NAMES, Campaign, Result, versions_of
from stateroom.differ import differ as run
from stateroom.differ_coverage import UNMET
from stateroom.differ_page import PAGE, record, record_drawn, record_readings
from stateroom.differ_page import page as written
from stateroom.output import INTERRUPTED, REFUSED, UNWELCOME, USAGE, fail, note_json, people, table, words


def _show(result: Result) -> None:
    what = "single events" if result.summary["auth"] else "histories with a contested key"
    for name, one in result.summary["oracles"].items():
        people.print(
            f"[bold]{name}[/]: {one['histories']} {what}, {one['distinct']} distinct; "
            f"{one['same']} alike, {one['unexplained']} unexplained",
            highlight=False,
        )
        if one["explanations"]:
            out = table("", "explanation", "how many", "smallest")
            for found in one["explanations"]:
                out.add_row(found["explanation"], str(found["histories"]), found["file"] or "")
            people.print(out)
    _show_coverage(result.summary["coverage"])


def _show_coverage(coverage: dict[str, Any]) -> None:
    if not coverage["histories"]:
        return
    counted = ", ".join(f"{one['exercised']} of {one['of']} {one['kind']}s" for one in coverage["exercised"])
    people.print(f"\nexercised in a sample of {coverage['histories']}: {counted}", highlight=False)
    out = table("", "reading", "changes", "share")
    for one in coverage["readings"]:
        out.add_row(one["reading"], f"{one['changes']} of {one['of']}", f"{one['share']:.3%}")
    people.print(out)
    if coverage["untouched"]:
        out = table("", "untouched", "versions", "why")
        for one in coverage["untouched"]:
            out.add_row(f"{one['kind']} {one['name']}", ", ".join(one["versions"]), one["reason"] or UNMET)
        people.print(out)


def differ(
    oracle: Annotated[str, typer.Option("--oracle", metavar="NAMES", help=f"Some of {', '.join(NAMES)}.")] = (
        "synapse,ruma,gomatrixserverlib"
    ),
    versions: Annotated[str, typer.Option("--versions", metavar="LIST", help="For example 1-12 or 6,11,12.")] = "1-12",
    histories: Annotated[int, typer.Option("--histories", min=1, metavar="N", help="Of each version.")] = 100,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Decides everything random.")] = 1,
    output: Annotated[
        Path | None, typer.Option("-o", help="A folder; if it holds a part of the campaign it goes on.")
    ] = None,
    auth: Annotated[
        bool, typer.Option("--auth", help="A single event of each history instead of a resolution.")
    ] = False,
    jobs: Annotated[int | None, typer.Option("--jobs", min=1, help="Processes; as many as cores without it.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Ask again about what is unexplained in a campaign.")] = False,
    page: Annotated[
        Path | None,
        typer.Option("--page", metavar="DOCS", help="Record the campaign in -o in this folder, and write its page."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", callback=note_json, help="One JSON object a history and oracle.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Exit with 3 if a difference is unexplained.")] = False,
) -> None:
    """Send random histories through ours and the implementations that people run, and explain each difference.

    Example: `stateroom differ --oracle ruma --versions 11,12 --histories 1000 -o campaign`
    """
    if page is not None:
        if output is None or not (output / "summary.json").exists():
            fail({"code": "file", "message": "`--page` takes the campaign that `-o` names"}, USAGE)
        record(output, page / "differences")
        record_readings(page / "differences", versions_of(versions))
        record_drawn(page / "differences")
        (page / PAGE).write_text(written(page / "differences"), "utf-8")
        people.print(str(page / PAGE), soft_wrap=True)
        return
    names = tuple(dict.fromkeys(filter(None, oracle.split(","))))
    unknown = [name for name in names if name not in NAMES]
    if unknown or not names or not versions_of(versions):
        message = f"no oracle is called `{unknown[0]}`" if unknown else "nothing to compare"
        fail({"code": "usage", "message": message, "hint": f"oracles are {', '.join(NAMES)}"}, USAGE)
    campaign = Campaign(names, versions_of(versions), histories, seed, auth)
    try:
        with Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            TimeRemainingColumn(), console=words, transient=True, disable=not words.is_terminal,
        ) as progress:  # fmt: skip
            task = progress.add_task("histories", total=None)
            result = run(
                campaign,
                output,
                jobs=jobs,
                again=again,
                tell=lambda done, total: progress.update(task, completed=done, total=total),
            )
    except FileNotFoundError as error:
        fail({"code": "file", "message": str(error), "hint": "`make oracles` builds all of them"})
    except (FileExistsError, ValueError) as error:
        fail({"code": "file", "message": str(error)}, USAGE if isinstance(error, FileExistsError) else REFUSED)
    if as_json:
        for row in result.rows:
            typer.echo(json.dumps(row, ensure_ascii=False))
    else:
        _show(result)
        if output is not None:
            people.print(f"\n{output / 'summary.md'}", soft_wrap=True)
    if not result.complete:
        raise typer.Exit(INTERRUPTED)
    raise typer.Exit(UNWELCOME if check and not result.welcome else 0)


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(differ)
