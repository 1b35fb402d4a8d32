"""Histories: what a file holds, what the rules say of each event, and what its state sets resolve to."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from stateroom import _core, drawing
from stateroom.bench import bench
from stateroom.errors import InputError, from_lines
from stateroom.events import Decision, Event, Events, Receipt, Receipts
from stateroom.pdus import to_json
from stateroom.states import Resolution, State

if TYPE_CHECKING:
    import numpy as np
    import pandas
    from numpy.typing import NDArray

DRAWN_MAX = 200


class Edges(NamedTuple):
    """One of a history's graphs as compressed sparse rows: event ``e`` cites ``targets[offsets[e]:offsets[e + 1]]``.

    As ``scipy.sparse.csr_array((ones, edges.targets, edges.offsets))`` wants them. Cited events that the history does
    not have are left out; `History.holes` names them.

    Attributes
    ----------
    offsets : numpy.ndarray
        Shape (events + 1,), int32, read-only.
    targets : numpy.ndarray
        Shape (edges,), int32, read-only: numbers of events, each smaller than the event that cites it.
    """

    offsets: NDArray[np.int32]
    targets: NDArray[np.int32]

    def of(self, event: int) -> NDArray[np.int32]:
        """Give the numbers of the events that an event cites, in its order.

        Parameters
        ----------
        event : int
            Its number, from 0.

        Returns
        -------
        numpy.ndarray
            Shape (cited,), int32, read-only: a part of `targets`.
        """
        return self.targets[self.offsets[event] : self.offsets[event + 1]]


class History:
    """One history under a room version. Nothing is read before something is asked.

    Parameters
    ----------
    data : bytes
        A history, PDUs, or lines of either.
    name : str
        Stands in the places of errors.
    version : str, optional
        Over what the input says.
    strict : bool
        Compute ids; judge format, hashes and signatures too.
    keys : dict, optional
        Public server keys beside those of the file: ``{server: {"ed25519:id": base64}}``.
    profile : str
        Whose readings of the specification; empty: each reading's default.
    readings : dict of str to str, optional
        Choices over the profile's.
    number : int, optional
        Which history of an input that holds several, from 0.

    Raises
    ------
    StateroomError
        By whatever is asked first: the input cannot be read, or holds several histories and no number was given.

    Examples
    --------
    >>> import stateroom
    >>> room = stateroom.Builder("11")
    >>> create = room.create("@anna:alpha.example")
    >>> join = room.join("@anna:alpha.example")
    >>> history = room.history()
    >>> [event.type for event in history.events]
    ['m.room.create', 'm.room.member']
    >>> history.prev.offsets.tolist(), history.prev.targets.tolist()
    ([0, 0, 1], [0])
    >>> history.decision(join).label
    'member.join.creator'
    >>> history.resolve().state["m.room.member", "@anna:alpha.example"] == join.event_id
    True
    """

    def __init__(
        self,
        data: bytes,
        name: str = "history",
        version: str | None = None,
        *,
        strict: bool = False,
        keys: Mapping[str, Any] | None = None,
        profile: str = "",
        readings: Mapping[str, str] | None = None,
        number: int | None = None,
    ):
        self.data = data
        self.name = name
        self.version = version
        self.number = number
        self._asked: dict[str, Any] = {
            "version": version,
            "strict": strict,
            "keys": None if keys is None else to_json(keys),
        }
        self._reading: dict[str, Any] = {"profile": profile, "readings": dict(readings or {})}

    @cached_property
    def _file(self) -> Any:
        file = _core.HistoryFile(self.data, self.name)
        if self.number is None and len(file) > 1:
            raise InputError("format", f"the input holds {len(file)} histories; `read_histories` takes many", self.name)
        return file

    @cached_property
    def _view(self) -> Any:
        return self._file.open(self.number or 0, bench, **self._asked, **self._reading)

    # Events and their graphs

    def __len__(self) -> int:
        return len(self._view)

    @property
    def room_version(self) -> str:
        """The version that it is read under."""
        return str(self._view.version)

    @property
    def ids(self) -> str:
        """Where event ids come from: ``"placeholder"`` (given), ``"computed"`` or ``"strict"``."""
        return str(self._view.ids)

    @property
    def notes(self) -> list[str]:
        """What was left out or repeated on import, a sentence each."""
        return list(self._view.notes)

    @property
    def holes(self) -> list[str]:
        """Ids that events cite and no event has, sorted."""
        return list(self._view.holes)

    @property
    def state_sets(self) -> list[list[str]] | None:
        """The state sets that the input names, as event ids; None if it names none."""
        return self._view.state_sets  # type: ignore[no-any-return]

    @cached_property
    def events(self) -> Events:
        """The events in topological order, ties by event id: ``history.events[3]``, ``history.events["$id"]``."""
        return Events(self._view)

    @property
    def origin_server_ts(self) -> NDArray[np.int64]:
        """Milliseconds by event: shape (events,), int64, read-only, a view of the core's memory."""
        return self._view.origin_server_ts  # type: ignore[no-any-return]

    @property
    def depth(self) -> NDArray[np.int64]:
        """Depth by event: shape (events,), int64, read-only, a view of the core's memory."""
        return self._view.depth  # type: ignore[no-any-return]

    def edges(self, field: str) -> Edges:
        """Give the graph of one member of events.

        Parameters
        ----------
        field : str
            For example ``"prev_events"``.

        Raises
        ------
        UnknownNameError
            Events of this version have no such edges.
        """
        return Edges(*self._view.edges(field))

    @property
    def prev(self) -> Edges:
        """The graph of ``prev_events``; views of the core's memory."""
        return self.edges("prev_events")

    @property
    def auth(self) -> Edges:
        """The graph of ``auth_events``; views of the core's memory. Also where the version derives them (MSC4242)."""
        return self.edges("auth_events")

    # Verdicts and states

    def _index(self, event: int | str | Event) -> int:
        """Find an event of this history: an `Event` may come from another one, so that it goes by its id."""
        return self.events[event.event_id if isinstance(event, Event) else event].index

    def decision(self, event: int | str | Event) -> Decision:
        """Ask the rules about an event in the state before it, as the checks on receipt left that.

        Parameters
        ----------
        event : int, str or Event
            Its number, its id, or itself.

        Raises
        ------
        UnknownNameError
            The history has no such event.
        """
        return Decision.of(self._view.decision(self._index(event)))

    @cached_property
    def decisions(self) -> list[Decision]:
        """The verdict on each event in the state before it, by number."""
        return [Decision.of(self._view.decision(number)) for number in range(len(self))]

    @cached_property
    def receipts(self) -> Receipts:
        """What the checks on receipt found, in the order of the file, as ``stateroom events --json`` says it."""
        lines = self._file.events(self.number or 0, bench, **self._asked, **self._reading).lines
        if error := from_lines(lines):
            raise error
        return Receipts(Receipt.of(json.loads(line)) for line in lines)

    def state_before(self, event: int | str | Event) -> State:
        """Give the state before an event: the resolution of the states after what it cites in ``prev_events``."""
        return State(self._view.before(self._index(event)))

    def state_after(self, event: int | str | Event) -> State:
        """Give the state after an event: that before it, with the event if it is an accepted state event."""
        return State(self._view.after(self._index(event)))

    @property
    def current_state(self) -> State:
        """The resolution of the states after all forward extremities."""
        return State(self._view.current())

    def resolve(self, *, profile: str | None = None, readings: Mapping[str, str] | None = None) -> Resolution:
        """Resolve the state sets of the input, or, if it names none, the states after its forward extremities.

        Parameters
        ----------
        profile : str, optional
            Instead of the history's.
        readings : dict of str to str, optional
            Instead of the history's.

        Raises
        ------
        StateroomError
            The input cannot be read, holds several histories, or no reading has this name.
        """
        reading: dict[str, Any] = {
            "profile": self._reading["profile"] if profile is None else profile,
            "readings": self._reading["readings"] if readings is None else dict(readings),
        }
        file, number, asked = self._file, self.number or 0, self._asked
        view = file.resolve(number, bench, **asked, **reading)
        return Resolution(view, reading["profile"], lambda: file.explain(number, bench, **asked, **reading))

    # Tables and pictures

    def to_frame(self) -> pandas.DataFrame:
        """Give a data frame with a row for each event, indexed by its number; see `Events.to_frame`.

        Examples
        --------
        >>> import stateroom
        >>> room = stateroom.Builder("11")
        >>> create = room.create("@anna:alpha.example")
        >>> room.history().to_frame()[["type", "depth"]].values.tolist()
        [['m.room.create', 1]]
        """
        return self.events.to_frame()

    def decisions_to_frame(self) -> pandas.DataFrame:
        """Give a data frame with a row for each event: what the rules say of it in the state before it.

        Returns
        -------
        pandas.DataFrame
            Indexed by the event's number; columns ``event_id, type, sender, allowed, number, label, reads`` (how many).
        """
        from stateroom.tables import frame

        records = [
            {
                "index": event.index,
                "event_id": event.event_id,
                "type": event.type,
                "sender": event.sender,
                "allowed": decision.allowed,
                "number": decision.number,
                "label": decision.label,
                "reads": len(decision.reads),
            }
            for event, decision in zip(self.events, self.decisions, strict=True)
        ]
        columns = ["index", "event_id", "type", "sender", "allowed", "number", "label", "reads"]
        return frame(records, columns, "index")

    def __repr__(self) -> str:
        return f"<History {self.name!r}, {len(self.data)} bytes>"

    def svg(self) -> str:
        """Draw the graph of ``prev_events`` as SVG: a lane a server, time downwards, conflicted events marked."""
        prev = self.prev
        drawn = [
            {
                "id": event.event_id,
                "sender": event.sender,
                "type": event.type,
                "state_key": event.state_key,
                "content": event.content,
                "prev": prev.of(event.index).tolist(),
                "rejected": event.event_id in self._rejected,
            }
            for event in self.events
        ]
        return drawing.draw(drawn, self._conflicted, standalone=True)

    @cached_property
    def _rejected(self) -> frozenset[str]:
        return frozenset(one.event_id for one in self.receipts if not one.allowed)

    @cached_property
    def _conflicted(self) -> frozenset[int]:
        sets = [frozenset(state.indices.tolist()) for state in self.resolve().inputs]
        return frozenset[int]().union(*sets) - frozenset.intersection(*sets) if sets else frozenset()

    def _repr_html_(self) -> str:
        title = f"{len(self)} events under version {self.room_version}, ids {self.ids}"
        body = self.svg() if len(self) <= DRAWN_MAX else self.events._repr_html_()
        return f"<p>{html.escape(title)}</p>{body}"


