"""The command `adversaries`."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from stateroom.adversaries import ALONE, POWERS, SEEDS, TOGETHER, Front, cheapest, markdown, scenario
from stateroom.bench import bench
from stateroom.errors import StateroomError
from stateroom.output import INTERRUPTED, fail_with, note_json, words, write_whole

HEAD = """# The cheapest adversary

Made by `stateroom adversaries{asked}`.

One server of four is hostile. Its user is {powers}; what it does otherwise than others is up to {together}
of the capabilities of [`sim/adversary`](../sim/adversary) ({alone} alone; who colludes is
two servers). Each such adversary meets eight people for
a day, under the seeds {seeds}; nobody kicks, bans or lowers anybody. A row names those that break the property and of
which none can do with less power or fewer capabilities. *None found* is said of these runs alone.

`stateroom adversaries --version V -o DIR` writes the scenario of each, and
`stateroom simulate DIR/NAME.toml --version V --seed N` runs it.

"""


def adversaries(
    version: Annotated[
        list[str] | None,
        typer.Option("--version", metavar="V", help="A version; repeatable. Default: the stable ones."),
    ] = None,
    seeds: Annotated[int, typer.Option("--seeds", min=1, help="Seeds under which each adversary is tried.")] = len(
        SEEDS
    ),
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="DIR", help="Write the scenarios of those that are shown.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", callback=note_json, help="One JSON object a version.")] = False,
) -> None:
    """Find the least power and capabilities with which a hostile server breaks a promise, as Markdown.

    Example: `stateroom adversaries --version 12`

    Ctrl-C ends the search; what is known so far is printed.
    """
    listed = [json.loads(line) for line in bench.versions().lines]
    chosen = version or [one["name"] for one in listed if one["status"] == "stable"]
    numbers = tuple(range(1, seeds + 1))
    found: list[Front] = []
    interrupted = False
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    try:
        with Progress(*columns, console=words, transient=True) as progress:
            for name in chosen:
                task = progress.add_task(f"version {name}", total=None)

                def tell(done: int, of: int, task: "int" = task) -> bool:
                    try:
                        progress.update(task, completed=done, total=of)  # type: ignore[arg-type]
                    except KeyboardInterrupt:
                        return False
                    return True

                try:
                    found.append(cheapest(name, seeds=numbers, tell=tell))
                except KeyboardInterrupt:
                    interrupted = True
                if interrupted or not found[-1].complete:
                    interrupted = True
                    break
    except StateroomError as error:
        fail_with(error)
    if output is not None:
        _write(found, output)
    if as_json:
        for front in found:
            typer.echo(json.dumps(front.to_dict(), ensure_ascii=False))
    else:
        asked = "".join(f" --version {name}" for name in version or []) + (
            f" --seeds {seeds}" if seeds != len(SEEDS) else ""
        )
        *less, most = POWERS
        powers = f"{', '.join(less)} or {most}"
        head = HEAD.format(
            asked=asked,
            powers=powers,
            together=TOGETHER,
            alone=", ".join(f"`{one}`" for one in ALONE),
            seeds=", ".join(map(str, numbers)),
        )
        sys.stdout.write(head + markdown(found))
    if interrupted:
        raise typer.Exit(INTERRUPTED)


def _write(found: list[Front], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for adversary in {b.adversary for front in found for breaches in front.fronts.values() for b in breaches}:
        write_whole(folder / f"{adversary.name()}.toml", scenario(adversary))


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(adversaries)
