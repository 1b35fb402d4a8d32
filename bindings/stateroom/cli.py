"""The command line."""

import json
import sys
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from typer.models import CommandInfo

from stateroom import __version__, _core
from stateroom.bench import bench
from stateroom.cli_adversaries import register as register_adversaries
from stateroom.cli_bounded import register as register_certificate
from stateroom.cli_campaign import register as register_campaign
from stateroom.cli_differ import register as register_differ
from stateroom.cli_format import register as register_format
from stateroom.cli_mutants import register as register_mutants
from stateroom.cli_prove import print_proofs
from stateroom.cli_prove import register as register_prove
from stateroom.cli_search import register as register_search
from stateroom.cli_simulate import register as register_simulate
from stateroom.cli_vectors import register as register_vectors
from stateroom.cli_vet import register
from stateroom.errors import StateroomError
from stateroom.limits import set_limit
from stateroom.output import (
    UNWELCOME,
    USAGE,
    fail,
    fail_with,
    finish,
    note_json,
    people,
    read_bytes,
    rows,
    run,
    table,
    words,
    write_whole,
)

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="The workbench for Matrix room versions. VERSION is a name (see `versions`) or the path of a .room file.",
)

Version = Annotated[str, typer.Argument(metavar="VERSION", help="A version's name, or the path of a .room file.")]
File = Annotated[str, typer.Argument(metavar="FILE", help="A file of PDUs or histories; `-` for standard input.")]
Json = Annotated[bool, typer.Option("--json", callback=note_json, help="One JSON object a line.")]
Check = Annotated[bool, typer.Option("--check", help="Exit with 3 if the answer is unwelcome.")]
As = Annotated[str | None, typer.Option("--version", metavar="V", help="The room version, over what the file says.")]
Profile = Annotated[str, typer.Option(metavar="P", help="default, specification, synapse, ruma, gomatrixserverlib.")]
Strict = Annotated[bool, typer.Option("--strict", help="Compute ids; judge format, hashes and signatures too.")]
Keys = Annotated[str | None, typer.Option(metavar="FILE", help="Public server keys, to check signatures with.")]
Readings = Annotated[list[str] | None, typer.Option("--reading", metavar="NAME=CHOICE", help="One reading's choice.")]


def _print_version(asked: bool) -> None:
    if not asked:
        return
    typer.echo(f"stateroom {__version__} (commit {_core.commit}, Z3 {_core.z3_version()}, {_core.compiler})")
    for line in bench.versions().lines:
        version = json.loads(line)
        typer.echo(f"  {version['name']}  {version['sha256_with_errata']}")
    raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print build and hashes of texts.")
    ] = False,
    limit: Annotated[
        list[str] | None,
        typer.Option("--limit", metavar="NAME=N", help="Raise or lower a limit, for example events_max=50000000."),
    ] = None,
) -> None:
    """Take the options that stand before a command."""
    note_json(False)  # a command of the same process before this one may have been given it
    for pair in limit or []:
        name, equals, value = pair.partition("=")
        if not (equals and value.isdecimal()):
            fail({"code": "unknown-name", "message": f"expected NAME=N, found `{pair}`"}, USAGE)
        try:
            set_limit(name, int(value))
        except StateroomError as error:
            fail({"code": error.code, "message": str(error), "hint": error.hint}, USAGE)


def _readings(pairs: list[str] | None) -> dict[str, str]:
    out = {}
    for pair in pairs or []:
        name, equals, choice = pair.partition("=")
        if not equals:
            fail({"code": "unknown-reading", "message": f"expected NAME=CHOICE, found `{pair}`"}, USAGE)
        out[name] = choice
    return out


def _text(call: Any, *arguments: Any) -> str:
    try:
        return str(call(*arguments))
    except StateroomError as error:
        fail_with(error)


def _keys(path: str | None) -> str | None:
    return None if path is None else read_bytes(path).decode("utf-8", "replace")


@app.command()
def versions(as_json: Json = False) -> None:
    """List all room versions with their lineage and hashes.

    Example: `stateroom versions`
    """

    def show(items: list[dict[str, Any]]) -> None:
        out = table("Room versions", "name", "extends", "status", "sha256 with errata")
        for row in rows(items, "name", "extends", "status", "sha256_with_errata"):
            out.add_row(*row[:3], row[3][:16])
        people.print(out)

    finish(bench.versions(), as_json=as_json, check=False, show=show)


