"""The command line."""

from typing import Annotated

import typer

from stateroom import __version__, _core
from stateroom.cli_vet import register

app = typer.Typer(add_completion=False, no_args_is_help=True, help="The workbench for Matrix room versions.")


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"stateroom {__version__} (commit {_core.commit}, Z3 {_core.z3_version()}, {_core.compiler})")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print which build this is.")
    ] = False,
) -> None:
    """Take the options that stand before a command."""


register(app)


def main() -> None:
    """Run the command line."""
    app()
