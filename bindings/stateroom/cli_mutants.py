"""The command `mutants`."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from stateroom.errors import StateroomError
from stateroom.mutants import Mutant, MutantRun
from stateroom.output import UNWELCOME, USAGE, fail, fail_with, note_json, people, table, words


def suites_of(wanted: list[str]) -> dict[str, list[tuple[str, list[Path]]]]:
    """Read `NAME=FILE+FILE…` and `NAME=FOLDER`.

    Examples
    --------
    >>> suites_of(["mine=a.json+b.json"])
    {'mine': [('a.json+b.json', [PosixPath('a.json'), PosixPath('b.json')])]}
    """
    out: dict[str, list[tuple[str, list[Path]]]] = {}
    for item in wanted:
        name, equals, place = item.partition("=")
        if not (name and equals and place):
            raise ValueError(f"`{item}`: a suite is given as NAME=FOLDER or NAME=FILE+FILE…")
        if Path(place).is_dir():
            files = sorted(p for p in Path(place).rglob("*") if p.suffix in {".json", ".jsonl"})
            out.setdefault(name, []).extend((str(p.relative_to(place)), [p]) for p in files)
        else:
            paths = [Path(part) for part in place.split("+")]
            out.setdefault(name, []).append(("+".join(path.name for path in paths), paths))
    return out


def _print(run: MutantRun, found: list[Mutant]) -> None:
    suites = run.suites()
    out = table(f"Mutants of {run.version}: how many of each rule are noticed", "number", "label", "mutants", *suites)
    by_label: dict[tuple[str, str, str], list[Mutant]] = {}
    for mutant in found:
        by_label.setdefault((mutant.section, mutant.number, mutant.label), []).append(mutant)
    for (section, number, label), mutants in by_label.items():
        killed = [str(sum(m.killed_by[suite] is not None for m in mutants)) for suite in suites]
        out.add_row(number, label if section == "rules" else f"{section}: {label}", str(len(mutants)), *killed)
    out.add_section()
    killed = [str(sum(m.killed_by[suite] is not None for m in found)) for suite in suites]
    out.add_row("", "all", str(len(found)), *killed, style="bold")
    people.print(out)
    survivors = [mutant for mutant in found if mutant.survives]
    cases = ", ".join(f"{suite}: {count:,} cases" for suite, count in suites.items())
    people.print(f"\n{len(survivors)} of {len(found)} mutants survive ({cases}):", highlight=False)
    for mutant in survivors:
        place = f"{mutant.number} {mutant.label}".strip()
        people.print(f"  {place}: {mutant.operation}: {mutant.before} → {mutant.after or 'nothing'}", markup=False)


def mutants(
    version: Annotated[str, typer.Argument(metavar="VERSION", help="A version's name, or the path of a .room file.")],
    suite: Annotated[
        list[str] | None,
        typer.Option("--suite", help="NAME=FOLDER of history files, or NAME=FILE+FILE… of one history; repeatable."),
    ] = None,
    histories: Annotated[int, typer.Option("--histories", min=0, help="Random histories to ask about.")] = 100,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the first random history.")] = 1,
    exhaustive: Annotated[
        bool, typer.Option("--exhaustive", help="Ask about half a million events and states more (versions 1 to 12).")
    ] = False,
    profile: Annotated[str, typer.Option("--profile", help="Readings of an implementation.")] = "",
    as_json: Annotated[bool, typer.Option("--json", callback=note_json, help="One JSON object a mutant.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Exit with 3 if a mutant survives.")] = False,
) -> None:
    """Make small mistakes in a version's text and say which tests notice.

    Example: `stateroom mutants 11 --suite ours=tests/histories`

    Every rule is dropped, negated, swapped with its neighbour, given another comparison, level or membership; every
    step of the resolution another set, order or initial state. A mutant is noticed by a suite when it answers one of
    its cases otherwise than the version. What you give with --suite says how much of the text your own vectors test.
    """
    try:
        wanted = suites_of(suite or [])
    except ValueError as error:
        words.print(f"[bold red]error[/] {error}", highlight=False)
        raise typer.Exit(USAGE) from error
    try:
        run = MutantRun(version, profile)
        run.add_scenarios()
        for name, files in wanted.items():
            run.add_histories(name, files)
        if histories:
            run.add_random(histories, seed)
        run.add_small_scope()
        if exhaustive:
            run.add_exhaustive()
    except StateroomError as error:
        fail_with(error)
    except OSError as error:
        fail({"code": "file", "message": f"cannot read: {error.strerror}", "where": str(error.filename), "hint": ""})
    found: list[Mutant] = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=words, transient=True) as progress:
        task = progress.add_task(f"mutants of {run.version}", total=len(run))
        for mutant in run.run(lambda done, _all: progress.update(task, completed=done)):
            found.append(mutant)
            if as_json:
                sys.stdout.write(json.dumps(mutant.to_dict(run.version, run.sha256), ensure_ascii=False) + "\n")
    if not as_json:
        _print(run, found)
    sys.stdout.flush()
    raise typer.Exit(UNWELCOME if check and any(mutant.survives for mutant in found) else 0)


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(mutants)
