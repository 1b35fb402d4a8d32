"""Rooms and create events for test vectors that no drawing says.

A message that a policy server signed, what rests on a rejected event, create events with one member otherwise.
"""

from collections.abc import Iterator
from typing import Any

from stateroom.builder import Builder
from stateroom.events import Event
from stateroom.pdus import content_hash, redact

ANNA, BORIS, CHLOE = "@anna:alpha.example", "@boris:beta.example", "@chloe:gamma.example"
POLICY_SERVER, POLICY_KEY = "gamma.example", "ed25519:policy_server"

History = dict[str, Any]
PDU = dict[str, Any]


def rooms(version: str) -> Iterator[tuple[str, History]]:
    """Make the rooms that a version can have.

    Parameters
    ----------
    version
        Name of a room version.

    Yields
    ------
    tuple
        What the room is about, and its history: signed PDUs with the public keys.

    Examples
    --------
    >>> [about for about, _ in rooms("11")]
    ['a message that the policy server signed', 'a message that cites power levels which were rejected']
    """
    yield "a message that the policy server signed", _under_policy(version)
    cites_rejected = _cites_rejected(version)
    if cites_rejected is not None:
        yield "a message that cites power levels which were rejected", cites_rejected
    refused = _refused_create(version)
    if refused is not None:
        yield "a create event that is rejected for its additional creators, and its sender's join", refused


def _public_room(version: str) -> Builder:
    room = Builder(version)
    room.create(ANNA)
    room.join(ANNA)
    room.join_rules(ANNA, "public")
    room.join(BORIS)
    room.join(CHLOE)
    return room


def _under_policy(version: str) -> History:
    """Let the server of a joined user be the policy server, and sign a message of another."""
    room = _public_room(version)
    (key,) = room.keys[POLICY_SERVER].values()
    room.add("m.room.policy", ANNA, {"via": POLICY_SERVER, "public_keys": {"ed25519": key}}, state_key="")
    message = room.add("m.room.message", BORIS, {"body": "word"})
    history = room.to_dict()
    signed = room.sign(POLICY_SERVER, redact(message.pdu, version))
    (signature,) = signed["signatures"][POLICY_SERVER].values()
    history["events"][-1]["signatures"][POLICY_SERVER] = {POLICY_KEY: signature}
    history["keys"][POLICY_SERVER][POLICY_KEY] = key  # for those who look at every signature
    return history


def _cites_rejected(version: str) -> History | None:
    """Let a message cite refused power levels in the place of those in force; None: events cite nothing."""
    room = _public_room(version)
    levels = room.power_levels(ANNA, users={BORIS: 50})
    refused = room.power_levels(CHLOE, users={BORIS: 50})
    message = room.add("m.room.message", BORIS, {"body": "word"})
    if not _cited(message):
        return None
    cited = [refused.event_id if one == levels.event_id else one for one in _cited(message)]
    room.add("m.room.message", BORIS, {"body": "other"}, auth_events=cited)
    return room.to_dict()


def _cited(event: Event) -> list[str]:
    return [one if isinstance(one, str) else one[0] for one in event.pdu.get("auth_events", [])]


def _refused_create(version: str) -> History | None:
    """Let a create event list no list of creators; None: it may."""
    room = Builder(version)
    create = room.create(ANNA, {"additional_creators": "nobody"})
    if room.decision(create).allowed:
        return None
    room.join(ANNA, prev_events=[create])
    return room.to_dict()


def create_events(version: str) -> Iterator[tuple[str, PDU, list[PDU]]]:
    """Make create events that rules may refuse for one member.

    Parameters
    ----------
    version
        Name of a room version.

    Yields
    ------
    tuple
        What is special, the signed event, and the events that it names.

    Examples
    --------
    >>> [about for about, _, _ in create_events("11")][:2]
    ['a create event', 'a create event after another event']
    """
    room = Builder(version)
    create = room.create(ANNA).pdu
    yield "a create event", create, []
    other = Builder(version, seed=1)
    first = other.create(ANNA).pdu
    prev = other.join(ANNA).pdu["prev_events"]
    yield "a create event after another event", _signed(room, create | {"prev_events": prev}), [first]
    elsewhere = create | {"room_id": "!room:beta.example"}
    yield "a create event with the room id of another server", _signed(room, elsewhere), []
    for said, changed in (
        ("with a number as its version", {"room_version": 11}),
        ("without a version", {"room_version": None}),
        ("without a creator", {"creator": None}),
    ):
        content = {name: value for name, value in (create["content"] | changed).items() if value is not None}
        yield f"a create event {said}", _signed(room, create | {"content": content}), []


def _signed(room: Builder, pdu: PDU) -> PDU:
    """Hash and sign a PDU anew."""
    bare = {name: value for name, value in pdu.items() if name not in ("hashes", "signatures")}
    hashed = bare | {"hashes": {"sha256": content_hash(bare, room.version)}}
    signatures = room.sign("alpha.example", redact(hashed, room.version))["signatures"]
    return hashed | {"signatures": signatures}
