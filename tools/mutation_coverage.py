"""Writes docs/mutation-coverage.md: which mutants of versions 1 to 12 our suites and the public vectors notice.

Usage: python tools/mutation_coverage.py ask FOLDER [VERSION…]    what each suite notices: a file a version
       python tools/mutation_coverage.py write FOLDER > docs/mutation-coverage.md

STATEROOM_VECTORS names the folder of the public vectors: ruma, tuwunel, mautrix, rezzy.
"""

import json
import os
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

from stateroom.mutants import EXHAUSTIVE, MutantRun

VERSIONS = [str(number) for number in range(1, 13)]
OURS = (
    "small scope",
    "citing",
    "random",
    "scenarios",
    "receipts",
    "signers",
    EXHAUSTIVE,
)  # in the order in which they are asked
PUBLIC = ("ruma", "tuwunel", "mautrix", "rezzy")
RANDOM = 20  # histories
# Of ruma: the files that are one room; the others are each one.
ROOMS = json.loads((Path(__file__).parents[1] / "tests/support/ruma_rooms.json").read_text("utf-8"))
PROBLEMS = {"A": ("bob", "charlie"), "B": ("eve", "zara")}


def pdus(path):
    text = path.read_text("utf-8")
    return json.loads(text) if text.lstrip().startswith("[") else [json.loads(one) for one in text.splitlines() if one]


def public_histories(folder):
    """For each suite the histories: name, events, state sets or None."""
    ruma = folder / "ruma/fixtures"
    for name, files in ROOMS.items():
        yield "ruma", name, [pdu for file in files for pdu in pdus(ruma / f"{file}.json")], None
    for letter, servers in PROBLEMS.items():
        place = ruma / f"MSC4297-problem-{letter}"
        sets = [json.loads((place / f"state-{server}.json").read_text("utf-8")) for server in servers]
        for version in ("11", "12"):
            yield "ruma", f"msc4297_problem_{letter.lower()}", pdus(place / f"pdus-v{version}.json"), sets
    for suite in ("tuwunel", "mautrix", "rezzy"):
        for path in sorted((folder / suite).glob("*.json*")):
            yield suite, path.stem, pdus(path), None


def suites_of(version, folder):
    """The public histories of a version: suite → (name, history file)."""
    out = {}
    for suite, name, events, sets in public_histories(folder):
        create = next(pdu for pdu in events if pdu["type"] == "m.room.create")
        if create["content"].get("room_version", "1") != version:
            continue
        history = {"room_version": version, "events": events} | ({"state_sets": sets} if sets else {})
        out.setdefault(suite, []).append((name, json.dumps(history)))
    return out


def ask(version, folder):
    """What notices each mutant: our suites one after the other, about what those before left; the public ones."""
    public = MutantRun(version)
    asked = {suite: public.without_suites() for suite in OURS}
    asked["small scope"].add_small_scope(citing=False, receipts=False)
    asked["citing"].add_citing()
    asked["random"].add_random(RANDOM, seed=1)
    asked["scenarios"].add_scenarios()
    asked["receipts"].add_receipts()
    asked["signers"].add_signers()
    asked[EXHAUSTIVE].add_exhaustive()
    for suite, files in suites_of(version, folder).items():
        public.add_files(suite, files)
    found = []
    for number, mutant in public.numbered():
        killed_by = dict(mutant.killed_by)
        for suite, run in asked.items():
            (killed_by[suite],) = run.ask(number).values()
            if killed_by[suite] is not None:
                break
        found.append(replace(mutant, killed_by=killed_by).to_dict(version, public.sha256))
    cases = public.suites()
    for run in asked.values():
        cases |= run.suites()
    return {"version": version, "cases": cases, "mutants": found}


def ours(mutant):
    return any(mutant["killed_by"].get(suite) for suite in OURS)


def row(*cells):
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def head(*cells):
    return [row(*cells), row(*["---"] * len(cells))]


def totals(answers):
    """A row a version: its mutants, those that a suite notices, those that none of ours does."""
    lines = head("version", "mutants", *OURS, "none of these")
    for answer in answers:
        mutants = answer["mutants"]
        noticed = [sum(bool(m["killed_by"].get(suite)) for m in mutants) for suite in OURS]
        lines.append(row(answer["version"], len(mutants), *noticed, sum(not ours(m) for m in mutants)))
    return lines


