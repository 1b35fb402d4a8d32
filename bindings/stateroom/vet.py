"""`stateroom vet`: what a candidate room version changes against a base, and what was found.

The report is a function of the two texts, the seed and the number of histories; only `timings.json` holds the clock.
"""

import difflib
import json
import re
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from stateroom import _core, drawing
from stateroom.redraw import redraw, server_keys

FORMAT = "stateroom-report/1"
SCOPE_MAX = 3
PAIRS_MAX = 260_000
SHRINK_TRIES = 300
SHRUNK_MAX = 3
ITSELF = 2
PROVER = "The prover is not part of this version of Stateroom: no property was proved or refuted, and none is promised."


@dataclass
class Report:
    """What `vet` wrote, and what it found.

    Attributes
    ----------
    folder
        Where the report is.
    data
        The content of `report.json`.
    errors
        Errors of the candidate's text; if there are any, nothing else was done.
    """

    folder: Path
    data: dict[str, Any]
    errors: list[dict[str, Any]] = field(default_factory=list)

    @property
    def welcome(self) -> bool:
        """Whether `--check` is content: no error, no new lint."""
        return not self.errors and not self.data["lints"]


def scenarios() -> list[Path]:
    """Give the named problem histories: those of the package, in a checkout those of its tests.

    Each is there under several versions; one of them is drawn again under any other.
    """
    here = Path(__file__).parent
    folders = (here / "scenarios", here.parent.parent / "tests" / "scenarios")
    folder = next((f for f in folders if f.is_dir()), None)
    return [] if folder is None else sorted(folder.glob("*.11.json"))


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _is_report(folder: Path) -> bool:
    try:
        return bool(json.loads((folder / "report.json").read_text("utf-8")).get("format") == FORMAT)
    except (OSError, ValueError, AttributeError):
        return False


def _touches(edit: dict[str, Any], witness: dict[str, Any]) -> int:
    """How closely an edit and the rules that decided a witness belong together: 2 itself, 1 what it affects, 0 not."""
    labels = {witness["base"]["label"], witness["candidate"]["label"]}
    label = edit["label"]
    if edit["section"] == "rules" and any(x == label or x.startswith(label + ".") for x in labels):
        return ITSELF
    return 1 if labels & set(edit["affects"]) else 0


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


def _ticks(text: str) -> Markup:
    """Show words between back quotes as code."""
    return Markup(re.sub(r"`([^`]*)`", r"<code>\1</code>", escape(text)))


