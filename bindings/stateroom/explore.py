"""Properties of merges, and searches for histories that break them."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stateroom import _core
from stateroom.about import about_of, with_command
from stateroom.bench import bench
from stateroom.errors import InputError

if TYPE_CHECKING:
    import pandas

EVENTS = 6


@dataclass(frozen=True)
class Property:
    """What a version is asked to promise.

    Attributes
    ----------
    name, id
        Either is accepted wherever a property is named.
    scope
        ``"merge"``: of state sets and what they resolve to; ``"run"``: of whole runs of servers.
    says, formula
        The statement in words and in mathematics.
    sha256
        Of the text of a property of merges; empty for others.
    """

    name: str
    id: str
    scope: str
    says: str
    formula: str
    sha256: str


def history_properties() -> list[Property]:
    """Give the properties of histories that have a checker.

    Examples
    --------
    >>> [one.id for one in history_properties() if one.scope == "merge"]
    ['D1', 'D2', 'D3', 'P-BAN', 'P-AUTHSND']
    """
    return [Property(*one) for one in _core.list_properties()]


def hypotheses() -> dict[str, str]:
    """Give the hypotheses: their statements by name.

    Examples
    --------
    >>> hypotheses()["honest-clock"]
    'a timestamp is greater than those of all ancestors'
    """
    return dict(_core.list_hypotheses())


def stale_of(allow: Sequence[str]) -> int:
    """Read what is allowed: N of ``stale:N``."""
    stale = 0
    for one in allow:
        name, _, count = one.partition(":")
        if name != "stale" or not count.isdigit():
            raise InputError("unknown-name", f"`{one}` cannot be allowed here", "", "write `stale:N`")
        stale = int(count)
    return stale


@dataclass(frozen=True)
class Found:
    """What a search came to.

    Attributes
    ----------
    property, version, version_sha256
        What was asked, of which text.
    history
        The shrunk history as a file of format ``stateroom-history/1``, or None. Its ``about`` says how to find it
        again.
    found_events, shrunk_events
        Events of the history as it was found and as it is, the create event included; 0 without one.
    histories, questions, seconds
        Histories that were made, merges that were asked about, and how long it took, shrinking included.
    how
        ``"random"``, ``"guided"`` or ``"exhaustive"``.
    features, corpus
        Of a guided search: what merges were seen to do, and histories that were kept for that.
    exhaustive, complete
        Whether all histories were meant to be looked through, and whether they were.
    levels
        Of an exhaustive search: for each number of events shapes, histories and questions.
    hypotheses, allow, seed
        As they were given.
    """

    property: str
    version: str
    version_sha256: str
    history: dict[str, Any] | None
    found_events: int
    shrunk_events: int
    histories: int
    questions: int
    how: str
    features: int
    corpus: int
    exhaustive: bool
    complete: bool
    levels: tuple[dict[str, int], ...]
    hypotheses: tuple[str, ...]
    allow: tuple[str, ...]
    seed: int
    seconds: float = field(compare=False)

    def to_dict(self, file: str | None = None) -> dict[str, Any]:
        """Give the members that ``stateroom search --json`` prints; `file`: where the history was written."""
        return {
            "property": self.property,
            "version": self.version,
            "version_sha256": self.version_sha256,
            "found": self.history is not None,
            "history": file,
            "found_events": self.found_events,
            "shrunk_events": self.shrunk_events,
            "histories": self.histories,
            "questions": self.questions,
            "how": self.how,
            "features": self.features,
            "corpus": self.corpus,
            "exhaustive": self.exhaustive,
            "complete": self.complete,
            "levels": list(self.levels),
            "hypotheses": list(self.hypotheses),
            "allow": list(self.allow),
            "seconds": round(self.seconds, 3),
            "seed": self.seed,
        }


def _file(core: Any, about: dict[str, Any]) -> dict[str, Any]:
    history: dict[str, Any] = json.loads(core.file())
    history["about"] = about
    replayed = _replay(json.dumps(history).encode(), "the find", history["about"])
    history["about"] |= {"violations": replayed["violations"], "rules": replayed["rules"]}
    account = core.account()
    if account is not None:
        history["about"] |= _account(account, history["event_ids"])
    return history


def _account(account: dict[str, Any], ids: list[str]) -> dict[str, Any]:
    """Give the members `critical`, `mend` and `flips` of ``about``, with event ids for places."""

    def act(one: dict[str, Any]) -> dict[str, Any]:
        return {name: one[name] for name in ("type", "state_key", "sender")} | {"content": json.loads(one["content"])}

    critical, mend = account["critical"], account["mend"]
    return {
        "critical": critical
        and {
            "event": ids[critical["event"]],
            "same_key": critical["same_key"],
            "instead": [{"event": ids[one["event"]]} | act(one) for one in critical["instead"]],
        },
        "critical_tried": account["tried"],
        "critical_limited": account["limited"],
        "mend": mend and {"after": ids[mend["after"]]} | act(mend),
        "flips": [
            flip | {way: [ids[place] for place in flip[way]] for way in ("allowed", "refused")}
            for flip in account["flips"]
        ],
    }


def search(
    name: str,
    version: str,
    *,
    events: int = EVENTS,
    seed: int = 1,
    minutes: float | None = None,
    histories: int = 0,
    exhaustive: bool = False,
    guided: bool = False,
    hypotheses: Sequence[str] = (),
    allow: Sequence[str] = (),
    profile: str = "",
    tell: Callable[[int, int, int], bool] | None = None,
) -> Found:
    """Search for a small history that breaks a property of merges, and shrink it.

    Parameters
    ----------
    name
        Name or id of a property, or the path of a ``.property`` file.
    version
        Name or path of a room version.
    events
        Events after the prefix ``study``: of each random history, or the bound of an exhaustive search.
    seed
        Decides a random search; an exhaustive one does not depend on it.
    minutes, histories
        Where the search ends without a find; neither: never, unless it is exhaustive.
    exhaustive
        Look through all histories, small ones first.
    guided
        Make histories of earlier ones that did something new, instead of drawing each afresh.
    hypotheses, allow
        What restricts the histories, and ``stale:N``.
    profile
        Readings of an implementation; empty: each reading's default.
    tell
        Called now and then with histories, questions and events so far; False ends the search.

    Raises
    ------
    StateroomError
        An unknown name, or a text that does not check.

    Examples
    --------
    >>> found = search("key-lost", "11", allow=["stale:1"], hypotheses=["honest-clock"], histories=20000)
    >>> found.history["about"]["property"]
    'key-lost'
    """
    started = time.monotonic()

    def go_on(done: int, questions: int, of: int) -> bool:
        if tell is not None and not tell(done, questions, of):
            return False
        return minutes is None or time.monotonic() - started < minutes * 60

    core = _core.Explorer(bench, name, version, profile, list(hypotheses), stale_of(allow))
    how = "exhaustive" if exhaustive else "guided" if guided else "random"
    core.search(events, seed, histories, how, go_on)
    found_events, shrunk_events, history = core.events, 0, None
    if core.found:
        core.shrink()
        shrunk_events = core.events
        about = about_of(core, name, version, hypotheses=hypotheses, allow=allow, profile=profile, seed=seed)
        start = f"stateroom search --property {name} --version {version} --events {events}"
        start += " --exhaustive" if exhaustive else f" --seed {seed}" + (" --guided" if guided else "")
        history = _file(core, with_command(about, start))
    return Found(
        property=core.property_name,
        version=core.version,
        version_sha256=core.version_sha256,
        history=history,
        found_events=found_events,
        shrunk_events=shrunk_events,
        histories=core.histories,
        questions=core.questions,
        how=how,
        features=core.features,
        corpus=core.corpus,
        exhaustive=exhaustive,
        complete=core.complete,
        levels=tuple(core.levels()),
        hypotheses=tuple(hypotheses),
        allow=tuple(allow),
        seed=seed,
        seconds=time.monotonic() - started,
    )


@dataclass(frozen=True)
class Replayed:
    """What became of a history when its property was asked again.

    Attributes
    ----------
    property, version
        What was asked, of which text.
    reproduced
        The property is broken, as the file says: under the same text, its hypotheses kept, every event allowed.
    reasons
        Why not, a sentence each; empty where it was reproduced.
    violations
        Ids of the events that break the property.
    rules
        Checks of the merge that refused an event: ``name``, ``event_id``, ``label``, ``number``.
    """

    property: str
    version: str
    reproduced: bool
    reasons: tuple[str, ...]
    violations: tuple[str, ...]
    rules: tuple[dict[str, str], ...]

    def to_dict(self) -> dict[str, Any]:
        """Give the members that ``stateroom replay --json`` prints."""
        return {
            "property": self.property,
            "version": self.version,
            "reproduced": self.reproduced,
            "reasons": list(self.reasons),
            "violations": list(self.violations),
            "rules": list(self.rules),
        }


def _replay(data: bytes, where: str, about: dict[str, Any], version: str | None = None, *, strict: bool = True) -> Any:
    profile = about.get("profile", "default")
    # What only simulated servers have, and no search: events that one had rejected, states that one was told.
    allow = list(about.get("allow", ()))
    stale = stale_of([one for one in allow if one not in ("rejected", "told")])
    return _core.replay_history(
        bench,
        data,
        where,
        about["property"],
        version or about.get("version"),
        "" if profile == "default" else profile,
        list(about.get("hypotheses", ())),
        stale,
        "told" in allow,
        strict,
    )


def replay(
    file: str | Path, *, version: str | None = None, property_name: str | None = None, strict: bool = True
) -> Replayed:
    """Ask a find again, from its file alone.

    Parameters
    ----------
    file
        A history with ``about``, as `search` writes it.
    version, property_name
        Ask another version or property than the file says.
    strict
        Ids are computed, and formats, hashes and signatures judged by the keys in the file.

    Raises
    ------
    StateroomError
        The file cannot be read, or says of no property.

    Examples
    --------
    >>> import json, pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "find.json"
    >>> _ = path.write_text(json.dumps(search("older-wins", "11", histories=2000).history))
    >>> replay(path).reproduced
    True
    """
    data = Path(file).read_bytes()
    try:
        about = json.loads(data).get("about") or {}
    except json.JSONDecodeError as error:
        raise InputError("json", error.msg, f"{file}:{error.lineno}:{error.colno}", "") from error
    except (ValueError, AttributeError, RecursionError):
        about = {}
    if property_name is not None:
        about["property"] = property_name
    if "property" not in about:
        raise InputError("format", "the file does not say which property it breaks", str(file), "give --property")
    answer = _replay(data, str(file), about, version, strict=strict)
    reasons = []
    known = about.get("version_sha256")
    if version is None and known is not None and known != answer["version_sha256"]:
        reasons.append(f"the text of version {answer['version']} is another one than the file says")
    if answer["refused"]:
        reasons.append(f"the rules refuse {', '.join(answer['refused'])}")
    if answer["rejected"] and "rejected" not in about.get("allow", ()):
        reasons.append(f"events are said to be rejected, which is not allowed: {', '.join(answer['rejected'])}")
    if answer["broken"]:
        reasons.append(answer["broken"])
    if not answer["violations"]:
        reasons.append("the property holds")
    return Replayed(
        property=about["property"],
        version=answer["version"],
        reproduced=not reasons,
        reasons=tuple(reasons),
        violations=tuple(answer["violations"]),
        rules=tuple(answer["rules"]),
    )


def shrink(
    file: str | Path, name: str, version: str, *, hypotheses: Sequence[str] = (), allow: Sequence[str] = ()
) -> dict[str, Any]:
    """Make a history that breaks a property smaller: no event, edge, lie about time or stale entry is left to spare.

    Parameters
    ----------
    file
        A history with state sets.
    name, version
        What to ask: a property of merges, and a version.
    hypotheses, allow
        What every smaller history keeps to.

    Returns
    -------
    dict
        A history of format ``stateroom-history/1`` with signed PDUs.

    Raises
    ------
    StateroomError
        The file cannot be read, holds what a small history cannot say, or does not break the property.

    Examples
    --------
    >>> import json, pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "find.json"
    >>> _ = path.write_text(json.dumps(search("older-wins", "11", histories=2000).history))
    >>> shrink(path, "older-wins", "11")["about"]["property"]
    'older-wins'
    """
    core = _core.Explorer(bench, name, version, "", list(hypotheses), stale_of(allow))
    if not core.take(Path(file).read_bytes(), str(file)):
        raise InputError("format", f"the history does not break `{name}` under these terms", str(file), "")
    core.shrink()
    about = about_of(core, name, version, hypotheses=hypotheses, allow=allow)
    return _file(core, with_command(about, f"stateroom shrink {file} --property {name} --version {version}"))


@dataclass(frozen=True)
class Diagnosis:
    """What the merges of a room did.

    Attributes
    ----------
    version, events, merges
        Of the room; merges of the same states count once.
    findings
        For each merge and property that it breaks: ``property``, ``merge`` (the event that brings the states together;
        None: the forward extremities), ``after`` (events whose states were merged), ``violations``, ``keys`` (type,
        state_key and the event that the result has for each of them).
    """

    version: str
    events: int
    merges: int
    findings: tuple[dict[str, Any], ...]

    def to_pandas(self) -> "pandas.DataFrame":
        """Give a row for each event that breaks a property."""
        import pandas as pd

        rows = [
            {
                "property": finding["property"],
                "merge": finding["merge"],
                "violation": violation,
                "type": kind,
                "state_key": state_key,
                "winner": winner,
            }
            for finding in self.findings
            for violation, (kind, state_key, winner) in zip(finding["violations"], finding["keys"], strict=True)
        ]
        return pd.DataFrame(rows, columns=["property", "merge", "violation", "type", "state_key", "winner"])


def diagnose(file: str | Path, *, version: str | None = None, names: Sequence[str] = ()) -> Diagnosis:
    """Ask the properties of merges at every merge of a room.

    Parameters
    ----------
    file
        A room's events, in any form that Stateroom reads.
    version
        Over what the file says.
    names
        Properties to ask; none: ``key-lost``, ``rollback``, ``ban-holds``.

    Raises
    ------
    StateroomError
        The file or a property cannot be read.

    Examples
    --------
    >>> import json, pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "find.json"
    >>> _ = path.write_text(json.dumps(search("key-lost", "11", histories=2000).history))
    >>> diagnose(path).merges > 0
    True
    """
    chosen = list(names) or ["key-lost", "rollback", "ban-holds"]
    answer = _core.diagnose_history(bench, Path(file).read_bytes(), str(file), version, chosen)
    return Diagnosis(answer["version"], answer["events"], answer["merges"], tuple(answer["findings"]))
