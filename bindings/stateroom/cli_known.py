"""Parts of the command `prove`: `--effort`, `--known`, `--list`."""

import json
import sys

from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from stateroom import known
from stateroom._core import solver_version
from stateroom.effort import Efforts, effort
from stateroom.explore import history_properties, hypotheses
from stateroom.output import people, table, words
from stateroom.prove import properties

EFFORT_ROWS = 20  # rules that a table shows
HYPOTHESES = {
    "well-formed-state": "the create event is there and was not rejected, after it alone nothing else is; no "
    "static rule of the version rejects an entry; senders are user ids",
    "limits": "lists are as long as the version lets them be, levels are what 64 bits hold",
    "legal-in-either": "of same-rules with --either: the event is legal in the form of one of the versions",
}
NO_ENCODING = "asks what runs of servers do; here the answer is unknown (encoding)"
KNOWN_HEAD = """# What each version promises about one event

Made by `stateroom prove --known` with {solver}; profile default, hypotheses `well-formed-state` and `limits`.

For every event in every state: any number of users, every integer as level. What refutes a property was built as
signed PDUs and decided by the engine; `stateroom prove PROPERTY --version V -o DIR` writes it.

"""


def print_efforts(names: list[str], versions: list[str], profile: str, rlimit: int, *, as_json: bool) -> bool:
    """Print for each question what it takes with each rule relaxed; False: Ctrl-C ended it."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    for name in names:
        for version in versions:
            with Progress(*columns, console=words, transient=True) as progress:
                task = progress.add_task(f"{name} in {version}, a rule relaxed", total=None)

                def tell(done: int, of: int, task: TaskID = task) -> bool:
                    try:
                        progress.update(task, completed=done, total=of)
                    except KeyboardInterrupt:
                        return False
                    return True

                found = effort(name, version, profile=profile, rlimit=rlimit, tell=tell)
            if as_json:
                sys.stdout.write(json.dumps(found.to_dict(), ensure_ascii=False) + "\n")
            else:
                _print_effort(found)
            if not found.complete:
                return False
    return True


def _print_effort(found: Efforts) -> None:
    took = f"{found.whole.steps:,} steps of {solver_version()}"
    said = f"{found.property} in {found.version}: {found.whole.verdict} in {took}"
    out = table(said, "with this rule relaxed", "steps", "saved", "answer")
    for one in found.rules[:EFFORT_ROWS]:
        saved = f"{100 * (found.whole.steps - one.steps) / max(1, found.whole.steps):.0f} %"
        out.add_row(escape(one.label), f"{one.steps:,}", saved, one.verdict)
    people.print(out)
    if len(found.rules) > EFFORT_ROWS:
        people.print(f"  and {len(found.rules) - EFFORT_ROWS} more rules (--json lists all)", highlight=False)
    if found.needed():
        people.print(f"  the proof needs {escape(', '.join(found.needed()))}", highlight=False)
    if found.blamed():
        people.print(f"  the refutation rests on {escape(', '.join(found.blamed()))}", highlight=False)


def print_list(*, as_json: bool) -> None:
    """Print properties, hypotheses, what is known of each version, and what has no encoding."""
    answers = list(known.load().values())
    if as_json:
        for name, (number, statement) in properties().items():
            verdicts = {one["version"]: one["verdict"] for one in answers if one["property"] == name}
            line = {"property": name, "id": number or None, "scope": "event", "statement": statement, "known": verdicts}
            sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
        for one in history_properties():
            line = {"property": one.name, "id": one.id, "scope": one.scope, "statement": one.says, "known": {}}
            sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
        return
    out = table("Properties about one event", "property", "id", "says", "what is known (versions)")
    for name, (number, statement) in properties().items():
        said = "; ".join(f"{part} ({versions})" for part, versions in known.grouped(answers, name))
        said = said or ("docs/same-rules.md: every two versions" if name == "same-rules" else "")
        out.add_row(f"{name}:V" if name == "same-rules" else name, number, statement, escape(said))
    people.print(out)
    _print_hypotheses("Hypotheses of these, named in each answer", HYPOTHESES)
    out = table("Properties of merges, for all small histories", "property", "id", "says")
    for one in history_properties():
        out.add_row(one.name, one.id, one.says + ("" if one.scope == "merge" else f" ({NO_ENCODING})"))
    people.print(out)
    _print_hypotheses("Hypotheses of these", hypotheses())


def _print_hypotheses(title: str, named: dict[str, str]) -> None:
    out = table(title, "hypothesis", "says")
    for name, says in named.items():
        out.add_row(name, says)
    people.print(out)


def print_known(versions: list[str] | None, *, as_json: bool) -> None:
    """Print every property in every version, asking for what is not kept; Ctrl-C: what is known so far."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=words, transient=True) as progress:
        task = progress.add_task("what is known", total=None)

        def tell(version: str, name: str) -> bool:
            try:
                progress.update(task, description=f"{name} in {version}")
            except KeyboardInterrupt:
                return False
            return True

        answers = known.ask_all(versions, tell=tell)
    if as_json:
        sys.stdout.writelines(json.dumps(one, ensure_ascii=False) + "\n" for one in answers)
    else:
        sys.stdout.write(KNOWN_HEAD.format(solver=solver_version()) + known.markdown(answers))
