"""Room versions and what differs between them."""

from __future__ import annotations

import html
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from stateroom import texts
from stateroom.bench import bench
from stateroom.errors import UnknownNameError, from_lines
from stateroom.tables import frame, html_table

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class Rule:
    """One authorisation rule of a version.

    Attributes
    ----------
    version, label : str
        The label path is the rule's identity across versions, for example ``"member.join.banned"``.
    number : str or None
        Its place on the specification's page, for example ``"5.3.3"``; None if unnumbered.
    english, text : str
        In numbered English (Markdown), and as the language has it.
    numbers : dict of str to (str or None)
        Its number in every version that has it.
    changed_by : list of dict
        Who made and changed it: ``version``, ``change``, ``owner``, ``erratum``.
    reads : list of str
        The entries of the state that it reads.
    """

    version: str
    label: str
    number: str | None
    english: str
    text: str
    numbers: dict[str, str | None] = field(repr=False)
    changed_by: list[dict[str, Any]] = field(repr=False)
    reads: list[str] = field(repr=False)

    def _repr_html_(self) -> str:
        number, label, text = (html.escape(part) for part in (self.number or "–", self.label, self.text))
        return f"<b>{number}</b> <code>{label}</code><pre>{text}</pre>"


class Version:
    """A room version's text, with every edit of its lineage applied.

    Parameters
    ----------
    name : str
        A name, or the path of a ``.room`` file.

    Raises
    ------
    UnknownNameError
        No version has this name.
    TextError
        The text is wrong.

    Examples
    --------
    >>> import stateroom
    >>> stateroom.version("12").rule("5.3.5").label
    'member.join.restricted'
    """

    def __init__(self, name: str):
        self.name = name
        self.print()

    def print(self, section: str = "", *, markdown: bool = False) -> str:
        """Give the flattened text, or one section of it, or its English.

        Parameters
        ----------
        section : str
            For example ``"rules"``; all without it.
        markdown : bool
            The rules as numbered English, as the specification's page has them.

        Raises
        ------
        UnknownNameError
            A version has no such section.

        Examples
        --------
        >>> import stateroom
        >>> stateroom.version("11").print("rules").splitlines()[0]
        'rules'
        """
        return str(bench.print(self.name, section, markdown))

    @property
    def source(self) -> str:
        """The bytes of its file as text: the edits as written. Of a version that comes along."""
        return str(bench.source(self.name))

    def rule(self, which: str) -> Rule:
        """Find a rule.

        Parameters
        ----------
        which : str
            Its number on the specification's page, or its label path.

        Raises
        ------
        UnknownNameError
            There is none.

        Examples
        --------
        >>> import stateroom
        >>> stateroom.version("8").rule("4.3.5").label
        'member.join.restricted'
        """
        return Rule(**json.loads(bench.rule(self.name, which)))

    @cached_property
    def listing(self) -> dict[str, Any]:
        """What ``stateroom versions`` says, for a version that comes along: name, extends, status, both SHA-256."""
        for line in bench.versions().lines:
            item: dict[str, Any] = json.loads(line)
            if item["name"] == self.name:
                return item
        raise UnknownNameError("unknown-version", f"`{self.name}` is a file, not one of the versions that come along")

    def check(self) -> list[dict[str, Any]]:
        """Errors and lints as ``stateroom check`` gives them."""
        return texts.check(self.name)

    def __repr__(self) -> str:
        return f"stateroom.version({self.name!r})"

    def _repr_html_(self) -> str:
        return f"<h4>Room version {html.escape(self.name)}</h4><pre>{html.escape(self.print('rules'))}</pre>"


class Comparison(list[dict[str, Any]]):
    """The edits that lead from one version to another, each as ``stateroom compare --json`` gives it."""

    def __init__(self, before: str, after: str, edits: list[dict[str, Any]]):
        super().__init__(edits)
        self.before = before
        self.after = after

    def owned_by(self, owner: str) -> list[dict[str, Any]]:
        """Give the edits of one owner, for example ``"msc4289"``."""
        return [edit for edit in self if owner in edit["owner"]]

    def to_frame(self) -> pandas.DataFrame:
        """Give a data frame with a row for each edit, columns as ``stateroom compare --json`` names them.

        Examples
        --------
        >>> import stateroom
        >>> edits = stateroom.compare("11", "12").to_frame().explode("owner")
        >>> bool((edits.groupby("owner").size()["msc4289"] > 1).item())
        True
        """
        columns = ["section", "label", "change", "owner", "number_before", "number_after", "before", "after", "affects"]
        return frame(self, columns)

    def _repr_html_(self) -> str:
        rows = (
            (
                edit["section"],
                edit["label"],
                edit["change"],
                ", ".join(edit["owner"]),
                edit["number_after"] or edit["number_before"] or "",
            )
            for edit in self
        )
        columns = ["section", "label", "change", "owner", "number"]
        return html_table(columns, rows, f"From {self.before} to {self.after}")


def version(name: str) -> Version:
    """Load a room version by name or by the path of a ``.room`` file.

    Examples
    --------
    >>> import stateroom
    >>> stateroom.version("11")
    stateroom.version('11')
    """
    return Version(name)


def versions() -> list[str]:
    """Names of all versions that come along, numbers first.

    Examples
    --------
    >>> import stateroom
    >>> stateroom.versions()[:3]
    ['1', '2', '3']
    """
    return list(bench.names())


def compare(before: str | Version, after: str | Version) -> Comparison:
    """Compare two versions by label.

    Parameters
    ----------
    before, after : str or Version
        Names, or paths of ``.room`` files; related or not.

    Raises
    ------
    StateroomError
        No version has one of the names, or its text is wrong.

    Examples
    --------
    >>> import stateroom
    >>> sorted({owner for edit in stateroom.compare("11", "12") for owner in edit["owner"]} & {"msc4289", "msc4297"})
    ['msc4289', 'msc4297']
    """
    names = [side.name if isinstance(side, Version) else side for side in (before, after)]
    answers = bench.compare(*names)
    if error := from_lines(answers.lines):
        raise error
    return Comparison(names[0], names[1], [json.loads(line) for line in answers.lines])


__all__ = ["Comparison", "Rule", "Version", "compare", "version", "versions"]
