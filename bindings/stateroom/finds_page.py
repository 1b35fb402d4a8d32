"""The page of what a campaign found: histories as steps, critical events, rules, and what implementations say."""

import json
from pathlib import Path
from typing import Any

from stateroom.campaign import Campaign, query
from stateroom.output import write_whole


def finds_page(plan: Campaign, folder: str | Path, page: Path) -> str:
    """Give a campaign's finds as Markdown, and write their files into a folder beside the page.

    Parameters
    ----------
    plan
        The campaign.
    folder
        Where it ran.
    page
        Where the page will be: files go to the folder of its name without the ending.
    """
    beside = page.with_suffix("")
    beside.mkdir(parents=True, exist_ok=True)
    for old in beside.iterdir():
        old.unlink()
    runs = json.loads(query(folder, "select * from runs").to_json(orient="records"))
    finds = json.loads(query(folder, "select * from finds").to_json(orient="records"))
    out = [f"# {plan.name}", "", plan.about, ""]
    out += [f"Made by `stateroom campaign {plan.path} --page {page}`; the same command makes it again.", ""]
    for number, table in enumerate(plan.tables):
        out += [f"## {table.get('says', table['name'])}", ""]
        own_runs = sorted((one for one in runs if one["task"].split("-")[0] == str(number)), key=_order)
        for version in dict.fromkeys(run["version"] for run in own_runs):
            of = [run for run in own_runs if run["version"] == version]
            shown = [run for run in of if run["finds"]]
            # Of many seeds the first that shows something stands for the others, which are counted.
            for run in shown[:1] or of[:1]:
                own = [find for find in finds if find["task"] == run["task"]]
                out += _run_text(run, own, Path(folder), beside)
            if len(of) > 1:
                seconds = _seconds(sum(one["seconds"] for one in of))
                out += [f"{len(shown)} of {len(of)} seeds show it in version {version}, {seconds} in all.", ""]
    return "\n".join(out).rstrip() + "\n"


def _order(run: dict[str, Any]) -> tuple[int, int]:
    version = run["version"]
    return (int(version) if version.isdigit() else 99, run["seed"])


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s"


def _run_text(run: dict[str, Any], finds: list[dict[str, Any]], folder: Path, beside: Path) -> list[str]:
    if run["error"] is not None:
        return [f"**Version {run['version']}**: {run['error']}", ""]
    if run["how"] == "simulation" and not finds:
        return []  # how many seeds show it is said for all
    looked = f"{run['histories'] or 0:,} histories, {run['merges'] or 0:,} merges, {_seconds(run['seconds'])}"
    if not finds:
        covered = "all histories of the scope were asked" if run["complete"] else "the search ended without a find"
        return [f"**Version {run['version']}**, {run['how']}, seed {run['seed']}: none; {covered} ({looked}).", ""]
    out = []
    for find in finds:
        file = beside / f"{Path(find['name']).stem}-{find['version']}-{find['seed']}{Path(find['file'] or 'x').suffix}"
        if find["file"] is not None:
            text = (folder / find["file"]).read_text("utf-8")
            write_whole(file, text)
            if file.suffix == ".json":
                out += _history_text(json.loads(text), find, f"{beside.name}/{file.name}", looked)
            else:
                out += _scenario_text(text, find, f"{beside.name}/{file.name}")
    return out


def _key(event: dict[str, Any]) -> str:
    return f" {event['state_key']}" if event.get("state_key") else ""


def _step(event: dict[str, Any], name: str, names: dict[str, str]) -> str:
    cited = [one if isinstance(one, str) else one[0] for one in event.get("prev_events", [])]
    after = ", ".join(names[one] for one in cited)
    content = {key: value for key, value in event["content"].items() if key not in ("room_version", "creator")}
    kind = event["type"].removeprefix("m.room.")
    return f"{name}: {event['sender']} {kind}{_key(event)} {json.dumps(content)}" + (
        f" (after {after})" if after else ""
    )


def _act(one: dict[str, Any]) -> str:
    return f"{one['sender']} {one['type'].removeprefix('m.room.')}{_key(one)} {json.dumps(one['content'])}"


def _history_text(history: dict[str, Any], find: dict[str, Any], link: str, looked: str) -> list[str]:
    about = history["about"]
    names = {event_id: f"e{number}" for number, event_id in enumerate(history["event_ids"])}
    out = [
        f"**Version {find['version']}**, `{about['property'].rpartition('/')[2]}`: found after {looked}, shrunk to "
        f"{len(history['events'])} events ([history]({link})).",
        "",
        f"    {about['command']}",
        "",
        "```",
        *[_step(event, names[one], names) for event, one in zip(history["events"], history["event_ids"], strict=True)],
    ]
    for number, ids in enumerate(history["state_sets"], 1):
        out.append(f"state set {number}: {', '.join(names[one] for one in ids)}")
    out += [f"shows it: {', '.join(names[one] for one in about['violations'])}", "```", ""]
    out += [f"- {_critical(about, names)}"]
    if about["mend"] is not None:
        out.append(
            f"- Before the merge it is still mended by `{_act(about['mend'])}` after {names[about['mend']['after']]}."
        )
    out += [f"- {_flips(about, names)}"]
    out += [f"- {_said(name, said)}" for name, said in json.loads(find["said"] or "{}").items()]
    return [*out, ""]


def _critical(about: dict[str, Any], names: dict[str, str]) -> str:
    critical = about["critical"]
    if critical is None:
        reason = (
            "the limit of other histories was met"
            if about["critical_limited"]
            else ("whatever its people do at these places, it is broken")
        )
        return f"Critical event: none; {reason}."
    instead = "; ".join(f"{names[one['event']]} `{_act(one)}`" for one in critical["instead"])
    return f"Critical event: {names[critical['event']]}. The property holds with, instead: {instead}."


def _flips(about: dict[str, Any], names: dict[str, str]) -> str:
    def rule(flip: dict[str, Any]) -> str:
        decided = [f"{way} {', '.join(names[one] for one in flip[way])}" for way in ("allowed", "refused") if flip[way]]
        return f"{flip['number']} `{flip['label']}` ({'; '.join(decided)})".strip()

    avoiding = [rule(flip) for flip in about["flips"] if flip["avoids"]]
    others = [rule(flip) for flip in about["flips"] if not flip["avoids"]]
    text = f"Rules whose flip in the merge would have avoided it: {', '.join(avoiding) or 'no single one'}."
    return text + (f" Others that decided: {', '.join(others)}." if others else "")


def _said(name: str, said: dict[str, Any]) -> str:
    if not said["asked"]:
        return f"{name} was not asked: {said['why']}."
    if said["agrees"]:
        return f"{said['release']} comes to the same state as ours under its profile."
    if said["corrected"]:
        return (
            f"{said['release']} comes to another state by the listed deviation {', '.join(said['corrected'])}: the "
            "corrected copy agrees."
        )
    return f"{said['release']} comes to another state, unexplained: {said['why']}."


def _scenario_text(text: str, find: dict[str, Any], link: str) -> list[str]:
    said = json.loads(find["said"])
    key = f"{said['type']} {said['state_key']}: " if said["type"] else ""
    return [
        f"**Version {find['version']}**, `{find['property']}`, seed {find['seed']}: {key}{said['where']}. Reduced to "
        f"[a scenario]({link}) of {find['events']} events:",
        "",
        "```toml",
        text.rstrip(),
        "```",
        "",
    ]
