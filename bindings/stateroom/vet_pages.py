"""What the pages of `stateroom vet` show, made of what was found."""

import difflib
import json
import re
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from stateroom import drawing, vet_answers, vet_costs, vet_promises, vet_simulations, vet_small_scope
from stateroom.vet_files import FORMAT

if TYPE_CHECKING:
    import jinja2

    from stateroom.vet import Vet

VERBS = {"merge": "resolve --explain", "pdu": "events --strict", "receipt": "events"}
ASKED_ABOUT = {
    "citing": "Events that cite other auth_events than those selected, or name another room",
    "selection": "Which auth events an event has to cite",
    "redaction": "Whether a redaction applies",
    "verdict": "Create events that name somebody else or nobody as the creator; levels that only one of the two takes",
    "pdu": "The form of a PDU: its fields, limits, numbers, id, hashes, redaction, signers, keys",
    "receipt": "What the checks on receipt make of an event that arrives after another one",
}
SAID_MAX = 600  # characters of an answer that a page shows


def scope_of(vet: "Vet", edit: dict[str, Any]) -> str:
    """Say what was asked about an edit that nothing was found for, and why there can be nothing where that is known."""
    section = edit["section"].split()[0]
    asked = {q["kind"]: q["asked"] for q in vet.questions}
    pairs = f"{vet.search['pairs']} pairs of event and state (scope {vet.search['scope']} gone through)"
    citing = f"{asked.get('citing', 0)} events that cite otherwise or name another room"
    pdus = f"{asked.get('pdu', 0)} questions about the form of a PDU"
    selections = f"{asked.get('selection', 0)} selections"
    redactions = f"{asked.get('redaction', 0)} redactions"
    histories = f"{len(vet.runs)} random histories"
    receipts = f"{asked.get('receipt', 0)} events on receipt"
    about = {
        "identifiers": [pdus, citing, pairs],
        "format": [pdus, citing, pairs],
        "limits": [pdus],
        "canonical": [pdus],
        "signatures": [pdus],
        "types": [pairs, citing, pdus, selections, redactions, histories],
        "content": [pairs, citing, pdus, selections, redactions, histories],
        "definitions": [pairs, citing, selections, redactions, histories, receipts],
        "auth": [selections, citing],
        "rules": [pairs, citing, histories],
        "redaction": [redactions, pdus],
        "receipt": [receipts],
        "state": [receipts, histories],
        "resolution": [histories, receipts],
    }
    named = section in ("definitions", "resolution", "types")
    if named and edit["change"] == "removed":
        return (
            f"none can be: nothing in {vet.candidate} says this name any more, so that with it the answers are the same"
        )
    return "none among " + ", ".join(about[section])


def report_data(vet: "Vet") -> dict[str, Any]:
    """Give the content of `report.json`."""
    members = (
        "section",
        "label",
        "change",
        "owner",
        "number_before",
        "number_after",
        "before",
        "after",
        "affects",
        "witness",
        "scope",
    )
    return {
        "format": FORMAT,
        "candidate": vet.candidate,
        "base": vet.base,
        "seed": vet.seed,
        "complete": vet.complete,
        "edits": [{m: None if e[m] == "" else e[m] for m in members} for e in vet.edits],
        "lints": vet.lints,
        "histories": {"run": len(vet.runs), "differ": vet.differ()},
        "properties": [*vet_promises.data(vet), *vet_small_scope.data(vet)],
        "answers": vet_answers.answers(vet),
        "first_screen": vet_answers.first_screen(vet),
    }


def _words(before: str, after: str) -> tuple[Markup, Markup]:
    """Two texts with the words marked that only one of them has."""
    left, right = (re.findall(r"\s+|[\w.\"$@]+|.", t) for t in (before, after))
    out: tuple[list[str], list[str]] = ([], [])
    for tag, i, j, k, m in difflib.SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        a, b = escape("".join(left[i:j])), escape("".join(right[k:m]))
        out[0].append(a if tag == "equal" or not a else f"<del>{a}</del>")
        out[1].append(b if tag == "equal" or not b else f"<ins>{b}</ins>")
    return Markup("".join(out[0])), Markup("".join(out[1]))


def _plain(markdown: str) -> str:
    """Take Markdown's marks out of a rule in English."""
    lines = (line.replace("- ", "", 1) for line in markdown.replace("**", "").replace("`", "").strip().split("\n"))
    return "\n".join(lines)


def _said(answer: str) -> str:
    """Give the part of an answer that is for reading."""
    first = answer.partition("\n")[0]
    return first if len(first) <= SAID_MAX else first[:SAID_MAX] + "…"


def _ticks(text: str) -> Markup:
    """Show words between back quotes as code."""
    return Markup(re.sub(r"`([^`]*)`", r"<code>\1</code>", escape(text)))


