"""What is known of every property about one event in the versions that come with the package.

Answers are kept in `known.jsonl` with the hash of the text that they are about; one whose text has changed is not
known.
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stateroom.bench import bench
from stateroom.prove import Finding, Part, Proof, properties, prove

if TYPE_CHECKING:
    import pandas

FILE = Path(__file__).parent / "known.jsonl"
MARKS = {"proved": "proved", "refuted": "**refuted**", "unknown": "unknown"}
WORDS_MAX = 3  # findings that a cell names


def stable() -> list[tuple[str, str]]:
    """Give name and hash of each stable version, in order."""
    listed = [json.loads(line) for line in bench.versions().lines]
    return [(one["name"], one["sha256_with_errata"]) for one in listed if one["status"] == "stable"]


def asked() -> list[str]:
    """Name the properties of one version; `same-rules` is about two and has a page of its own."""
    return [name for name in properties() if name != "same-rules"]


def load() -> dict[tuple[str, str], dict[str, Any]]:
    """Give the answers of the package: (version, property) → answer, where the text is still the one asked about.

    Examples
    --------
    >>> from stateroom.known import load
    >>> load()["12", "creators-keep-power"]["verdict"]
    'proved'
    """
    hashes = dict(stable())
    lines = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()] if FILE.exists() else []
    return {
        (one["version"], one["property"]): one for one in lines if hashes.get(one["version"]) == one["version_sha256"]
    }


def answer_of(proof: Proof) -> dict[str, Any]:
    """Give what is kept of an answer."""
    return {
        "version": proof.version,
        "property": proof.property,
        "version_sha256": proof.version_sha256,
        "verdict": proof.verdict,
        "reason": proof.reason or None,
        "detail": proof.detail or None,
        "parts": [{"statement": part.statement, "verdict": part.verdict} for part in proof.parts],
        "findings": [finding.words for finding in proof.findings],
        "hypotheses": list(proof.hypotheses),
        "solver": proof.solver,
        "rlimit": proof.rlimit,
        "command": proof.command,
    }


def proof_of(version: str, name: str) -> Proof | None:
    """Give what is known as an answer without events; None: it is not known.

    Examples
    --------
    >>> from stateroom.known import proof_of
    >>> proof_of("12", "creators-keep-power").verdict
    'proved'
    """
    one = load().get((version, name))
    if one is None:
        return None
    return Proof(
        property=name,
        version=version,
        version_sha256=one["version_sha256"],
        verdict=one["verdict"],
        reason=one["reason"] or "",
        detail=one["detail"] or "",
        hypotheses=tuple(one["hypotheses"]),
        translated=(),
        parts=tuple(Part("", part["statement"], part["verdict"]) for part in one["parts"]),
        findings=tuple(Finding(words, (), ()) for words in one["findings"]),
        mismatches=(),
        profile="default",
        solver=one["solver"],
        rlimit=one["rlimit"],
        steps=0,
        questions=0,
        seconds=0.0,
        asked=version,
    )


def ask_all(
    versions: Iterable[str] | None = None, *, tell: Callable[[str, str], bool] = lambda _version, _name: True
) -> list[dict[str, Any]]:
    """Give the answers for all stable versions: those of the package, and those that have to be asked for.

    Parameters
    ----------
    versions
        Names; None: the stable ones.
    tell
        Called with version and property before the prover is asked; False ends the work with what there is.
    """
    kept = load()
    out: list[dict[str, Any]] = []
    for version in [name for name, _ in stable()] if versions is None else versions:
        for name in asked():
            one = kept.get((version, name))
            if one is None:
                if not tell(version, name):
                    return out
                one = answer_of(prove(name, version))
            out.append(one)
    return out


def to_pandas(answers: Sequence[dict[str, Any]]) -> "pandas.DataFrame":
    """Give the verdicts as a data frame, properties against versions."""
    import pandas as pd

    table = pd.DataFrame([(a["property"], a["version"], a["verdict"]) for a in answers])
    versions = list(dict.fromkeys(a["version"] for a in answers))
    return table.pivot(index=0, columns=1, values=2)[versions].rename_axis(None, axis=0).rename_axis(None, axis=1)


def _spans(versions: Sequence[str]) -> str:
    """Write versions that follow each other as a span: ``1-3, 12``."""
    order = [name for name, _ in stable()]
    places = [order.index(one) for one in versions]
    runs: list[list[int]] = []
    for place in places:
        if runs and place == runs[-1][-1] + 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    return ", ".join(order[r[0]] if len(r) == 1 else f"{order[r[0]]}–{order[r[-1]]}" for r in runs)


def grouped(answers: Sequence[dict[str, Any]], name: str) -> list[tuple[str, str]]:
    """Give (verdict, versions) of a property; of one with parts a verdict for each part."""
    said: dict[str, list[str]] = {}
    for one in (a for a in answers if a["property"] == name):
        parts = [f"{part['verdict']}: {part['statement']}" for part in one["parts"]] or [one["verdict"]]
        for part in parts:
            said.setdefault(part, []).append(one["version"])
    return [(part, _spans(versions)) for part, versions in said.items()]


def markdown(answers: Sequence[dict[str, Any]]) -> str:
    """Give verdicts as a table, and below it what refutes each property in each version."""
    versions = list(dict.fromkeys(a["version"] for a in answers))
    found = {(a["version"], a["property"]): a for a in answers}
    lines = ["| property | " + " | ".join(versions) + " |", "|---|" + "---|" * len(versions)]
    for name in asked():
        cells = [MARKS[found[v, name]["verdict"]] if (v, name) in found else "–" for v in versions]
        lines.append(f"| `{name}` | " + " | ".join(cells) + " |")
    for name in asked():
        lines += ["", f"## `{name}`", "", f"{properties()[name][1].capitalize()}."]
        if any(a["parts"] for a in answers if a["property"] == name):
            lines += ["", "| versions | part |", "|---|---|"]
            lines += [f"| {versions_} | {part} |" for part, versions_ in grouped(answers, name)]
        shown: dict[str, list[str]] = {}
        for one in (a for a in answers if a["property"] == name):
            own = rf"(?<![\w.]){re.escape(one['version'])} (?=allows|rejects|after|in what)"
            words = [re.sub(own, "", text) for text in one["findings"]]
            more = f"; and {len(words) - WORDS_MAX} more" if len(words) > WORDS_MAX else ""
            text = "; ".join(words[:WORDS_MAX]) + more
            text = "; ".join(filter(None, [text, f"not known: {one['detail']}" if one["detail"] else ""]))
            if text:
                shown.setdefault(text, []).append(one["version"])
        if shown:
            lines += ["", "| versions | shown by, or open |", "|---|---|"]
            lines += [f"| {_spans(versions_)} | {text} |" for text, versions_ in shown.items()]
    return "\n".join(lines) + "\n"