class Vet:
    """One run. Every stage fills a part of the report."""

    def __init__(self, candidate: str, base: str, *, histories: int, seed: int, minutes: float | None) -> None:
        self.candidate, self.base, self.count, self.seed = candidate, base, histories, seed
        self.deadline = None if minutes is None else time.monotonic() + 60 * minutes
        self.complete = True
        self.timings: dict[str, float] = {}
        self.files: dict[str, str] = {}
        self.edits: list[dict[str, Any]] = []
        self.lints: list[dict[str, Any]] = []
        self.versions: list[dict[str, Any]] = []
        self.search: dict[str, Any] = {"pairs": 0, "scope": 0, "witnesses": []}
        self.runs: list[dict[str, Any]] = []
        self.merges: list[dict[str, Any]] = []
        self.named: list[dict[str, Any]] = []

    def _late(self) -> bool:
        if self.deadline is not None and time.monotonic() > self.deadline:
            self.complete = False
            return True
        return False

    def run(self, tell: Callable[[str, float], None]) -> None:
        """Go through all stages; `tell` hears the stage and how much of it is done."""
        with tempfile.TemporaryDirectory(prefix="stateroom-") as self.scratch:
            self._stages(tell)

    def _stages(self, tell: Callable[[str, float], None]) -> None:
        for name, stage in (
            ("edits", self._edits),
            ("witnesses", self._witnesses),
            ("histories", self._histories),
            ("scenarios", self._scenarios),
        ):
            start = time.monotonic()
            tell(name, 0.0)
            if not self._late():
                stage(partial(tell, name))
            self.timings[name + "_s"] = round(time.monotonic() - start, 3)
            tell(name, 1.0)

    def _edits(self, _tell: Callable[[float], None]) -> None:
        self.work = _core.VetWork(self.base, self.candidate)
        self.versions, self.edits, self.lints = self.work.versions(), self.work.edits(), self.work.lints()
        for edit in self.edits:
            edit |= {"witness": None, "found": None, "together": False, "scope": "not asked: the time was up"}

    def _witnesses(self, _tell: Callable[[float], None]) -> None:
        self.search = self.work.witnesses(SCOPE_MAX, PAIRS_MAX)
        about = {"tool": "stateroom vet", "candidate": self.candidate, "base": self.base}
        for number, witness in enumerate(self.search["witnesses"], 1):
            witness["files"] = {}
            for side in ("base", "candidate"):
                one = witness[side]
                name = f"histories/witness-{number:02}.{side}.json"
                event, state = json.loads(one["event"]), [json.loads(e) for e in one["state"]]
                said = {k: one[k] for k in ("allowed", "label", "number")}
                text = {
                    "room_version": one["room_version"],
                    "event": event,
                    "state": state,
                    "about": about | {"decision": said},
                }
                self.files[name] = _dump(text)
                witness["files"][side] = name
                # What is shown is what the file gives when it is read again, its rules on auth_events included.
                again = _core.replay_auth(self.files[name], getattr(self, side))
                one["replayed"] = again
                one["event_json"], one["state_json"] = event, state
            witness["holds"] = witness["base"]["replayed"]["allowed"] != witness["candidate"]["replayed"]["allowed"]
        found = [w for w in self.search["witnesses"] if w["holds"]]
        owned = [any(_touches(e, w) == ITSELF for e in self.edits) for w in found]
        for edit in self.edits:
            edit["witness"] = edit["found"] = None
            edit["together"] = False
            edit["scope"] = (
                f"scope {self.search['scope']} gone through, {self.search['pairs']} pairs of event and state"
            )
            if edit["section"] == "rules":
                edit["found"] = next((w for w in found if _touches(edit, w) == ITSELF), None)
            elif edit["section"].split()[0] in ("definitions", "types", "content"):
                alone = self._alone(edit)
                if alone is not None:
                    edit["found"] = next((w for w in found if self._decides(w, alone)), None)
                if edit["found"] is None:
                    # Shown with others: of what no rule edit explains first, then of the rules that it reaches.
                    close = [(own, i) for i, own in enumerate(owned) if _touches(edit, found[i])]
                    edit["found"] = found[min(close)[1]] if close else None
                    edit["together"] = edit["found"] is not None
                    edit["scope"] += "; shown together with other edits" if edit["together"] else ""
            elif edit["section"] not in ("resolution", "state before"):
                edit["scope"] = "not asked: the enumeration judges events by the rules, and this is about their form"
            if edit["found"]:
                edit["witness"] = edit["found"]["files"]["candidate"]

    def _alone(self, edit: dict[str, Any]) -> str | None:
        """Write the base with this edit only; None if that is no text that checks."""
        verb = {"inserted": "insert", "replaced": "replace", "removed": "remove"}[edit["change"]]
        entry = edit["label"] if verb == "remove" else edit["after"].replace("\n", "\n  ")
        base = self.versions[0]["name"]
        if Path(self.base).suffix == ".room":
            return None
        path = Path(self.scratch) / f"alone-{len(list(Path(self.scratch).iterdir()))}.room"
        head = f'room version "{path.stem}" extends "{base}"\n  status unstable\n'
        path.write_text(f"{head}\nedit {edit['section']}\n  {verb} {entry}\n", "utf-8")
        return None if _core.vet_check(str(path)) else str(path)

    def _decides(self, witness: dict[str, Any], alone: str) -> bool:
        """Whether the base with one edit decides a witness as the candidate does."""
        file = self.files[witness["files"]["base"]]
        try:
            return bool(_core.replay_auth(file, alone)["allowed"] != witness["base"]["replayed"]["allowed"])
        except ValueError:  # the event has not the form that this edit asks for
            return False

    def _histories(self, tell: Callable[[float], None]) -> None:
        for number in range(self.count):
            if self._late():
                break
            run = self.work.history(self.seed + number)
            self.runs.append(run)
            if run["merges_differ"] and len(self.merges) < SHRUNK_MAX:
                small = self.work.shrunk(SHRINK_TRIES)
                small["seed"] = run["seed"]
                self.merges.append(small)
            tell((number + 1) / self.count)
        self.merges.sort(key=lambda m: (len(m["steps"]), m["seed"]))
        for small in self.merges:
            small["files"] = {}
            for side in ("base", "candidate"):
                one = small[side]
                sets = [[one["event_ids"][s] for s in states] for states in small["state_sets"]]
                name = f"histories/merge-{small['seed']}.{side}.json"
                about = {"tool": "stateroom vet", "seed": small["seed"], "version": one["room_version"]}
                text = {
                    "format": "stateroom-history/1",
                    "room_version": one["room_version"],
                    "events": [json.loads(e) for e in one["events"]],
                    "state_sets": sets,
                    "keys": server_keys(),
                    "about": about,
                }
                self.files[name] = _dump(text)
                small["files"][side] = name
                again = _core.show_history(self.files[name], name, getattr(self, side))
                ids = sorted(again["events"][e]["id"] for e in again["result"])
                if ids != sorted(one["event_ids"][s] for _, _, s in one["state"]):
                    raise RuntimeError(f"{name} does not resolve as it did when it was found")
            events = [json.loads(e) for e in small["base"]["events"]]
            small["events"] = [
                {**step, "id": small["base"]["event_ids"][i], "content": events[i].get("content", {})}
                for i, step in enumerate(small["steps"])
            ]
        for edit in self.edits:
            if edit["section"] not in ("resolution", "state before"):
                continue
            edit["scope"] = f"{len(self.runs)} random histories"
            alone = self._alone(edit) if self.merges else None
            for small in self.merges:
                file, asked = self.files[small["files"]["base"]], edit["section"] == "resolution"
                if alone is not None and asked and self._result(file, alone) != self._result(file, self.base):
                    edit["witness"] = small["files"]["candidate"]
                    break
            if edit["witness"] is None and self.merges:
                edit["witness"] = self.merges[0]["files"]["candidate"]
                edit["together"] = True
                edit["scope"] += "; shown together with other edits"

    def _scenarios(self, _tell: Callable[[float], None]) -> None:
        for path in scenarios():
            history = json.loads(path.read_text("utf-8"))
            history["about"] = {member: history["about"][member] for member in ("text", "names")}
            one: dict[str, Any] = {"name": path.name.partition(".")[0], "text": history["about"]["text"], "files": {}}
            entries: dict[tuple[str, str], list[str]] = {}
            for place, (side, version) in enumerate((("base", self.base), ("candidate", self.candidate))):
                drawn = redraw(history, version)
                file = one["files"][side] = f"histories/{one['name']}.{side}.json"
                self.files[file] = _dump(drawn)
                shown = _core.show_history(self.files[file], file, version)
                for event in (shown["events"][e] for e in shown["result"]):
                    name = drawn["about"]["names"][event["id"]]
                    entries.setdefault((event["type"], event["state_key"]), ["–", "–"])[place] = name
            one["differs"] = [
                {"entry": f"{t} {k}".strip(), "names": v} for (t, k), v in sorted(entries.items()) if v[0] != v[1]
            ]
            self.named.append(one)

    @staticmethod
    def _result(file: str, version: str) -> list[str]:
        shown = _core.show_history(file, "history", version)
        return sorted(shown["events"][e]["id"] for e in shown["result"])

    # What is said.

    def differ(self) -> int:
        """Count the histories on which the two versions differ."""
        return sum(1 for r in self.runs if r["merges_differ"] or r["verdicts"])

    def first_screen(self) -> list[str]:
        """Answer in sentences: what changes, what was found, what is not known."""
        owners = sorted({o for e in self.edits for o in e["owner"]})
        with_witness = sum(1 for e in self.edits if e["witness"])
        merges = sum(1 for r in self.runs if r["merges_differ"])
        verdicts = sum(1 for r in self.runs if r["verdicts"])
        form = sum(1 for e in self.edits if e["scope"].startswith("not asked"))
        none = len(self.edits) - with_witness - form
        out = [
            f"{self.candidate} makes {len(self.edits)} edits to {self.base}"
            + (f", owned by {', '.join(owners)}." if owners else "."),
            f"For {with_witness} of them an event or a history shows a difference; for {none} none was found among "
            f"{self.search['pairs']} pairs of event and state and {len(self.runs)} histories, which does not say that "
            "there is none."
            + (f" {form} are about the form of events, which is not asked." if form and self.complete else ""),
            f"Of {len(self.runs)} random histories {self.differ()} differ: {merges} at a merge, "
            f"{verdicts} in a verdict on an event.",
            f"Of {len(self.named)} named problem histories "
            f"{sum(1 for n in self.named if n['differs'])} resolve differently.",
            f"{len(self.lints)} lints are new." if self.lints else "No lint is new.",
            PROVER,
        ]
        if not self.edits:
            out[0] = f"{self.candidate} says the same as {self.base}."
            out[1] = f"{self.search['pairs']} pairs of event and state were decided alike."
        if not self.complete:
            out.insert(0, "The time was up before all was done: this report is not complete.")
        return out

    def data(self) -> dict[str, Any]:
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
            "candidate": self.candidate,
            "base": self.base,
            "seed": self.seed,
            "complete": self.complete,
            "edits": [{m: e[m] for m in members} for e in self.edits],
            "lints": self.lints,
            "histories": {"run": len(self.runs), "differ": self.differ()},
            "properties": [],
            "first_screen": self.first_screen(),
        }

    def labels(self) -> list[dict[str, Any]]:
        """Pairs of deciding rules on which verdicts in random histories differ, most frequent first."""
        counts: dict[tuple[str, str], int] = {}
        for run in self.runs:
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

    def explained(self) -> dict[str, Any] | None:
        """Explain the smallest history name by name: for each named value what both versions have for it."""
        if not self.merges:
            return None
        small = self.merges[0]

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
            rows.append(row)
        checks = {
            side: [{**c, "said": say(c["step"])} for c in small[side]["checks"]] for side in ("base", "candidate")
        }
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

    def context(self) -> dict[str, Any]:
        """Give what the templates show."""
        for edit in self.edits:
            edit["marked"] = _words(edit["before"], edit["after"])
            edit["said"] = _words(_plain(edit["says_before"]), _plain(edit["says_after"]))
        return {
            "vet": self,
            "data": self.data(),
            "explained": self.explained(),
            "labels": self.labels(),
            "style": Markup(drawing.STYLE),
            "describe": drawing.describe,
            "ticks": _ticks,
            "command": f"stateroom vet {self.candidate} --against {self.base} "
            f"--seed {self.seed} --histories {self.count}",
            "pretty": lambda value: json.dumps(value, ensure_ascii=False, indent=1),
        }


