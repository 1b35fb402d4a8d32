"""What `replay` prints of a run's folder."""

import json
import sys
from typing import Any, NoReturn

import typer
from rich.markup import escape
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from stateroom.errors import StateroomError
from stateroom.output import INTERRUPTED, REFUSED, fail_with, people, table, words
from stateroom.run_replay import ReplayedRun, replay_run


def replay_folder(folder: str, version: str | None, until_us: int | None, *, as_json: bool) -> NoReturn:
    """Run a folder's run again, print what came of it, and exit with 0 where it is the same, else with 1."""
    columns = (TextColumn("{task.description}"), TimeElapsedColumn())
    try:
        with Progress(*columns, console=words, transient=True, disable=not sys.stderr.isatty()) as progress:
            task = progress.add_task(folder, total=None)

            def tell(now: float) -> bool:
                try:
                    progress.update(task, description=f"{folder}: day {now:.1f}")
                except KeyboardInterrupt:
                    return False
                return True

            answer = replay_run(folder, version=version, until_us=until_us, tell=tell)
    except StateroomError as error:
        fail_with(error)
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None
    if as_json:
        sys.stdout.write(json.dumps(answer.to_dict(), ensure_ascii=False) + "\n")
    else:
        _print(answer)
    raise typer.Exit(0 if answer.reproduced else REFUSED)


def _print(answer: ReplayedRun) -> None:
    colour, word = ("green", "reproduced") if answer.reproduced else ("red", "not reproduced")
    until = "" if answer.until_us is None else f" until hour {answer.until_us / 3.6e9:g}"
    people.print(
        f"[bold]{escape(answer.scenario)}[/], seed {answer.seed}, version {escape(answer.version)}{until}: "
        f"[bold {colour}]{word}[/]",
        highlight=False,
    )
    for reason in answer.reasons:
        people.print(f"  {escape(reason)}", highlight=False)
    if answer.first_difference is not None:
        for when in ("was", "now"):
            people.print(f"    {when} {escape(answer.first_difference[when] or 'nothing')}", highlight=False)
    people.print(f"  log {answer.log_sha256}", highlight=False)
    for room in answer.rooms or ():
        _print_room(room)
    if answer.changes is not None:
        _print_changes(answer.changes)


def _print_room(room: dict[str, Any]) -> None:
    """Print what servers hold; servers with the same current state have the same letter."""
    letters: dict[tuple[str, ...], str] = {}
    title = f"room {room['room']}, version {room['room_version']}, {room['events']:,} events"
    out = table(title, "server", "received", "outliers", "soft-failed", "rejected", "waiting", "state", "extremities")
    for server in room["servers"]:
        state = letters.setdefault(tuple(one["event_id"] for one in server["state"]), f"{len(letters) + 1}")
        name = server["server"] + ("" if server["up"] else " (down)") + ("" if server["honest"] else " (hostile)")
        name += " (in part)" if server["in_part"] else ""
        counts = (f"{server[one]:,}" for one in ("received", "outliers", "soft_failed", "rejected", "waiting"))
        ids = server["extremities"]
        more = f" and {len(ids) - 2} more" if len(ids) > 2 else ""
        out.add_row(name, *counts, state, escape(", ".join(ids[:2]) + more))
    people.print(out)
    if room["servers"]:
        _print_state(room)
    for key in room["divergences"]:
        people.print(f"  {escape(key['type'])} {escape(repr(key['state_key']))} differs:", highlight=False)
        for held in key["held"]:
            people.print(f"    {held['event_id'] or 'nothing'} at {', '.join(held['servers'])}", highlight=False)


def _print_state(room: dict[str, Any]) -> None:
    first = room["servers"][0]
    differs = {(key["type"], key["state_key"]) for key in room["divergences"]}
    people.print(f"  state of {first['server']}:", highlight=False)
    for entry in first["state"]:
        if (entry["type"], entry["state_key"]) not in differs:
            people.print(
                f"    {escape(entry['type'])} {escape(repr(entry['state_key']))}: {entry['event_id']}", highlight=False
            )


def _print_changes(changes: dict[str, Any]) -> None:
    people.print(f"under version {escape(changes['version'])}: log {changes['log_sha256']}", highlight=False)
    for one in changes["properties"]:
        old, new = (
            f"{side['outcome']} ({side['violated']:,} of {side['asked']:,})" for side in (one["was"], one["now"])
        )
        people.print(f"  {escape(one['property'])}: {old} → {new}", highlight=False)
    for name, (was, now) in {**changes["counts"], **changes["witnesses"]}.items():
        people.print(f"  {name.replace('_', ' ')}: {was:,} → {now:,}", highlight=False)
    for one in changes["states"]:
        people.print(f"  room {one['room']}, {escape(one['type'])} {escape(repr(one['state_key']))}:", highlight=False)
        for when in ("was", "now"):
            entry = one[when]
            said = f"{entry['sender']} {json.dumps(entry['content'], ensure_ascii=False)}" if entry else "nothing"
            people.print(f"    {when} {escape(said)}", highlight=False)
    if not any(changes[part] for part in ("properties", "counts", "witnesses", "states")):
        people.print("  nothing changes but ids", highlight=False)
