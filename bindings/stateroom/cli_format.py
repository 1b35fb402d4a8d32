"""The command `format`."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from stateroom import _core
from stateroom.output import REFUSED, UNWELCOME, say_error, words, write_whole


def format_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE.room…", help="Texts to lay out; comments are kept.")],
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit with 3 if a file would change.")] = False,
) -> None:
    """Lay out room version texts: aligned columns, comments kept.

    Example: `stateroom format my.room --check`
    """
    refused = changed = False
    for file in files:
        try:
            before = file.read_bytes().decode()
        except (OSError, UnicodeDecodeError) as error:
            code = "file" if isinstance(error, OSError) else "utf8"
            say_error({"code": code, "message": f"cannot read: {error}", "where": str(file), "hint": ""})
            refused = True
            continue
        after, errors = _core.format_text(before, str(file))
        for line in errors:
            say_error(json.loads(line)["error"])
        refused = refused or bool(errors)
        if errors or after == before:
            continue
        changed = True
        if not check:
            write_whole(file, after)
        words.print(f"{'would format' if check else 'formatted'} {file}", markup=False)
    sys.stdout.flush()
    raise typer.Exit(REFUSED if refused else UNWELCOME if check and changed else 0)


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("format")(format_)
