"""`stateroom show`: a history as a drawing, or as a page that steps through its resolution."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from stateroom import _core, drawing
from stateroom.vet_pages import templates

KINDS = {
    "state": "A state: at most one event for each type and state key.",
    "set": "A set of events.",
    "order": "Events in order, the first one first.",
    "function": "A value for each event.",
}


def _conflicted(shown: Mapping[str, Any]) -> frozenset[int]:
    sets = [frozenset(s) for s in shown["state_sets"]]
    return frozenset().union(*sets) - (frozenset.intersection(*sets) if sets else frozenset())


def _stages(shown: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Order what the page steps through: the state sets, each named value of the resolution, the result."""
    out: list[dict[str, Any]] = []
    for i, steps in enumerate(shown["state_sets"], 1):
        text = "One of the states that the resolution has to bring together."
        out.append(
            {"name": f"state set {i}", "kind": "input", "text": text, "steps": steps, "columns": [], "checks": []}
        )
    for value in shown["values"]:
        keys = [(("descending " if down else "") + name, values) for name, down, values in value["keys"]]
        columns = [name for name, values in keys if len(values) == len(value["steps"])]
        text = KINDS[value["kind"]]
        if value["kind"] == "order" and keys:
            text += " Smallest first by " + ", then ".join(name for name, _ in keys) + "."
        checks = [c for c in shown["checks"] if c["name"] == value["name"]]
        if checks:
            text += f" {len(checks)} events were asked on the way, each with the state as it stood then."
        if not value["steps"]:
            text += " Here it is empty."
        columns_of = [values for _, values in keys if len(values) == len(value["steps"])]
        if value["values"]:
            columns, columns_of = ["value", *columns], [value["values"], *columns_of]
        stage = {"name": value["name"], "kind": value["kind"], "text": text, "steps": value["steps"]}
        stage["rows"] = [(s, [c[i] for c in columns_of]) for i, s in enumerate(value["steps"])]
        out.append({**stage, "columns": columns, "checks": checks})
    for stage in out:
        stage.setdefault("rows", [(s, []) for s in stage["steps"]])
    if not out:
        text = "Nothing was resolved: there are no state sets."
        out.append(
            {"name": "result", "kind": "state", "text": text, "steps": [], "rows": [], "columns": [], "checks": []}
        )
    return out


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
    ValueError
        The file is no history, or its version is not known.
    """
    file = Path(file)
    out = Path(output) if output is not None else Path(file.stem + ".html")
    # Bytes go through as they are: a file need not be UTF-8 to be refused with its place.
    text_of: Any = file.read_bytes()
    shown = _core.show_history(text_of, str(file), version, profile, dict(readings or {}))
    marked = _conflicted(shown)
    if out.suffix == ".dot":
        text = drawing.dot(shown["events"], marked)
    elif out.suffix == ".svg":
        text = drawing.draw(shown["events"], marked, standalone=True) + "\n"
    elif out.suffix in (".html", ".htm"):
        context = {
            "name": file.name,
            "shown": shown,
            "stages": _stages(shown),
            "profile": profile or "default",
            "describe": drawing.describe,
            "svg": Markup(drawing.draw(shown["events"], marked, auth=True)),
            "style": Markup(drawing.STYLE),
        }
        text = templates().get_template("show.html.j2").render(context)
    else:
        raise ValueError(f"{out}: the page is written as .html, .svg or .dot")
    out.write_text(text, "utf-8")
    return out
