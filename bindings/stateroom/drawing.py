"""Events of a room as a drawing: a lane for each server, time downwards."""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

LANE = 230
LANE_MIN = 150  # how narrow a page may make a lane before it scrolls
ROW = 54
TOP = 42
NODE_HALF, NODE_HIGH = 102, 16  # half the width and half the height of an event's box
GUTTER = LANE // 2  # from the middle of a lane to the space between two
SAID_MAX = 29  # columns of text in a box
USERS_MAX = 4  # whose levels are said
FILE_ATTRIBUTES = ' xmlns="http://www.w3.org/2000/svg"'

STYLE = """
.dag{font:12px system-ui,sans-serif;--line:#8b95a7;--ink:#1b2230;--node:#fff;--mark:#c96a04;--lit:#fde3bd;--bad:#b3372b;
--lane:#f1f4f8;--paper:#fff}
@media(prefers-color-scheme:dark){.dag{--line:#6d7a90;--ink:#e6e9ef;--node:#2a3446;--mark:#f0a33a;--lit:#6a4a17;
--bad:#ff9082;--lane:#1d2532;--paper:#10151d}}
.dag text{fill:var(--ink)}.dag .server{font-weight:600}.dag .lane{fill:var(--lane)}.dag .paper{fill:var(--paper)}
.dag .node{fill:var(--node);stroke:var(--line)}.dag .conflicted .node{stroke:var(--mark);stroke-width:2.5}
.dag .lit .node{fill:var(--lit)}.dag .rejected text{fill:var(--bad);text-decoration:line-through}
.dag .prev{fill:none;stroke:var(--line);stroke-width:1.6}
.dag .auth{fill:none;stroke:var(--mark);stroke-dasharray:3 3;opacity:.55}
.dag .small{font-size:10px;opacity:.75}
"""


def person(user: str) -> str:
    """Give the short name of a user: what stands before the server."""
    return user.lstrip("@").split(":", 1)[0]


def server(user: str) -> str:
    """Give the server of a user."""
    return user.split(":", 1)[1] if ":" in user else user


def describe(event: Mapping[str, Any]) -> str:
    """Say in a few words what an event does.

    Examples
    --------
    >>> describe({"type": "m.room.member", "sender": "@a:x", "state_key": "@b:x", "content": {"membership": "ban"}})
    'a bans b'
    """
    content = event.get("content") or {}
    if isinstance(content, str):
        content = json.loads(content)
    if not isinstance(content, dict):
        content = {}
    who, kind, key = person(event["sender"]), event["type"], event.get("state_key")
    if kind == "m.room.member" and key is not None:
        membership = content.get("membership")
        if key == event["sender"]:
            return f"{who}: {membership}"
        verb = {"ban": "bans", "invite": "invites", "leave": "removes"}.get(str(membership), f"sets {membership} for")
        return f"{who} {verb} {person(key)}"
    if kind == "m.room.power_levels":
        return f"{who}: levels {_levels(content.get('users'))}"
    if kind == "m.room.join_rules":
        return f"{who}: join rule {content.get('join_rule')}"
    short = kind.removeprefix("m.room.").replace("_", " ")
    return f"{who}: {short}" + (f" [{key}]" if key else "")


def _levels(users: Any) -> str:
    if not isinstance(users, dict) or not users:
        return "–"
    said = [f"{person(user)} {level}" for user, level in sorted(users.items())]
    more = f" and {len(said) - USERS_MAX} more" if len(said) > USERS_MAX else ""
    return ", ".join(said[:USERS_MAX]) + more


def clip(text: str, most: int) -> str:
    """Cut a text to so many columns; wide letters take two."""
    room = most
    for place, letter in enumerate(text):
        room -= 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if room < 0:
            return text[: max(place - 1, 0)] + "…"
    return text


def _text(text: str) -> str:
    """Write a text of a room's for XML: no letter that XML lacks, and its direction kept to itself."""
    seen = "".join(c if c.isprintable() or unicodedata.category(c) == "Cf" else "\ufffd" for c in text)
    return f"\u2068{escape(seen)}\u2069"