@app.command("print")
def print_(
    version: Version,
    section: Annotated[str, typer.Option(help="One section, for example rules or resolution.")] = "",
    markdown: Annotated[bool, typer.Option("--markdown", help="The rules in numbered English.")] = False,
    edits: Annotated[bool, typer.Option("--edits", help="The edits as the file has them.")] = False,
    as_json: Json = False,
) -> None:
    """Print a version: flattened, in numbered English, or its edits as written.

    Example: `stateroom print 11 --section rules --markdown`
    """
    if edits:
        path = "/" in version or version.endswith(".room")
        text = read_bytes(version).decode("utf-8", "replace") if path else _text(bench.source, version)
    else:
        text = _text(bench.print, version, section, markdown)
    if as_json:
        sys.stdout.write(json.dumps({"version": version, "section": section, "text": text}, ensure_ascii=False) + "\n")
    elif not sys.stdout.isatty():
        sys.stdout.write(text)
    elif markdown:
        from rich.markdown import Markdown

        people.print(Markdown(text))
    else:
        from rich.syntax import Syntax

        people.print(Syntax(text, "text", word_wrap=True, background_color="default"))


@app.command()
def rule(
    version: Version,
    which: Annotated[str, typer.Argument(metavar="NUMBER|LABEL", help="For example 4.3.5 or member.join.restricted.")],
    as_json: Json = False,
) -> None:
    """Show one rule: in English and as text, its number everywhere, who changed it, what it reads.

    Example: `stateroom rule 8 4.3.5`
    """
    line = _text(bench.rule, version, which)
    if as_json:
        sys.stdout.write(line + "\n")
        return
    found = json.loads(line)
    number = found["number"] or "(unnumbered)"
    people.print(f"[bold]Rule {number} of version {escape(found['version'])}[/]  {escape(found['label'])}")
    from rich.markdown import Markdown
    from rich.panel import Panel

    people.print(Markdown(found["english"]))
    people.print(Panel(escape(found["text"].rstrip()), title="as text", title_align="left"))
    numbers = table("Its number in every version that has it", "version", "number")
    for name, number in found["numbers"].items():
        numbers.add_row(escape(name), number or "unnumbered")
    people.print(numbers)
    owners = table("Who made and changed it", "version", "change", "owner")
    for origin in found["changed_by"]:
        owner = ", ".join(origin["owner"]) + (" (erratum)" if origin["erratum"] else "")
        owners.add_row(escape(origin["version"]), origin["change"], owner)
    people.print(owners)
    if found["reads"]:
        people.print("[bold]Reads[/] " + escape("; ".join(found["reads"])))


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="The candidate's name, for example org.example.strict.")],
    extends: Annotated[str, typer.Option("--extends", metavar="VERSION", help="The version it changes.")],
    output: Annotated[Path | None, typer.Option("-o", help="The file; NAME.room without it.")] = None,
    as_json: Json = False,
) -> None:
    """Write a commented candidate to start from.

    Example: `stateroom new org.example.strict --extends 12`
    """
    _text(bench.print, extends)
    name = name.removesuffix(".room")
    path = output or Path(f"{name}.room")
    if path.exists():
        fail(
            {
                "code": "file",
                "message": "the file exists already",
                "where": str(path),
                "hint": "choose another name with -o",
            }
        )
    try:
        write_whole(path, _CANDIDATE.replace("NAME", name).replace("BASE", extends))
    except OSError as error:
        fail({"code": "file", "message": f"cannot write: {error.strerror}", "where": str(path), "hint": ""})
    if as_json:
        sys.stdout.write(json.dumps({"name": name, "file": str(path)}, ensure_ascii=False) + "\n")
    words.print(f"wrote {path}; next: stateroom check {path}", markup=False)


_CANDIDATE = """\
# A candidate room version. It says what it changes in what it extends; everything else stays.
# `stateroom print BASE --section rules` shows the labels that edits name, `stateroom check` says what is wrong.
room version "NAME" extends "BASE"
  status unstable
  source "where the proposal stands"
# Every edit carries its owner: `msc 1234`, or `draft "a name"` as long as there is no MSC.
# Take out the `#` to try this one: only users of power 75 may set the topic.
#
# edit rules  draft "NAME"
#   insert topic before joined: reject if type = "m.room.topic" and power(sender) < 75
"""


def _say_rest(file: str, answers: _core.Answers) -> None:
    """Say what was not listed of a text: nothing at all, or the lints that came with what it extends."""
    if answers.inherited:
        many = "lint is" if answers.inherited == 1 else "lints are"
        people.print(f"[dim]{answers.inherited} {many} of what {escape(file)} extends: --inherited lists them[/]")
    elif not answers.lines:
        people.print(f"{escape(file)}: nothing to say")


