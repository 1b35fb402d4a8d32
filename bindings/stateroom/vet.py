"""`stateroom vet`: what a candidate room version changes against a base, and what was found.

The report is a function of the two texts, the seed and the number of histories; only `timings.json` holds the clock.
"""

import html
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from markupsafe import Markup

from stateroom import (
    _core,
    drawing,
    vet_costs,
    vet_named,
    vet_promises,
    vet_readings,
    vet_simulations,
    vet_small_scope,
)
from stateroom.errors import made
from stateroom.prove import Proof
from stateroom.redraw import server_keys
from stateroom.vet_files import heard, is_report, write_folder
from stateroom.vet_pages import VERBS, context, report_data, scope_of, templates

HISTORY = "stateroom-history/1"
NO_TEXT = ("unknown-version", "file")
SCOPE_MAX = 3
PAIRS_MAX = 260_000
SHRINK_TRIES = 300
SHRUNK_MAX = 3
NAMED_MAX = 6  # edits that a sentence names
AT_ONCE = 16  # histories between two looks at the clock


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
    interrupted
        Ctrl-C ended the work: what was done is written.
    broken
        Promises that the base keeps and the candidate breaks.
    """

    folder: Path
    data: dict[str, Any]
    errors: list[dict[str, Any]] = field(default_factory=list)
    interrupted: bool = False
    broken: list[vet_promises.Promise | vet_small_scope.Held] = field(default_factory=list)

    def _repr_html_(self) -> str:
        items = "".join(f"<li>{html.escape(sentence)}</li>" for sentence in self.data["first_screen"])
        return f"<ul>{items}</ul><p>{html.escape(str(self.folder / 'report.html'))}</p>"

    @property
    def welcome(self) -> bool:
        """Whether `--check` is content: no error, no new lint, no broken promise."""
        return not self.errors and not self.data["lints"] and not self.broken


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _is_path(version: str) -> bool:
    return "/" in version or version.endswith(".room")


class Vet:
    """One run. Every stage fills a part of the report."""

    def __init__(
        self,
        candidate: str,
        base: str,
        *,
        histories: int = 200,
        seed: int = 1,
        minutes: float | None = None,
        profile: str = "",
        readings: Mapping[str, str] | None = None,
        prove: bool = True,
    ) -> None:
        self.prove = prove
        self.promises: list[vet_promises.Promise] = []
        self.proofs: dict[str, tuple[Proof, Proof]] = {}
        self.asked = {"base": base, "candidate": candidate}  # as they were given
        self.count, self.seed = histories, seed
        self.profile, self.readings = profile, dict(readings or {})
        self.minutes = minutes
        self.deadline = None if minutes is None else time.monotonic() + 60 * minutes
        self.complete, self.interrupted = True, False
        self.timings: dict[str, float] = {}
        self.files: dict[str, str] = {}
        self.edits: list[dict[str, Any]] = []
        self.lints: list[dict[str, Any]] = []
        self.versions: list[dict[str, Any]] = []
        self.search: dict[str, Any] = {
            "pairs": 0,
            "scope": 0,
            "witnesses": [],
            "base_rules": set(),
            "candidate_rules": set(),
        }
        self.questions: list[dict[str, Any]] = []
        self.runs: list[dict[str, Any]] = []
        self.merges: list[dict[str, Any]] = []
        self.named: list[dict[str, Any]] = []
        self.held: list[vet_small_scope.Held] = []
        self.federations: list[vet_simulations.Federation] = []
        self.costs: dict[str, Any] = {}
        self.bench = _core.Workbench()
        # What the report calls them: the names in the texts, so that it does not matter how a path was typed.
        self.base, self.candidate = (self._name(self.asked[side]) for side in ("base", "candidate"))

    def _name(self, version: str) -> str:
        if not _is_path(version):
            return version
        try:
            head = re.search(r'^room version "([^"]*)"', Path(version).read_text("utf-8"), re.MULTILINE)
        except (OSError, ValueError):
            head = None
        return head[1] if head else Path(version).name.removesuffix(".room")

    def argument(self, side: str) -> str:
        """Give what the commands in the report name a version by: its name, or the copy of its text in the report."""
        version = self.asked[side]
        if not _is_path(version):
            return version
        return f"{self._name(version)}.room" if self.base != self.candidate else f"{side}.room"

    def chosen(self, more: Mapping[str, str] | None = None) -> str:
        """Say which profile and readings hold, and `more` over them, as the command line takes them."""
        readings = self.readings | dict(more or {})
        return "".join(
            [f" --profile {self.profile}" if self.profile else ""]
            + [f" --reading {name}={choice}" for name, choice in sorted(readings.items())]
        )

    def command(self) -> str:
        """Give the command that makes this report again, in its folder."""
        versions = f"{self.argument('candidate')} --against {self.argument('base')}"
        asked = f"--seed {self.seed} --histories {self.count}" + ("" if self.prove else " --no-prove")
        return f"stateroom vet {versions} {asked}{self.chosen()}"

    def errors(self, side: str = "candidate") -> list[dict[str, Any]]:
        """Give the errors of a text.

        Raises
        ------
        StateroomError
            There is no text to have any: no version or file has this name.
        """
        found = _core.vet_check(self.bench, self.asked[side], profile=self.profile, readings=self.readings)
        if any(one["code"] in NO_TEXT for one in found):
            raise made(found[0]["code"], found[0]["message"], found[0]["file"], found[0]["hint"])
        return self._placed(found)

    def _placed(self, diagnostics: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Call a text of one's own by the name of its file alone."""
        own = {v: Path(v).name for v in self.asked.values() if _is_path(v)}
        return [d | {"file": own.get(d["file"], d["file"])} for d in diagnostics]

    def late(self) -> bool:
        """Whether the time is up; then the report is not complete."""
        if self.deadline is not None and time.monotonic() > self.deadline:
            self.complete = False
        return not self.complete

    def run(self, tell: Callable[[str, float], None]) -> None:
        """Go through all stages; `tell` hears the stage and how much of it is done."""
        for name, stage in (
            ("edits", self._edits),
            ("events", self._witnesses),
            ("form and receipt", self._questions),
            ("histories", self._histories),
            ("problem histories", self._scenarios),
            ("attribution", self._attribution),
            ("costs", self._costs),
            ("promises", self._promises),
            ("small histories", self._small_histories),
            ("simulations", self._simulations),
            ("more promises", self._more_promises),
            ("edits without a witness", self._unshown),
            ("larger histories", self._larger_histories),
        ):
            start = time.monotonic()
            tell(name, 0.0)
            try:
                if not self.late():
                    stage(partial(tell, name))
            except KeyboardInterrupt:
                self.complete, self.interrupted = False, True
            self.timings[name.replace(" ", "_") + "_s"] = round(time.monotonic() - start, 3)
            tell(name, 1.0)

    def _edits(self, _tell: Callable[[float], None]) -> None:
        for side in ("base", "candidate"):
            if _is_path(self.asked[side]):
                self.files[self.argument(side)] = Path(self.asked[side]).read_text("utf-8")
        self.work = _core.VetWork(
            self.bench, self.asked["base"], self.asked["candidate"], profile=self.profile, readings=self.readings
        )
        self.versions, self.edits = self.work.versions(), self.work.edits()
        self.lints = self._placed(self.work.lints())
        for edit in self.edits:
            edit |= {"witness": None, "ask": "", "found": None, "shown": None, "scope": "not asked: the time was up"}

    def _costs(self, tell: Callable[[float], None]) -> None:
        vet_costs.measure(self, tell)

    def _promises(self, tell: Callable[[float], None]) -> None:
        if self.prove:
            vet_promises.ask(self, vet_promises.FIRST, tell)

    def _more_promises(self, tell: Callable[[float], None]) -> None:
        if self.prove:
            vet_promises.ask(self, vet_promises.LAST, tell)

    def _small_histories(self, tell: Callable[[float], None]) -> None:
        if self.prove:
            vet_small_scope.ask(self, tell)

    def _larger_histories(self, tell: Callable[[float], None]) -> None:
        if self.prove:
            vet_small_scope.ask_more(self, tell)

    def _simulations(self, tell: Callable[[float], None]) -> None:
        if self.prove:
            vet_simulations.run_both(self, tell)

    def _unshown(self, tell: Callable[[float], None]) -> None:
        if self.prove:
            vet_promises.prove_unshown(self, tell)

    def auth(self, file: str, side: str) -> dict[str, Any]:
        """Ask a witness again: what a version says of the question in a file."""
        [line] = self.bench.auth(
            file.encode(), "witness", version=self.asked[side], profile=self.profile, readings=self.readings
        ).lines
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(f"a witness cannot be read again: {answer['error']['message']}")
        return {k: answer[k] for k in ("allowed", "label", "number")} | {"number": answer["number"] or ""}

    def _witnesses(self, _tell: Callable[[float], None]) -> None:
        search = heard(lambda: self.work.witnesses(SCOPE_MAX, PAIRS_MAX))
        about = {"tool": "stateroom vet", "candidate": self.candidate, "base": self.base}
        for number, witness in enumerate(search["witnesses"], 1):
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
                one["replayed"] = self.auth(self.files[name], side)
                one["event_json"], one["state_json"] = event, state
            witness["holds"] = witness["base"]["replayed"]["allowed"] != witness["candidate"]["replayed"]["allowed"]
        self.search = search

    def _questions(self, _tell: Callable[[float], None]) -> None:
        self.questions = heard(self.work.differences)

    def _attribution(self, tell: Callable[[float], None]) -> None:
        """Find for each edit the smallest set of edits that makes a difference, and a question that shows it."""
        for number, edit in enumerate(self.edits):
            if self.late():
                break
            tell(number / len(self.edits))
            if edit["section"] == "readings":
                vet_readings.attribute(self, edit)
                continue
            edit["scope"] = scope_of(self, edit)
            found = heard(partial(self.work.shown, number))
            if found is None:
                continue
            found["labels"] = [self.edits[other]["label"] for other in found["with"]]
            witness = next((w for w in self.search["witnesses"] if w["question"] == found["question"]), None)
            merge = next((m for m in self.merges if m["question"] == found["question"]), None)
            files = found["files"] = (witness or merge or self._question_files(found))["files"]
            ask = f"stateroom {VERBS.get(found['kind'], 'auth')}"
            found["commands"] = [
                f"{ask} {files[side]} --version {self.argument(side)}{self.chosen()}"
                for side in ("base", "candidate")
                if files[side]
            ]
            edit |= {
                "shown": found,
                "found": witness,
                "witness": files["candidate"] or files["base"],
                "scope": f"{found['words']}: {self._how(found)}",
            }

    def _how(self, found: dict[str, Any]) -> str:
        if found["how"] == "alone":
            return f"{self.base} with this edit alone answers otherwise"
        if found["how"] == "without":
            return f"{self.candidate} without this edit answers otherwise"
        labels = found["labels"]
        named = ", ".join(labels) if len(labels) <= NAMED_MAX else f"{len(labels)} other edits"
        return f"{self.base} answers otherwise with this edit and {named}, and not without one of them"

    def _question_files(self, found: dict[str, Any]) -> dict[str, Any]:
        """Write what was asked as files: events in their states, PDUs, histories."""
        kind, files = found["kind"], self.work.files(found["question"])
        out: dict[str, Any] = {"base": None, "candidate": None}
        about = {"tool": "stateroom vet", "candidate": self.candidate, "base": self.base, "asked": found["words"]}
        text: dict[str, Any]
        for side in ("base", "candidate"):
            one = files[side]
            if one is None:
                continue
            events = [json.loads(e) for e in one["events"]]
            name = f"histories/{kind}-{found['question']:04}.{side}.json"
            if kind == "pdu":  # the same bytes for both
                name, text = f"histories/pdu-{found['question']:04}.json", {"format": HISTORY, "events": events}
            elif kind == "receipt":
                text = {"format": HISTORY, "room_version": one["room_version"], "events": events}
                text["keys"] = server_keys()
            else:
                text = {"room_version": one["room_version"], "event": json.loads(one["event"]), "state": events}
            self.files[name] = _dump(text | {"about": about})
            out[side] = name
        return {"files": out}

    def _histories(self, tell: Callable[[float], None]) -> None:
        try:
            self._make_histories(tell)
        except KeyboardInterrupt:  # what was found till then is shown all the same
            self.complete, self.interrupted = False, True
        self._show_merges()

    def _make_histories(self, tell: Callable[[float], None]) -> None:
        for first in range(0, self.count, AT_ONCE):
            if self.late():
                break
            several = min(AT_ONCE, self.count - first)
            for run in heard(partial(self.work.histories, self.seed + first, several)):
                self.runs.append(run)
                if run["merges_differ"] and len(self.merges) < SHRUNK_MAX:
                    small = heard(partial(self.work.shrunk, run["seed"], SHRINK_TRIES))
                    small["seed"] = run["seed"]
                    self.merges.append(small)
            tell(len(self.runs) / self.count)

    def _show_merges(self) -> None:
        """Write the smallest histories that resolve differently, read them again, and describe their events."""
        self.merges.sort(key=lambda m: (len(m["steps"]), m["seed"]))
        for small in self.merges:
            small["files"] = {}
            for side in ("base", "candidate"):
                one = small[side]
                sets = [[one["event_ids"][s] for s in states] for states in small["state_sets"]]
                name = f"histories/merge-{small['seed']}.{side}.json"
                about = {"tool": "stateroom vet", "seed": small["seed"], "version": one["room_version"]}
                text = {
                    "format": HISTORY,
                    "room_version": one["room_version"],
                    "events": [json.loads(e) for e in one["events"]],
                    "state_sets": sets,
                    "keys": server_keys(),
                    "about": about,
                }
                self.files[name] = _dump(text)
                small["files"][side] = name
                again = _core.show_history(self.files[name], name, self.asked[side], self.profile, self.readings)
                ids = sorted(again["events"][e]["id"] for e in again["result"])
                if ids != sorted(one["event_ids"][s] for _, _, s in one["state"]):
                    raise RuntimeError(f"{name} does not resolve as it did when it was found")
            events = [json.loads(e) for e in small["base"]["events"]]
            small["events"] = [
                {**step, "id": small["base"]["event_ids"][i], "content": events[i].get("content", {})}
                for i, step in enumerate(small["steps"])
            ]

    def _scenarios(self, tell: Callable[[float], None]) -> None:
        vet_named.resolve_all(self, tell)

    # What is said.

    def differ(self) -> int:
        """Count the histories on which the two versions differ."""
        return sum(1 for r in self.runs if r["merges_differ"] or r["verdicts"])