class _Places:
    """Where the events of a drawing stand, and the ways between them that cross no other event."""

    def __init__(self, events: Sequence[Mapping[str, Any]]):
        self.lanes = sorted({server(e["sender"]) for e in events})
        number = {lane: i for i, lane in enumerate(self.lanes)}
        self.lane = [number[server(e["sender"])] for e in events]
        self.x = [LANE * lane + LANE // 2 for lane in self.lane]
        self.y = [TOP + ROW * i + 24 for i in range(len(events))]
        self.width, self.height = LANE * max(1, len(self.lanes)), TOP + ROW * len(events) + 12
        self._last = [-1] * len(events)  # the event above in the same lane
        seen: dict[int, int] = {}
        for i, lane in enumerate(self.lane):
            self._last[i] = seen.get(lane, -1)
            seen[lane] = i
        self._next = [len(events)] * len(events)
        for i, above in enumerate(self._last):
            if above >= 0:
                self._next[above] = i

    def way(self, low: int, high: int) -> str:
        """Give the path from an event up to an earlier one."""
        x, y, to_x, to_y = self.x[low], self.y[low] - NODE_HIGH, self.x[high], self.y[high] + NODE_HIGH
        gap = ROW - 2 * NODE_HIGH
        if self._last[low] <= high:  # nothing above in its own lane: straight up, then across below the other
            turn = to_y + gap
            return f"M{x} {y} V{turn} C{x} {turn - gap * 0.6},{to_x} {to_y + gap * 0.6},{to_x} {to_y}"
        if self._next[high] >= low:  # nothing below the other in its lane: across at once, then straight up
            turn = y - gap
            return f"M{x} {y} C{x} {y - gap * 0.6},{to_x} {turn + gap * 0.6},{to_x} {turn} V{to_y}"
        side = to_x + (GUTTER if x > to_x else -GUTTER)
        return (
            f"M{x} {y} C{x} {y - gap * 0.6},{side} {y - gap * 0.4},{side} {y - gap} V{to_y + gap} "
            f"C{side} {to_y + gap * 0.4},{to_x} {to_y + gap * 0.6},{to_x} {to_y}"
        )

    def arc(self, low: int, high: int) -> str:
        """Give the path to an event that is cited in auth_events."""
        x, y, to_x, to_y = self.x[low] - NODE_HALF, self.y[low], self.x[high] - NODE_HALF, self.y[high]
        bend = min(60, 14 + 4 * (low - high))
        return f"M{x} {y} C{x - bend} {y},{to_x - bend} {to_y},{to_x} {to_y}"


def draw(
    events: Sequence[Mapping[str, Any]],
    conflicted: frozenset[int] = frozenset(),
    *,
    standalone: bool = False,
    auth: bool = False,
) -> str:
    """Draw events as SVG.

    Parameters
    ----------
    events
        In topological order, with ``sender``, ``type``, ``state_key``, ``content``, ``prev`` (numbers) and, for auth
        edges, ``auth``.
    conflicted
        Numbers of the events to mark.
    standalone
        With the XML name space and the style, as a file of its own.
    auth
        With the edges to auth events.
    """
    places = _Places(events)
    width, height, narrow = places.width, places.height, LANE_MIN * max(1, len(places.lanes))
    size = f'width="{width}" height="{height}" style="max-width:{width}px;min-width:{narrow}px"'
    space = FILE_ATTRIBUTES if standalone else ""
    out = [f'<svg class="dag"{space} viewBox="0 0 {width} {height}" {size} role="img">']
    out.append("<title>Events by server, time downwards</title>")
    if standalone:
        out.append(f'<style>{STYLE}</style><rect class="paper" width="{width}" height="{height}"/>')
    for i in range(len(places.lanes)):
        out.append(f'<rect class="lane" x="{LANE * i + 6}" y="4" width="{LANE - 12}" height="{height - 8}" rx="10"/>')
    for kind, way in (("auth", places.arc), ("prev", places.way)) if auth else (("prev", places.way),):
        for i, event in enumerate(events):
            out.extend(f'<path class="{kind}" data-e="{i}" d="{way(i, j)}"/>' for j in event.get(kind, ()))
    for i, event in enumerate(events):
        out.append(_box(i, event, places.x[i], places.y[i], conflicted=i in conflicted))
    out.append('<g class="heads">')
    for i, lane in enumerate(places.lanes):
        out.append(f'<rect class="lane" x="{LANE * i + 6}" y="4" width="{LANE - 12}" height="32" rx="10"/>')
        middle = LANE * i + LANE // 2
        out.append(f'<text class="server" x="{middle}" y="26" text-anchor="middle">{_text(clip(lane, 30))}</text>')
    out.append("</g></svg>")
    return "\n".join(out)


def _box(number: int, event: Mapping[str, Any], x: int, y: int, *, conflicted: bool) -> str:
    """Draw one event; what is too long for its box is cut off there."""
    classes = ["event", *(["conflicted"] if conflicted else []), *(["rejected"] if event.get("rejected") else [])]
    left, top, wide, high = x - NODE_HALF, y - NODE_HIGH, 2 * NODE_HALF, 2 * NODE_HIGH
    said = _text(clip(describe(event), SAID_MAX))
    return (
        f'<g class="{" ".join(classes)}" data-n="{number}"><title>{_text(event.get("id") or "")}</title>'
        f'<rect class="node" x="{left}" y="{top}" width="{wide}" height="{high}" rx="8"/>'
        f'<svg x="{left + 8}" y="{top}" width="{wide - 14}" height="{high}"><text x="0" y="{NODE_HIGH + 4}">'
        f'<tspan class="small">{number} </tspan>{said}</text></svg></g>'
    )


def _dot_text(text: str) -> str:
    """Write a text as Graphviz reads it between quotes: only the quote and the backslash are special there."""
    seen = "".join(c if c.isprintable() else "\ufffd" for c in text)
    return '"' + seen.replace("\\", "\\\\").replace('"', '\\"') + '"'


def dot(events: Sequence[Mapping[str, Any]], conflicted: frozenset[int] = frozenset()) -> str:
    """Write events in Graphviz's language: a cluster for each server, dashed auth edges.

    Parameters
    ----------
    events, conflicted
        As `draw` has them.
    """
    out = ["digraph room {", "  rankdir=BT; node [shape=box, style=rounded];"]
    for lane in sorted({server(e["sender"]) for e in events}):
        out.append(f"  subgraph {_dot_text('cluster_' + lane)} {{ label={_dot_text(lane)};")
        for i, event in enumerate(events):
            if server(event["sender"]) == lane:
                mark = ', color="orange", penwidth=2' if i in conflicted else ""
                out.append(f"    e{i} [label={_dot_text(f'{i} {describe(event)}')}{mark}];")
        out.append("  }")
    for i, event in enumerate(events):
        out.extend(f"  e{i} -> e{j};" for j in event.get("prev", ()))
        out.extend(f"  e{i} -> e{j} [style=dashed, color=gray, constraint=false];" for j in event.get("auth", ()))
    out.append("}")
    return "\n".join(out) + "\n"
