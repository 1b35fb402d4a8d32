"""The command `vectors`."""

import json
import shutil
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from stateroom.errors import StateroomError
from stateroom.output import UNWELCOME, USAGE, fail, fail_with, note_json, people, table, words


def versions_of(wanted: str) -> list[str]:
    """Read a list of versions.

    Examples
    --------
    >>> versions_of("1-3,11,13-candidate")
    ['1', '2', '3', '11', '13-candidate']
    """
    out: list[str] = []
    for item in wanted.split(","):
        first, dash, last = item.strip().partition("-")
        if dash and first.isdigit() and last.isdigit():
            out.extend(str(number) for number in range(int(first), int(last) + 1))
        elif item.strip():
            out.append(item.strip())
    return list(dict.fromkeys(out))


def _clear(folder: Path, suite_format: str) -> None:
    """Make room in a folder: it is empty, not there, or a suite of ours."""
    if not folder.exists() or not any(folder.iterdir()):
        return
    try:
        suite = json.loads((folder / "suite.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        suite = {}
    if suite.get("format") != suite_format:
        fail({"code": "file", "message": "the folder holds something else", "where": str(folder), "hint": ""})
    for version in suite["versions"]:
        shutil.rmtree(folder / version["version"], ignore_errors=True)


def _print(suite: dict[str, Any], folder: Path) -> None:
    out = table("Test vectors", "version", "cases", "mutants noticed", "of those that could be", "of all", "missed")
    for one in suite["versions"]:
        numbers = (one["mutants_noticed"], one["mutants_noticed_by_candidates"], one["mutants"], len(one["missed"]))
        out.add_row(one["version"], str(len(one["cases"])), *(str(number) for number in numbers))
    people.print(out)
    for one in suite["versions"]:
        for missed in one["missed"]:
            people.print(f"  {one['version']}: no case tells {missed}", markup=False)
    people.print(f"written to {folder}/suite.json", markup=False)


def vectors(
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder; a suite that is there is replaced.")],
    versions: Annotated[str, typer.Option("--versions", help="Names: `1-12`, `6,11`.")] = "1-12",
    histories: Annotated[int, typer.Option("--histories", min=0, help="Random histories to choose from.")] = 40,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the first random history.")] = 1,
    small_scope: Annotated[bool, typer.Option(help="Choose from single events of the small scope.")] = True,
    exhaustive: Annotated[bool, typer.Option(help="And from half a million more (versions 1 to 12).")] = True,
    as_json: Annotated[bool, typer.Option("--json", callback=note_json, help="One JSON object a version.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Exit with 3 if something could not be told apart.")] = False,
) -> None:
    """Write a small suite of test vectors for other implementations.

    Example: `stateroom vectors -o vectors --versions 11,12`

    Signed PDUs, with the verdict, the deciding rule, the order and the state that are expected. Together they notice
    every mistake in a text that any candidate notices, and tell each version and each reading from the others.
    The format is described in docs/vectors.md. The same options give the same bytes.
    """
    names = versions_of(versions)
    if not names:
        words.print("[bold red]error[/] --versions names no version", highlight=False)
        raise typer.Exit(USAGE)
    from stateroom import vectors as making  # here: numpy takes long to read

    _clear(output, making.SUITE_FORMAT)
    options = making.Options(histories, seed, small_scope, exhaustive)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    try:
        with Progress(*columns, console=words, transient=True) as progress:
            task = progress.add_task("vectors", total=None)

            def tell(what: str, done: int, total: int) -> None:
                progress.update(task, description=what, completed=done, total=total)

            suite = making.make(output, names, options, tell)
    except StateroomError as error:
        fail_with(error)
    if as_json:
        for one in suite["versions"]:
            sys.stdout.write(json.dumps(one, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    else:
        _print(suite, output)
    raise typer.Exit(UNWELCOME if check and any(one["missed"] for one in suite["versions"]) else 0)


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(vectors)