def vet(
    candidate: str,
    against: str,
    *,
    output: str | Path | None = None,
    histories: int = 200,
    seed: int = 1,
    minutes: float | None = None,
    profile: str = "",
    readings: Mapping[str, str] | None = None,
    prove: bool = True,
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
        A ceiling. A report that it cut says so, as one does that Ctrl-C ended.
    profile, readings
        As `stateroom resolve` has them, for both versions; the default is each reading's default.
    prove
        Ask which promises the two versions keep: the prover about single events and about merges in all small
        histories, simulated federations about whole runs.
    tell
        Hears of progress: stage, part done from 0 to 1.

    Raises
    ------
    FileExistsError
        The folder exists and is not a report.
    StateroomError
        No version or file has one of the names, or the base has errors in its text.

    Examples
    --------
    >>> import pathlib, stateroom, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp()) / "report"
    >>> report = stateroom.vet("org.matrix.hydra.11", "12", output=folder, histories=0, prove=False)
    >>> report.data["first_screen"][0], report.welcome
    ('org.matrix.hydra.11 says the same as 12.', True)
    """
    run = Vet(
        candidate,
        against,
        histories=histories,
        seed=seed,
        minutes=minutes,
        profile=profile,
        readings=readings,
        prove=prove,
    )
    folder = Path(output) if output is not None else Path(f"vet-{run.candidate}-{run.base}")
    if folder.exists() and not is_report(folder) and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(f"{folder} exists and is not a report of vet")
    start = time.monotonic()
    environment = templates()
    errors = run.errors()
    if wrong := run.errors("base"):
        raise made(wrong[0]["code"], wrong[0]["message"], "{file}:{line}:{column}".format(**wrong[0]), wrong[0]["hint"])
    if errors:
        data = report_data(run) | {"complete": False, "edits": [], "lints": errors}
        data["first_screen"] = [f"{run.candidate} has errors in its text, so nothing else was done."] + [
            f"{e['file']}:{e['line']}:{e['column']}: {e['message']}" for e in errors
        ]
        shown = {"data": data, "errors": errors, "style": Markup(drawing.STYLE)}
        names = ("errors.html.j2", "errors.md.j2")
    else:
        run.run(tell)
        data, shown = report_data(run), context(run)
        names = ("report.html.j2", "report.md.j2")
    files = {
        **run.files,
        "report.json": _dump(data),
        "report.html": environment.get_template(names[0]).render(shown),
        "report.md": environment.get_template(names[1]).render(shown),
    }
    files["timings.json"] = _dump({**run.timings, "total_s": round(time.monotonic() - start, 3)})
    write_folder(folder, files)
    broken: list[vet_promises.Promise | vet_small_scope.Held] = [p for p in run.promises if p.broken]
    broken += [h for h in run.held if h.broken]
    return Report(folder, data, errors, run.interrupted, broken)