def asked_of(vet: "Vet", shown: dict[str, Any]) -> tuple[str, str]:
    """Say of which two texts the answers are that show an edit."""
    if shown["how"] == "choice":
        return f"{shown['version']} with the choice {shown['held']}", f"with the choice {shown['choice']}"
    if shown["how"] == "without":
        return f"{vet.candidate} without this edit", vet.candidate
    too = bool(shown["labels"])
    return vet.base + (" with the others only" if too else ""), f"{vet.base} with this edit" + (" too" if too else "")


def labels(vet: "Vet") -> list[dict[str, Any]]:
    """Pairs of deciding rules on which verdicts in random histories differ, most frequent first."""
    counts: dict[tuple[str, str], int] = {}
    for run in vet.runs:
        for v in run["verdicts"]:
            sides = [
                f"{'allowed' if v[s]['allowed'] else 'refused'} by {v[s]['number']} {v[s]['label']}".replace(
                    "by  ", "by "
                )
                for s in ("base", "candidate")
            ]
            counts[(sides[0], sides[1])] = counts.get((sides[0], sides[1]), 0) + 1
    return [
        {"base": a, "candidate": b, "count": n} for (a, b), n in sorted(counts.items(), key=lambda c: (-c[1], c[0]))
    ]


def explained(vet: "Vet") -> dict[str, Any] | None:
    """Explain the smallest history name by name: for each named value what both versions have for it."""
    if not vet.merges:
        return None
    small = vet.merges[0]

    def say(step: int) -> str:
        return f"{step} {drawing.describe(small['events'][step])}"

    sides = [{v["name"]: v for v in small[side]["values"]} for side in ("base", "candidate")]
    names = list(dict.fromkeys([*sides[0], *sides[1]]))
    rows = []
    for name in names:
        row: dict[str, Any] = {"name": name}
        for side, values in zip(("base", "candidate"), sides, strict=True):
            value = values.get(name)
            row[side] = (
                None
                if value is None
                else [
                    say(s) + (f" → {value['values'][i]}" if value["values"] else "")
                    for i, s in enumerate(value["steps"])
                ]
            )
            row["kind"] = value["kind"] if value else row.get("kind", "")
            if value and value["keys"]:
                row["key_" + side] = ", ".join(("descending " if d else "") + c for c, d, _ in value["keys"])
        row["same"] = row["base"] == row["candidate"]
        row["lit"] = sorted({step for values in sides if name in values for step in values[name]["steps"]})
        rows.append(row)
    checks = {side: [{**c, "said": say(c["step"])} for c in small[side]["checks"]] for side in ("base", "candidate")}
    entries: dict[tuple[str, str], dict[str, int]] = {}
    for side in ("base", "candidate"):
        for kind, key, step in small[side]["state"]:
            entries.setdefault((kind, key), {})[side] = step
    outcome = [
        {
            "type": t,
            "key": k,
            "base": say(v["base"]) if "base" in v else "–",
            "candidate": say(v["candidate"]) if "candidate" in v else "–",
        }
        for (t, k), v in sorted(entries.items())
        if v.get("base") != v.get("candidate")
    ]
    sets = [[say(s) for s in states] for states in small["state_sets"]]
    contested = frozenset(
        s for states in small["state_sets"] for s in states if not all(s in other for other in small["state_sets"])
    )
    svg = Markup(drawing.draw(small["events"], contested))
    return {"rows": rows, "checks": checks, "outcome": outcome, "sets": sets, "svg": svg, "small": small}


def context(vet: "Vet") -> dict[str, Any]:
    """Give what the templates show."""
    for edit in vet.edits:
        edit["marked"] = _words(edit["before"], edit["after"])
        if edit["shown"]:
            edit["shown"]["said"] = [_said(edit["shown"][k]) for k in ("before", "after")]
        edit["said"] = _words(_plain(edit["says_before"]), _plain(edit["says_after"]))
    return {
        "vet": vet,
        "data": report_data(vet),
        "explained": explained(vet),
        "labels": labels(vet),
        "style": Markup(drawing.STYLE),
        "describe": drawing.describe,
        "ticks": _ticks,
        "asked_about": ASKED_ABOUT,
        "asked_of": partial(asked_of, vet),
        "command": vet.command(),
        "note": vet_answers.note(vet),
        "costs": vet_costs.rows(vet),
        "simulated": vet_simulations.rows(vet),
        "pretty": lambda value: json.dumps(value, ensure_ascii=False, indent=1),
    }


def templates() -> "jinja2.Environment":
    """Give the package's templates; what ends with `.html.j2` is escaped."""
    import jinja2

    loader = jinja2.PackageLoader("stateroom", "templates")
    out = jinja2.Environment(
        loader=loader,
        autoescape=jinja2.select_autoescape(["html.j2"]),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    out.filters["sentence"] = lambda text: text[:1].upper() + text[1:]
    return out
