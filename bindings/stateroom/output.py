"""What commands print: JSON lines, tables for people, words on standard error, and the exit status that follows."""

import contextlib
import json
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from stateroom.errors import StateroomError

# Where nobody's window sets the width, event ids stay whole.
people = Console(width=None if sys.stdout.isatty() else 160)
words = Console(stderr=True, soft_wrap=True)

REFUSED, USAGE, UNWELCOME, INTERRUPTED = 1, 2, 3, 130


def fail(error: dict[str, Any], status: int = REFUSED) -> NoReturn:
    """Say what went wrong and end the command: as a line of JSON where that was asked for, else on standard error."""
    tell_error(error, as_json=status == REFUSED and json_asked())
    raise typer.Exit(status)


def fail_with(error: StateroomError) -> NoReturn:
    """End the command with an exception of the package."""
    for one in (error, *error.more):
        tell_error(_members(one), as_json=json_asked())
    raise typer.Exit(REFUSED)


def _members(error: StateroomError) -> dict[str, Any]:
    return {"code": error.code, "message": error.message, "where": error.where, "hint": error.hint}


_asked = {"json": False}


def note_json(value: bool) -> bool:
    """Keep whether the command that runs was given --json, for what goes wrong before it has begun."""
    _asked["json"] = value
    return value


def json_asked() -> bool:
    """Say whether the command that runs was given --json."""
    return _asked["json"]


def tell_error(error: dict[str, Any], *, as_json: bool) -> None:
    """Write one refusal as a line of JSON, or for people."""
    if not as_json:
        say_error(error)
        return
    members = {name: error.get(name, "") for name in ("code", "message", "where")}
    hint = {"hint": error["hint"]} if error.get("hint") else {}
    sys.stdout.write(json.dumps({"error": members | hint}, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def say_error(error: dict[str, Any]) -> None:
    """Write one refusal for people: place, code, sentence, and what to do."""
    where = f"{error['where']}: " if error.get("where") else ""
    words.print(
        f"[bold red]error[/] {escape(where)}{escape(error['message'])} [dim]\\[{error['code']}][/]", highlight=False
    )
    if error.get("hint"):
        words.print(f"  [dim]{escape(error['hint'])}[/]", highlight=False)


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


def run(ask: Callable[..., Any], title: str, *, as_json: bool, check: bool, show: Any) -> NoReturn:
    """Run a command over the items of a file, print what it answers, and exit as that asks.

    With JSON each line is written as soon as it is there. Ctrl-C ends the command with what is done written, also in
    the middle of a long item, since the core works in a thread of its own. Where standard error is a terminal it
    shows
    how far the work is.

    Parameters
    ----------
    ask
        Called with ``each``; gives ``_core.Answers``, which holds what the exit status follows from.
    title
        What is being done, for people who wait.
    as_json, check, show
        As `finish` has them.
    """
    lines: list[str] = []
    failed: list[BaseException] = []
    answers: list[Any] = []
    writing = threading.Lock()

    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        console=words, transient=True, disable=not words.is_terminal or (as_json and sys.stdout.isatty()),
    ) as progress:  # fmt: skip
        task = progress.add_task(title, total=None)

        def each(item: Any, done: int, total: int) -> None:
            with writing:
                if as_json:
                    sys.stdout.write("".join(line + "\n" for line in item.lines))
                else:
                    lines.extend(item.lines)
            progress.update(task, completed=done, total=total)

        def work() -> None:
            try:
                answers.append(ask(each=each))
            except BaseException as error:
                failed.append(error)

        thread = threading.Thread(target=work, daemon=True)
        try:
            thread.start()  # it may have answered before this returns
            thread.join()
        except KeyboardInterrupt:
            writing.acquire()  # nothing more is written: the process ends here, in the middle of the core's work
            progress.stop()
            print_items(lines, show)
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(INTERRUPTED)
    if failed:
        raise failed[0]
    if not as_json:
        print_items(lines, show)
    leave(answers[0], check=check)


def print_items(lines: list[str], show: Any) -> None:
    """Print answers for people: what was done by `show`, then what was refused on standard error."""
    items = [json.loads(line) for line in lines]
    done = [item for item in items if "error" not in item]
    if done or not items:
        show(done)
    for item in items:
        if "error" in item:
            say_error(item["error"])


def leave(answers: Any, *, check: bool) -> NoReturn:
    """Exit with the status that answers ask for."""
    if answers.refused:
        raise typer.Exit(REFUSED)
    raise typer.Exit(UNWELCOME if check and answers.unwelcome else 0)


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
    if as_json:
        for line in answers.lines:
            sys.stdout.write(line + "\n")
    else:
        print_items(answers.lines, show)
    leave(answers, check=check)


def table(title: str, *columns: str) -> Table:
    """Make a table in the house's looks."""
    out = Table(title=title, title_justify="left", header_style="bold", pad_edge=False, box=None, min_width=len(title))
    for column in columns:
        out.add_column(column, overflow="fold")
    return out


def rows(items: list[dict[str, Any]], *keys: str) -> Iterator[list[str]]:
    """Give the members of items as text for a table."""
    for item in items:
        yield [escape("" if item.get(key) is None else str(item[key])) for key in keys]