def templates() -> jinja2.Environment:
    """Give the package's templates; what ends with `.html.j2` is escaped."""
    loader = jinja2.PackageLoader("stateroom", "templates")
    return jinja2.Environment(
        loader=loader,
        autoescape=jinja2.select_autoescape(["html.j2"]),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )


def _write(folder: Path, files: dict[str, str]) -> None:
    """Write all files beside the folder, then put them in its place."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=".vet-", dir=folder.parent))
    try:
        made.chmod(0o755)
        (made / "histories").mkdir()
        for name, text in files.items():
            (made / name).write_text(text, "utf-8")
        if folder.exists():
            shutil.rmtree(folder)
        made.rename(folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def vet(
    candidate: str,
    against: str,
    *,
    output: str | Path | None = None,
    histories: int = 200,
    seed: int = 1,
    minutes: float | None = None,
    tell: Callable[[str, float], None] = lambda _stage, _part: None,
) -> Report:
    """Vet a candidate room version against a base and write the report.

    Parameters
    ----------
    candidate, against
        Names of room versions, or paths of `.room` files.
    output
        The report's folder; default `vet-CANDIDATE-BASE`. One that exists is replaced only if it is such a report.
    histories
        Random histories to make; their seeds are `seed`, `seed` + 1, …
    seed
        Decides everything random.
    minutes
        A ceiling. A report that it cut says so.
    tell
        Hears of progress: stage, part done from 0 to 1.

    Raises
    ------
    FileExistsError
        The folder exists and is not a report.
    ValueError
        The base has errors in its text.
    """

    def short(name: str) -> str:
        return Path(name).name.removesuffix(".room")

    folder = Path(output) if output is not None else Path(f"vet-{short(candidate)}-{short(against)}")
    if folder.exists() and not _is_report(folder) and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(f"{folder} exists and is not a report of vet")
    start = time.monotonic()
    environment = templates()
    errors = _core.vet_check(candidate)
    run = Vet(candidate, against, histories=histories, seed=seed, minutes=minutes)
    if errors:
        data = run.data() | {"complete": False, "edits": [], "lints": errors}
        data["first_screen"] = [f"{candidate} has errors in its text, so nothing else was done."] + [
            f"{e['file']}:{e['line']}:{e['column']}: {e['message']}" for e in errors
        ]
        context = {"data": data, "errors": errors, "style": Markup(drawing.STYLE)}
        names = ("errors.html.j2", "errors.md.j2")
    else:
        run.run(tell)
        data, context = run.data(), run.context()
        names = ("report.html.j2", "report.md.j2")
    files = {
        **run.files,
        "report.json": _dump(data),
        "report.html": environment.get_template(names[0]).render(context),
        "report.md": environment.get_template(names[1]).render(context),
    }
    files["timings.json"] = _dump({**run.timings, "total_s": round(time.monotonic() - start, 3)})
    _write(folder, files)
    return Report(folder, data, errors)
