"""`stateroom show`: a history as a drawing, or as a page that steps through its resolution."""

import re
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from typing import Any

from markupsafe import Markup

from stateroom import _core, drawing
from stateroom.errors import InputError
from stateroom.histories import History, read_input
from stateroom.vet_pages import templates

SAID_MAX = 120  # columns of an event's description
KINDS = {
    "state": "A state: at most one event for each type and state key.",
    "set": "A set of events.",
    "order": "Events in order, the first one first.",
    "function": "A value for each event.",
}


def _conflicted(shown: Mapping[str, Any]) -> frozenset[int]:
    sets = [frozenset(s) for s in shown["state_sets"]]
    return frozenset().union(*sets) - (frozenset.intersection(*sets) if sets else frozenset())


def _stage(name: str, kind: str, text: str, steps: list[int]) -> dict[str, Any]:
    return {"name": name, "kind": kind, "text": text, "steps": steps, "columns": [], "checks": [], "more": "",
            "rows": [(step, []) for step in steps]}  # fmt: skip


def _named(words: str, names: Iterable[str]) -> Markup:
    """Show the names of the version's text in a sentence, and what stands between back quotes, as code."""
    known = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    said = re.sub(rf"`([^`]*)`|\b({known})\b", lambda m: f"<code>{m[1] or m[2]}</code>", escape(words))
    return Markup(said)


def _stages(shown: Mapping[str, Any], words: Mapping[str, str]) -> list[dict[str, Any]]:
    """Order what the page steps through: the state sets, each named value of the resolution, the result.

    Parameters
    ----------
    shown
        As the core gives a history to be shown.
    words
        What each named value is, in words; a kind's own sentence stands for what is missing.
    """
    out: list[dict[str, Any]] = []
    for i, steps in enumerate(shown["state_sets"], 1):
        text = "One of the states that the resolution has to bring together."
        out.append(_stage(f"state set {i}", "input", text, steps))
    for value in shown["values"]:
        name, steps = value["name"], value["steps"]
        text = _named(words[name], words) if name in words else KINDS[value["kind"]]
        stage = _stage(name, value["kind"], text, steps)
        columns = [(("descending " if down else "") + key, values) for key, down, values in value["keys"]]
        if value["values"]:
            columns.insert(0, ("value", value["values"]))
        columns = [(key, values) for key, values in columns if len(values) == len(steps)]
        stage["columns"] = [key for key, _ in columns]
        stage["rows"] = [(step, [values[i] for _, values in columns]) for i, step in enumerate(steps)]
        stage["checks"] = [c for c in shown["checks"] if c["name"] == name]
        if stage["checks"]:
            asked = len(stage["checks"])
            stage["more"] = f"{asked} {'event was' if asked == 1 else 'events were'} tried on the way."
        elif not steps:
            stage["more"] = "Here it is empty."
        out.append(stage)
    return out or [_stage("result", "state", "Nothing was resolved: there are no state sets.", [])]


def _kept_apart(text: str) -> Markup:
    """Write a text of a room's so that its direction does not turn what stands beside it."""
    return Markup("<bdi>{}</bdi>").format(text)


def show(
    file: str | Path,
    output: str | Path | None = None,
    *,
    version: str | None = None,
    profile: str = "",
    readings: Mapping[str, str] | None = None,
) -> Path:
    """Draw a history.

    Parameters
    ----------
    file
        A history file; of several histories in it the first.
    output
        A `.html` page, `.svg` or `.dot` file; default the file's name with `.html`.
    version
        Instead of the version that the file names.
    profile, readings
        As `stateroom resolve` has them.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    StateroomError
        The file cannot be read or is no history, its version is not known, or the output cannot be written.

    Examples
    --------
    >>> import json, pathlib, stateroom, tempfile
    >>> room = stateroom.Builder("11")
    >>> create = room.create("@anna:alpha.example")
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "room.json"
    >>> _ = path.write_text(json.dumps(room.to_dict()))
    >>> stateroom.show(path, path.with_suffix(".svg")).read_text()[:16]
    '<svg class="dag"'
    """
    file = Path(file)
    out = Path(output) if output is not None else Path(file.stem + ".html")
    # Bytes go through as they are: a file need not be UTF-8 to be refused with its place.
    data: Any = read_input(file)
    shown = _core.show_history(data, str(file), version, profile, dict(readings or {}))
    marked = _conflicted(shown)
    if out.suffix == ".dot":
        text = drawing.dot(shown["events"], marked)
    elif out.suffix == ".svg":
        text = drawing.draw(shown["events"], marked, standalone=True) + "\n"
    elif out.suffix in (".html", ".htm"):
        # The way to the result in words, and why each contested key came out as it did.
        resolution = History(
            data, str(file), version, number=0, profile=profile, readings=dict(readings or {})
        ).resolve()
        words = {step["name"]: step["words"] for step in resolution.steps}
        context = {
            "name": file.name,
            "shown": shown,
            "stages": _stages(shown, words),
            "explanation": resolution.explanation,
            "number_of": {event["id"]: number for number, event in enumerate(shown["events"])},
            "profile": profile or "default",
            "describe": lambda event: _kept_apart(drawing.clip(drawing.describe(event), SAID_MAX)),
            "svg": Markup(drawing.draw(shown["events"], marked, auth=True)),
            "style": Markup(drawing.STYLE),
        }
        text = templates().get_template("show.html.j2").render(context)
    else:
        raise InputError("file", "the page is written as .html, .svg or .dot", str(out))
    try:
        out.write_text(text, "utf-8")
    except OSError as error:
        raise InputError("file", f"cannot write: {error.strerror}", str(out)) from error
    return out