def public(answers):
    """A row a version and public suite."""
    lines = head("version", "suite", "histories", "mutants noticed", "of those that ours notice")
    for answer in answers:
        killable = [m for m in answer["mutants"] if ours(m)]
        together = set()
        for suite in PUBLIC:
            if suite not in answer["cases"]:
                continue
            killed = {i for i, m in enumerate(answer["mutants"]) if m["killed_by"].get(suite)}
            together |= killed
            share = f"{100 * len(killed) / len(killable):.0f} %"
            lines.append(row(answer["version"], suite, answer["cases"][suite], len(killed), share))
        if together:
            share = f"{100 * len(together) / len(killable):.0f} %"
            lines.append(row(answer["version"], "**all of them**", "", len(together), share))
    return lines


def place(mutant):
    return mutant["label"] if mutant["section"] == "rules" else f"{mutant['section']}: {mutant['label']}"


def labels(answers):
    """A row a label: mutants that none of ours notices / mutants, by version, where there are some."""
    table = {}
    for answer in answers:
        for mutant in answer["mutants"]:
            cell = table.setdefault(place(mutant), {}).setdefault(answer["version"], [0, 0])
            cell[0] += not ours(mutant)
            cell[1] += 1
    versions = [answer["version"] for answer in answers]
    lines = head("label", *versions)
    noticed = 0
    for label, cells in table.items():
        if not any(cell[0] for cell in cells.values()):
            noticed += 1
            continue
        lines.append(row(f"`{label}`", *("{}/{}".format(*cells[v]) if v in cells else "" for v in versions)))
    return [*lines, "", f"Of {noticed} more labels every mutant is noticed."]


def public_labels(answers):
    """A row a label of the newest version: mutants that each public suite notices."""
    answer = answers[-1]
    suites = [suite for suite in PUBLIC if suite in answer["cases"]]
    lines = head("label", "mutants that ours notice", *suites)
    killable = Counter(place(m) for m in answer["mutants"] if ours(m))
    for label, count in killable.items():
        mutants = [m for m in answer["mutants"] if place(m) == label]
        lines.append(
            row(f"`{label}`", count, *(sum(bool(m["killed_by"].get(s)) for m in mutants) or "" for s in suites))
        )
    return lines


def survivors(answers):
    """The mutants that none of ours notices: by label and what was done, the versions that have them."""
    table = {}
    for answer in answers:
        for mutant in answer["mutants"]:
            if not ours(mutant):
                words = mutant["operation"]
                if not words.startswith("swapped") and mutant["after"]:
                    words += f": `{mutant['after']}`"
                table.setdefault((place(mutant), words), []).append(answer["version"])
    lines = head("label", "what was done", "versions")
    for (label, words), versions in table.items():
        lines.append(row(f"`{label}`", words.replace("|", "\\|"), spans(list(dict.fromkeys(versions)))))
    return lines


def spans(versions):
    """`1–5, 7` for the numbers of versions."""
    out = []
    for number in map(int, versions):
        if out and out[-1][1] == number - 1:
            out[-1][1] = number
        else:
            out.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in out)


def write(answers):
    text = Path(__file__).with_name("mutation_coverage.md").read_text("utf-8")
    tables = {
        "totals": totals(answers),
        "public": public(answers),
        "labels": labels(answers),
        "public_labels": public_labels(answers),
        "survivors": survivors(answers),
    }
    cases = answers[-1]["cases"]
    tables["versions"] = [spans([answer["version"] for answer in answers])]
    for name, lines in tables.items():
        text = text.replace(f"{{{name}}}", "\n".join(lines))
    for suite in OURS:
        text = text.replace(f"{{cases of {suite}}}", f"{cases[suite]:,}")
    return text


def main(words):
    folder = Path(words[1])
    if words[0] == "write":
        files = [folder / f"{version}.json" for version in VERSIONS]
        answers = [json.loads(file.read_text("utf-8")) for file in files if file.exists()]
        sys.stdout.write(write(answers))
        return
    folder.mkdir(parents=True, exist_ok=True)
    for version in words[2:] or VERSIONS:
        answer = ask(version, Path(os.environ["STATEROOM_VECTORS"]))
        (folder / f"{version}.json").write_text(json.dumps(answer), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
