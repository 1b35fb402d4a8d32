"""The command `format`."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from stateroom import _core
from stateroom.output import REFUSED, UNWELCOME, note_json, tell_error, words, write_whole


def format_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE.room…", help="Texts to lay out; comments are kept.")],
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit with 3 if a file would change.")] = False,
    as_json: Annotated[bool, typer.Option("--json", callback=note_json, help="One JSON object a file.")] = False,
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
            why = error.strerror if isinstance(error, OSError) else "found bytes that are not UTF-8"
            tell_error({"code": code, "message": f"cannot read: {why}", "where": str(file)}, as_json=as_json)
            refused = True
            continue
        after, errors = _core.format_text(before, str(file))
        for line in errors:
            tell_error(json.loads(line)["error"], as_json=as_json)
        refused = refused or bool(errors)
        if errors:
            continue
        if as_json:
            sys.stdout.write(json.dumps({"file": str(file), "changed": after != before}, ensure_ascii=False) + "\n")
        if after == before:
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
