"""The documentation page *where the implementations differ*, from recorded campaigns and smallest histories.

`record` takes a campaign of `stateroom differ` into a folder `differences`: its totals into `campaigns.json`, its
smallest histories as files of their own. `record_readings` adds the smallest histories that we find which a choice of a
reading resolves otherwise. `page` writes what is in the folder as Markdown, and nothing else decides it.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from stateroom import _core, deviations
from stateroom.differ_coverage import UNMET, reason
from stateroom.differ_drawn import DRAWN
from stateroom.differ_explain import Case, is_unexplained
from stateroom.differ_shrink import shrink
from stateroom.oracles import NAMES

FORMAT = "stateroom-differences/1"
SINGLE = """One event of each history, every other one with a member changed, judged in one of the history's states.
"""
RECORD = "campaigns.json"
PAGE = "where-implementations-differ.md"
DRAWN_FOR = "gomatrixserverlib"
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
        for found in one["explanations"] + one.get("never_alone", []):
            found["file"] = _take(campaign / found["file"], into) if found["file"] else None
    campaigns = [one for one in known if one["name"] != campaign.name] + [summary]
    campaigns.sort(key=lambda one: one["name"])
    together = _together(campaigns, campaign.parent)
    whole = {"format": FORMAT, "campaigns": campaigns} | ({"together": together} if together else {})
    file.write_text(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", "utf-8")
    _forget(campaigns, into)


def _together(campaigns: list[dict[str, Any]], beside: Path) -> dict[str, dict[str, int]]:
    """Count what is distinct over all campaigns of an oracle; nothing if one of them does not stand in the folder."""
    import pandas

    out: dict[str, dict[str, int]] = {}
    for oracle in NAMES:
        known = [one for one in campaigns if oracle in one["oracles"] and not one["auth"]]
        if not known or not all((beside / one["name"] / "parts").is_dir() for one in known):
            continue
        tables = []
        for one in known:
            files = [str(file) for file in (beside / one["name"] / "parts").glob("*.parquet")]
            table = pandas.read_parquet(files, columns=["oracle", "version", "seed", "shape"])
            # Parts beyond those that were summed up may be there: a campaign goes on.
            counted = (table["oracle"] == oracle) & (table["seed"] < one["seed"] + one["histories"])
            tables.append(table[counted][["version", "shape"]])
        whole = pandas.concat(tables)
        out[oracle] = {"histories": len(whole), "distinct": len(whole.drop_duplicates())}
    return out


def _forget(campaigns: list[dict[str, Any]], into: Path) -> None:
    """Remove the smallest histories that no campaign speaks of any more."""
    sums = [of for campaign in campaigns for of in campaign["oracles"].values()]
    named = {one["file"] for of in sums for one in of["explanations"] + of.get("never_alone", [])}
    for file in into.glob("*-*.json"):
        if file.name not in named and not file.name.startswith(("reading-", "drawn-")):
            file.unlink()


def _take(file: Path, into: Path) -> str | None:
    """Copy a smallest history, if it is smaller than the one that is there; gives its name."""
    history = json.loads(file.read_text("utf-8"))
    about = history.get("about", {})
    if is_unexplained(about["explanation"]):
        return None
    single = "auth-" if "event" in history else ""
    name = f"{single}{about['oracle']}-{_short(about['explanation'])}.json"
    _write_if_smaller(into / name, history)
    return name


def _short(explanation: str) -> str:
    kind, _, what = explanation.partition(":")
    if kind == "peer-panic":
        what = "panic-" + re.sub(r"^.*/", "", what)
    return "-".join(re.findall(r"[A-Za-z0-9_.]+", what or kind))


def _write_if_smaller(path: Path, history: dict[str, Any]) -> None:
    if path.exists() and _size(json.loads(path.read_text("utf-8"))) <= _size(history):
        return
    lines = ",\n".join(json.dumps(event, ensure_ascii=False) for event in history["events"])
    others = json.dumps({name: value for name, value in history.items() if name != "events"}, ensure_ascii=False)
    path.write_text(f'{others[:-1]}, "events": [\n{lines}\n]}}\n', "utf-8")


def _size(history: dict[str, Any]) -> int:
    return len(history["events"]) + len(history.get("state", ()))


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


def record_drawn(into: Path) -> None:
    """Write the single events that are drawn by hand, with our verdict."""
    for name, draw in DRAWN.items():
        case = draw()
        data = json.dumps(case.question()).encode()
        said = json.loads(_core.Workbench().auth(data, "question", version=case.version, profile=DRAWN_FOR).lines[0])
        ours = {"allowed": said["allowed"], "label": said["label"]}
        about = {"tool": "stateroom differ", "oracle": DRAWN_FOR, "profile": DRAWN_FOR}
        question = case.question() | {"about": about | {"explanation": f"deviation:{name}", "ours": ours}}
        (into / f"drawn-{name}.json").write_text(json.dumps(question, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _drawn(differences: Path, shown: set[str]) -> list[str]:
    """Write the table of the single events that are drawn by hand, but for deviations that others show."""
    left = [
        name for name in DRAWN if f"deviation:{name}" not in shown and (differences / f"drawn-{name}.json").exists()
    ]
    if not left:
        return []
    out = ["", "Drawn by hand, since no random event meets them; Dendrite judges by the same library:", ""]
    out += ["| | what it does | event |", "|---|---|---|"]
    return out + [
        f"| `{name}` | {_says(DRAWN_FOR, f'deviation:{name}')} | [event](differences/drawn-{name}.json) |"
        for name in left
    ]


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
    recorded = json.loads((differences / RECORD).read_text("utf-8"))
    campaigns = [one for one in recorded["campaigns"] if not one["auth"]]
    single = [one for one in recorded["campaigns"] if one["auth"]]
    out = [HEAD, *_totals(campaigns, "histories", "Campaigns"), *_all_together(recorded.get("together", {}), campaigns)]
    if single:
        out += [*_totals(single, "events", "Campaigns of single events"), SINGLE]
    for oracle in NAMES:
        out += _of_oracle(oracle, campaigns, differences, "histories")
        out += _of_oracle(oracle, single, differences, "single events")
    out += [*_readings(differences), *_exercised(campaigns), *_untouched(campaigns, single)]
    return "\n".join(out) + "\n"


def _totals(campaigns: list[dict[str, Any]], what: str, title: str) -> list[str]:
    out = [f"## {title}", "", f"| campaign | implementation | versions | {what} | distinct | alike | unexplained |"]
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


def _all_together(together: dict[str, dict[str, int]], campaigns: list[dict[str, Any]]) -> list[str]:
    """Say what all campaigns come to, a history that occurs in two of them counted once as distinct."""
    out = ["| implementation | histories in all | distinct in all | unexplained |", "|---|---|---|---|"]
    for name, one in together.items():
        unexplained = sum(of["oracles"][name]["unexplained"] for of in campaigns if name in of["oracles"])
        out.append(f"| {name} | {one['histories']:,} | {one['distinct']:,} | {unexplained:,} |")
    return [*out, ""] if together else []


def _of_oracle(oracle: str, campaigns: list[dict[str, Any]], differences: Path, what: str) -> list[str]:
    counts: dict[str, dict[str, int]] = {}
    files: dict[str, str] = {}
    totals: dict[str, int] = {}
    behind: dict[str, Counter[str]] = {}
    for campaign in campaigns:
        one = campaign["oracles"].get(oracle, {"by_version": {}, "explanations": []})
        for version, of in one["by_version"].items():
            totals[version] = totals.get(version, 0) + of["histories"]
        for found in one["explanations"]:
            if found["file"]:
                files[found["explanation"]] = found["file"]
            behind.setdefault(found["explanation"], Counter()).update(found.get("behind", {}))
            for version, number in found["versions"].items():
                by = counts.setdefault(found["explanation"], {})
                by[version] = by.get(version, 0) + number
    alone = {name: by for name, by in counts.items() if "+" not in name}
    if not totals:
        return []
    versions = sorted(totals, key=int)
    single = what == "single events"
    title = f"### {oracle}, single events" if single else f"## {oracle}"
    out = [title, "", f"Differences from ours under its profile, in 10,000 {what} of each version.", ""]
    out.append("| | what it does | " + " | ".join(versions) + " | smallest |")
    out.append("|---|---|" + "---|" * len(versions) + "---|")
    for name, by in sorted(alone.items(), key=lambda item: -sum(item[1].values())):
        cells = [_rate(by.get(version, 0), totals[version]) for version in versions]
        file = files.get(name)
        link = f"[history](differences/{file})" if file and (differences / file).exists() else ""
        out.append(f"| `{_name(name)}` | {_says(oracle, name)} | " + " | ".join(cells) + f" | {link} |")
    joined = sum(sum(by.values()) for name, by in counts.items() if "+" in name)
    if joined:
        out += ["", f"{joined:,} {what} need two or more of these at once."]
    out += _never_alone(oracle, campaigns, set(alone), differences)
    if single and oracle == DRAWN_FOR:
        out += _drawn(differences, set(alone))
    for name, found_behind in behind.items():
        out += _behind(name, found_behind)
    return [*out, ""]


def _never_alone(oracle: str, campaigns: list[dict[str, Any]], alone: set[str], differences: Path) -> list[str]:
    """Write the deviations that no history shows without another one."""
    counts: Counter[str] = Counter()
    best: dict[str, tuple[int, str, str]] = {}
    for campaign in campaigns:
        for one in campaign["oracles"].get(oracle, {}).get("never_alone", []):
            counts[one["deviation"]] += one["histories"]
            found = one["explanation"].count("+"), one["explanation"], one["file"]
            best[one["deviation"]] = min(best.get(one["deviation"], found), found)
    left = [name for name, _ in counts.most_common() if f"deviation:{name}" not in alone]
    if not left:
        return []
    out = ["", "Never alone:", "", "| | what it does | how often | smallest | which needs |", "|---|---|---|---|---|"]
    for name in left:
        _, explanation, file = best[name]
        link = f"[history](differences/{file})" if file and (differences / file).exists() else ""
        says = _says(oracle, f"deviation:{name}")
        out.append(f"| `{name}` | {says} | {counts[name]:,} | {link} | `{_name(explanation)}` |")
    return out


BEHIND = 8  # of the explanations behind a crash


def _behind(explanation: str, counts: Counter[str]) -> list[str]:
    """Say what the corrected copy comes to where the published one crashes."""
    total, dark = sum(counts.values()), counts[""]
    named = [(what, number) for what, number in counts.most_common() if what]
    if not named:
        return []
    said = [f"{number:,} by `{_name(what)}`" for what, number in named[:BEHIND]]
    rest = sum(number for _, number in named[BEHIND:])
    said += [f"{rest:,} by {len(named) - BEHIND} other combinations"] if rest else []
    otherwise = f"; {dark:,} times it gives no answer either" if dark else ""
    return ["", f"Behind `{_name(explanation)}` ({total:,}) the corrected copy agrees: {', '.join(said)}{otherwise}."]


def _rate(number: int, of: int) -> str:
    return "" if number == 0 else f"{10_000 * number / of:.2g}" if number < of / 1000 else f"{10_000 * number / of:.0f}"


def _name(explanation: str) -> str:
    return re.sub(r"peer-panic:.*/", "panic: ", explanation).removeprefix("deviation:").removeprefix("reading:")


def _says(oracle: str, explanation: str) -> str:
    kind, _, what = explanation.partition(":")
    if kind == "deviation":
        known = (*deviations.of(oracle), *deviations.of_verdicts(oracle))
        found = next((one for one in known if one.id == what), None)
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
    return [*out, ""]


def _left(campaigns: list[dict[str, Any]]) -> set[tuple[str, str, str]]:
    """Give kind, name and version of what no sample of these campaigns touched."""
    by_version: dict[str, list[set[tuple[str, str]]]] = {}
    for campaign in campaigns:
        untouched = campaign["coverage"]["untouched"]
        for version in campaign["versions"]:
            found = {(one["kind"], one["name"]) for one in untouched if version in one["versions"]}
            by_version.setdefault(version, []).append(found)
    return {(*one, version) for version, sets in by_version.items() for one in set.intersection(*sets)}


def _untouched(campaigns: list[dict[str, Any]], single: list[dict[str, Any]]) -> list[str]:
    """Write the rules and branches that no history exercised, with a reason, and the rules that nothing at all met."""
    left = _left(campaigns)
    met = left - _left(single) if single else set()
    out = ["Rules and branches of the resolution that no sample of histories exercised:", ""]
    out += ["| | versions | versions in which a single event meets it | why |", "|---|---|---|---|"]
    by_name: dict[tuple[str, str], list[str]] = {}
    for kind, name, version in sorted(left, key=lambda one: (one[0], one[1], int(one[2]))):
        by_name.setdefault((kind, name), []).append(version)
    for (kind, name), versions in by_name.items():
        events = [version for version in versions if kind == "rule" and (kind, name, version) in met]
        why = reason(name) or UNMET
        out.append(f"| {kind} `{name}` | {', '.join(versions)} | {', '.join(events)} | {why} |")
    return out


__all__ = ["PAGE", "RECORD", "page", "record", "record_drawn", "record_readings"]
