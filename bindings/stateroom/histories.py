"""Histories: what a file holds, what the rules say of each event, and what its state sets resolve to."""

import html
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from stateroom import _core
from stateroom.errors import InputError, from_lines

_bench = _core.Workbench()


@dataclass(frozen=True)
class Decision:
    """What the rules said of an event.

    Attributes
    ----------
    allowed : bool
    label : str or None
        The rule that decided; None if no rule was asked.
    number : str or None
        Its number on the specification's page.
    reads : list of (str, str)
        The entries (type, state_key) of the state that were read, sorted; absent ones too.
    """

    allowed: bool
    label: str | None
    number: str | None
    reads: list[tuple[str, str]]


class State(Mapping[tuple[str, str], str]):
    """A state: ``state[type, state_key]`` is an event id. Ordered by type, then state_key, bytewise."""

    def __init__(self, entries: list[dict[str, str]]):
        self._entries = {(entry["type"], entry["state_key"]): entry["event_id"] for entry in entries}

    def __getitem__(self, key: tuple[str, str]) -> str:
        return self._entries[key]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __repr__(self) -> str:
        return f"State({self._entries!r})"

    def _repr_html_(self) -> str:
        cells = "".join(
            "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in (*key, event)) + "</tr>"
            for key, event in self._entries.items()
        )
        return f"<table><tr><th>type</th><th>state_key</th><th>event</th></tr>{cells}</table>"


class Resolution:
    """A resolved state.

    Attributes
    ----------
    state : State
    room_version, profile, version_sha256 : str
    trace : types.SimpleNamespace
        The named values of the version's text, as attributes: ``r.trace.full_conflicted_set``. A state is a `State`,
        a set of events or an order a list of ids.
    explanation : list of dict
        For each contested key the candidates, where each was, and the rule that decided.
    """

    def __init__(self, answer: dict[str, Any]):
        self.answer = answer
        self.state = State(answer["state"])
        self.room_version: str = answer["room_version"]
        self.profile: str = answer["profile"]
        self.version_sha256: str = answer["version_sha256"]
        self.explanation: list[dict[str, Any]] = answer.get("explanation", [])
        self.trace = SimpleNamespace(
            **{
                name: State(value) if value and isinstance(value[0], dict) else value
                for name, value in answer.get("trace", {}).items()
            }
        )

    def __repr__(self) -> str:
        return f"Resolution({len(self.state)} entries under version {self.room_version}, profile {self.profile})"

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(repr(self))}</p>{self.state._repr_html_()}"


class History:
    """The bytes of one input, and what a room version says about them.

    Parameters
    ----------
    data : bytes
        A history, PDUs, or lines of either.
    name : str
        Stands in the places of errors.
    version : str, optional
        Over what the input says.
    """

    def __init__(self, data: bytes, name: str = "history", version: str | None = None):
        self.data = data
        self.name = name
        self.version = version

    def events(self, *, strict: bool = False) -> list[dict[str, Any]]:
        """Run the checks on receipt; one answer an event, in input order, as ``stateroom events --json`` gives it."""
        answers = _bench.events(self.data, self.name, version=self.version, strict=strict)
        if error := from_lines(answers.lines):
            raise error
        return [json.loads(line) for line in answers.lines]

    def resolve_all(self, *, profile: str = "", readings: dict[str, str] | None = None) -> list[Resolution]:
        """Resolve each history of the input, with trace and explanation."""
        answers = _bench.resolve(
            self.data,
            self.name,
            version=self.version,
            profile=profile,
            readings=readings or {},
            trace=True,
            explain=True,
        )
        if error := from_lines(answers.lines):
            raise error
        return [Resolution(json.loads(line)) for line in answers.lines]

    def resolve(self, *, profile: str = "", readings: dict[str, str] | None = None) -> Resolution:
        """Resolve the state sets of the input, or its forward extremities.

        Raises
        ------
        StateroomError
            The input cannot be read, or holds several histories.
        """
        found = self.resolve_all(profile=profile, readings=readings)
        if len(found) != 1:
            raise InputError("format", f"the input holds {len(found)} histories; `resolve_all` takes many", self.name)
        return found[0]


def read_history(path: str | Path, version: str | None = None) -> History:
    """Read a file of PDUs or histories.

    Raises
    ------
    InputError
        The file cannot be read.
    """
    try:
        return History(Path(path).read_bytes(), str(path), version)
    except OSError as error:
        raise InputError("file", f"cannot read: {error.strerror}", str(path)) from error


def history(events: list[dict[str, Any]], version: str, state_sets: list[list[str]] | None = None) -> History:
    """Make a history of PDUs that are at hand.

    Examples
    --------
    >>> import stateroom
    >>> create = {"event_id": "$c", "type": "m.room.create", "state_key": "", "sender": "@a:x", "room_id": "!r:x",
    ...           "content": {"room_version": "11"}, "prev_events": [], "auth_events": []}
    >>> stateroom.history([create], "11").resolve().state["m.room.create", ""]
    '$c'
    """
    made: dict[str, Any] = {"format": "stateroom-history/1", "room_version": version, "events": events}
    if state_sets is not None:
        made["state_sets"] = state_sets
    return History(json.dumps(made, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def authorise(
    event: dict[str, Any], state: list[dict[str, Any]], version: str, events: list[dict[str, Any]] | None = None
) -> Decision:
    """Ask the rules of a version about an event in a state.

    Parameters
    ----------
    event : dict
        The PDU to judge.
    state, events : list of dict
        PDUs of the state, and others that the event cites.
    version : str
        A name, or the path of a ``.room`` file.

    Examples
    --------
    >>> import stateroom
    >>> event = {"event_id": "$t", "type": "m.room.topic", "state_key": "", "sender": "@a:x", "room_id": "!r:x",
    ...          "content": {}, "prev_events": [], "auth_events": []}
    >>> stateroom.authorise(event, [], "11").allowed
    False
    """
    question = {"room_version": version, "event": event, "state": state, "events": events or []}
    answers = _bench.auth(json.dumps(question).encode(), "event", version=version)
    if error := from_lines(answers.lines):
        raise error
    found = json.loads(answers.lines[0])
    return Decision(found["allowed"], found["label"], found["number"], [(kind, key) for kind, key in found["reads"]])


__all__ = ["Decision", "History", "Resolution", "State", "authorise", "history", "read_history"]
