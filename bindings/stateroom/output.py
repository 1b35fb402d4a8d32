"""What commands print: JSON lines, tables for people, words on standard error, and the exit status that follows."""

import contextlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

people = Console(soft_wrap=False)
words = Console(stderr=True, soft_wrap=True)

REFUSED, USAGE, UNWELCOME = 1, 2, 3


def fail(error: dict[str, Any], status: int = REFUSED) -> NoReturn:
    """Say what went wrong on standard error and end the command."""
    say_error(error)
    raise typer.Exit(status)


def say_error(error: dict[str, Any]) -> None:
    """Write one refusal for people: place, code, sentence, and what to do."""
    where = f"{error['where']}: " if error.get("where") else ""
    words.print(
        f"[bold red]error[/] {escape(where)}{escape(error['message'])} [dim]\\[{error['code']}][/]", highlight=False
    )
    if error.get("hint"):
        words.print(f"  [dim]{escape(error['hint'])}[/]", highlight=False)


def refusal(error: RuntimeError) -> dict[str, Any]:
    """Take the refusal out of an exception of the core."""
    try:
        found = json.loads(str(error))["error"]
    except (ValueError, KeyError, TypeError):
        raise error from None
    return dict(found)


def read_bytes(path: str) -> bytes:
    """Read a file, or standard input for ``-``."""
    try:
        return sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        fail({"code": "file", "message": f"cannot read: {error.strerror}", "where": path, "hint": "check the path"})


def write_whole(path: Path, text: str) -> None:
    """Write a file so that nobody ever sees a part of it: beside its place, then renamed."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def finish(answers: Any, *, as_json: bool, check: bool, show: Any) -> NoReturn:
    """Print the answers of a command and exit as they ask.

    Parameters
    ----------
    answers
        ``_core.Answers``.
    as_json
        One JSON object a line, nothing else on standard output.
    check
        An unwelcome answer is exit status 3.
    show
        Called with the list of decoded answers that are no errors, to print them for people.
    """
    items = [json.loads(line) for line in answers.lines]
    if as_json:
        for line in answers.lines:
            sys.stdout.write(line + "\n")
    else:
        show([item for item in items if "error" not in item])
        for item in items:
            if "error" in item:
                say_error(item["error"])
    if answers.refused:
        raise typer.Exit(REFUSED)
    raise typer.Exit(UNWELCOME if check and answers.unwelcome else 0)


def table(title: str, *columns: str) -> Table:
    """Make a table in the house's looks."""
    out = Table(title=title, title_justify="left", header_style="bold", pad_edge=False, box=None)
    for column in columns:
        out.add_column(column, overflow="fold")
    return out


def rows(items: list[dict[str, Any]], *keys: str) -> Iterator[list[str]]:
    """Give the members of items as text for a table."""
    for item in items:
        yield [escape("" if item.get(key) is None else str(item[key])) for key in keys]
