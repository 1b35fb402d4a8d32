"""A small suite of test vectors: signed PDUs that tell a version from its mutants, from other versions and readings."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from stateroom import _core, scope
from stateroom.errors import StateroomError
from stateroom.mutants import CITING, EXHAUSTIVE, RANDOM, RECEIPTS, SCENARIOS, SCOPE, MutantRun, drawings
from stateroom.redraw import redraw, server_keys
from stateroom.vector_cases import (
    Case,
    as_family,
    auth_case,
    event_case,
    family_case,
    history_case,
    of_event,
    redaction_case,
)
from stateroom.vector_rooms import create_events, rooms

SUITE_FORMAT = "stateroom-vectors/1"
ROUNDS_MAX = 6
ROOMS, CREATES = "rooms", "create events"
# What only the host can find out, and no PDU of ours shows.
FAULTS = ("its format is wrong", "its signatures are wrong", "its content hash is wrong")
SLOW = (RECEIPTS, EXHAUSTIVE)

Target = tuple[str, ...]
Tell = Callable[[str, int, int], None]
Ask = Callable[[int], list[int] | None]


@dataclass(frozen=True)
class Options:
    """What a suite is chosen from.

    Attributes
    ----------
    histories
        Random histories that are candidates.
    seed
        Of the first of them.
    small_scope, exhaustive
        Whether single events of these scopes are candidates; `exhaustive` is of versions 1 to 12 only.
    """

    histories: int = 40
    seed: int = 1
    small_scope: bool = True
    exhaustive: bool = True


@dataclass
class VersionVectors:
    """The vectors of one version.

    Attributes
    ----------
    cases
        In the order in which they were chosen; each with `tells`, what it tells from the version.
    mutants, killable, killed
        Mutants of the text, those that some candidate or case tells from it, those that the written cases do.
    missed
        What a candidate tells from the version and no case that could be written does, in words.
    """

    version: str
    sha256: str
    cases: list[Case] = field(default_factory=list)
    mutants: int = 0
    killable: int = 0
    killed: int = 0
    missed: list[str] = field(default_factory=list)


class VectorMaker:
    """Chooses and writes the vectors of one version.

    Parameters
    ----------
    version
        Name of a room version.
    versions
        Those that the vectors are to tell from it.
    options
        What is chosen from.

    Raises
    ------
    StateroomError
        No version has this name.
    """

    def __init__(self, version: str, versions: Sequence[str], options: Options | None = None) -> None:
        self.version = version
        self.others = [one for one in versions if one != version]
        self.options = options or Options()
        self._run = MutantRun(version)
        self._core = self._run._core
        self._families: list[scope.Family] = []
        self._histories: dict[str, list[tuple[str, dict[str, Any]]]] = {SCENARIOS: [], ROOMS: [], RANDOM: []}
        self._add_candidates()
        self._names = list(self._run.suites())
        sizes = [self._run.suites()[name] for name in self._names]
        self._first = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        self.targets: list[Target] = []
        self._tells: dict[Target, Any] = {}
        self._asks: dict[Target, Ask] = {}

    def _add_candidates(self) -> None:
        """Add the suites in the order in which a case is preferred where two tell as much."""
        if self.options.small_scope:
            self._core.add_small_scope(SCOPE)
        self._core.add_citing(CITING)
        self._creates = [
            auth_case(self.version, about, event, [], more) for about, event, more in create_events(self.version)
        ]
        self._core.add_families(CREATES, [json.dumps(as_family(case, self.version)) for case in self._creates])
        for name, drawing in drawings().items():
            self._histories[SCENARIOS].append((name, redraw(drawing, self.version)))
        self._histories[ROOMS].extend(rooms(self.version))
        work = _core.HistoryMaker(self.version)
        for seed in range(self.options.seed, self.options.seed + self.options.histories):
            made = json.loads(work.history(seed))
            self._histories[RANDOM].append((f"a random history, seed {seed}", made))
        for suite, histories in self._histories.items():
            files = [(name, _bare(one)) for name, one in histories]
            self._core.add_histories(suite, files, policy_signs=False)
        self._core.add_receipts(RECEIPTS)
        if self.options.exhaustive and self.version.isdigit():
            self._families = list(scope.families(int(self.version)))
            self._run.add_exhaustive()

    def _told(self, ask: Ask, slow: bool) -> Any:
        """Give the candidates of the quick suites or of the slow ones that an answer tells from the version."""
        found: list[Any] = [np.zeros(0, dtype=np.int64)]
        for number, name in enumerate(self._names):
            if (name in SLOW) != slow:
                continue
            told = ask(number)
            if told is None:
                return None
            numbers = np.asarray(told, dtype=np.int64)
            if name == RECEIPTS:
                words = [self._core.words(number, int(one)) for one in numbers]
                numbers = numbers[[not any(fault in said for fault in FAULTS) for said in words]] if words else numbers
            found.append(numbers + self._first[number])
        return np.concatenate(found)

    def _told_first(self, ask: Ask) -> Any:
        """Ask the quick suites, and the slow ones if those tell nothing."""
        told = self._told(ask, slow=False)
        return self._told(ask, slow=True) if told is not None and not len(told) else told

    def _ask_slow(self, targets: Iterable[Target]) -> None:
        """Ask the slow suites too, which come last, about what no case shows that the quick ones gave."""
        for target in targets:
            told = self._tells[target]
            if len(told) and told[0] < self._first[self._names.index(RECEIPTS)]:
                self._tells[target] = np.concatenate([told, self._told(self._asks[target], slow=True)])

    def ask(self, tell: Tell, threads: int = 2) -> None:
        """Ask every candidate about every mutant, other version and reading."""
        asked: list[tuple[Target, Ask]] = []
        for number in range(len(self._run)):
            asked.append((("mutant", str(number)), lambda suite, n=number: self._core.told(suite, n)))  # type: ignore[misc]
        for other in self.others:
            asked.append((("version", other), lambda suite, v=other: self._core.told_from(suite, v, {})))  # type: ignore[misc]
        for reading in _core.list_readings(self.version):
            for choice in reading["choices"]:
                if choice["name"] != reading["default"]:
                    chosen = {reading["name"]: choice["name"]}
                    asked.append(
                        (
                            ("reading", reading["name"], choice["name"]),
                            lambda suite, c=chosen: self._core.told_from(suite, self.version, c),  # type: ignore[misc]
                        )
                    )
        with ThreadPoolExecutor(threads) as pool:
            try:
                answers = pool.map(lambda one: self._told_first(one[1]), asked)
                for done, ((target, ask), told) in enumerate(zip(asked, answers, strict=True)):
                    tell(f"version {self.version}: candidates", done + 1, len(asked))
                    if told is not None:
                        self.targets.append(target)
                        self._asks[target] = ask
                        self._tells[target] = told
            finally:
                pool.shutdown(wait=False, cancel_futures=True)

    def choose(self, tell: Tell) -> VersionVectors:
        """Choose cases until all that a candidate tells is told by cases as they are written, as far as they can be."""
        out = VersionVectors(self.version, self._run.sha256)
        written: dict[int, Case] = {}
        refused: set[int] = set()
        open_targets = {target for target, told in self._tells.items() if len(told)}
        killable = set(open_targets)
        events = self._event_cases()
        told_by_event = {other for case in events for other in case["tells"]["versions"]}
        told_by: dict[int, set[Target]] = {}
        for round_ in range(ROUNDS_MAX):
            chosen: list[int] = []
            for _ in range(2**round_):  # what is hard to show gets more candidates from round to round
                chosen += self._cover(open_targets, refused | set(written) | set(chosen))
            fresh: dict[int, Case] = {}
            for done, number in enumerate(chosen):
                tell(f"version {self.version}: cases, round {round_ + 1}", done + 1, len(chosen))
                case = self._write(number)
                if case is None:
                    refused.add(number)
                else:
                    fresh[number] = case
            written |= fresh
            told_by |= dict(zip(fresh, self.verify(list(fresh.values())), strict=True))
            open_targets = killable - set().union(*told_by.values())
            if not open_targets:
                break
            if round_ == 0:
                self._ask_slow(sorted(open_targets))
        numbers = list(written)
        told = [told_by[number] for number in numbers]
        keep = _without_needless(told)
        out.cases = [*events, *(self._labelled(written[numbers[k]], told[k]) for k in keep)]
        out.mutants = sum(target[0] == "mutant" for target in self.targets)
        all_told = set().union(*(told[k] for k in keep)) if keep else set()
        out.killable = sum(target[0] == "mutant" for target in killable | all_told)
        out.killed = sum(target[0] == "mutant" for target in all_told)
        missed = [one for one in self.targets if one in killable - all_told]
        missed += [("version", v) for v in self.others if ("version", v) not in all_told and v not in told_by_event]
        out.missed = [
            self._words(one) for one in missed if one != ("version",) and not self._by_event(one, told_by_event)
        ]
        return out

    @staticmethod
    def _by_event(target: Target, told_by_event: set[str]) -> bool:
        return target[0] == "version" and target[1] in told_by_event

    def _cover(self, targets: Iterable[Target], without: set[int]) -> list[int]:
        """Cover the targets greedily; of candidates that tell as much the first is taken."""
        left = {target: self._tells[target] for target in sorted(targets)}
        counts = np.zeros(int(self._first[-1]), dtype=np.int64)
        for told in left.values():
            counts[told] += 1
        counts[list(without)] = 0
        out = []
        while left:
            best = int(np.argmax(counts))
            if counts[best] <= 0:
                break
            out.append(best)
            for target in [target for target, told in left.items() if _holds(told, best)]:
                counts[left.pop(target)] -= 1
        return out

    def _write(self, number: int) -> Case | None:
        """Write a candidate as a case; None: no PDUs of this version show it."""
        suite = int(np.searchsorted(self._first, number, side="right")) - 1
        name, inner = self._names[suite], int(number - self._first[suite])
        try:
            if name == EXHAUSTIVE:
                return self._of_family(inner)
            if name == CREATES:
                return self._creates[inner]
            if name in self._histories:
                about, history = self._histories[name][inner]
                return history_case(self.version, about, history)
            files = self._core.files(suite, inner)
            if files is None:
                return None
            events, event = [json.loads(one) for one in files[0]], files[1]
            about = self._core.words(suite, inner)
            if event and name == RECEIPTS:
                return redaction_case(self.version, about, json.loads(event), events)
            if event:
                return auth_case(self.version, about, json.loads(event), events)
            return history_case(self.version, about, {"events": events})
        except (StateroomError, ValueError):
            return None

    def _of_family(self, number: int) -> Case | None:
        for family in self._families:
            pairs = len(family.states) * len(family.trials)
            if number < pairs:
                state, trial = divmod(number, len(family.trials))
                return family_case(self.version, family, family.states[state], family.trials[trial])
            number -= pairs
        return None

    def _event_cases(self) -> list[Case]:
        """Choose single PDUs that tell what another version makes of the same bytes."""
        left = list(self.others)
        out: list[Case] = []
        for about, event, keys in _odd_events(self.version):
            mine = of_event(event, self.version, keys)
            told = [other for other in left if of_event(event, other, keys) != mine]
            if told or not out:
                case = event_case(self.version, about, event, keys)
                case["tells"] = {"mutants": [], "versions": told, "readings": []}
                out.append(case)
            left = [other for other in left if other not in told]
        return out

    def verify(self, cases: Sequence[Case]) -> list[set[Target]]:
        """Say of each case, as it is written, what it tells from the version."""
        run = self._run.without_suites()
        order: list[int] = []
        for number, case in enumerate(cases):
            if case["kind"] in ("auth", "redaction"):
                family = as_family(case, self.version) | {"redacts": case["kind"] == "redaction"}
                run._core.add_families(str(number), [json.dumps(family)])
            else:
                history = {m: case[m] for m in ("events", "state_sets") if m in case}
                run._core.add_histories(str(number), [("case", json.dumps(history))], policy_signs=False)
            order.append(number)
        out: list[set[Target]] = [set() for _ in cases]
        for target in self.targets:
            if target[0] == "mutant":
                answer = run._core.ask(int(target[1]))
                told = [number for number, where in zip(order, answer or [], strict=False) if where]
            else:
                version = target[1] if target[0] == "version" else self.version
                readings = {} if target[0] == "version" else {target[1]: target[2]}
                told = [number for number in order if run._core.told_from(number, version, readings)]
            for number in told:
                out[number].add(target)
        return out

    def _labelled(self, case: Case, told: set[Target]) -> Case:
        ordered = sorted(told, key=self.targets.index)
        case["tells"] = {
            "mutants": [self._words(one) for one in ordered if one[0] == "mutant"],
            "versions": [one[1] for one in ordered if one[0] == "version"],
            "readings": ["=".join(one[1:]) for one in ordered if one[0] == "reading"],
        }
        return case

    def _words(self, target: Target) -> str:
        if target[0] != "mutant":
            return " ".join(target)
        said = self._core.describe(int(target[1]))
        return f"{said['section']} {said['label']}: {said['operation']}"


def _holds(told: Any, number: int) -> bool:
    at = int(np.searchsorted(told, number))
    return at < len(told) and int(told[at]) == number


def _bare(history: dict[str, Any]) -> str:
    return json.dumps({m: history[m] for m in ("events", "state_sets") if m in history})


def _without_needless(told: Sequence[set[Target]]) -> list[int]:
    """Leave out cases that tell nothing that the others do not, the last first."""
    keep = list(range(len(told)))
    for number in reversed(range(len(told))):
        others: set[Target] = set().union(*(told[k] for k in keep if k != number))
        if told[number] <= others:
            keep.remove(number)
    return keep


def _odd_events(version: str) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Give signed PDUs that hold what some versions keep, ask or forbid and others do not."""
    anna = "@anna:alpha.example"
    create = {"event_id": "$create", "type": "m.room.create", "state_key": "", "sender": anna, "content": {}}
    contents = [
        ("a topic", "m.room.topic", "", {"topic": "word"}),
        ("aliases", "m.room.aliases", "alpha.example", {"aliases": ["#a:alpha.example"]}),
        (
            "a member with all that some version keeps",
            "m.room.member",
            anna,
            {
                "membership": "join",
                "join_authorised_via_users_server": anna,
                "third_party_invite": {"display_name": "A", "signed": {"mxid": anna, "token": "t"}},
            },
        ),
        ("join rules with `allow`", "m.room.join_rules", "", {"join_rule": "restricted", "allow": [], "other": 1}),
        ("power levels with `invite`", "m.room.power_levels", "", {"invite": 1, "notifications": {"room": 1}}),
        ("a redaction", "m.room.redaction", None, {"redacts": "$create", "reason": "word"}),
    ]
    for about, kind, key, content in contents:
        event: dict[str, Any] = {"event_id": "$event", "type": kind, "sender": anna, "content": content}
        event |= {} if key is None else {"state_key": key}
        edges = {"prev_events": ["$create"], "auth_events": ["$create"], "origin_server_ts": 1_700_000_000_000}
        first = {"prev_events": [], "auth_events": [], "origin_server_ts": 1_699_999_999_000}
        drawn = redraw({"events": [create | first, event | edges]}, version)
        made = drawn["events"][1]
        yield about, made, server_keys()
        if kind == "m.room.topic":
            ((name, key_),) = server_keys()["alpha.example"].items()
            ended = {"server_name": "alpha.example", "verify_keys": {name: {"key": key_}}, "valid_until_ts": 1}
            yield "a topic, signed with a key that was valid until before it", made, {"alpha.example": ended}
            yield "a create event", drawn["events"][0], server_keys()


