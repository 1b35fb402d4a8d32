"""For `vet`: the named problem histories, resolved under base and candidate."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stateroom import _core
from stateroom.redraw import redraw

if TYPE_CHECKING:
    from stateroom.vet import Vet


def scenarios() -> list[Path]:
    """Give the named problem histories: those of the package, in a checkout those of its tests.

    Each is there under several versions; one of them is drawn again under any other.
    """
    here = Path(__file__).parent
    folders = (here / "scenarios", here.parent.parent / "tests" / "scenarios")
    folder = next((f for f in folders if f.is_dir()), None)
    return [] if folder is None else sorted(folder.glob("*.11.json"))


def problem_histories() -> list[dict[str, Any]]:
    """Give the named problem histories, each with its name and the story that it tells."""
    out = []
    for path in scenarios():
        history = json.loads(path.read_text("utf-8"))
        about = {member: history["about"][member] for member in ("text", "names")}
        out.append(history | {"about": about | {"name": path.name.partition(".")[0]}})
    return out


def resolve_all(vet: "Vet", tell: Callable[[float], None]) -> None:
    """Resolve each problem history under both versions and say what became of the entries that differ."""
    histories = problem_histories()
    for number, history in enumerate(histories):
        if vet.late():
            break
        tell(number / len(histories))
        one: dict[str, Any] = {"name": history["about"]["name"], "text": history["about"]["text"], "files": {}}
        entries: dict[tuple[str, str], list[str]] = {}
        for place, (side, version) in enumerate((("base", vet.asked["base"]), ("candidate", vet.asked["candidate"]))):
            drawn = redraw(history, version)
            file = one["files"][side] = f"histories/{one['name']}.{side}.json"
            vet.files[file] = json.dumps(drawn, ensure_ascii=False, indent=2) + "\n"
            shown = _core.show_history(vet.files[file], file, version, vet.profile, vet.readings)
            for event in (shown["events"][e] for e in shown["result"]):
                name = drawn["about"]["names"][event["id"]]
                entries.setdefault((event["type"], event["state_key"]), ["–", "–"])[place] = name
        one["differs"] = [
            {"entry": f"{t} {k}".strip(), "key": (t, k), "names": v}
            for (t, k), v in sorted(entries.items())
            if v[0] != v[1]
        ]
        for entry in one["differs"]:
            entry["why"] = {side: _why(vet, one["files"][side], side, *entry["key"]) for side in vet.asked}
        vet.named.append(one)


def _why(vet: "Vet", file: str, side: str, kind: str, key: str) -> list[dict[str, Any]]:
    """Give the candidates of an entry with what became of each, named as in the history."""
    history = json.loads(vet.files[file])
    names = history["about"]["names"]
    [line] = vet.bench.resolve(
        vet.files[file].encode(),
        file,
        version=vet.asked[side],
        profile=vet.profile,
        readings=vet.readings,
        explain=True,
        explain_type=kind,
        explain_state_key=key,
    ).lines
    out = []
    for entry in json.loads(line).get("explanation", []):
        for one in entry["candidates"]:
            rule = " ".join(x for x in (one["number"], one["label"]) if x)
            out.append(
                {
                    "name": names.get(one["event_id"], one["event_id"]),
                    "outcome": one["outcome"],
                    "rule": rule,
                    "in": one["in"],
                    "won": one["event_id"] == entry["winner"],
                }
            )
    return out