def read_input(path: str | Path) -> bytes:
    """Read the bytes of a file, or raise an `InputError` that names it."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise InputError("file", f"cannot read: {error.strerror}", str(path)) from error


def read_history(path: str | Path, version: str | None = None, **options: Any) -> History:
    """Read a file that holds one history, or PDUs.

    Parameters
    ----------
    path : str or Path
    version : str, optional
        Over what the file says.
    **options
        As `History` has them.

    Raises
    ------
    InputError
        The file cannot be read.

    Examples
    --------
    >>> import json, pathlib, stateroom, tempfile
    >>> room = stateroom.Builder("11")
    >>> create = room.create("@anna:alpha.example")
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "room.json"
    >>> _ = path.write_text(json.dumps(room.to_dict()))
    >>> [event.type for event in stateroom.read_history(path, strict=True).events]
    ['m.room.create']
    """
    return History(read_input(path), str(path), version, **options)


def read_histories(path: str | Path, version: str | None = None, **options: Any) -> list[History]:
    r"""Read a file that holds many histories. One that cannot be read raises when it is asked.

    Parameters
    ----------
    path : str or Path
    version : str, optional
        Over what the file says.
    **options
        As `History` has them.

    Raises
    ------
    InputError
        The file cannot be read.

    Examples
    --------
    >>> import json, pathlib, stateroom, tempfile
    >>> room = stateroom.Builder("11")
    >>> create = room.create("@anna:alpha.example")
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "rooms.jsonl"
    >>> _ = path.write_text(2 * (json.dumps(room.to_dict()) + "\n"))
    >>> [len(history) for history in stateroom.read_histories(path)]
    [1, 1]
    """
    data = read_input(path)
    count = len(_core.HistoryFile(data, str(path)))
    return [History(data, str(path), version, number=number, **options) for number in range(count)]


def history(
    events: Sequence[Mapping[str, Any]], version: str, state_sets: Sequence[Sequence[str]] | None = None, **options: Any
) -> History:
    """Make a history of PDUs that are at hand.

    Parameters
    ----------
    events : list of dict
    version : str
        A name, or the path of a ``.room`` file.
    state_sets : list of list of str, optional
        Event ids; without them the history is resolved at its forward extremities.
    **options
        As `History` has them.

    Raises
    ------
    InputError
        Something in a PDU cannot be written as JSON.

    Examples
    --------
    >>> import stateroom
    >>> create = {"event_id": "$c", "type": "m.room.create", "state_key": "", "sender": "@a:x", "room_id": "!r:x",
    ...           "content": {"room_version": "11"}, "prev_events": [], "auth_events": []}
    >>> stateroom.history([create], "11").resolve().state["m.room.create", ""]
    '$c'
    """
    made: dict[str, Any] = {"format": "stateroom-history/1", "room_version": version, "events": list(events)}
    if state_sets is not None:
        made["state_sets"] = [list(one) for one in state_sets]
    return History(to_json(made).encode("utf-8", "surrogatepass"), **options)


def authorise(
    event: Mapping[str, Any],
    state: Sequence[Mapping[str, Any]],
    version: str,
    events: Sequence[Mapping[str, Any]] | None = None,
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

    Raises
    ------
    StateroomError
        A PDU cannot be read, or no version has this name.

    Examples
    --------
    >>> import stateroom
    >>> event = {"event_id": "$t", "type": "m.room.topic", "state_key": "", "sender": "@a:x", "room_id": "!r:x",
    ...          "content": {}, "prev_events": [], "auth_events": []}
    >>> stateroom.authorise(event, [], "11").allowed
    False
    """
    question = {"room_version": version, "event": event, "state": list(state), "events": list(events or [])}
    lines = bench.auth(to_json(question).encode("utf-8", "surrogatepass"), "event", version=version).lines
    if error := from_lines(lines):
        raise error
    return Decision.of(json.loads(lines[0]))


__all__ = ["Edges", "History", "authorise", "history", "read_histories", "read_history"]