@app.command()
def check(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE…", help="Files (.room, .property), or names of versions.")
    ],
    inherited: Annotated[
        bool, typer.Option("--inherited", help="Lints too that the version it extends has already.")
    ] = False,
    as_json: Json = False,
    check: Check = False,
) -> None:
    """Say what is wrong with a text: errors, and lints worth a thought.

    Example: `stateroom check my.room`
    """
    status = 0
    for file in files:
        answers = bench.check(file, inherited)
        for line in answers.lines:
            if as_json:
                sys.stdout.write(line + "\n")
                continue
            found = json.loads(line)
            colour = "red" if found["severity"] == "error" else "yellow"
            place = f"{found['file']}:{found['line']}:{found['column']}"
            people.print(
                f"[bold]{escape(place)}[/] [{colour}]{found['severity']}[/] {escape(found['message'])}"
                f" [dim]\\[{found['code']}][/]",
                highlight=False,
            )
            if found["hint"]:
                people.print(f"  [dim]{escape(found['hint'])}[/]", highlight=False)
        if not as_json:
            _say_rest(file, answers)
        if answers.refused:
            status = 1
        elif answers.unwelcome and check and status == 0:
            status = UNWELCOME
    raise typer.Exit(status)


@app.command()
def compare(
    before: Version,
    after: Version,
    prove: Annotated[
        bool, typer.Option("--prove", help="Of each edit: an event that it decides otherwise, or a proof of none.")
    ] = False,
    as_json: Json = False,
    check: Check = False,
) -> None:
    """Show what differs between two versions, by label, with owners.

    Example: `stateroom compare 11 12 --prove`
    """
    if prove and as_json:
        words.print(
            "[bold red]error[/] --prove has no lines of JSON: stateroom.edit_proofs gives objects", highlight=False
        )
        raise typer.Exit(USAGE)

    def show(items: list[dict[str, Any]]) -> None:
        out = table(f"From {before} to {after}", "section", "label", "change", "owner", "number")
        for item in items:
            numbers = " → ".join(n or "–" for n in dict.fromkeys((item["number_before"], item["number_after"])))
            out.add_row(
                escape(item["section"]),
                escape(item["label"]),
                item["change"],
                escape(", ".join(item["owner"])),
                "" if item["number_before"] is None and item["number_after"] is None else numbers,
            )
        people.print(out)
        people.print(f"{len(items)} edits")
        if prove:
            print_proofs(before, after)

    finish(bench.compare(before, after), as_json=as_json, check=check, show=show)


@app.command()
def events(
    file: File,
    version: As = None,
    strict: Strict = False,
    keys: Keys = None,
    profile: Profile = "",
    as_json: Json = False,
    check: Check = False,
) -> None:
    """Run the checks on receipt over every event of a file.

    Example: `stateroom events room.json --strict --keys keys.json`
    """

    def show(items: list[dict[str, Any]]) -> None:
        out = table(f"Events of {file}", "event", "ids", "hash", "signatures", "allowed", "rule", "checks")
        for item in items:
            checks = ", ".join(
                f"{c['name']}: {c['outcome']}" for c in item["checks"] if c["outcome"] not in ("pass", "not asked")
            )
            out.add_row(
                escape(item["event_id"]),
                item["ids"],
                item["content_hash_state"],
                item["signatures"],
                "[green]yes[/]" if item["allowed"] else "[red]no[/]",
                escape(" ".join(filter(None, (item["number"], item["label"])))),
                escape(checks or "all pass"),
            )
        people.print(out)

    ask = partial(
        bench.events,
        read_bytes(file),
        file,
        version=version,
        profile=profile,
        strict=strict,
        keys=_keys(keys),
    )
    run(ask, f"events of {file}", as_json=as_json, check=check, show=show)


@app.command()
def auth(
    file: File,
    version: As = None,
    strict: Strict = False,
    keys: Keys = None,
    profile: Profile = "",
    readings: Readings = None,
    as_json: Json = False,
    check: Check = False,
) -> None:
    """Ask the authorisation rules about an event in a state.

    The file holds `{"room_version", "event": PDU, "state": [PDU…], "events": [PDU…]}`.

    Example: `stateroom auth question.json`
    """

    def show(items: list[dict[str, Any]]) -> None:
        for item in items:
            verdict = "[green]allowed[/]" if item["allowed"] else "[red]rejected[/]"
            rule_name = f"{item['number'] or '(unnumbered)'} {escape(item['label'])}"
            people.print(f"{verdict} by rule {rule_name}, version {escape(item['room_version'])}")
            out = table("it read", "type", "state_key")
            for type_, state_key in item["reads"]:
                out.add_row(escape(type_), escape(state_key))
            people.print(out)

    ask = partial(
        bench.auth,
        read_bytes(file),
        file,
        version=version,
        profile=profile,
        readings=_readings(readings),
        strict=strict,
        keys=_keys(keys),
    )
    run(ask, f"auth of {file}", as_json=as_json, check=check, show=show)


