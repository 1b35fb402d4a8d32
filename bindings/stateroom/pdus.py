"""One PDU under a room version: what redaction leaves, hashes, ids, canonical JSON, signatures."""

import json
from collections.abc import Mapping
from typing import Any

from stateroom import _core
from stateroom.bench import bench
from stateroom.errors import InputError

PDU = Mapping[str, Any]


def to_json(value: Any) -> str:
    """Write a value as JSON that the core reads.

    Raises
    ------
    InputError
        The value is none of JSON's, or holds NaN or an infinity.
    """
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError("json", f"the value cannot be written as JSON: {error}") from error


def redact(pdu: PDU, version: str) -> dict[str, Any]:
    """Redact a PDU: what the version keeps of it.

    Parameters
    ----------
    pdu : dict
    version : str
        A name, or the path of a ``.room`` file.

    Raises
    ------
    StateroomError
        No version has this name, or the PDU holds a number that its canonical JSON does not allow.

    Notes
    -----
    Source: Matrix specification, rooms/vN, "Redactions".

    Examples
    --------
    >>> import stateroom
    >>> stateroom.redact({"type": "m.room.topic", "content": {"topic": "secret"}, "unsigned": {}}, "11")
    {'content': {}, 'type': 'm.room.topic'}
    """
    return dict(json.loads(_core.redact(bench, to_json(pdu), version)))


def event_id(pdu: PDU, version: str) -> str:
    """Give a PDU's event id: its reference hash, or in versions 1 and 2 its member ``event_id``.

    Parameters
    ----------
    pdu : dict
        As it goes over federation: in version 3 and later without a member ``event_id``.
    version : str
        A name, or the path of a ``.room`` file.

    Raises
    ------
    StateroomError
        As `redact`; also where a version 1 PDU has no ``event_id``.

    Notes
    -----
    Source: Matrix specification, rooms/v3 and rooms/v4, "Event IDs"; server-server-api, "Calculating the reference
    hash".

    Examples
    --------
    >>> import stateroom
    >>> pdu = {"type": "m.room.topic", "content": {"topic": "secret"}, "sender": "@a:x"}
    >>> stateroom.event_id(pdu, "11") == stateroom.event_id(stateroom.redact(pdu, "11"), "11")
    True
    """
    return str(_core.event_id(bench, to_json(pdu), version))


def content_hash(pdu: PDU, version: str) -> str:
    """Give the hash that stands in ``hashes.sha256``: unpadded base64 of 32 bytes.

    Parameters
    ----------
    pdu : dict
    version : str
        A name, or the path of a ``.room`` file.

    Raises
    ------
    StateroomError
        As `redact`.

    Notes
    -----
    Source: Matrix specification, server-server-api, "Calculating the content hash for an event".

    Examples
    --------
    >>> import stateroom
    >>> stateroom.content_hash({"type": "m.room.topic"}, "11")
    'o7Cd1dlLfRVnKpNMVauLmMimwtkHCJd2UXc5VmrBrQc'
    """
    return str(_core.content_hash(bench, to_json(pdu), version))


def canonical_json(value: Any, version: str) -> bytes:
    r"""Write a value as the version's canonical JSON.

    Parameters
    ----------
    value
        Anything that JSON has.
    version : str
        A name, or the path of a ``.room`` file.

    Raises
    ------
    StateroomError
        A number that the version's canonical JSON does not allow (version 6 and later), or no JSON.

    Notes
    -----
    Source: Matrix specification, appendices, "Canonical JSON".

    Examples
    --------
    >>> import stateroom
    >>> stateroom.canonical_json({"b": 1, "a": "ü"}, "11")
    b'{"a":"\xc3\xbc","b":1}'
    """
    return str(_core.canonical_json(bench, to_json(value), version)).encode()


def check_format(pdu: PDU, version: str) -> list[str]:
    """Say what the format check finds in a PDU, a sentence each; nothing if it is well formed.

    Parameters
    ----------
    pdu : dict
    version : str
        A name, or the path of a ``.room`` file.

    Raises
    ------
    StateroomError
        No version has this name.

    Notes
    -----
    Source: Matrix specification, rooms/vN, "Event format"; client-server-api, "Size limits".

    Examples
    --------
    >>> import stateroom
    >>> stateroom.check_format({"type": 7}, "11")[0]
    '`type` is not a string'
    """
    return list(_core.check_format(bench, to_json(pdu), version))


def signature(pdu: PDU, version: str, server: str, keys: Mapping[str, Any]) -> str:
    """Check one server's signature of a PDU.

    Parameters
    ----------
    pdu : dict
    version : str
        A name, or the path of a ``.room`` file.
    server : str
        Whose signature.
    keys : dict
        Public keys: ``{server: {"ed25519:id": base64}}``, or an answer of ``/_matrix/key/v2``.

    Returns
    -------
    str
        ``"valid"``, ``"invalid"`` (also without a signature) or ``"no-key"``, which is never to be taken for valid.

    Raises
    ------
    StateroomError
        No version has this name, or the keys cannot be read.

    Notes
    -----
    Source: Matrix specification, server-server-api, "Validating hashes and signatures on received events".

    Examples
    --------
    >>> import stateroom
    >>> room = stateroom.Builder("11")
    >>> create = room.create("@anna:alpha.example")
    >>> stateroom.signature(create.pdu, "11", "alpha.example", room.keys)
    'valid'
    """
    return str(_core.signature_state(bench, to_json(pdu), version, server, to_json(keys)))


__all__ = ["canonical_json", "check_format", "content_hash", "event_id", "redact", "signature"]
