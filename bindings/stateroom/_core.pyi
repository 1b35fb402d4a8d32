# Written by `make stubs`.
"""
The C++ core of Stateroom. The package `stateroom` is what to import; this module is what it stands on.
"""

from __future__ import annotations
import collections.abc
import typing

__all__: list[str] = [
    "VetWork",
    "commit",
    "compiler",
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
