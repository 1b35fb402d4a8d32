"""The commands `search`, `shrink`, `replay` and `diagnose`."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from stateroom.cli_run_replay import replay_folder
from stateroom.errors import StateroomError
from stateroom.explore import (
    EVENTS,
    Diagnosis,
    Found,
    Replayed,
    diagnose,
    history_properties,
    hypotheses,
    replay,
    search,
    shrink,
)
from stateroom.output import REFUSED, UNWELCOME, fail, fail_with, note_json, people, table, words, write_whole
from stateroom.run_replay import is_run, microseconds

Json = Annotated[bool, typer.Option("--json", callback=note_json, help="One JSON object a line.")]
Hypotheses = Annotated[list[str] | None, typer.Option("--hypothesis", metavar="H", help="Repeatable; see --list.")]
Allow = Annotated[
    list[str] | None, typer.Option("--allow", metavar="A", help="stale:N: N older entries in a state set.")
]
PropertyName = Annotated[
    str, typer.Option("--property", metavar="P", help="Name or id, or the path of a .property file.")
]
VersionName = Annotated[
    str, typer.Option("--version", metavar="V", help="A version's name, or the path of a .room file.")
]


def _exists(file: str) -> None:
    if not Path(file).is_file():
        fail({"code": "file", "message": "found no file of this name", "where": file, "hint": "check the path"})


def _show_event(event: dict[str, Any], name: str, names: dict[str, str]) -> str:
    key = f" {event['state_key']}" if event.get("state_key") else ""
    after = ", ".join(names.get(one if isinstance(one, str) else one[0], "?") for one in event.get("prev_events", []))
    content = {k: v for k, v in event["content"].items() if k not in ("room_version", "creator")}
    return (
        f"  [bold]{name}[/] {escape(event['type'])}{escape(key)} by {escape(event['sender'])} "
        f"{escape(json.dumps(content))}" + (f" [dim]after {after}[/]" if after else "")
    )


def show_history(history: dict[str, Any]) -> None:
    """Print a find as steps that a person can follow."""
    names = {event_id: f"e{number}" for number, event_id in enumerate(history["event_ids"])}
    for event_id, event in zip(history["event_ids"], history["events"], strict=True):
        people.print(_show_event(event, names[event_id], names), highlight=False)
    for place, ids in enumerate(history["state_sets"], 1):
        people.print(f"  state set {place}: {', '.join(names[one] for one in ids)}", highlight=False)
    about = history["about"]
    people.print(f"  shows it: {', '.join(names[one] for one in about['violations'])}", highlight=False)
    for rule in about["rules"]:
        number = f" {rule['number']}" if rule["number"] else ""
        people.print(
            f"  {rule['name']}: rule{number} {escape(rule['label'])} refuses {names[rule['event_id']]}", highlight=False
        )
    _show_account(about, names)


def _act(one: dict[str, Any]) -> str:
    key = f" {one['state_key']}" if one["state_key"] else ""
    return f"{one['type']}{key} by {one['sender']} {json.dumps(one['content'])}"


def _show_account(about: dict[str, Any], names: dict[str, str]) -> None:
    """Print from where on the find could not be avoided, and which rules decided it."""
    if "flips" not in about:
        return
    critical, mend = about["critical"], about["mend"]
    if critical is not None:
        people.print(f"  critical: {names[critical['event']]}; it holds with", highlight=False)
        for one in critical["instead"]:
            people.print(f"    {names[one['event']]} {escape(_act(one))}", highlight=False)
    elif about["critical_limited"]:
        people.print(f"  critical: not determined in {about['critical_tried']:,} other histories", highlight=False)
    else:
        people.print("  critical: no event; whatever its people do at these places, it is broken", highlight=False)
    if mend is not None:
        people.print(f"  mended before the merge by {escape(_act(mend))} after {names[mend['after']]}", highlight=False)
    avoiding = [f"{flip['number']} {flip['label']}".strip() for flip in about["flips"] if flip["avoids"]]
    people.print(f"  avoided by the flip of: {escape(', '.join(avoiding)) or 'no single rule'}", highlight=False)


def _print_found(found: Found, file: str | None) -> None:
    terms = ", ".join((*found.hypotheses, *found.allow)) or "no hypotheses"
    looked = f"{found.histories:,} histories, {found.questions:,} merges, {found.seconds:.1f} s"
    if found.history is not None:
        people.print(
            f"[bold]{escape(found.property)}[/] in {escape(found.version)} ({terms}): [bold red]broken[/] "
            f"({looked}; {found.found_events} events, shrunk to {found.shrunk_events})",
            highlight=False,
        )
        show_history(found.history)
        if file is not None:
            people.print(f"  written to {escape(file)}; try `stateroom replay {escape(file)}`", highlight=False)
        return
    scope = "nothing found"
    if found.complete:
        scope = f"no history of up to {found.levels[-1]['events']} events after the prefix `study` breaks it"
    people.print(f"[bold]{escape(found.property)}[/] in {escape(found.version)} ({terms}): {scope} ({looked})")
    for level in found.levels:
        people.print(
            f"  {level['events']} events: {level['shapes']:,} shapes, {level['histories']:,} histories, "
            f"{level['questions']:,} merges",
            highlight=False,
        )


def _list() -> None:
    out = table("Properties", "property", "id", "of", "says")
    for one in history_properties():
        out.add_row(one.name, one.id, one.scope, one.says)
    people.print(out)
    out = table("Hypotheses", "hypothesis", "says")
    for name, says in hypotheses().items():
        out.add_row(name, says)
    people.print(out)


def _written(found: Found, folder: Path | None) -> str | None:
    if folder is None or found.history is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{Path(found.property).stem}-{Path(found.version).name}-{found.seed}.json"
    write_whole(path, json.dumps(found.history, indent=1, ensure_ascii=False) + "\n")
    return str(path)


def search_command(
    name: Annotated[str, typer.Option("--property", metavar="P", help="Name, id or path of a property.")] = "",
    version: Annotated[
        list[str] | None, typer.Option("--version", metavar="V", help="A version; repeatable. Needed but for --list.")
    ] = None,
    events: Annotated[int, typer.Option(min=1, help="Events after the prefix, of each history or at most.")] = EVENTS,
    minutes: Annotated[
        float | None, typer.Option(min=0, help="A ceiling; 1 where nothing else ends the search.")
    ] = None,
    histories: Annotated[int, typer.Option(min=0, help="End a random search after so many; 0: by time.")] = 0,
    exhaustive: Annotated[bool, typer.Option("--exhaustive", help="All histories, small ones first.")] = False,
    guided: Annotated[
        bool, typer.Option("--guided", help="Make histories of earlier ones whose merges did something new.")
    ] = False,
    hypothesis: Hypotheses = None,
    allow: Allow = None,
    profile: Annotated[str, typer.Option(metavar="P", help="Readings of an implementation.")] = "",
    seed: Annotated[int, typer.Option(min=0, help="Decides a random search.")] = 1,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="DIR", help="Write what is found.")] = None,
    as_list: Annotated[bool, typer.Option("--list", help="The properties and hypotheses.")] = False,
    as_json: Json = False,
    check: Annotated[bool, typer.Option("--check", help="Exit with 3 if something is found.")] = False,
) -> None:
    """Search for a history that breaks a promise, and shrink it.

    Example: `stateroom search --property key-lost --version 11 --allow stale:1 --hypothesis honest-clock -o found`
    """
    if as_list:
        return _list()
    if not name or not version:
        words.print("[bold red]error[/] give --property and --version, or --list", highlight=False)
        raise typer.Exit(2)
    if exhaustive and guided:
        words.print("[bold red]error[/] --exhaustive and --guided exclude each other", highlight=False)
        raise typer.Exit(2)
    ceiling = 1.0 if minutes is None and not histories and not exhaustive else minutes
    any_found = False
    try:
        for one in version:
            columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
            with Progress(*columns, console=words, transient=True) as progress:
                title = f"{name} in {one}"
                task = progress.add_task(title, total=None)

                def tell(done: int, questions: int, of: int, title: str = title, task: Any = task) -> bool:
                    size = f" of {of} events" if exhaustive else ""
                    progress.update(task, description=f"{title}: {done:,} histories{size}, {questions:,} merges")
                    return True

                found = search(
                    name, one, events=events, seed=seed, minutes=ceiling, histories=histories, exhaustive=exhaustive,
                    guided=guided,
                    hypotheses=hypothesis or [], allow=allow or [], profile=profile, tell=tell,
                )  # fmt: skip
            any_found = any_found or found.history is not None
            file = _written(found, output)
            if as_json:
                sys.stdout.write(json.dumps(found.to_dict(file), ensure_ascii=False) + "\n")
                sys.stdout.flush()
            else:
                _print_found(found, file)
    except StateroomError as error:
        fail_with(error)
    raise typer.Exit(UNWELCOME if check and any_found else 0)


def shrink_command(
    file: Annotated[str, typer.Argument(metavar="HISTORY", help="A history with state sets.")],
    name: PropertyName,
    version: VersionName,
    hypothesis: Hypotheses = None,
    allow: Allow = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to; else stdout.")
    ] = None,
) -> None:
    """Make a history that breaks a promise smaller.

    Example: `stateroom shrink found.json --property key-lost --version 11 --allow stale:1 -o small.json`
    """
    _exists(file)
    try:
        history = shrink(file, name, version, hypotheses=hypothesis or [], allow=allow or [])
    except StateroomError as error:
        fail_with(error)
    text = json.dumps(history, indent=1, ensure_ascii=False) + "\n"
    if output is None:
        sys.stdout.write(text)
    else:
        write_whole(output, text)
        show_history(history)


def _print_replayed(answer: Replayed) -> None:
    colour, word = ("green", "reproduced") if answer.reproduced else ("red", "not reproduced")
    people.print(
        f"[bold]{escape(answer.property)}[/] in {escape(answer.version)}: [bold {colour}]{word}[/]", highlight=False
    )
    for reason in answer.reasons:
        people.print(f"  {escape(reason)}", highlight=False)
    for event_id in answer.violations:
        people.print(f"  shows it: {escape(event_id)}", highlight=False)
    for rule in answer.rules:
        number = f" {rule['number']}" if rule["number"] else ""
        people.print(
            f"  {rule['name']}: rule{number} {escape(rule['label'])} refuses {escape(rule['event_id'])}",
            highlight=False,
        )


def _time(text: str | None) -> int | None:
    try:
        return None if text is None else microseconds(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--until") from error


def replay_command(
    file: Annotated[
        str,
        typer.Argument(metavar="HISTORY|RUN", help="A history as `search` writes it, or the folder of `simulate -o`."),
    ],
    version: Annotated[str | None, typer.Option("--version", metavar="V", help="Ask another version.")] = None,
    until: Annotated[
        str | None,
        typer.Option(
            metavar="T", help="Of a run: end at a virtual time (`36h`, `90m`; hours) and say what servers know then."
        ),
    ] = None,
    name: Annotated[str | None, typer.Option("--property", metavar="P", help="Ask another property.")] = None,
    drawn: Annotated[bool, typer.Option("--drawn", help="Ids are names; formats and signatures do not count.")] = False,
    as_json: Json = False,
) -> None:
    """Ask a find again, from its file alone, or run a run again; exit with 1 if it does not come out so.

    Example: `stateroom replay found/key-lost-11-1.json`, `stateroom replay run/ --until 36h`

    A run is the same if its log is, to the byte. Under another version it is run twice, and what changes is said.
    """
    until_us = _time(until)
    if is_run(file):
        replay_folder(file, version, until_us, as_json=as_json)
    if until is not None:
        raise typer.BadParameter("only a run has virtual times", param_hint="--until")
    _exists(file)
    try:
        answer = replay(file, version=version, property_name=name, strict=not drawn)
    except StateroomError as error:
        fail_with(error)
    if as_json:
        sys.stdout.write(json.dumps(answer.to_dict(), ensure_ascii=False) + "\n")
    else:
        _print_replayed(answer)
    raise typer.Exit(0 if answer.reproduced else REFUSED)


def _print_diagnosis(answer: Diagnosis) -> None:
    people.print(
        f"version {escape(answer.version)}: {answer.events:,} events, {answer.merges:,} merges, "
        f"{len(answer.findings):,} findings",
        highlight=False,
    )
    for finding in answer.findings:
        where = f"at {finding['merge']}" if finding["merge"] else "at the forward extremities"
        people.print(f"[bold]{escape(finding['property'])}[/] {escape(where)}", highlight=False)
        people.print(f"  merged: the states after {escape(', '.join(finding['after']))}", highlight=False)
        for violation, (kind, state_key, winner) in zip(finding["violations"], finding["keys"], strict=True):
            people.print(
                f"  {escape(kind)} {escape(repr(state_key))}: {escape(violation)}; the result has "
                f"{escape(winner) or 'nothing'}",
                highlight=False,
            )


def diagnose_command(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A room's events.")],
    version: Annotated[str | None, typer.Option("--version", metavar="V", help="Over what the file says.")] = None,
    name: Annotated[
        list[str] | None,
        typer.Option("--property", metavar="P", help="Repeatable; else key-lost, rollback, ban-holds."),
    ] = None,
    as_json: Json = False,
    check: Annotated[bool, typer.Option("--check", help="Exit with 3 if a merge broke something.")] = False,
) -> None:
    """Say which merge of a real room lost or rolled back which key; `resolve --explain` says why.

    Example: `stateroom diagnose room.jsonl --version 10`
    """
    _exists(file)
    try:
        answer = diagnose(file, version=version, names=name or [])
    except StateroomError as error:
        fail_with(error)
    if as_json:
        for finding in answer.findings:
            sys.stdout.write(json.dumps(finding, ensure_ascii=False) + "\n")
    else:
        _print_diagnosis(answer)
    raise typer.Exit(UNWELCOME if check and answer.findings else 0)


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command("search")(search_command)
    app.command("shrink")(shrink_command)
    app.command("replay")(replay_command)
    app.command("diagnose")(diagnose_command)
