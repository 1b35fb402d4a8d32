"""The command `prove`."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from stateroom._core import solver_version
from stateroom.bench import bench
from stateroom.bounded import EVENTS, is_of_merges
from stateroom.cli_bounded import ask_bounded
from stateroom.cli_known import print_efforts, print_known, print_list
from stateroom.edit_proofs import prove_edits
from stateroom.errors import StateroomError
from stateroom.output import INTERRUPTED, UNWELCOME, USAGE, fail, people, table, words, write_whole
from stateroom.prove import RLIMIT, Proof, matrix, prove


def _print(proof: Proof) -> None:
    colour = {"proved": "green", "refuted": "red", "unknown": "yellow"}[proof.verdict]
    people.print(
        f"[bold]{escape(proof.property)}[/] in {escape(proof.version)}: [bold {colour}]{proof.verdict}[/] "
        f"for all events and states ({', '.join(proof.hypotheses)}; profile {escape(proof.profile)}; {proof.solver}; "
        f"{proof.seconds:.1f} s)",
        highlight=False,
    )
    if proof.detail:
        people.print(f"  {proof.reason}: {escape(proof.detail)}", highlight=False)
    for line in proof.translated:
        people.print(f"  compared as: {escape(line)}", highlight=False)
    for part in proof.parts:
        people.print(f"  {part.verdict}: {escape(part.statement)}", highlight=False)
    for finding in proof.findings:
        people.print(f"  {escape(finding.words)}", highlight=False)
    for line in proof.mismatches:
        people.print(f"  a model that does not replay, a mistake of the prover: {escape(line)}", highlight=False)


def _write(proof: Proof, folder: Path) -> str | None:
    """Write each finding as a question for `stateroom auth`; give the first file."""
    first = None
    for number, finding in enumerate(proof.findings, 1):
        for side in finding.sides:
            if not side.event:
                continue
            stem = f"{proof.property.replace(':', '-')}-{Path(proof.version).name}-{number}-{side.version}"
            path = folder / f"{stem}.json"
            about = {"property": proof.property, "words": finding.words, "version_sha256": proof.version_sha256}
            write_whole(path, json.dumps({**side.question(), "about": about}, indent=1, ensure_ascii=False) + "\n")
            first = first or str(path)
    return first


def print_proofs(before: str, after: str) -> None:
    """Say of each edit between two versions whether a verdict depends on it."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=words, transient=True) as progress:
        task = progress.add_task("edits", total=None)

        def tell(number: int) -> bool:
            progress.update(task, description=f"edit {number + 1}")
            return True

        found = prove_edits(before, after, tell=tell)
    out = table("What verdicts make of each edit, for all events and states", "section", "label", "verdict", "shown by")
    said = {"proved": "no effect (proved)", "refuted": "decides", "unknown": "not known"}
    for proof in found.values():
        out.add_row(escape(proof.section), escape(proof.label), said[proof.verdict], escape(proof.words))
    people.print(out)


MATRIX_HEAD = """# What one version allows and another rejects

Made by `stateroom prove --matrix{versions}` with {solver}; profile {profile}, hypotheses `well-formed-state` and
`limits`.

A row stands to a column as `=` (proved: no event in any state tells their rules apart), `⊂` (proved: the column
allows all that the row allows, and more), `⊃`, `≠` (each allows something that the other rejects), or `?` (not known).
The witnesses were built as signed PDUs and decided by the engine; `stateroom prove same-rules:B --version A -o DIR`
writes one for each pair of rules.
"""


def _matrix(names: list[str], profile: str, rlimit: int) -> None:
    listed = [json.loads(line) for line in bench.versions().lines]
    chosen = names or [version["name"] for version in listed if version["status"] == "stable"]
    asked = "".join(f" --version {name}" for name in names) + (f" --profile {profile}" if profile else "")
    head = MATRIX_HEAD.format(versions=asked, solver=solver_version(), profile=profile or "default")
    parts = [head]
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=words, transient=True) as progress:
        for either in (False, True):
            task = progress.add_task(f"pairs, legal in {'either' if either else 'both'}", total=None)

            def tell(done: int, of: int, task: TaskID = task) -> None:
                progress.update(task, completed=done, total=of)

            parts.append(matrix(chosen, profile=profile, rlimit=rlimit, either=either, tell=tell).markdown())
    sys.stdout.write("\n".join(parts))


def _ask(name: str, version: str, profile: str, rlimit: int, smt2: str, *, either: bool) -> Proof:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=words, transient=True) as progress:
        task = progress.add_task(f"{name} in {version}", total=None)

        def tell(found: int) -> bool:
            try:
                progress.update(task, description=f"{name} in {version}: {found} found so far")
            except KeyboardInterrupt:
                return False
            return True

        return prove(name, version, profile=profile, rlimit=rlimit, either=either, smt2=smt2, tell=tell)