def _show_explanation(item: dict[str, Any]) -> None:
    if "explanation" not in item:
        return
    people.print(f"[bold]How version {item['room_version']} resolves[/], and how many entries or events each name had:")
    for step in item["steps"]:
        people.print(f"  [bold]{step['name']}[/] ({step['count']}): {escape(step['words'])}", highlight=False)
    people.print()
    for key in item["explanation"]:
        people.print(escape(key["text"].rstrip()), highlight=False)
        people.print()
    if not item["explanation"]:
        people.print("The state sets agree on every key: there was nothing to decide.")


@app.command()
def resolve(
    file: File,
    version: As = None,
    profile: Profile = "",
    readings: Readings = None,
    explain: Annotated[bool, typer.Option("--explain", help="Why each contested key came out as it did.")] = False,
    explain_key: Annotated[str | None, typer.Option(metavar="TYPE[,KEY]", help="The same for one key.")] = None,
    trace: Annotated[bool, typer.Option("--trace", help="Every named value of the resolution.")] = False,
    strict: Strict = False,
    keys: Keys = None,
    time: Annotated[int, typer.Option(metavar="N", min=0, help="Time N repetitions.")] = 0,
    as_json: Json = False,
) -> None:
    """Resolve the state sets of a history, or its forward extremities.

    Example: `stateroom resolve history.json --explain`
    """
    kind, comma, state_key = (explain_key or "").partition(",")

    def show(items: list[dict[str, Any]]) -> None:
        for item in items:
            ids = f"ids {item['ids']}, {item['state_sets']} state sets"
            words.print(f"version {item['room_version']}, profile {item['profile']}, {ids}")
            out = table("State", "type", "state_key", "event")
            for row in rows(item["state"], "type", "state_key", "event_id"):
                out.add_row(*row)
            people.print(out)
            for name, value in item.get("trace", {}).items():
                ids = ", ".join(v if isinstance(v, str) else v["event_id"] for v in value)
                people.print(f"[bold]{name}[/] ({len(value)}): {escape(ids)}")
            _show_explanation(item)
            if "resolve_us_min" in item:
                people.print(
                    f"resolved in {item['resolve_us_min']} µs at least, {item['resolve_us_median']} µs in the median"
                )

    ask = partial(
        bench.resolve,
        read_bytes(file),
        file,
        version=version,
        profile=profile,
        readings=_readings(readings),
        strict=strict,
        keys=_keys(keys),
        trace=trace,
        explain=explain,
        explain_type=kind or None,
        explain_state_key=state_key if comma else None,
        time=time,
    )
    run(ask, f"resolve {file}", as_json=as_json, check=False, show=show)


@app.command()
def errors(as_json: Json = False) -> None:
    """List every error code and what it means.

    Example: `stateroom errors`
    """

    def show(items: list[dict[str, Any]]) -> None:
        out = table("Error codes", "code", "meaning")
        for row in rows(items, "code", "meaning"):
            out.add_row(*row)
        people.print(out)

    finish(_core.list_errors(), as_json=as_json, check=False, show=show)


register_adversaries(app)
register_certificate(app)
register_differ(app)
register_format(app)
register_mutants(app)
register_prove(app)
register_campaign(app)
register_search(app)
register_simulate(app)
register_vectors(app)
register(app)

_PANELS = {
    "Vet a candidate": "vet prove certificate",
    "Versions as text": "versions print rule new format check compare",
    "Events and histories": "events auth resolve show diagnose errors",
    "Look for what breaks a promise": "search shrink replay simulate adversaries campaign",
    "Evidence from elsewhere": "differ mutants vectors",
}


def _arrange() -> None:
    """Show the commands by what they are for; one that no panel names is an error."""
    places = {
        name: (number, panel)
        for number, (panel, name) in enumerate((p, n) for p, names in _PANELS.items() for n in names.split())
    }

    def place(command: CommandInfo) -> tuple[int, str]:
        return places[str(command.name or getattr(command.callback, "__name__", ""))]

    app.registered_commands.sort(key=place)
    for command in app.registered_commands:
        command.rich_help_panel = place(command)[1]
    for group in app.registered_groups:
        group.rich_help_panel = places[str(group.name)][1]


_arrange()


def main() -> None:
    """Run the command line."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
