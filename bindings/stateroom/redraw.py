"""A history drawn again: the same events as signed PDUs of another room version."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from stateroom import _core

FORMAT = "stateroom-history/1"


def server_keys() -> dict[str, dict[str, str]]:
    """Give the public keys of the servers that sign what is drawn, as a history file has them."""

    def encode(key: bytes) -> str:
        return base64.b64encode(key).decode().rstrip("=")

    return {s: {k: encode(b) for k, b in sorted(keys.items())} for s, keys in sorted(_core.vet_server_keys().items())}


def redraw(history: Mapping[str, Any], version: str) -> dict[str, Any]:
    """Draw a history again as signed PDUs of a room version.

    Parameters
    ----------
    history
        A history as its file has it: a drawing with names for ids, or signed. `about.names` may give an event a name by
        its id; without one the id without its `$` is the name. An event stands after those that it cites, and senders
        are users of the servers in `server_keys()`.
    version
        Name or path of a room version.

    Returns
    -------
    dict
        A history with ids, hashes, signatures and edges of that version, the public keys, and the names in
        `about.names`. What an event cites is what the history cites, as far as the version's auth events selection
        takes it: a history that cites its create event can be drawn under every version.

    Raises
    ------
    ValueError
        The history cannot be read, or an event cannot be built.

    Examples
    --------
    >>> event = {"event_id": "$create", "type": "m.room.create", "state_key": "", "sender": "@anna:alpha.example"}
    >>> drawn = redraw({"events": [event | {"content": {}, "prev_events": [], "auth_events": []}]}, "11")
    >>> drawn["events"][0]["content"], list(drawn["about"]["names"].values())
    ({'room_version': '11'}, ['create'])
    """
    about = dict(history.get("about", {}))
    known = about.get("names", {})
    names = {i: known.get(i, i.removeprefix("$").partition(":")[0]) for i in _ids(history)}
    drawn = _core.redraw_history(json.dumps(history), "history", version, names)
    new = dict(zip(drawn["ids_before"], drawn["ids"], strict=True))
    events = [json.loads(event) for event in drawn["events"]]
    signers = {server for event in events for server in event["signatures"]}
    about["names"] = {new[i]: names[i] for i in drawn["ids_before"] if i in names}
    out: dict[str, Any] = {"format": FORMAT, "room_version": drawn["room_version"], "about": about, "events": events}
    for member in ("state_sets", "rejected"):
        if member in history:
            out[member] = _renamed(history[member], new)
    return out | {"keys": {server: keys for server, keys in server_keys().items() if server in signers}}


def _ids(history: Mapping[str, Any]) -> list[str]:
    """Find the names that a history gives: those of a signed one are in `about.names`."""
    given = history.get("event_ids", [event.get("event_id") for event in history["events"]])
    return [i for i in given if i is not None] + list(history.get("about", {}).get("names", {}))


def _renamed(ids: Any, new: Mapping[str, str]) -> Any:
    return new[ids] if isinstance(ids, str) else [_renamed(one, new) for one in ids]
