"""What a worker of a campaign does: one search, one simulation, or one part of an atlas."""

import json
import sys
import time
from typing import Any

from stateroom import _core
from stateroom.bench import bench
from stateroom.deviations import of
from stateroom.errors import StateroomError
from stateroom.explore import search, stale_of
from stateroom.oracles import Oracle, command, missing
from stateroom.reduce import first_of, reduced_run
from stateroom.simulate import Simulation


def do_task(asked: dict[str, Any]) -> dict[str, Any]:
    """Do what a campaign asks, and give its row and its finds.

    Parameters
    ----------
    asked
        A table of the campaign's file for one version, seed and part.

    Returns
    -------
    dict
        `run`: the members of a row of ``runs.parquet``; `finds`: those of rows of ``finds.parquet``, and the bytes of
        their files. What cannot be done is a row with `error`.
    """
    started = time.monotonic()
    try:
        result = {"search": _search, "simulate": _simulate, "atlas": _atlas}[asked["kind"]](asked)
    except OSError as error:
        result = {"run": {"complete": False, "error": f"{error.filename}: {error.strerror}"}, "finds": []}
    except StateroomError as error:
        result = {"run": {"complete": False, "error": f"{error.where}: {error.message}"}, "finds": []}
    shared = {key: asked.get(key) for key in ("kind", "name", "property", "version", "seed")}
    result["run"] = (
        shared | {"scenario": asked.get("scenario")} | {"seconds": round(time.monotonic() - started, 3)} | result["run"]
    )
    result["finds"] = [shared | find for find in result["finds"]]
    return result


def _labels(flips: list[dict[str, Any]]) -> str:
    return ", ".join(sorted(flip["label"] for flip in flips))


def _search(asked: dict[str, Any]) -> dict[str, Any]:
    how = asked.get("how", "random")
    found = search(
        asked["property"],
        asked["version"],
        events=asked.get("events", 6),
        seed=asked["seed"],
        minutes=asked.get("minutes"),
        histories=asked.get("histories", 0),
        exhaustive=how == "exhaustive",
        guided=how == "guided",
        hypotheses=asked.get("hypotheses", ()),
        allow=asked.get("allow", ()),
    )
    run = {
        "property": found.property,
        "version_sha256": found.version_sha256,
        "how": how,
        "complete": found.complete or found.history is not None,
        "histories": found.histories,
        "merges": found.questions,
        "seconds": round(found.seconds, 3),
    }
    if found.history is None:
        return {"run": run, "finds": []}
    about = found.history["about"]
    find = {
        "events": found.shrunk_events,
        "found_after": found.histories,
        "critical": json.dumps(about["critical"], ensure_ascii=False),
        "refused": _labels(about["rules"]),
        "avoided_by": _labels([flip for flip in about["flips"] if flip["avoids"]]),
        "history": json.dumps(found.history, indent=1, ensure_ascii=False) + "\n",
        "said": json.dumps({name: _said(name, found.history) for name in asked.get("oracles", ())}),
    }
    return {"run": run, "finds": [find]}


def _said(name: str, history: dict[str, Any]) -> dict[str, Any]:
    """Ask an implementation to resolve a find, and compare with ours under its profile."""
    version = history["room_version"]
    if why := missing(name):
        return {"asked": False, "why": why}
    ids = history["event_ids"]
    events = [event | {"event_id": one} for event, one in zip(history["events"], ids, strict=True)]
    answers = bench.resolve(json.dumps(history).encode(), "find", version=version, profile=name)
    ours = {(e["type"], e["state_key"]): e["event_id"] for e in json.loads(answers.lines[0])["state"]}
    with Oracle(name) as oracle:
        release = oracle.about()["release"]
        if version not in oracle.about()["versions"]:
            return {"asked": False, "why": f"{name} {release} does not resolve version {version}"}
        answer = oracle.resolve(version, events, history["state_sets"])
    if answer.state == ours:
        return {"asked": True, "release": release, "agrees": True, "corrected": []}
    # A difference is a listed deviation if the copy of the peer in which it is corrected agrees.
    deviations = [one.id for one in of(name)]
    with Oracle(name, argv=command(name, corrected=True)) as oracle:
        for one in [*([deviation] for deviation in deviations), deviations]:
            if oracle.resolve(version, events, history["state_sets"], corrected=one).state == ours:
                return {"asked": True, "release": release, "agrees": False, "corrected": one}
    message = answer.trouble or "another state"
    return {"asked": True, "release": release, "agrees": False, "corrected": None, "why": message}


def _simulate(asked: dict[str, Any]) -> dict[str, Any]:
    run = Simulation(
        asked["scenario"],
        version=asked["version"],
        seed=asked["seed"],
        days=asked.get("days"),
        watch=asked.get("watch", ()),
        keep_log=bool(asked.get("reduce")),
    )
    run.go()
    summary = run.summary()
    finds = []
    for one in run.monitors():
        first = first_of(run, one["property"], asked.get("saying", ""))
        if first is None:
            continue
        find = {"property": one["property"], "keys": first["type"], "histories": one["violated"]}
        find |= {"events": run.counts()["events"], "said": json.dumps(first, ensure_ascii=False)}
        if asked.get("reduce"):
            reduced = reduced_run(run, one["property"], asked["version"], saying=asked.get("saying", ""))
            find |= {"reduced": reduced.text, "events": reduced.events, "said": json.dumps(reduced.first)}
        finds.append(find)
    row = {
        "version_sha256": summary["versions"].get(asked["version"]),
        "how": "simulation",
        "complete": True,
        "merges": summary["witnesses"]["merges"],
        "deliveries": summary["counts"]["deliveries"],
        "log_sha256": summary["log_sha256"],
    }
    return {"run": row, "finds": finds}


def _atlas(asked: dict[str, Any]) -> dict[str, Any]:
    hypotheses, allow = list(asked.get("hypotheses", ())), asked.get("allow", ())
    core = _core.Explorer(bench, asked["property"], asked["version"], "", hypotheses, stale_of(allow))
    made = core.atlas(asked.get("events", 4), asked["part"], asked["parts"])
    run = {
        "property": core.property_name,
        "version_sha256": core.version_sha256,
        "how": "exhaustive",
        "complete": made["complete"],
        "histories": sum(level["histories"] for level in made["levels"]),
        "merges": sum(level["questions"] for level in made["levels"]),
    }
    finds = [
        {
            "property": core.property_name,
            "events": one["events"],
            "keys": ", ".join(one["keys"]),
            "refused": ", ".join(one["refused"]),
            "avoided_by": ", ".join(one["avoided_by"]),
            "histories": one["histories"],
            "history": one["file"] + "\n",
        }
        for one in made["clusters"]
    ]
    return {"run": run, "finds": finds}


def main() -> None:
    """Answer questions until there are no more."""
    for line in sys.stdin:
        answer = do_task(json.loads(line)["asked"])
        sys.stdout.write(json.dumps({"answer": answer}) + "\n")
        sys.stdout.flush()
