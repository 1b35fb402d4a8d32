"""States, and resolutions with every named value of the version's text."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, overload

from stateroom.errors import from_lines
from stateroom.events import Decision
from stateroom.tables import frame, html_table

if TYPE_CHECKING:
    import numpy as np
    import pandas
    from numpy.typing import NDArray

    Indices = NDArray[np.uint32]


class State(Mapping[tuple[str, str], str]):
    """A state: ``state[type, state_key]`` is an event id. Ordered by type, then state_key, bytewise.

    Equal to any mapping with the same entries.
    """

    def __init__(self, view: Any):
        self._view = view

    @cached_property
    def _entries(self) -> dict[tuple[str, str], str]:
        return {(kind, key): event for kind, key, event in self._view.entries()}

    @property
    def indices(self) -> Indices:
        """The number of each entry's event, in the order of the entries.

        Returns
        -------
        numpy.ndarray
            Shape (entries,), uint32, read-only: a view of the core's memory, which it keeps alive.
        """
        return self._view.indices  # type: ignore[no-any-return]

    def __getitem__(self, key: tuple[str, str]) -> str:
        return self._entries[key]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._view)

    def __repr__(self) -> str:
        return f"State({self._entries!r})"

    def to_frame(self) -> pandas.DataFrame:
        """Give a data frame with a row for each entry: columns ``type, state_key, event_id``."""
        columns = ["type", "state_key", "event_id"]
        return frame([dict(zip(columns, (*key, event), strict=True)) for key, event in self.items()], columns)

    def _repr_html_(self) -> str:
        return html_table(["type", "state_key", "event"], ((*key, event) for key, event in self.items()))


class EventSet(Set[str]):
    """A named set of events: event ids, by number. Compares as a set does.

    Attributes
    ----------
    indices : numpy.ndarray
        The events' numbers, ascending. Shape (events,), uint32, read-only: a view of the core's memory.
    """

    def __init__(self, indices: Indices, event_ids: Sequence[str]):
        self.indices = indices
        self._event_ids = event_ids

    @cached_property
    def _ids(self) -> dict[str, None]:
        return dict.fromkeys(self._event_ids[number] for number in self.indices)

    @classmethod
    def _from_iterable(cls, ids: Any) -> frozenset[str]:  # type: ignore[override]
        return frozenset(ids)

    def __contains__(self, event: object) -> bool:
        return event in self._ids

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self.indices)

    def mask(self) -> NDArray[np.bool_]:
        """Give the set as a bitmap over the history's events: shape (events of the history,), bool; a new array."""
        import numpy as np  # here: it takes a third of the time that the command line needs to start

        out = np.zeros(len(self._event_ids), dtype=np.bool_)
        out[self.indices] = True
        return out

    def __repr__(self) -> str:
        return "{" + ", ".join(repr(one) for one in self) + "}"


class EventOrder(Sequence[str]):
    """A named order of events: event ids, the first one first. Equal to any sequence of the same ids.

    Attributes
    ----------
    indices : numpy.ndarray
        The events' numbers in the order. Shape (events,), uint32, read-only: a view of the core's memory.
    keys : dict of str to list of str
        By what they were put in order, most significant first: the component, with ``descending`` before it where it
        counts down, and its value for each event.
    """

    def __init__(self, indices: Indices, event_ids: Sequence[str], keys: Mapping[str, list[str]]):
        self.indices = indices
        self.keys = dict(keys)
        self._event_ids = event_ids

    @overload
    def __getitem__(self, which: int) -> str: ...
    @overload
    def __getitem__(self, which: slice) -> list[str]: ...

    def __getitem__(self, which: int | slice) -> str | list[str]:
        if isinstance(which, slice):
            return [self._event_ids[number] for number in self.indices[which]]
        return str(self._event_ids[self.indices[which]])

    def __len__(self) -> int:
        return len(self.indices)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and not isinstance(other, str) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(list(self))

    def to_frame(self) -> pandas.DataFrame:
        """Give a data frame with a row for each event in order: ``event_id``, and each component of the key."""
        columns = {name: values for name, values in self.keys.items() if len(values) == len(self)}
        records = [
            {"event_id": event, **{name: values[place] for name, values in columns.items()}}
            for place, event in enumerate(self)
        ]
        return frame(records, ["event_id", *columns])

    def _repr_html_(self) -> str:
        return str(self.to_frame().to_html())


