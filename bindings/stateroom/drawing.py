"""Events of a room as a drawing: a lane for each server, time downwards."""

import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

LANE = 230
ROW = 54
TOP = 42

STYLE = """
.dag{font:12px system-ui,sans-serif;--line:#9aa3b2;--ink:#1b2230;--node:#fff;--mark:#d97706;--bad:#c0392b;
--lane:#f3f5f9}
@media(prefers-color-scheme:dark){.dag{--line:#5b6576;--ink:#e6e9ef;--node:#1d2430;--mark:#f0a33a;--bad:#ff7b6b;
--lane:#161c26}}
.dag text{fill:var(--ink)}.dag .server{font-weight:600}.dag .lane{fill:var(--lane)}
.dag .node{fill:var(--node);stroke:var(--line)}.dag .conflicted .node{stroke:var(--mark);stroke-width:2.5}
.dag .lit .node{fill:var(--mark);fill-opacity:.3}.dag .rejected text{fill:var(--bad);text-decoration:line-through}
.dag .prev{fill:none;stroke:var(--line);stroke-width:1.6}
.dag .auth{fill:none;stroke:var(--mark);stroke-dasharray:3 3;opacity:.55}
.dag .small{font-size:10px;opacity:.7}
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
    who, kind, key = person(event["sender"]), event["type"], event.get("state_key")
    if kind == "m.room.member" and key is not None:
        membership = content.get("membership")
        if key == event["sender"]:
            return f"{who}: {membership}"
        verb = {"ban": "bans", "invite": "invites", "leave": "removes"}.get(str(membership), f"sets {membership} for")
        return f"{who} {verb} {person(key)}"
    if kind == "m.room.power_levels":
        users = content.get("users")
        levels = ", ".join(f"{person(u)} {n}" for u, n in sorted(users.items())) if isinstance(users, dict) else "–"
        return f"{who}: levels {levels}"
    if kind == "m.room.join_rules":
        return f"{who}: join rule {content.get('join_rule')}"
    short = kind.removeprefix("m.room.").replace("_", " ")
    return f"{who}: {short}" + (f" [{key}]" if key else "")


def _clip(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


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
    lanes = sorted({server(e["sender"]) for e in events})
    x = [LANE * lanes.index(server(e["sender"])) + LANE // 2 for e in events]
    y = [TOP + ROW * i + 24 for i in range(len(events))]
    width, height = LANE * max(1, len(lanes)), TOP + ROW * len(events) + 12
    space = ' xmlns="http://www.w3.org/2000/svg"' if standalone else ""
    out = [f'<svg class="dag"{space} viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">']
    if standalone:
        out.append(f"<style>{STYLE}</style>")
    for i, lane in enumerate(lanes):
        out.append(f'<rect class="lane" x="{LANE * i + 6}" y="4" width="{LANE - 12}" height="{height - 8}" rx="10"/>')
        out.append(f'<text class="server" x="{LANE * i + LANE // 2}" y="26" text-anchor="middle">{escape(lane)}</text>')
    for kind in ("auth", "prev") if auth else ("prev",):
        for i, event in enumerate(events):
            for j in event.get(kind, ()):
                bend = 40 if kind == "auth" else (0 if x[i] != x[j] or i - j == 1 else 70)
                middle = (y[i] + y[j]) // 2
                path = f"M{x[i]} {y[i] - 16} C{x[i] - bend} {middle},{x[j] - bend} {middle},{x[j]} {y[j] + 16}"
                out.append(f'<path class="{kind}" d="{path}"/>')
    for i, event in enumerate(events):
        classes = [
            "event",
            *(["conflicted"] if i in conflicted else []),
            *(["rejected"] if event.get("rejected") else []),
        ]
        out.append(f'<g class="{" ".join(classes)}" data-n="{i}"><title>{escape(event.get("id") or "")}</title>')
        out.append(f'<rect class="node" x="{x[i] - 102}" y="{y[i] - 16}" width="204" height="32" rx="8"/>')
        out.append(
            f'<text x="{x[i] - 94}" y="{y[i] + 4}"><tspan class="small">{i} </tspan>'
            f"{escape(_clip(describe(event), 30))}</text></g>"
        )
    out.append("</svg>")
    return "\n".join(out)


def dot(events: Sequence[Mapping[str, Any]], conflicted: frozenset[int] = frozenset()) -> str:
    """Write events in Graphviz's language: a cluster for each server, dashed auth edges."""
    out = ["digraph room {", "  rankdir=BT; node [shape=box, style=rounded];"]
    for lane in sorted({server(e["sender"]) for e in events}):
        out.append(f"  subgraph {json.dumps('cluster_' + lane)} {{ label={json.dumps(lane)};")
        for i, event in enumerate(events):
            if server(event["sender"]) == lane:
                mark = ', color="orange", penwidth=2' if i in conflicted else ""
                out.append(f"    e{i} [label={json.dumps(f'{i} {describe(event)}')}{mark}];")
        out.append("  }")
    for i, event in enumerate(events):
        out.extend(f"  e{i} -> e{j};" for j in event.get("prev", ()))
        out.extend(f"  e{i} -> e{j} [style=dashed, color=gray, constraint=false];" for j in event.get("auth", ()))
    out.append("}")
    return "\n".join(out) + "\n"
