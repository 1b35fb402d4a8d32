"""Rooms made event by event: real PDUs with right hashes, ids, edges, depth and signatures, for any room version."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from stateroom import _core
from stateroom.bench import bench
from stateroom.errors import InputError
from stateroom.events import Decision, Event
from stateroom.histories import History
from stateroom.pdus import canonical_json, to_json

SERVERS = ("alpha.example", "beta.example", "gamma.example")


class Builder:
    """A room in the making.

    An event follows the forward extremities if not told otherwise. Its state before is what the version resolves
    there, its auth_events are what the version selects from that, its depth is one more than the greatest that it
    follows.
    Nothing is refused: what the rules reject is made too, does not enter the state, and `decision` says why.

    Parameters
    ----------
    version : str
        A name, or the path of a ``.room`` file.
    servers : sequence of str
        The servers that have signing keys; the first one's name stands in the room id. Users of other servers cannot
        send.
    seed : int
        Decides room id and keys. The same calls with the same seed give the same bytes.

    Attributes
    ----------
    events : list of Event
        As they were made; `Event.index` is the place in this list.

    Raises
    ------
    StateroomError
        No version has this name, or its text is wrong.

    Examples
    --------
    >>> import stateroom
    >>> room = stateroom.Builder("11")
    >>> anna, boris = "@anna:alpha.example", "@boris:beta.example"
    >>> room.create(anna).type
    'm.room.create'
    >>> for event in (room.join(anna), room.power_levels(anna, users={anna: 100}), room.join_rules(anna, "public")):
    ...     assert room.decision(event).allowed
    >>> fork = room.join(boris)
    >>> one = room.add("m.room.topic", anna, {"topic": "one"}, state_key="", prev_events=[fork])
    >>> two = room.add("m.room.topic", boris, {"topic": "two"}, state_key="", prev_events=[fork])
    >>> print(room.decision(two))
    rejected by 7 required_level
    >>> history = room.history()
    >>> {receipt.signatures for receipt in history.receipts}
    {'valid'}
    >>> history.resolve().state["m.room.topic", ""] == one.event_id
    True
    """

    def __init__(self, version: str, servers: Sequence[str] = SERVERS, seed: int = 0):
        if not servers or len(set(servers)) != len(servers):
            raise InputError("format", "a builder needs servers, each once")
        self.version = version
        self.seed = seed
        self.events: list[Event] = []
        self._decisions: list[Decision] = []
        self._core = _core.RoomBuilder(bench, version, seed, list(servers))

    @property
    def keys(self) -> dict[str, dict[str, str]]:
        """Public keys: ``{server: {key id: base64}}``."""
        out: dict[str, dict[str, str]] = {}
        for server, key_id, key in self._core.public_keys():
            out.setdefault(server, {})[key_id] = key
        return out

    @property
    def extremities(self) -> list[Event]:
        """The events that none follows: what the next one follows if not told otherwise. Rejected ones do not count."""
        followed = {cited for one in self.events if self.decision(one).allowed for cited in one.prev_events}
        return [one for one in self.events if self.decision(one).allowed and one.event_id not in followed]

    def _numbers(self, events: Iterable[Event | str]) -> list[int]:
        by_id = {event.event_id: number for number, event in enumerate(self.events)}
        out = []
        for event in events:
            name = event if isinstance(event, str) else event.event_id
            if name not in by_id:
                raise InputError("missing-event", f"the builder has made no event `{name}`")
            out.append(by_id[name])
        return out

    def add(
        self,
        type: str,
        sender: str,
        content: Mapping[str, Any] | None = None,
        *,
        state_key: str | None = None,
        prev_events: Iterable[Event | str] | None = None,
        auth_events: Iterable[Event | str] | None = None,
        redacts: Event | str | None = None,
        origin_server_ts: int | None = None,
        depth: int | None = None,
        cosigners: Iterable[str] = (),
    ) -> Event:
        """Make, sign and append an event.

        Parameters
        ----------
        type, sender : str
        content : dict, optional
            Of a create event without ``creator`` and ``room_version``: they are written as the version has them.
        state_key : str, optional
        prev_events : iterable of Event or str, optional
            The forward extremities if not given.
        auth_events : iterable of Event or str, optional
            What the version selects if not given. Where the version derives them (MSC4242) the PDU has none.
        redacts : Event or str, optional
            Written where the version has it.
        origin_server_ts : int, optional
            Milliseconds; one second after the event made before if not given.
        depth : int, optional
        cosigners : iterable of str
            Servers that sign besides the sender's, for example of ``join_authorised_via_users_server``.

        Raises
        ------
        StateroomError
            A server has no key, an event is not of this builder, or the content holds what canonical JSON does not
            allow.
        """
        members: Mapping[str, Any] = content or {}
        if type == "m.room.create":
            members = {key: value for key, value in members.items() if key not in ("creator", "room_version")}
        follows = self.extremities if prev_events is None else prev_events
        if origin_server_ts is None:
            origin_server_ts = self.events[-1].origin_server_ts + 1000 if self.events else 1_700_000_000_000
        number = self._core.add(
            type,
            state_key,
            sender,
            to_json(members),
            origin_server_ts,
            self._numbers(follows),
            auth_events=None if auth_events is None else self._numbers(auth_events),
            redacts=None if redacts is None else self._numbers([redacts])[0],
            cosigners=list(cosigners),
            depth=depth,
        )
        made = self._core.event(number)
        self._decisions.append(Decision.of({name: made.pop(name) for name in ("allowed", "label", "number")}))
        self.events.append(Event(**made))
        return self.events[-1]

    def create(self, sender: str, content: Mapping[str, Any] | None = None, **options: Any) -> Event:
        """Make the create event.

        Parameters
        ----------
        sender : str
        content : dict, optional
            Without ``creator`` and ``room_version``, which are written as the version has them.
        **options
            As `add` has them.
        """
        return self.add("m.room.create", sender, content, state_key="", prev_events=[], **options)

    def member(self, sender: str, user: str, membership: str, **options: Any) -> Event:
        """Make a membership event of a user.

        Parameters
        ----------
        sender, user : str
            Who sends it, and whose membership it is.
        membership : str
            For example ``"join"``.
        **options
            As `add` has them; ``content`` beside the membership.
        """
        content = {"membership": membership, **options.pop("content", {})}
        return self.add("m.room.member", sender, content, state_key=user, **options)

    def join(self, user: str, **options: Any) -> Event:
        """Make a user's own join; `options` as `member` has them."""
        return self.member(user, user, "join", **options)

    def power_levels(self, sender: str, *, users: Mapping[str, int], **options: Any) -> Event:
        """Make power levels of users.

        Parameters
        ----------
        sender : str
        users : dict of str to int
            Level by user. Version 12 and later refuse the creators among them.
        **options
            As `add` has them; ``content`` holds further members, for example ``{"ban": 60}``.
        """
        content = {"users": dict(users), **options.pop("content", {})}
        return self.add("m.room.power_levels", sender, content, state_key="", **options)

    def join_rules(self, sender: str, join_rule: str, **options: Any) -> Event:
        """Make a join rule.

        Parameters
        ----------
        sender : str
        join_rule : str
            For example ``"public"``.
        **options
            As `add` has them; ``content`` holds further members, for example ``allow``.
        """
        content = {"join_rule": join_rule, **options.pop("content", {})}
        return self.add("m.room.join_rules", sender, content, state_key="", **options)

    def decision(self, event: Event | str) -> Decision:
        """Give the rules' verdict on an event in the state that it was made in; without what was read."""
        return self._decisions[self._numbers([event])[0]]

    def state_before(self, event: Event | str) -> dict[tuple[str, str], str]:
        """Give the state that an event was made in: event id by (type, state_key)."""
        found = self._core.before(self._numbers([event])[0])
        return {key: self.events[number].event_id for key, number in found.items()}

    def sign(self, server: str, value: Mapping[str, Any]) -> dict[str, Any]:
        """Sign any object, for example what an identity server says in a third-party invite.

        Parameters
        ----------
        server : str
            One of the builder's.
        value : dict
            Its ``signatures`` are kept and not signed.

        Raises
        ------
        InputError
            The server has no key.

        Notes
        -----
        Source: Matrix specification, appendices, "Signing JSON".
        """
        unsigned = {key: member for key, member in value.items() if key not in ("signatures", "unsigned")}
        key_id, signature = self._core.sign(server, canonical_json(unsigned, self.version).decode())
        signatures = {name: dict(keys) for name, keys in value.get("signatures", {}).items()}
        signatures.setdefault(server, {})[key_id] = signature
        return {**value, "signatures": signatures}

    def to_dict(self) -> dict[str, Any]:
        """Give the room as a history of format ``stateroom-history/1``, with the public keys.

        Examples
        --------
        >>> import stateroom
        >>> room = stateroom.Builder("12")
        >>> create = room.create("@anna:alpha.example")
        >>> sorted(room.to_dict())
        ['events', 'format', 'keys', 'room_version']
        """
        events = [json.loads(event.text) for event in self.events]
        head = {"format": "stateroom-history/1", "room_version": self.version}
        return {**head, "events": events, "keys": self.keys}

    def history(self, *, strict: bool = True, **options: Any) -> History:
        """Give the room as a history.

        Parameters
        ----------
        strict : bool
            Judge format, hashes and signatures too, which stand.
        **options
            As `History` has them: for example ``version``, to ask another one about the same bytes.
        """
        return History(to_json(self.to_dict()).encode(), "builder", strict=strict, **options)

    def __repr__(self) -> str:
        return f"<Builder of version {self.version}, {len(self.events)} events>"

    def _repr_html_(self) -> str:
        return self.history()._repr_html_()


__all__ = ["Builder"]