def prove_command(
    names: Annotated[list[str] | None, typer.Argument(metavar="PROPERTY…", help="See --list.")] = None,
    version: Annotated[
        list[str] | None, typer.Option("--version", metavar="V", help="A version; repeatable. Needed but for --matrix.")
    ] = None,
    profile: Annotated[str, typer.Option(metavar="P", help="Readings of an implementation.")] = "",
    rlimit: Annotated[int, typer.Option(min=1, help="Steps of the solver, a question.")] = RLIMIT,
    either: Annotated[
        bool, typer.Option("--either", help="same-rules: over what is legal in either version, not in both.")
    ] = False,
    events: Annotated[int, typer.Option(min=1, help="Of merges: histories of up to so many events.")] = EVENTS,
    hypothesis: Annotated[
        list[str] | None, typer.Option("--hypothesis", metavar="H", help="Of merges: repeatable; see --list.")
    ] = None,
    allow: Annotated[
        list[str] | None, typer.Option("--allow", metavar="A", help="Of merges: stale:N older entries in a state set.")
    ] = None,
    minutes: Annotated[float | None, typer.Option(min=0, help="Of merges: a ceiling.")] = None,
    conflicts: Annotated[int, typer.Option(min=0, help="Of merges: of the solver, a question; 0: no limit.")] = 0,
    solver: Annotated[
        list[str] | None, typer.Option("--solver", metavar="S", help="Of merges: cadical, z3; repeatable, must agree.")
    ] = None,
    threads: Annotated[int, typer.Option(min=1, help="Of merges: questions at once.")] = 2,
    certificate: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Of merges: write proofs for `certificate check`, a folder each.")
    ] = None,
    smt2: Annotated[str, typer.Option(metavar="DIR", help="Write each question as SMT-LIB 2.")] = "",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="DIR", help="Write what refutes, as questions for `auth`.")
    ] = None,
    as_effort: Annotated[
        bool, typer.Option("--effort", help="Steps of the solver, by rule: with each rule relaxed.")
    ] = False,
    as_list: Annotated[bool, typer.Option("--list", help="Properties, hypotheses, what is known.")] = False,
    as_known: Annotated[
        bool,
        typer.Option("--known", help="Every property in every stable version (or those of --version), Markdown."),
    ] = False,
    as_matrix: Annotated[
        bool,
        typer.Option("--matrix", help="Which of each two versions allows more (default: the stable ones), Markdown."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object an answer.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Exit with 3 if an answer is anything but proved.")] = False,
) -> None:
    """Prove or refute what a version's rules promise: stateroom prove same-rules:11 --version 12.

    For every event in every state: any number of users, every integer as level; properties of merges for all small
    histories: stateroom prove key-lost --version 12 --events 5 --allow stale:1. What refutes is signed PDUs, decided
    again by the engine; unknown is said with its reason and is never safe.
    """
    if as_list:
        return print_list(as_json=as_json)
    try:
        if as_known:
            return print_known(version, as_json=as_json)
        if as_matrix:
            return _matrix(version or [], profile, rlimit)
        if not names or not version:
            words.print("[bold red]error[/] give a PROPERTY and --version, or --list, or --matrix", highlight=False)
            raise typer.Exit(USAGE)
        if as_effort:
            raise typer.Exit(0 if print_efforts(names, version, profile, rlimit, as_json=as_json) else INTERRUPTED)
        if output is not None:
            output.mkdir(parents=True, exist_ok=True)
        proved = True
        for name in names:
            for one in version:
                if is_of_merges(name):
                    proved &= ask_bounded(
                        name, one, output=output, as_json=as_json, events=events, hypotheses=hypothesis or [],
                        allow=allow or [], profile=profile, solvers=solver or ["cadical"], minutes=minutes,
                        conflicts=conflicts, threads=threads, certificates=certificate,
                    )  # fmt: skip
                    continue
                proof = _ask(name, one, profile, rlimit, smt2, either=either)
                proved = proved and proof.verdict == "proved"
                history = _write(proof, output) if output is not None else None
                if as_json:
                    sys.stdout.write(json.dumps(proof.to_dict(history), ensure_ascii=False) + "\n")
                    sys.stdout.flush()
                else:
                    _print(proof)
    except StateroomError as error:
        fail({"code": error.code, "message": error.message, "where": error.where, "hint": error.hint})
    raise typer.Exit(UNWELCOME if check and not proved else 0)


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("prove")(prove_command)
