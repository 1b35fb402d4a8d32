"""What `stateroom prove` says of properties of merges, which are decided for all small histories."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from stateroom.bounded import Bounded, check_certificate, prove_bounded
from stateroom.cli_search import show_history
from stateroom.output import REFUSED, note_json, people, words, write_whole

COLOURS = {"proved": "green", "refuted": "red", "unknown": "yellow"}


def _print(answer: Bounded, file: str | None) -> None:
    said = answer.said().replace(answer.verdict, f"[bold {COLOURS[answer.verdict]}]{answer.verdict}[/]", 1)
    people.print(f"[bold]{escape(answer.property)}[/] in {escape(answer.version)}: {said}", highlight=False)
    for line in answer.explain().splitlines()[1:]:
        people.print(escape(line), highlight=False)
    for line in answer.mismatches:
        people.print(f"  a model that does not replay, a mistake of the prover: {escape(line)}", highlight=False)
    if answer.history is not None:
        people.print(
            f"  replayed in the engine: {answer.compared} named values came out as in the model", highlight=False
        )
        show_history(answer.history)
    if file is not None:
        people.print(f"  written to {escape(file)}; try `stateroom replay {escape(file)}`", highlight=False)


def _written(answer: Bounded, folder: Path | None) -> str | None:
    if folder is None or answer.history is None:
        return None
    path = folder / f"{Path(answer.property).stem}-{Path(answer.version).name}.json"
    write_whole(path, json.dumps(answer.history, indent=1, ensure_ascii=False) + "\n")
    return str(path)


def ask_bounded(
    name: str, version: str, *, output: Path | None, as_json: bool, certificates: Path | None = None, **options: Any
) -> bool:
    """Ask one property of one version and print the answer; whether it is proved."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=words, transient=True) as progress:
        task = progress.add_task(f"{name} in {version}", total=None)

        def tell(events: int, done: int, shapes: int) -> bool:
            progress.update(task, description=f"{name} in {version}: {events} events, shape {done + 1} of {shapes}")
            return True

        certificate = certificates / f"{Path(name).stem}-{Path(version).name}" if certificates is not None else None
        answer = prove_bounded(name, version, tell=tell, certificate=certificate, **options)
    file = _written(answer, output)
    if as_json:
        sys.stdout.write(json.dumps(answer.to_dict(file), ensure_ascii=False) + "\n")
        sys.stdout.flush()
    else:
        _print(answer, file)
        if certificate is not None and answer.verdict == "proved":
            people.print(f"  certified: {escape(str(certificate))}; try `stateroom certificate check` on it")
    return answer.verdict == "proved"


def _certificates_of(folder: str) -> list[str]:
    """Give the certificates in a folder that is none itself: what `prove --certificate` was given."""
    if (Path(folder) / "certificate.txt").exists():
        return [folder]
    return sorted(str(file.parent) for file in Path(folder).glob("*/certificate.txt")) or [folder]


def certificate_check(
    folders: Annotated[list[str], typer.Argument(metavar="DIR…", help="As `prove --certificate` writes them.")],
    as_json: Annotated[bool, typer.Option("--json", callback=note_json, help="One JSON object a certificate.")] = False,
) -> None:
    """Check proofs by a small program that shares no code with what made them; exit with 1 if one is refused.

    Example: `stateroom certificate check proofs/key-lost-12`
    """
    refused = False
    for folder in (one for given in folders for one in _certificates_of(given)):
        found = check_certificate(folder)
        refused = refused or not found.accepted
        if as_json:
            sys.stdout.write(json.dumps(found.to_dict(), ensure_ascii=False) + "\n")
        elif found.accepted:
            people.print(
                f"[bold]{escape(folder)}[/]: [bold green]accepted[/]: {escape(found.property)} in "
                f"{escape(found.version)}, up to {found.events} events: {found.shapes:,} shapes, {found.clauses:,} "
                f"clauses, {found.steps:,} steps",
                highlight=False,
            )
        else:
            people.print(f"[bold]{escape(folder)}[/]: [bold red]refused[/]: {escape(found.wrong)}", highlight=False)
    raise typer.Exit(REFUSED if refused else 0)


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    certificate = typer.Typer(no_args_is_help=True, help="Proofs that anyone can check.")
    certificate.command("check")(certificate_check)
    app.add_typer(certificate, name="certificate")