def make(
    folder: Path, versions: Sequence[str], options: Options | None = None, tell: Tell | None = None
) -> dict[str, Any]:
    """Write a suite of vectors.

    Parameters
    ----------
    folder
        Where `suite.json` and a folder for each version are written; must not hold anything else.
    versions
        Names of room versions. Each pair of them is to be told apart.
    options
        What the vectors are chosen from. The same options give the same bytes.
    tell
        Called with what is being done, how much of it is done, and how much there is.

    Returns
    -------
    dict
        What `suite.json` holds.

    Raises
    ------
    StateroomError
        No version has one of the names.
    """
    options = options or Options()
    said = tell or (lambda _what, _done, _all: None)
    suite: dict[str, Any] = {
        "format": SUITE_FORMAT,
        "seed": options.seed,
        "histories": options.histories,
        "small_scope": options.small_scope,
        "exhaustive": options.exhaustive,
        "versions": [],
    }
    for version in versions:
        maker = VectorMaker(version, versions, options)
        maker.ask(said)
        suite["versions"].append(_written(folder, maker.choose(said)))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "suite.json").write_text(json.dumps(suite, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return suite


def _written(folder: Path, vectors: VersionVectors) -> dict[str, Any]:
    place = folder / vectors.version
    place.mkdir(parents=True, exist_ok=True)
    names = []
    for number, case in enumerate(vectors.cases):
        name = f"{vectors.version}/{number + 1:03}-{case['kind']}.json"
        (folder / name).write_text(json.dumps(case, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        names.append(name)
    return {
        "version": vectors.version,
        "version_sha256": vectors.sha256,
        "cases": names,
        "mutants": vectors.mutants,
        "mutants_noticed_by_candidates": vectors.killable,
        "mutants_noticed": vectors.killed,
        "missed": vectors.missed,
    }