class EventFunction(Mapping[str, str]):
    """A named function of events: event id → value as text, for example ``"100"`` or ``"infinite"``."""

    def __init__(self, values: Mapping[str, str]):
        self._values = dict(values)

    def __getitem__(self, event: str) -> str:
        return self._values[event]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return repr(self._values)


Named = State | EventSet | EventOrder | EventFunction


class Trace(SimpleNamespace):
    """The named values of a resolution as attributes, in the order of the version's text.

    A state is a `State`, a set of events an `EventSet`, an order an `EventOrder`, a function of an event an
    `EventFunction`.
    """

    def _repr_html_(self) -> str:
        kinds: dict[type, str] = {State: "state", EventSet: "set", EventOrder: "order", EventFunction: "function"}
        rows = (
            (name, kinds[type(value)], len(value), ", ".join(value.values() if isinstance(value, State) else value))
            for name, value in vars(self).items()
        )
        return html_table(["name", "kind", "events", ""], rows)


@dataclass(frozen=True)
class Check:
    """One question to the rules inside a resolution.

    Attributes
    ----------
    name : str
        The named value that was being computed.
    event_id : str
    decision : Decision
    """

    name: str
    event_id: str
    decision: Decision


@dataclass(frozen=True)
class Work:
    """What a resolution cost, the same on every machine.

    Attributes
    ----------
    events_touched : int
        How often an event was looked at.
    checks : int
        Questions to the rules.
    """

    events_touched: int
    checks: int


class Resolution:
    """A resolved state, with the way to it.

    Attributes
    ----------
    state : State
        What came out.
    room_version, profile, version_sha256, ids : str
        Under what; `ids` says where event ids come from: ``"placeholder"``, ``"computed"`` or ``"strict"``.
    work : Work
    """

    def __init__(self, view: Any, profile: str, explain: Callable[[], Any]):
        self._view = view
        self._explain = explain
        self.state = State(view.state)
        self.room_version: str = view.version
        self.version_sha256: str = view.version_sha256
        self.ids: str = view.ids
        self.profile = profile or "default"
        self.work = Work(*view.work)

    @cached_property
    def inputs(self) -> list[State]:
        """The state sets."""
        return [State(view) for view in self._view.inputs]

    @cached_property
    def trace(self) -> Trace:
        """The named values of the version's text, as attributes: ``r.trace.full_conflicted_set``."""
        event_ids = self._view.event_ids
        out = Trace()
        for number, (name, kind) in enumerate(self._view.names()):
            value: Named
            if kind == "state":
                value = State(self._view.value_state(number))
            elif kind == "set":
                value = EventSet(self._view.value_indices(number), event_ids)
            elif kind == "order":
                keys = {("descending " if d else "") + c: v for c, d, v in self._view.value_keys(number)}
                value = EventOrder(self._view.value_indices(number), event_ids, keys)
            else:
                value = EventFunction({event_ids[event]: text for event, text in self._view.value_function(number)})
            setattr(out, name, value)
        return out

    @cached_property
    def checks(self) -> list[Check]:
        """The questions to the rules, in the order asked."""
        return [Check(one["name"], one["event_id"], Decision.of(one)) for one in self._view.checks()]

    @cached_property
    def _explained(self) -> dict[str, Any]:
        lines = self._explain().lines
        if error := from_lines(lines):
            raise error
        return dict(json.loads(lines[0]))

    @property
    def explanation(self) -> list[dict[str, Any]]:
        """Each contested key's candidates, where each was, the rule that decided, and it all in words (``text``).

        As ``stateroom resolve --explain --json`` gives it; computed when it is first asked for.
        """
        return list(self._explained["explanation"])

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The resolution in words: ``name``, ``count`` (entries or events) and ``words`` of each named value."""
        return list(self._explained["steps"])

    def explain(self) -> str:
        """Say in words why each contested key came out as it did."""
        said = "\n\n".join(key["text"].rstrip() for key in self.explanation)
        return said or "The state sets agree on every key: there was nothing to decide."

    def __repr__(self) -> str:
        return f"Resolution({len(self.state)} entries under version {self.room_version}, profile {self.profile})"

    def to_frame(self) -> pandas.DataFrame:
        """Give the resolved state as a data frame; see `State.to_frame`."""
        return self.state.to_frame()

    def _repr_html_(self) -> str:
        title = f"{len(self.state)} entries under version {self.room_version}, profile {self.profile}"
        return html_table(["type", "state_key", "event"], ((*key, event) for key, event in self.state.items()), title)


__all__ = ["Check", "EventFunction", "EventOrder", "EventSet", "Resolution", "State", "Trace", "Work"]
