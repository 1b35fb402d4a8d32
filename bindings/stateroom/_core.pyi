# Written by `make stubs`.
"""
The C++ core of Stateroom. The package `stateroom` is what to import; this module is what it stands on.
"""

from __future__ import annotations
import collections.abc
import typing

__all__: list[str] = [
    "Answers",
    "VetWork",
    "Workbench",
    "commit",
    "compiler",
    "format_text",
    "list_errors",
    "redraw_history",
    "replay_auth",
    "show_history",
    "version",
    "vet_check",
    "vet_server_keys",
    "z3_version",
]

class VetWork:
    """
    Two versions, ready to be compared.
    """
    def __init__(self, base: str, candidate: str) -> None: ...
    def edits(self) -> list:
        """
        What differs between the texts, by label.
        """
    def history(self, seed: typing.SupportsInt | typing.SupportsIndex) -> dict:
        """
        Makes and compares one random history.
        """
    def lints(self) -> list:
        """
        Lints of the candidate that the base does not have.
        """
    def shrunk(self, tries: typing.SupportsInt | typing.SupportsIndex) -> typing.Any:
        """
        The last history's first merge that resolves differently, made smaller, or None.
        """
    def versions(self) -> list:
        """
        Base and candidate: name, hashes, choices of readings.
        """
    def witnesses(
        self, scope_max: typing.SupportsInt | typing.SupportsIndex, pairs_max: typing.SupportsInt | typing.SupportsIndex
    ) -> dict:
        """
        Smallest events and states that the two decide differently.
        """

class Answers:
    """
    The lines that a command prints, and what its exit status follows from.
    """
    @property
    def lines(self) -> list[str]:
        """
        JSON objects, one an item.
        """
    @property
    def refused(self) -> bool:
        """
        An item could not be done.
        """
    @property
    def unwelcome(self) -> bool:
        """
        Something differs, warns or was rejected.
        """

class Workbench:
    """
    Room version texts, loaded, checked and compiled once. Not thread-safe.
    """
    def __init__(self) -> None: ...
    def auth(
        self,
        bytes: bytes,
        file: str,
        version: str | None = None,
        profile: str = "",
        readings: collections.abc.Mapping[str, str] = {},
        strict: bool = False,
        keys: str | None = None,
    ) -> Answers:
        """
        Answers of the command auth.
        """
    def check(self, path: str) -> Answers:
        """
        Answers of the command check.
        """
    def compare(self, before: str, after: str) -> Answers:
        """
        Answers of the command compare.
        """
    def events(
        self,
        bytes: bytes,
        file: str,
        version: str | None = None,
        profile: str = "",
        readings: collections.abc.Mapping[str, str] = {},
        strict: bool = False,
        keys: str | None = None,
    ) -> Answers:
        """
        Answers of the command events.
        """
    def names(self) -> list[str]:
        """
        The names of all versions, in order.
        """
    def print(self, version: str, section: str = "", markdown: bool = False) -> str:
        """
        The text of a version or a section, or its English.
        """
    def resolve(
        self,
        bytes: bytes,
        file: str,
        version: str | None = None,
        profile: str = "",
        readings: collections.abc.Mapping[str, str] = {},
        strict: bool = False,
        keys: str | None = None,
        trace: bool = False,
        explain: bool = False,
        explain_type: str | None = None,
        explain_state_key: str | None = None,
        time: typing.SupportsInt | typing.SupportsIndex = 0,
    ) -> Answers:
        """
        Answers of the command resolve.
        """
    def rule(self, version: str, rule: str) -> str:
        """
        A rule by number or label, as JSON.
        """
    def source(self, name: str) -> str:
        """
        The bytes of a version's file.
        """
    def versions(self) -> Answers:
        """
        Answers of the command versions.
        """

def format_text(text: str, file: str) -> tuple[str, list[str]]:
    """
    A room version text laid out as `stateroom format` does, comments kept, and the lines of its errors.
    """

def list_errors() -> Answers:
    """
    Every error code and what it means.
    """

def redraw_history(bytes: str, file: str, version: str, names: collections.abc.Mapping[str, str] = {}) -> dict:
    """
    The first history of a file as signed PDUs of a version, with their ids and those that they had.
    """

def replay_auth(bytes: str, version: str) -> dict:
    """
    The verdict on the event of a file that `stateroom auth` takes.
    """

def show_history(
    bytes: str,
    file: str,
    version: str | None = None,
    profile: str = "",
    readings: collections.abc.Mapping[str, str] = {},
) -> dict:
    """
    A history with its graph, verdicts, and a resolution name by name.
    """

def vet_check(version: str) -> list:
    """
    Errors of a version's text, as `stateroom check` gives them; none if it stands.
    """

def vet_server_keys() -> dict:
    """
    Public keys of the servers in made histories: server, key id, 32 bytes.
    """

def z3_version() -> str:
    """
    The version of the Z3 library that is loaded, for example ``'5.4.1'``.
    """

commit: str
compiler: str
version: str
