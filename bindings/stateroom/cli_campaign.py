"""The command `campaign`."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bar

from stateroom.campaign import Campaign, Progress, query
from stateroom.errors import StateroomError
from stateroom.finds_page import finds_page
from stateroom.output import INTERRUPTED, UNWELCOME, fail_with, note_json, people, table, words, write_whole


def campaign(
    file: Annotated[Path, typer.Argument(metavar="CAMPAIGN", help="A TOML file; docs/campaigns.md lists its keys.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="DIR", help="Its folder; else the file's name.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with what the folder holds.")] = False,
    dask: Annotated[
        str | None, typer.Option("--dask", metavar="ADDRESS", help="A Dask scheduler, instead of the cores here.")
    ] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes; else one a core.")] = None,
    sql: Annotated[
        str | None, typer.Option("--sql", metavar="QUERY", help="Ask the tables `runs` and `finds`; nothing is run.")
    ] = None,
    page: Annotated[
        Path | None, typer.Option("--page", metavar="FILE.md", help="Write the finds as a page, histories beside it.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", callback=note_json, help="One JSON object a line.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Exit with 3 if something is found.")] = False,
) -> None:
    """Run many searches, simulations and parts of atlases; killed at any moment, it goes on with `--resume`.

    Each task is written when it is done, so nothing is lost or counted twice. In the end `runs.parquet` has a row for
    each run, `finds.parquet` for each find, and `finds/` their files.

    Example: `stateroom campaign docs/finds.toml -o finds --resume`

    Example: `stateroom campaign docs/finds.toml -o finds --sql "select name, version, events from finds"`
    """
    try:
        plan = Campaign(file)
        folder = output if output is not None else Path(file.stem)
        if sql is not None:
            return _answer(query(folder, sql), as_json=as_json)
        complete = _run(plan, folder, jobs, dask, resume)
        if page is not None:
            write_whole(page, finds_page(plan, folder, page))
        runs = query(folder, "select * exclude (seconds), seconds from runs order by task")
    except StateroomError as error:
        fail_with(error)
    if as_json:
        for row in json.loads(runs.to_json(orient="records")):
            sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
    else:
        _print(plan, folder)
    if not complete:
        raise typer.Exit(INTERRUPTED)
    raise typer.Exit(UNWELCOME if check and int(runs["finds"].sum()) else 0)


def _run(plan: Campaign, folder: Path, jobs: int | None, dask: str | None, resume: bool) -> bool:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"))
    with Bar(*columns, console=words, transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(escape(plan.name), total=None, rate="")

        def tell(progress: Progress) -> None:
            rate = f"{progress.finds:,} finds"
            if progress.per_s is not None and progress.left_s is not None:
                rate += f", {progress.per_s * 60:.1f} a minute, {progress.left_s / 60:.1f} minutes left"
            bar.update(task, completed=progress.done, total=progress.total, rate=rate)

        return plan.run(folder, jobs=jobs, dask=dask, resume=resume, tell=tell)


def _answer(frame: Any, *, as_json: bool) -> None:
    if as_json:
        for row in json.loads(frame.to_json(orient="records")):
            sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
        return
    out = table("", *[str(one) for one in frame.columns])
    for row in frame.itertuples(index=False):
        out.add_row(*[escape(str(one)) for one in row])
    people.print(out)


def _print(plan: Campaign, folder: Path) -> None:
    frame = query(
        folder,
        "select kind, name, version, count(*) as runs, sum(finds)::bigint as finds, "
        "sum(histories)::bigint as histories, sum(merges)::bigint as merges, round(sum(seconds), 1) as seconds, "
        "count(error) as errors from runs group by kind, name, version order by min(task)",
    ).fillna(0)
    out = table(plan.name, *[str(one) for one in frame.columns])
    for row in frame.itertuples(index=False):
        out.add_row(*[f"{one:,}" if isinstance(one, int) else escape(str(one)) for one in row])
    people.print(out)
    people.print(f"  written to {escape(str(folder))}: runs.parquet, finds.parquet, finds/", highlight=False)


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(campaign)
