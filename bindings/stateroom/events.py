"""Events, the verdicts on them, and what the checks on receipt found."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, overload

from stateroom.errors import UnknownNameError
from stateroom.tables import frame, html_table

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class Decision:
    """What the rules said of an event.

    Attributes
    ----------
    allowed : bool
    label : str or None
        The rule that decided; None if no rule was asked.
    number : str or None
        Its number on the specification's page; None if it has none.
    reads : list of (str, str)
        The entries (type, state_key) of the state that were read, sorted; absent ones too.
    """

    allowed: bool
    label: str | None
    number: str | None
    reads: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def of(cls, members: Mapping[str, Any]) -> Decision:
        """Make a decision of the members that an answer has."""
        reads = [(kind, key) for kind, key in members.get("reads", ())]
        return cls(members["allowed"], members["label"] or None, members["number"] or None, reads)

    def __str__(self) -> str:
        rule = " ".join(filter(None, (self.number, self.label)))
        return f"{'allowed' if self.allowed else 'rejected'} by {rule or 'no rule'}"


@dataclass(frozen=True)
class Event:
    """An event of a history. Two are equal if their ids are.

    Attributes
    ----------
    index : int
        Its number: the row of the history's arrays. Events are numbered in topological order, ties by event id.
    event_id, type, sender : str
    state_key, room_id : str or None
    origin_server_ts : int
        Milliseconds since 1970; 0 where the PDU has none.
    depth : int
        0 where the PDU has none.
    prev_events, auth_events : tuple of str
        The ids that it cites, in its order, also of events that the history does not have. Where a version derives
        ``auth_events`` from the graph (MSC4242) they are empty; `History.auth` has them.
    ill_formed : tuple of str
        What the format check found, a sentence each.
    text : str
        The PDU as JSON.
    """

    event_id: str
    index: int = field(compare=False)
    type: str = field(compare=False)
    state_key: str | None = field(compare=False)
    sender: str = field(compare=False)
    room_id: str | None = field(compare=False, repr=False)
    origin_server_ts: int = field(compare=False, repr=False)
    depth: int = field(compare=False, repr=False)
    prev_events: tuple[str, ...] = field(compare=False, repr=False)
    auth_events: tuple[str, ...] = field(compare=False, repr=False)
    ill_formed: tuple[str, ...] = field(compare=False, repr=False)
    text: str = field(compare=False, repr=False)

    @cached_property
    def pdu(self) -> dict[str, Any]:
        """The whole PDU."""
        return dict(json.loads(self.text))

    @property
    def content(self) -> dict[str, Any]:
        """Its ``content``; empty where that is no object."""
        found = self.pdu.get("content")
        return found if isinstance(found, dict) else {}

    def _repr_html_(self) -> str:
        rows = [("event_id", self.event_id), ("type", self.type), ("state_key", self.state_key)]
        rows += [("sender", self.sender), ("content", json.dumps(self.content, ensure_ascii=False))]
        rows += [("prev_events", ", ".join(self.prev_events)), ("auth_events", ", ".join(self.auth_events))]
        return html_table(["member", "value"], [row for row in rows if row[1] is not None])


class Events(Sequence[Event]):
    """The events of a history in topological order: by number, by slice, or by event id. Made as they are asked for."""

    def __init__(self, view: Any):
        self._view = view

    def __len__(self) -> int:
        return len(self._view)

    @overload
    def __getitem__(self, which: int | str) -> Event: ...
    @overload
    def __getitem__(self, which: slice) -> list[Event]: ...

    def __getitem__(self, which: int | str | slice) -> Event | list[Event]:
        if isinstance(which, slice):
            return [self[number] for number in range(*which.indices(len(self)))]
        if isinstance(which, str):
            found = self._view.find(which)
            if found is None:
                raise UnknownNameError("missing-event", f"the history has no event `{which}`")
            which = int(found)
        number = which + len(self) if which < 0 else which
        if not 0 <= number < len(self):
            raise IndexError(f"there is no event {which} among {len(self)}")
        return Event(**self._view.event(number))

    def __iter__(self) -> Iterator[Event]:
        return (Event(**self._view.event(number)) for number in range(len(self)))

    def __repr__(self) -> str:
        return f"<{len(self)} events>"

    def to_frame(self) -> pandas.DataFrame:
        """Give a data frame with a row for each event, indexed by its number.

        Returns
        -------
        pandas.DataFrame
            Columns ``event_id, type, state_key, sender, origin_server_ts`` (milliseconds), ``depth, prev_events,
            auth_events`` (lists of ids), ``content`` (JSON).
        """
        records = [
            {
                "index": event.index,
                "event_id": event.event_id,
                "type": event.type,
                "state_key": event.state_key,
                "sender": event.sender,
                "origin_server_ts": event.origin_server_ts,
                "depth": event.depth,
                "prev_events": list(event.prev_events),
                "auth_events": list(event.auth_events),
                "content": json.dumps(event.content, ensure_ascii=False),
            }
            for event in self
        ]
        columns = ["index", "event_id", "type", "state_key", "sender", "origin_server_ts", "depth"]
        return frame(records, [*columns, "prev_events", "auth_events", "content"], "index")

    def _repr_html_(self) -> str:
        columns = ["", "event_id", "type", "state_key", "sender"]
        return html_table(columns, ((e.index, e.event_id, e.type, e.state_key or "", e.sender) for e in self))


@dataclass(frozen=True)
class Receipt:
    """What the checks on receipt found of an event, as ``stateroom events --json`` says it.

    Attributes
    ----------
    event_id : str
    ids : str
        ``"placeholder"``, ``"computed"`` or ``"strict"``.
    content_hash : str or None
        The content hash of the PDU as it came, unpadded base64; None if it cannot be hashed.
    content_hash_state : str
        Beside ``hashes.sha256``: ``"valid"``, ``"invalid"`` or ``"absent"``.
    signatures : str
        ``"valid"``, ``"invalid"`` or ``"no-key"``: the worst of `signatures_by_server`.
    signatures_by_server : dict of str to str
        The sender's server, and every other that signed.
    checks : tuple of (str, str)
        Name and outcome of each check.
    allowed : bool
        Neither dropped nor rejected.
    label, number : str or None
        The rule that decided.
    ill_formed : tuple of str
        What the format check found.
    """

    event_id: str
    ids: str
    content_hash: str | None
    content_hash_state: str
    signatures: str
    signatures_by_server: dict[str, str] = field(repr=False)
    checks: tuple[tuple[str, str], ...]
    allowed: bool
    label: str | None
    number: str | None
    ill_formed: tuple[str, ...] = ()

    @classmethod
    def of(cls, line: Mapping[str, Any]) -> Receipt:
        """Make a receipt of a line of ``stateroom events --json``."""
        checks = tuple((check["name"], check["outcome"]) for check in line["checks"])
        return cls(**{**line, "checks": checks, "ill_formed": tuple(line.get("ill_formed", ()))})


class Receipts(tuple[Receipt, ...]):
    """The receipts of a history's events, in the order of its file."""

    def to_frame(self) -> pandas.DataFrame:
        """Give a data frame with a row for each event, indexed by event id.

        Returns
        -------
        pandas.DataFrame
            Columns ``allowed, number, label, signatures, content_hash_state, ids``, and one for each check with its
            outcome.
        """
        columns = ["event_id", "allowed", "number", "label", "signatures", "content_hash_state", "ids"]
        records = [
            {
                **{name: getattr(one, name) for name in columns},
                **{f"check_{check}": outcome for check, outcome in one.checks},
            }
            for one in self
        ]
        checks = list(dict.fromkeys(f"check_{name}" for one in self for name, _ in one.checks))
        return frame(records, [*columns, *checks], "event_id")

    def _repr_html_(self) -> str:
        rows = (
            (
                one.event_id,
                "yes" if one.allowed else "no",
                " ".join(filter(None, (one.number, one.label))),
                one.signatures,
            )
            for one in self
        )
        return html_table(["event", "allowed", "rule", "signatures"], rows)


__all__ = ["Decision", "Event", "Events", "Receipt", "Receipts"]
