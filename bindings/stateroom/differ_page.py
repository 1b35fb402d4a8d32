"""The documentation page *where the implementations differ*, from recorded campaigns and smallest histories.

`record` takes a campaign of `stateroom differ` into a folder `differences`: its totals into `campaigns.json`, its
smallest histories as files of their own. `record_readings` adds the smallest histories that we find which a choice of a
reading resolves otherwise. `page` writes what is in the folder as Markdown, and nothing else decides it.
"""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from stateroom import _core, deviations
from stateroom.differ_coverage import UNMET, reason
from stateroom.differ_explain import Case
from stateroom.differ_shrink import shrink
from stateroom.oracles import NAMES

FORMAT = "stateroom-differences/1"
RECORD = "campaigns.json"
PAGE = "where-implementations-differ.md"
SEEDS = 600  # histories that are looked at for a reading's smallest one
HEAD = """# Where the implementations differ

Random histories, distinct up to renaming and each with a contested key, resolved by ours under an implementation's
profile and by the implementation itself ([how](../oracles/README.md)). What a profile says is a *reading*: both ways of
taking the specification's words are texts of ours. What no text can say is a *deviation*: a copy of the implementation
in which it is corrected agrees. This page is written by `stateroom differ --page docs -o CAMPAIGN`.
"""


def record(campaign: Path, into: Path) -> None:
    """Take a campaign into a folder.

    Parameters
    ----------
    campaign : Path
        What `stateroom differ -o` wrote.
    into : Path
        The folder `differences`.
    """
    into.mkdir(parents=True, exist_ok=True)
    file = into / RECORD
    known = json.loads(file.read_text("utf-8"))["campaigns"] if file.exists() else []
    summary = json.loads((campaign / "summary.json").read_text("utf-8"))
    summary = {"name": campaign.name} | {name: value for name, value in summary.items() if name != "format"}
    for one in summary["oracles"].values():
        for found in one["explanations"]:
            found["file"] = _take(campaign / found["file"], into) if found["file"] else None
    campaigns = [one for one in known if one["name"] != campaign.name] + [summary]
    campaigns.sort(key=lambda one: one["name"])
    text = json.dumps({"format": FORMAT, "campaigns": campaigns}, ensure_ascii=False, indent=1)
    file.write_text(text + "\n", "utf-8")


def _take(file: Path, into: Path) -> str | None:
    """Copy a smallest history, if it is smaller than the one that is there; gives its name."""
    history = json.loads(file.read_text("utf-8"))
    about = history.get("about", {})
    if about.get("explanation") == "unexplained" or "events" not in history:
        return None
    name = f"{about['oracle']}-{_short(about['explanation'])}.json"
    _write_if_smaller(into / name, history)
    return name


def _short(explanation: str) -> str:
    kind, _, what = explanation.partition(":")
    if kind == "peer-panic":
        what = "panic-" + re.sub(r"^.*/", "", what)
    return "-".join(re.findall(r"[A-Za-z0-9_.]+", what or kind))


def _write_if_smaller(path: Path, history: dict[str, Any]) -> None:
    if path.exists() and len(json.loads(path.read_text("utf-8"))["events"]) <= len(history["events"]):
        return
    lines = ",\n".join(json.dumps(event, ensure_ascii=False) for event in history["events"])
    others = json.dumps({name: value for name, value in history.items() if name != "events"}, ensure_ascii=False)
    path.write_text(f'{others[:-1]}, "events": [\n{lines}\n]}}\n', "utf-8")


def record_readings(into: Path, versions: Iterable[str], seeds: int = SEEDS) -> None:
    """Find the smallest histories that a choice of a reading resolves otherwise than its default."""
    bench = _core.Workbench()

    def state(case: Case, readings: dict[str, str]) -> Any:
        data = json.dumps(case.history()).encode()
        answers = bench.resolve(data, "history", version=case.version, readings=readings)
        return json.loads(answers.lines[0]).get("state")

    for version in versions:
        left = {name: choice for name, choice in _choices(version) if not (into / _of_reading(name, choice)).exists()}
        maker = _core.HistoryMaker(version)
        for seed in range(seeds):
            if not left:
                break
            case = Case.read(maker.history(seed, False))
            usual = state(case, {}) if case.contested else None
            for name, choice in list(left.items()) if usual is not None else ():
                readings = {name: choice}
                if (other := state(case, readings)) is None or other == usual:
                    continue
                small = shrink(case, lambda one, readings=readings: state(one, {}) != state(one, readings) != None)  # type: ignore[misc]  # noqa: E711
                about = {"tool": "stateroom differ", "seed": seed, "readings": readings}
                _write_if_smaller(into / _of_reading(name, choice), small.history() | {"about": about})
                del left[name]


def _choices(version: str) -> Iterator[tuple[str, str]]:
    for reading in _core.list_readings(version):
        for choice in reading["choices"]:
            if choice["name"] != reading["default"]:
                yield reading["name"], choice["name"]


def _of_reading(name: str, choice: str) -> str:
    return f"reading-{name}-{choice}.json"


def page(differences: Path) -> str:
    """Write what a folder of differences holds as a page.

    Parameters
    ----------
    differences : Path
        A folder that `record` filled; the page stands beside it.
    """
    campaigns = json.loads((differences / RECORD).read_text("utf-8"))["campaigns"]
    out = [HEAD, *_totals(campaigns)]
    for oracle in NAMES:
        out += _of_oracle(oracle, campaigns, differences)
    out += [*_readings(differences), *_exercised(campaigns)]
    return "\n".join(out) + "\n"


