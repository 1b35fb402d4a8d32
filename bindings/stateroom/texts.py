"""Room version texts: parsed, printed, laid out, checked."""

import json
from pathlib import Path
from typing import Any

from stateroom import _core
from stateroom.bench import bench
from stateroom.errors import from_lines


class Text:
    """A room version text, parsed. Two texts are equal if they print the same.

    Attributes
    ----------
    name, extends, status, source : str
        What the head says, empty where it says nothing.
    comments : list of (int, str)
        Line (from 1) and text of each comment.
    """

    def __init__(self, tree: Any):
        self._tree = tree
        self.name: str = tree.name
        self.extends: str = tree.extends
        self.status: str = tree.status
        self.source: str = tree.source
        self.comments: list[tuple[int, str]] = tree.comments

    def __str__(self) -> str:
        return str(self._tree.print())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Text) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    def __repr__(self) -> str:
        return f"<Text {self.name!r}" + (f" extends {self.extends!r}>" if self.extends else ">")


def parse(text: str, name: str = "text") -> Text:
    """Parse a room version text. Whether its edits apply and its rules are sound is asked by `check`.

    Parameters
    ----------
    text : str
    name : str
        Stands in the places of errors.

    Raises
    ------
    TextError
        The text does not follow the grammar; `StateroomError.more` holds what else is wrong.

    Examples
    --------
    >>> import stateroom
    >>> stateroom.parse('room version "a" extends "11"  # mine').comments
    [(1, '# mine')]
    """
    tree, errors = _core.parse_text(text, name)
    if error := from_lines(errors):
        raise error
    return Text(tree)


def print_text(text: Text) -> str:
    """Print a parsed text in the house's layout, comments kept: ``parse(print_text(x)) == x``.

    Examples
    --------
    >>> import stateroom
    >>> print(stateroom.print_text(stateroom.parse('room version   "a"   extends "11"')), end="")
    room version "a" extends "11"
    """
    return str(text)


def format(text: str, name: str = "text") -> str:
    r"""Lay a text out as ``stateroom format`` does. Twice gives the same as once.

    Parameters
    ----------
    text : str
    name : str
        Stands in the places of errors.

    Raises
    ------
    TextError
        As `parse`.

    Examples
    --------
    >>> import stateroom
    >>> stateroom.format('room version "a"   extends "11"')
    'room version "a" extends "11"\n'
    """
    return print_text(parse(text, name))


def check(version: Any, *, inherited: bool = False) -> list[dict[str, Any]]:
    """Say what is wrong with a text: errors, and lints worth a thought.

    Parameters
    ----------
    version : str, Path or Version
        A name, or the path of a ``.room`` file.
    inherited : bool
        Whether lints are listed that the version it extends has too.

    Returns
    -------
    list of dict
        ``file, line, column, severity, code, message, hint``, as ``stateroom check --json`` gives them. A file that
        cannot be read is one of them, of code ``"file"``.

    Examples
    --------
    >>> import stateroom
    >>> [found["severity"] for found in stateroom.check("no such version")]
    ['error']
    """
    name = version.name if hasattr(version, "rule") else str(version) if isinstance(version, Path) else version
    return [json.loads(line) for line in bench.check(name, inherited).lines]


__all__ = ["Text", "check", "format", "parse", "print_text"]
