"""What `show` steps through is what `resolve` says."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import stateroom
from stateroom import _core, drawing
from stateroom.redraw import redraw

SCENARIOS = sorted((Path(__file__).parents[1] / "scenarios").glob("*.11.json"))


def resolved(history: dict[str, Any], version: str | None = None) -> set[str]:
    (line,) = _core.Workbench().resolve(json.dumps(history).encode(), "history", version=version).lines
    return {entry["event_id"] for entry in json.loads(line)["state"]}


def shown(history: dict[str, Any], version: str | None = None) -> set[str]:
    found = _core.show_history(json.dumps(history), "history", version)
    return {found["events"][event]["id"] for event in found["result"]}


@pytest.mark.parametrize("version", ["1", "11", "12", "org.matrix.msc4242.12"])
def test_a_scenario_is_shown_as_it_resolves(version: str) -> None:
    for file in SCENARIOS:
        history = redraw(json.loads(file.read_bytes()), version)
        assert shown(history) == resolved(history), file.name
        del history["state_sets"]
        assert shown(history) == resolved(history), file.name


def test_an_event_that_the_rules_refuse_is_in_no_state() -> None:
    history = json.loads(next(f for f in SCENARIOS if f.name.startswith("mainline.")).read_bytes())
    drawn = {name: event_id for event_id, name in history["about"]["names"].items()}
    kept = list(drawn).index("join_charlie") + 1
    history = redraw(history, "11") | {"events": history["events"][:kept]}
    del history["state_sets"]
    topic = {"type": "m.room.topic", "state_key": "", "sender": "@charlie:gamma.example", "content": {"topic": "no"}}
    topic |= {"room_id": history["events"][0]["room_id"], "depth": 9, "origin_server_ts": 1, "hashes": {"sha256": ""}}
    topic |= {"prev_events": [drawn["join_charlie"]], "signatures": {}}
    topic |= {"auth_events": [drawn["create"], drawn["levels_0"], drawn["join_charlie"]]}
    history["events"].append(topic)
    del history["about"]
    found = _core.show_history(json.dumps(history), "history")
    (refused,) = (event for event in found["events"] if event["type"] == "m.room.topic")
    assert refused["rejected"]
    assert not refused["decision"]["allowed"]
    assert shown(history) == resolved(history) == {drawn[n] for n in list(drawn)[:kept]}


HOSTILE = [
    "</script><script>x</script>",
    '" onmouseover="x',
    "\u05e2\u202e",
    "\u0000\u0007\n",
    "<b>&amp;'`",
    '\\" -> e1;\n}',
]


def hostile(tmp_path: Path) -> Path:
    room = stateroom.Builder("11")
    anna = "@anna:alpha.example"
    room.create(anna)
    room.join(anna)
    for text in HOSTILE:
        room.add("org.example" + text, anna, {"body": text}, state_key=text)
    path = tmp_path / "hostile.json"
    path.write_text(json.dumps(room.to_dict()), "utf-8")
    return path


def test_what_a_room_says_stays_text_in_pages_and_drawings(tmp_path: Path) -> None:
    file = hostile(tmp_path)
    page = stateroom.show(file, tmp_path / "page.html").read_text("utf-8")
    assert page.count("<script") == page.count("</script>") == 1
    assert ' onmouseover="' not in page
    svg = stateroom.show(file, tmp_path / "d.svg")
    drawn = ElementTree.parse(svg).getroot()  # letters that XML lacks would make it no XML
    boxes = [g for g in drawn.iter("{http://www.w3.org/2000/svg}g") if "event" in g.get("class", "").split()]
    assert len(boxes) == 2 + len(HOSTILE)
    dot = stateroom.show(file, tmp_path / "d.dot").read_text("utf-8")
    assert sum(1 for line in dot.splitlines() if "[label=" in line) == 2 + len(HOSTILE)
    # Outside of quotes there is nothing of a room's.
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', '""', dot)
    assert re.fullmatch(r'[\w\s{}\[\]=;,."#>-]*', bare)


def test_a_page_says_each_name_in_words_and_why_each_key_came_out_so(tmp_path: Path) -> None:
    file = next(f for f in SCENARIOS if f.name.startswith("msc4297_problem_a."))
    page = stateroom.show(file, tmp_path / "page.html").read_text("utf-8")
    resolution = stateroom.read_history(file).resolve()
    for step in resolution.steps:
        assert f"<code>{step['name']}</code>" in page
    assert page.count('class="card key"') == len(resolution.explanation) == 3
    assert "refused by rule 5 (joined)" in page


def test_no_line_of_a_drawing_crosses_an_event(tmp_path: Path) -> None:
    """Each way is asked at many places; only at its ends may it touch a box."""
    for file in SCENARIOS:
        shown_events = _core.show_history(file.read_bytes(), file.name)["events"]
        places = drawing._Places(shown_events)
        for low, event in enumerate(shown_events):
            for high in event["prev"]:
                for x, y in along(places.way(low, high)):
                    for other in range(len(shown_events)):
                        inside = abs(x - places.x[other]) < drawing.NODE_HALF and abs(y - places.y[other]) < 15
                        assert not inside, (file.name, low, high, other)


def along(path: str) -> Iterator[tuple[float, float]]:
    """Points of a path of M, V and C."""
    x = y = 0.0
    for command, numbers in re.findall(r"([MVC])([^MVC]*)", path):
        values = [float(n) for n in re.findall(r"-?[\d.]+", numbers)]
        if command == "M":
            x, y = values
        elif command == "V":
            for part in range(101):
                yield x, y + (values[0] - y) * part / 100
            y = values[0]
        else:
            ends = [(x, y), *zip(values[::2], values[1::2], strict=True)]
            for part in range(101):
                t = part / 100
                weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
                yield tuple(sum(w * e[axis] for w, e in zip(weights, ends, strict=True)) for axis in (0, 1))
            x, y = ends[-1]