def _totals(campaigns: list[dict[str, Any]]) -> list[str]:
    out = ["## Campaigns", "", "| campaign | implementation | versions | histories | distinct | alike | unexplained |"]
    out.append("|---|---|---|---|---|---|---|")
    for campaign in campaigns:
        for name, one in campaign["oracles"].items():
            versions = f"{campaign['versions'][0]} to {campaign['versions'][-1]}"
            where = f"{campaign['name']}, seed {campaign['seed']}"
            out.append(
                f"| {where} | {name} | {versions} | {one['histories']:,} | {one['distinct']:,} | {one['same']:,} | "
                f"{one['unexplained']:,} |"
            )
    return [*out, ""]


def _of_oracle(oracle: str, campaigns: list[dict[str, Any]], differences: Path) -> list[str]:
    counts: dict[str, dict[str, int]] = {}
    files: dict[str, str] = {}
    totals: dict[str, int] = {}
    for campaign in campaigns:
        one = campaign["oracles"].get(oracle, {"by_version": {}, "explanations": []})
        for version, of in one["by_version"].items():
            totals[version] = totals.get(version, 0) + of["histories"]
        for found in one["explanations"]:
            if found["file"]:
                files[found["explanation"]] = found["file"]
            for version, number in found["versions"].items():
                by = counts.setdefault(found["explanation"], {})
                by[version] = by.get(version, 0) + number
    alone = {name: by for name, by in counts.items() if "+" not in name}
    if not totals:
        return []
    versions = sorted(totals, key=int)
    out = [f"## {oracle}", "", "Differences from ours under its profile, in 10,000 histories of each version.", ""]
    out.append("| | what it does | " + " | ".join(versions) + " | smallest |")
    out.append("|---|---|" + "---|" * len(versions) + "---|")
    for name, by in sorted(alone.items(), key=lambda item: -sum(item[1].values())):
        cells = [_rate(by.get(version, 0), totals[version]) for version in versions]
        file = files.get(name)
        link = f"[history](differences/{file})" if file and (differences / file).exists() else ""
        out.append(f"| `{_name(name)}` | {_says(oracle, name)} | " + " | ".join(cells) + f" | {link} |")
    joined = sum(sum(by.values()) for name, by in counts.items() if "+" in name)
    if joined:
        out += ["", f"{joined:,} histories need two or more of these at once."]
    return [*out, ""]


def _rate(number: int, of: int) -> str:
    return "" if number == 0 else f"{10_000 * number / of:.2g}" if number < of / 1000 else f"{10_000 * number / of:.0f}"


def _name(explanation: str) -> str:
    return re.sub(r"peer-panic:.*/", "panic: ", explanation).removeprefix("deviation:").removeprefix("reading:")


def _says(oracle: str, explanation: str) -> str:
    kind, _, what = explanation.partition(":")
    if kind == "deviation":
        found = next((one for one in deviations.of(oracle) if one.id == what), None)
        return f"{found.says} ({found.place})" if found else ""
    if kind == "reading":
        name, _, choice = what.partition("=")
        return f"comes to what the choice `{choice}` of the reading `{name}` comes to"
    return {"peer-panic": "it crashes", "peer-error": "it gives an error"}.get(kind, "nobody knows")


def _readings(differences: Path) -> list[str]:
    out = [
        "## Readings",
        "",
        "| reading | choice | who takes it so | smallest history that it changes |",
        "|---|---|---|---|",
    ]
    seen: dict[str, dict[str, Any]] = {}
    for version in (str(number) for number in range(1, 13)):
        for reading in _core.list_readings(version):
            seen.setdefault(reading["name"], reading)
    for name, reading in sorted(seen.items()):
        for choice in reading["choices"]:
            usual = choice["name"] == reading["default"]
            file = differences / _of_reading(name, choice["name"])
            link = "the default" if usual else f"[history](differences/{file.name})" if file.exists() else ""
            out.append(f"| `{name}` | `{choice['name']}` | {', '.join(choice['by'])} | {link} |")
    return [*out, ""]


def _exercised(campaigns: list[dict[str, Any]]) -> list[str]:
    out = [
        "## What the histories exercise",
        "",
        "| reading | results that it changes | of | share | why none |",
        "|---|---|---|---|---|",
    ]
    changes: dict[str, list[int]] = {}
    for campaign in campaigns:
        for one in campaign["coverage"]["readings"]:
            counts = changes.setdefault(one["reading"], [0, 0])
            counts[0] += one["changes"]
            counts[1] += one["of"]
    for name, (number, of) in sorted(changes.items()):
        why = "" if number else reason(name) or UNMET
        out.append(f"| `{name}` | {number:,} | {of:,} | {number / of if of else 0:.3%} | {why} |")
    for campaign in campaigns:
        if campaign["coverage"]["untouched"]:
            out += ["", f"Untouched in the sample of {campaign['name']}:", "", "| | versions | why |", "|---|---|---|"]
            out += [
                f"| {one['kind']} `{one['name']}` | {', '.join(one['versions'])} | {reason(one['name']) or UNMET} |"
                for one in campaign["coverage"]["untouched"]
            ]
    return out


__all__ = ["PAGE", "RECORD", "page", "record", "record_readings"]
