"""The command `simulate`."""

import contextlib
import json
import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from stateroom import _core
from stateroom.bench import bench
from stateroom.errors import StateroomError
from stateroom.output import (
    INTERRUPTED,
    REFUSED,
    fail,
    fail_with,
    json_asked,
    note_json,
    people,
    table,
    tell_error,
    words,
)
from stateroom.simulate import Simulation, scenario_text, scenarios


def _default_version() -> str:
    """Give the newest published version: the last one whose name is a number."""
    names: list[str] = [json.loads(line)["name"] for line in bench.versions().lines]
    return [name for name in names if name.isdigit()][-1]


def _refuse_scenario(scenario: str) -> None:
    """Print all that is wrong with a scenario, and end."""
    try:
        text, where = scenario_text(scenario)
    except OSError as error:
        hint = f"a path, or one of {', '.join(scenarios())}"
        fail({"code": "file", "message": f"cannot read: {error.strerror}", "where": scenario, "hint": hint})
    lines = _core.scenario_errors(text, where)
    for line in lines:
        tell_error(json.loads(line)["error"], as_json=json_asked())
    if lines:
        raise typer.Exit(REFUSED)


def _print(run: Simulation) -> None:
    counts = run.counts()
    out = table(f"{run.name}, seed {run.seed}", "property", "id", "asked", "violated", "outcome")
    for one in run.monitors():
        out.add_row(one["property"], one["id"], f"{one['asked']:,}", f"{one['violated']:,}", one["outcome"])
    people.print(out)
    for one in run.monitors():
        for find in one["first"][:1]:
            key = f"{find['type']} {find['state_key']!r}: " if find["type"] else ""
            hours = find["time_us"] / 3.6e9
            text = f"  {one['property']}: at hour {hours:.1f}, room {find['room']}, {find['where']}: "
            people.print(text + f"{key}{find['had'] or 'nothing'} → {find['came'] or 'nothing'}", highlight=False)
    happened = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in run.witnesses().items())
    people.print(
        f"\n{counts['events']:,} events, {counts['deliveries']:,} deliveries, {counts['checks']:,} checks; "
        f"{counts['soft_failed']:,} soft-failed, {counts['rejected']:,} rejected; {happened}",
        highlight=False,
    )
    people.print(f"log {run.log_sha256}", highlight=False)


def simulate(
    scenario: Annotated[str, typer.Argument(help="A TOML file, or the name of a scenario that comes with it.")],
    seed: Annotated[int, typer.Option("--seed", min=0, help="Decides everything random.")] = 1,
    version: Annotated[str | None, typer.Option("--version", help="Of rooms that name none.")] = None,
    days: Annotated[float | None, typer.Option("--days", min=0, help="Virtual days, over the scenario's.")] = None,
    watch: Annotated[list[str] | None, typer.Option("--watch", help="A property to watch; repeatable.")] = None,
    output: Annotated[Path | None, typer.Option("-o", help="The run's folder.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", callback=note_json, help="One JSON object a property, then one of the run.")
    ] = False,
) -> None:
    """Simulate a federation and say which promises held.

    Example: `stateroom simulate netsplit --version 11`

    Servers exchange real events over a network that fails as the scenario says. Monitors watch from outside. In the end
    the honest servers are connected and asked whether they agree.
    """
    _refuse_scenario(scenario)
    command = shlex.join(["stateroom", *sys.argv[1:]])
    try:
        run = Simulation(
            scenario,
            version=version or _default_version(),
            seed=seed,
            days=days,
            watch=watch or [],
            keep_log=output is not None,
        )
    except StateroomError as error:
        fail_with(error)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[days]}"), TimeRemainingColumn())
    with Progress(*columns, console=words, transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task(run.name, total=run.days, days="")

        def tell(now: float) -> bool:
            try:
                progress.update(task, completed=now, days=f"day {now:.1f} of {run.days:g}")
            except KeyboardInterrupt:
                return False
            return True

        try:
            with contextlib.suppress(KeyboardInterrupt):
                run.go(tell)
        except StateroomError as error:
            fail_with(error)
    if output is not None:
        run.write(output, command)
    if as_json:
        for one in run.monitors():
            typer.echo(json.dumps(one, ensure_ascii=False))
        typer.echo(json.dumps(run.summary(command), ensure_ascii=False))
    else:
        _print(run)
    if run.interrupted:
        raise typer.Exit(INTERRUPTED)


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(simulate)
