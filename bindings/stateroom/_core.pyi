# Written by `make stubs`.
"""
The C++ core of Stateroom. The package `stateroom` is what to import; this module is what it stands on.
"""

from __future__ import annotations
import collections.abc
import numpy
import numpy.typing
import typing

__all__: list[str] = [
    "Answers",
    "Chance",
    "ChanceEstimate",
    "Decider",
    "EditProver",
    "ExactChance",
    "Explorer",
    "HistoryFile",
    "HistoryMaker",
    "HistoryView",
    "Mutants",
    "Prover",
    "Question",
    "ResolutionView",
    "RoomBuilder",
    "Simulation",
    "StateView",
    "TextTree",
    "VetWork",
    "Workbench",
    "World",
    "canonical_json",
    "check_certificate",
    "check_format",
    "commit",
    "compiler",
    "content_hash",
    "diagnose_history",
    "event_id",
    "format_text",
    "list_errors",
    "list_hypotheses",
    "list_properties",
    "list_readings",
    "one_event_properties",
    "parse_text",
    "process_limits",
    "receive_history",
    "redact",
    "redraw_history",
    "replay_auth",
    "replay_history",
    "sat_solver_version",
    "scenario_errors",
    "scenarios",
    "set_process_limit",
    "show_history",
    "signature_state",
    "solver_version",
    "study_kinds",
    "version",
    "vet_check",
    "vet_server_keys",
    "z3_version",
]

class Mutants:
    """
    The mutants of a version, and suites that may tell them from it.
    """
    def __init__(self, version: str, profile: str = "") -> None:
        """
        Error: StateroomError, the text does not check.
        """
    def __len__(self) -> int: ...
    def add_citing(self, suite: str) -> None:
        """
        A suite of events that cite other auth_events than those selected, and of levels written in unusual ways.
        """
    def add_families(self, suite: str, families: collections.abc.Sequence[str]) -> None:
        """
        A suite of families, each a JSON text: `name, events, states, trials, recheck`; every trial is judged in every state; with `redacts` it is asked whether the trials, which are redactions, apply. Error: StateroomError, one cannot be read.
        """
    def add_histories(
        self, suite: str, files: collections.abc.Sequence[tuple[str, str]], policy_signs: bool = True
    ) -> None:
        """
        A suite of history files, each as (name, bytes); whether a policy server's signature is taken for there, or verified. Error: StateroomError, one cannot be read.
        """
    def add_random(
        self,
        suite: str,
        count: typing.SupportsInt | typing.SupportsIndex,
        seed: typing.SupportsInt | typing.SupportsIndex,
    ) -> None:
        """
        A suite of random histories.
        """
    def add_receipts(self, suite: str) -> None:
        """
        A suite of what the checks on receipt make of events, and of which redactions apply.
        """
    def add_signers(self, suite: str) -> None:
        """
        A suite of whose signatures an event needs.
        """
    def add_small_scope(self, suite: str) -> None:
        """
        Every event of the small scope in every state of it.
        """
    def ask(self, number: typing.SupportsInt | typing.SupportsIndex) -> list[str | None] | None:
        """
        For each suite the first case that tells the mutant from its version, or None; None if the mutant does not check. May be called from several threads.
        """
    def describe(self, number: typing.SupportsInt | typing.SupportsIndex) -> dict:
        """
        `section, label, number, operation, before, after` of a mutant.
        """
    def files(
        self, suite: typing.SupportsInt | typing.SupportsIndex, number: typing.SupportsInt | typing.SupportsIndex
    ) -> tuple[list[str], str] | None:
        """
        A case as signed PDUs: those of the state or history, and the one that is asked about (empty: none); None for a case of a family.
        """
    def suites(self) -> list[tuple[str, int]]:
        """
        (name, cases) of each suite, in the order in which they were added.
        """
    def told(
        self, suite: typing.SupportsInt | typing.SupportsIndex, number: typing.SupportsInt | typing.SupportsIndex
    ) -> list[int] | None:
        """
        The cases of a suite, by number, that tell the mutant from its version; None if the mutant does not check.
        """
    def told_from(
        self,
        suite: typing.SupportsInt | typing.SupportsIndex,
        version: str,
        readings: collections.abc.Mapping[str, str],
    ) -> list[int]:
        """
        The cases of a suite that tell another version, or the same with other readings, from this one.
        """
    def verdict(
        self, suite: typing.SupportsInt | typing.SupportsIndex, number: typing.SupportsInt | typing.SupportsIndex
    ) -> bool | None:
        """
        Whether the version allows a case's event, or its redaction applies; None where a case asks something else.
        """
    def without_suites(self) -> Mutants:
        """
        The same mutants without any suite; what one of the two compiles the other has too.
        """
    def words(
        self, suite: typing.SupportsInt | typing.SupportsIndex, number: typing.SupportsInt | typing.SupportsIndex
    ) -> str:
        """
        A case in words.
        """
    @property
    def name(self) -> str:
        """
        The version's name.
        """
    @property
    def sha256(self) -> str:
        """
        Of the version's text with errata.
        """

class EditProver:
    """
    Asks what each edit between two versions does to verdicts.
    """
    def __init__(
        self, base: str, candidate: str, profile: str = "", readings: collections.abc.Mapping[str, str] = {}
    ) -> None: ...
    def ask(
        self,
        edit: typing.SupportsInt | typing.SupportsIndex,
        alone: bool,
        rlimit: typing.SupportsInt | typing.SupportsIndex = 50000000,
    ) -> typing.Any:
        """
        `same-rules` of the base and the base with this edit, or (not `alone`) of the candidate without it and the candidate. None: such a text does not check.
        """
    def edits(self) -> list[tuple[str, str]]:
        """
        (section, label) of each edit, in the order of `compare`.
        """

class Prover:
    """
    Puts questions about one event to the solver.
    """
    def __init__(self) -> None: ...
    def ask(
        self,
        property: str,
        version: str,
        other: str = "",
        profile: str = "",
        readings: collections.abc.Mapping[str, str] = {},
        rlimit: typing.SupportsInt | typing.SupportsIndex = 50000000,
        either: bool = False,
        directions: bool = False,
        smt2: str = "",
        decided: collections.abc.Set[str] = set(),
        relaxed: str | None = None,
        progress: collections.abc.Callable[[int], bool] | None = None,
    ) -> dict:
        """
        The answer to one question. `decided`: rules that live-rules need not ask about. `relaxed`: a rule whose condition may be anything. `progress` is called with the findings so far and says whether to go on.
        """
    def labels(self, name: str, profile: str = "", readings: collections.abc.Mapping[str, str] = {}) -> list[str]:
        """
        Labels of the rules that have a condition, in text order.
        """
    def version(self, name: str, profile: str = "", readings: collections.abc.Mapping[str, str] = {}) -> dict:
        """
        Name and hash of a version. Error: StateroomError, its text does not check.
        """

class TextTree:
    """
    A room version text, parsed.
    """
    def print(self) -> str:
        """
        The tree as text, in the house's layout.
        """
    @property
    def comments(self) -> list[tuple[int, str]]:
        """
        Line and text of each comment.
        """
    @property
    def extends(self) -> str:
        """
        What it extends, or nothing.
        """
    @property
    def name(self) -> str:
        """
        The version's name.
        """
    @property
    def source(self) -> str:
        """
        As written.
        """
    @property
    def status(self) -> str:
        """
        As written.
        """

class Answers:
    """
    The lines that a command prints, and what its exit status follows from.
    """
    @property
    def inherited(self) -> int:
        """
        Lints that were left out, since the base has them.
        """
    @property
    def lines(self) -> list[str]:
        """
        JSON objects, one an item.
        """
    @property
    def refused(self) -> bool:
        """
        An item could not be done.
        """
    @property
    def unwelcome(self) -> bool:
        """
        Something differs, warns or was rejected.
        """

class Workbench:
    """
    Room version texts, loaded, checked and compiled once. Threads may share it.
    """
    def __init__(self) -> None: ...
    def auth(
        self,
        bytes: bytes,
        file: str,
        version: str | None = None,
        profile: str = "",
        readings: collections.abc.Mapping[str, str] = {},
        strict: bool = False,
        keys: str | None = None,
        each: collections.abc.Callable[[Answers, int, int], None] | None = None,
    ) -> Answers:
        """
        Answers of the command auth.
        """
    def check(self, path: str, inherited: bool = False) -> Answers:
        """
        Answers of the command check; without `inherited`, not the lints that the text it extends has too.
        """
    def compare(self, before: str, after: str) -> Answers:
        """
        Answers of the command compare.
        """
    def events(
        self,
        bytes: bytes,
        file: str,
        version: str | None = None,
        profile: str = "",
        readings: collections.abc.Mapping[str, str] = {},
        strict: bool = False,
        keys: str | None = None,
        each: collections.abc.Callable[[Answers, int, int], None] | None = None,
    ) -> Answers:
        """
        Answers of the command events.
        """
    def names(self) -> list[str]:
        """
        The names of all versions, in order.
        """
    def print(self, version: str, section: str = "", markdown: bool = False) -> str:
        """
        The text of a version or a section, or its English.
        """
    def resolve(
        self,
        bytes: bytes,
        file: str,
        version: str | None = None,
        profile: str = "",
        readings: collections.abc.Mapping[str, str] = {},
        strict: bool = False,
        keys: str | None = None,
        trace: bool = False,
        explain: bool = False,
        explain_type: str | None = None,
        explain_state_key: str | None = None,
        time: typing.SupportsInt | typing.SupportsIndex = 0,
        each: collections.abc.Callable[[Answers, int, int], None] | None = None,
    ) -> Answers:
        """
        Answers of the command resolve.
        """
    def rule(self, version: str, rule: str) -> str:
        """
        A rule by number or label, as JSON.
        """
    def source(self, name: str) -> str:
        """
        The bytes of a version's file.
        """
    def versions(self) -> Answers:
        """
        Answers of the command versions.
        """

class VetWork:
    """
    Two versions, ready to be compared.
    """
    def __init__(
        self,
        bench: Workbench,
        base: str,
        candidate: str,
        profile: str = "",
        readings: collections.abc.Mapping[str, str] = {},
        candidate_readings: collections.abc.Mapping[str, str] = {},
    ) -> None:
        """
        `candidate_readings` are choices of the candidate alone, over the others.
        """
    def costs(
        self, first: typing.SupportsInt | typing.SupportsIndex, count: typing.SupportsInt | typing.SupportsIndex
    ) -> dict:
        """
        Work of the resolutions and size of the events of histories, summed, under base and candidate.
        """
    def differences(self) -> list:
        """
        Small scopes of questions about the form of events, selections and receipt: how many were asked, and what the two answer differently.
        """
    def edits(self) -> list:
        """
        What differs between the texts, by label.
        """
    def files(self, question: typing.SupportsInt | typing.SupportsIndex) -> dict:
        """
        The PDUs of a question under base and candidate.
        """
    def histories(
        self, first: typing.SupportsInt | typing.SupportsIndex, count: typing.SupportsInt | typing.SupportsIndex
    ) -> list:
        """
        Makes and compares random histories with the seeds from `first` on.
        """
    def lints(self) -> list:
        """
        Lints of the candidate that the base does not have.
        """
    def shown(self, edit: typing.SupportsInt | typing.SupportsIndex) -> typing.Any:
        """
        The first question that shows an edit: how (alone, together, without), and with which other edits. None where no question shows it.
        """
    def shrunk(
        self, seed: typing.SupportsInt | typing.SupportsIndex, tries: typing.SupportsInt | typing.SupportsIndex
    ) -> typing.Any:
        """
        A history's first merge that resolves differently, made smaller, or None.
        """
    def versions(self) -> list:
        """
        Base and candidate: name, hashes, choices of readings.
        """
    def witnesses(
        self, scope_max: typing.SupportsInt | typing.SupportsIndex, pairs_max: typing.SupportsInt | typing.SupportsIndex
    ) -> dict:
        """
        Smallest events and states that the two decide differently.
        """

class Decider:
    """
    A property of a version, decided for all small histories.
    """
    def __init__(
        self,
        bench: Workbench,
        property: str,
        version: str,
        profile: str = "",
        hypotheses: collections.abc.Sequence[str] = [],
        stale: typing.SupportsInt | typing.SupportsIndex = 0,
    ) -> None:
        """
        Error: StateroomError, an unknown name or a text that does not check.
        """
    def bounds(self) -> list:
        """
        What was asked of each number of events.
        """
    def certify(self, folder: str, tell: collections.abc.Callable[[int, int, int], bool] | None = None) -> bool:
        """
        Writes a proof as a folder that `check_certificate` takes; False if it was stopped.
        """
    def decide(
        self,
        events_min: typing.SupportsInt | typing.SupportsIndex,
        events: typing.SupportsInt | typing.SupportsIndex,
        solvers: collections.abc.Sequence[str],
        conflicts_max: typing.SupportsInt | typing.SupportsIndex,
        threads: typing.SupportsInt | typing.SupportsIndex,
        tell: collections.abc.Callable[[int, int, int], bool] | None = None,
    ) -> None:
        """
        Decides; `tell` gets the bound, shapes done and all shapes, and says whether to go on.
        """
    @property
    def compared(self) -> int:
        """
        Named values of the refutation that came out as in the engine.
        """
    @property
    def detail(self) -> str:
        """
        The reason in words.
        """
    @property
    def file(self) -> str:
        """
        A refutation as a history of signed PDUs, as JSON without `about`; else empty.
        """
    @property
    def mismatches(self) -> list[str]:
        """
        Values of a model that came out otherwise: mistakes of the prover.
        """
    @property
    def property_name(self) -> str:
        """
        The property's name.
        """
    @property
    def property_sha256(self) -> str:
        """
        Of its text.
        """
    @property
    def proved(self) -> int:
        """
        All bounds up to this one are proved.
        """
    @property
    def reason(self) -> str:
        """
        Of "unknown".
        """
    @property
    def statement(self) -> str:
        """
        What it says.
        """
    @property
    def verdict(self) -> str:
        """
        "proved", "refuted" or "unknown".
        """
    @property
    def version(self) -> str:
        """
        The version's name.
        """
    @property
    def version_sha256(self) -> str:
        """
        Of its text.
        """

class ExactChance:
    """
    What the Markov chain of a partition says.
    """
    @property
    def broken_per_merge(self) -> float: ...
    @property
    def days_until_broken(self) -> float: ...
    @property
    def days_until_divergence(self) -> float: ...
    @property
    def diverged_per_partition(self) -> float: ...
    @property
    def partition_days(self) -> float: ...
    @property
    def states(self) -> int: ...
    @property
    def transitions(self) -> int: ...

class ChanceEstimate:
    """
    What multilevel splitting says, with an interval of 99 %.
    """
    @property
    def broken(self) -> int: ...
    @property
    def ends(self) -> int: ...
    @property
    def high(self) -> float: ...
    @property
    def low(self) -> float: ...
    @property
    def probability(self) -> float: ...
    @property
    def runs(self) -> int: ...

class Chance:
    """
    A property of a version while two sides of a room are apart.
    """
    def __init__(
        self,
        bench: Workbench,
        property: str,
        version: str,
        a_day: collections.abc.Mapping[str, typing.SupportsInt | typing.SupportsIndex],
        heals_a_day: typing.SupportsInt | typing.SupportsIndex,
        events_most: typing.SupportsInt | typing.SupportsIndex,
    ) -> None:
        """
        Rates in thousandths a day. Error: StateroomError, an unknown name.
        """
    def estimate(
        self,
        seed: typing.SupportsInt | typing.SupportsIndex,
        runs: typing.SupportsInt | typing.SupportsIndex,
        copies: typing.SupportsInt | typing.SupportsIndex,
    ) -> ChanceEstimate:
        """
        Multilevel splitting.
        """
    def exact(self, states_most: typing.SupportsInt | typing.SupportsIndex) -> ExactChance:
        """
        The Markov chain, solved.
        """

class Explorer:
    """
    A property of a version, and histories that may break it.
    """
    def __init__(
        self,
        bench: Workbench,
        property: str,
        version: str,
        profile: str = "",
        hypotheses: collections.abc.Sequence[str] = [],
        stale: typing.SupportsInt | typing.SupportsIndex = 0,
    ) -> None:
        """
        Error: StateroomError, an unknown name or a text that does not check.
        """
    def account(self) -> typing.Any:
        """
        Why the find came out so: `critical`, `limited`, `tried`, `mend`, `flips`; None of a history of a file.
        """
    def atlas(
        self,
        events: typing.SupportsInt | typing.SupportsIndex,
        part: typing.SupportsInt | typing.SupportsIndex = 0,
        parts: typing.SupportsInt | typing.SupportsIndex = 1,
        tell: collections.abc.Callable[[int, int, int], bool] | None = None,
    ) -> dict:
        """
        All finds of an exhaustive search, or of a part of it, in clusters: `clusters`, `levels`, `complete`.
        """
    def file(self) -> str:
        """
        The find as a history of signed PDUs, as JSON without `about`.
        """
    def levels(self) -> list:
        """
        What an exhaustive search looked through, by number of events.
        """
    def search(
        self,
        events: typing.SupportsInt | typing.SupportsIndex,
        seed: typing.SupportsInt | typing.SupportsIndex = 0,
        histories_max: typing.SupportsInt | typing.SupportsIndex = 0,
        how: str = "random",
        tell: collections.abc.Callable[[int, int, int], bool] | None = None,
    ) -> None:
        """
        Searches, as `how` says: random, guided, exhaustive; `tell` gets histories, questions and events so far and says whether to go on.
        """
    def shrink(self) -> int:
        """
        Makes the find smaller; how many histories were tried.
        """
    def take(self, bytes: bytes, file: str) -> bool:
        """
        Takes a file's history as the find; whether it breaks the property.
        """
    @property
    def complete(self) -> bool:
        """
        An exhaustive search came to its bound.
        """
    @property
    def corpus(self) -> int:
        """
        Histories that a guided search kept.
        """
    @property
    def events(self) -> int:
        """
        Events of the find.
        """
    @property
    def features(self) -> int:
        """
        What merges did, in a guided search.
        """
    @property
    def found(self) -> bool:
        """
        There is a find.
        """
    @property
    def histories(self) -> int:
        """
        Histories that were made.
        """
    @property
    def property_name(self) -> str:
        """
        The property's name.
        """
    @property
    def property_sha256(self) -> str:
        """
        Of its text.
        """
    @property
    def questions(self) -> int:
        """
        Merges that were asked about.
        """
    @property
    def version(self) -> str:
        """
        The version's name.
        """
    @property
    def version_sha256(self) -> str:
        """
        Of its text.
        """

class StateView:
    """
    A state: keys in bytewise order.
    """
    def __len__(self) -> int: ...
    def entries(self) -> list[tuple[str, str, str]]:
        """
        Type, state_key and event id of each entry.
        """
    @property
    def indices(self) -> numpy.typing.NDArray[numpy.uint32]:
        """
        The number of each entry's event; uint32, a view.
        """

class ResolutionView:
    """
    A resolution with its trace.
    """
    def checks(self) -> list:
        """
        The iterative auth checks, in the order asked.
        """
    def names(self) -> list[tuple[str, str]]:
        """
        Name and kind of each named value, in the text's order.
        """
    def value_function(self, number: typing.SupportsInt | typing.SupportsIndex) -> list[tuple[int, str]]:
        """
        The values of a named function: event number and value as text.
        """
    def value_indices(self, number: typing.SupportsInt | typing.SupportsIndex) -> numpy.typing.NDArray[numpy.uint32]:
        """
        The events of a named set or order as numbers; uint32, a view.
        """
    def value_keys(self, number: typing.SupportsInt | typing.SupportsIndex) -> list[tuple[str, bool, list[str]]]:
        """
        By what a name put events in order: component, descending, values.
        """
    def value_state(self, number: typing.SupportsInt | typing.SupportsIndex) -> StateView:
        """
        A named value that is a state.
        """
    @property
    def event_ids(self) -> list[str]:
        """
        Event ids by number.
        """
    @property
    def ids(self) -> str:
        """
        Where event ids come from.
        """
    @property
    def inputs(self) -> list[StateView]:
        """
        The state sets.
        """
    @property
    def state(self) -> StateView:
        """
        What came out.
        """
    @property
    def version(self) -> str:
        """
        The version's name.
        """
    @property
    def version_sha256(self) -> str:
        """
        The SHA-256 of the version's text with the readings that were chosen.
        """
    @property
    def work(self) -> tuple[int, int]:
        """
        Events touched and checks made.
        """

class HistoryView:
    """
    One history under a version, events in topological order.
    """
    def __len__(self) -> int: ...
    def after(self, number: typing.SupportsInt | typing.SupportsIndex) -> StateView:
        """
        The state after an event.
        """
    def before(self, number: typing.SupportsInt | typing.SupportsIndex) -> StateView:
        """
        The state before an event.
        """
    def current(self) -> StateView:
        """
        The state after all forward extremities.
        """
    def decision(self, number: typing.SupportsInt | typing.SupportsIndex) -> dict:
        """
        What the rules say of an event in the state before it.
        """
    def edges(self, field: str) -> tuple:
        """
        Offsets and targets of compressed sparse rows; int32, views.
        """
    def event(self, number: typing.SupportsInt | typing.SupportsIndex) -> dict:
        """
        The members of an event; `text` is the PDU as JSON.
        """
    def find(self, event_id: str) -> int | None:
        """
        The number of an event, or None.
        """
    @property
    def depth(self) -> numpy.typing.NDArray[numpy.int64]:
        """
        Depth by event; int64, a view.
        """
    @property
    def edge_fields(self) -> list[str]:
        """
        The members that cite other events.
        """
    @property
    def holes(self) -> list[str]:
        """
        Cited ids that are not there.
        """
    @property
    def ids(self) -> str:
        """
        Where event ids come from.
        """
    @property
    def notes(self) -> list[str]:
        """
        What was left out or repeated.
        """
    @property
    def origin_server_ts(self) -> numpy.typing.NDArray[numpy.int64]:
        """
        Milliseconds by event; int64, a view.
        """
    @property
    def state_sets(self) -> list[list[str]] | None:
        """
        The state sets that the input names, or None.
        """
    @property
    def version(self) -> str:
        """
        The version's name.
        """

class HistoryFile:
    """
    The histories of one input.
    """
    def __init__(self, bytes: bytes, name: str) -> None: ...
    def __len__(self) -> int: ...
    def events(
        self,
        number: typing.SupportsInt | typing.SupportsIndex,
        bench: Workbench,
        version: str | None = None,
        profile: str = "",
        readings: collections.abc.Mapping[str, str] = {},
        strict: bool = False,
        keys: str | None = None,
    ) -> Answers:
        """
        What the command events says of one history.
        """
    def explain(
        self,
        number: typing.SupportsInt | typing.SupportsIndex,
        bench: Workbench,
        version: str | None = None,
        profile: str = "",
        readings: collections.abc.Mapping[str, str] = {},
        strict: bool = False,
        keys: str | None = None,
    ) -> Answers:
        """
        What the command resolve --explain says of one history.
        """
    def open(
        self,
        number: typing.SupportsInt | typing.SupportsIndex,
        bench: Workbench,
        version: str | None = None,
        profile: str = "",
        readings: collections.abc.Mapping[str, str] = {},
        strict: bool = False,
        keys: str | None = None,
    ) -> HistoryView:
        """
        One history under a version.
        """
    def resolve(
        self,
        number: typing.SupportsInt | typing.SupportsIndex,
        bench: Workbench,
        version: str | None = None,
        profile: str = "",
        readings: collections.abc.Mapping[str, str] = {},
        strict: bool = False,
        keys: str | None = None,
    ) -> ResolutionView:
        """
        Resolves one history's state sets or forward extremities.
        """

class Question:
    """
    What an oracle is asked about a random history, and what we say.
    """
    @property
    def answers(self) -> list:
        """
        Our answer under each profile, as an oracle that agrees says it.
        """
    @property
    def line(self) -> bytes:
        """
        A line of JSON without its end.
        """
    @property
    def seed(self) -> int: ...
    @property
    def shape(self) -> int:
        """
        The same number for histories alike up to renaming.
        """

class HistoryMaker:
    """
    Makes random histories of one version.
    """
    def __init__(self, version: str) -> None: ...
    def history(self, seed: typing.SupportsInt | typing.SupportsIndex, states: bool = False) -> bytes:
        """
        The bytes of a history file with state sets, the same for a seed on every machine; sixteen seeds in a row are one room with other state sets. With `states` also the state before each event, in `about.before`.
        """
    def questions(
        self,
        first: typing.SupportsInt | typing.SupportsIndex,
        count: typing.SupportsInt | typing.SupportsIndex,
        profiles: collections.abc.Sequence[str],
    ) -> list[Question]:
        """
        The histories of some seeds whose state sets differ, as questions to an oracle, with our answers.
        """

class RoomBuilder:
    """
    A room made event by event, as real signed PDUs.
    """
    def __init__(
        self,
        bench: Workbench,
        version: str,
        seed: typing.SupportsInt | typing.SupportsIndex,
        servers: collections.abc.Sequence[str],
    ) -> None: ...
    def __len__(self) -> int: ...
    def add(
        self,
        type: str,
        state_key: str | None,
        sender: str,
        content: str,
        origin_server_ts: typing.SupportsInt | typing.SupportsIndex,
        prev_events: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex],
        auth_events: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex] | None = None,
        redacts: typing.SupportsInt | typing.SupportsIndex | None = None,
        cosigners: collections.abc.Sequence[str] = [],
        depth: typing.SupportsInt | typing.SupportsIndex | None = None,
    ) -> int:
        """
        Builds, signs and appends an event; its number.
        """
    def before(self, number: typing.SupportsInt | typing.SupportsIndex) -> dict[tuple[str, str], int]:
        """
        The state before an event: numbers by (type, state_key).
        """
    def event(self, number: typing.SupportsInt | typing.SupportsIndex) -> dict:
        """
        The members of an event; `text` is the PDU as JSON.
        """
    def public_keys(self) -> list[tuple[str, str, str]]:
        """
        Server, key id and public key of each server.
        """
    def sign(self, server: str, bytes: str) -> tuple[str, str]:
        """
        Key id and signature of a server over these bytes.
        """

class World:
    """
    A world while a Python function looks at it; not to be kept.
    """
    def act(
        self,
        room: typing.SupportsInt | typing.SupportsIndex,
        sender: str,
        type: str,
        content: str,
        state_key: str | None = None,
        to: collections.abc.Sequence[str] | None = None,
    ) -> str | None:
        """
        Makes an event at its sender's server; its id, or None where the server does not accept it. With `to` it is not asked, and only these servers get the event.
        """
    def current(self, room: typing.SupportsInt | typing.SupportsIndex, server: str) -> list[tuple[str, str, str]]:
        """
        (type, state_key, event id) of the current state that a server has; empty if it is not in the room.
        """
    def member(self, room: typing.SupportsInt | typing.SupportsIndex, user: str, membership: str) -> None:
        """
        A user joins, knocks or leaves.
        """
    @property
    def now_us(self) -> int:
        """
        Virtual time.
        """
    @property
    def rooms(self) -> int:
        """
        How many there are.
        """
    @property
    def servers(self) -> list[str]:
        """
        Their names.
        """

class Simulation:
    """
    A scenario with a seed, watched by monitors.
    """
    def __init__(
        self,
        bench: Workbench,
        text: str,
        where: str,
        version: str,
        seed: typing.SupportsInt | typing.SupportsIndex,
        days: typing.SupportsFloat | typing.SupportsIndex | None = None,
        watched: collections.abc.Sequence[str] = [],
        keep_log: bool = False,
    ) -> None:
        """
        Error: StateroomError, the scenario or a version cannot be read.
        """
    def add_strategy(
        self,
        wake: collections.abc.Callable,
        first_us: typing.SupportsInt | typing.SupportsIndex,
        hostile: str | None = None,
    ) -> None:
        """
        Calls wake(world) at a time; what it returns is when next, in microseconds, or None.
        """
    def counts(self) -> str:
        """
        What the world counted, as JSON.
        """
    def events(self) -> list[str]:
        """
        All events, signed, one JSON object each.
        """
    def finds(self, seed: typing.SupportsInt | typing.SupportsIndex, command: str) -> list[tuple[str, str]]:
        """
        (name, history file) of the first violations that a merge shows.
        """
    def go(
        self,
        tell: collections.abc.Callable[[float], bool] | None = None,
        until_us: typing.SupportsInt | typing.SupportsIndex | None = None,
    ) -> None:
        """
        Runs to the end, or to a virtual time; `tell` gets the virtual days so far and says whether to go on.
        """
    def log(self) -> list[str]:
        """
        The log, one JSON object an entry; empty unless it was kept.
        """
    def monitors(self) -> list[str]:
        """
        What became of each property, as JSON.
        """
    def versions(self) -> list[tuple[str, str]]:
        """
        (name, SHA-256 of the text) of each version.
        """
    def views(self) -> list[str]:
        """
        What each server knows now, one JSON object a room.
        """
    def watch(self, seen: collections.abc.Callable) -> None:
        """
        Calls seen(what, world, room, server, event_id, outcome) for each event made or received.
        """
    def witnesses(self) -> str:
        """
        How often things happened that can happen, as JSON.
        """
    @property
    def at_rest(self) -> bool:
        """
        Nothing was under way among the honest servers.
        """
    @property
    def days(self) -> float:
        """
        Virtual days of the run, without the healing.
        """
    @property
    def default_used(self) -> bool:
        """
        Whether a room names no version.
        """
    @property
    def ended_early(self) -> bool:
        """
        `tell` ended the run.
        """
    @property
    def hash(self) -> str:
        """
        SHA-256 of the log.
        """
    @property
    def log_entries(self) -> int:
        """
        How many the log has so far.
        """
    @property
    def name(self) -> str:
        """
        The scenario's name.
        """

def canonical_json(bench: Workbench, value: str, version: str) -> str:
    """
    Canonical JSON of a value.
    """

def check_certificate(folder: str) -> dict:
    """
    Checks a certificate by the small checker that shares no code with the rest.
    """

def check_format(bench: Workbench, pdu: str, version: str) -> list[str]:
    """
    What the format check finds, a sentence each.
    """

def content_hash(bench: Workbench, pdu: str, version: str) -> str:
    """
    Unpadded base64 of the content hash.
    """

def diagnose_history(
    bench: Workbench, bytes: bytes, file: str, version: str | None, properties: collections.abc.Sequence[str]
) -> dict:
    """
    Asks properties of all merges of a room. Error: StateroomError.
    """

def event_id(bench: Workbench, pdu: str, version: str) -> str:
    """
    The PDU's event id.
    """

def format_text(text: str, file: str) -> tuple[str, list[str]]:
    """
    A room version text laid out as `stateroom format` does, comments kept, and the lines of its errors.
    """

def list_errors() -> Answers:
    """
    Every error code and what it means.
    """

def list_hypotheses() -> list:
    """
    (name, statement) of each hypothesis.
    """

def list_properties() -> list:
    """
    (name, id, scope, statement, formula, SHA-256 of the text) of each property that has a checker.
    """

def list_readings(version: str) -> list:
    """
    A version's readings: name, default, and its choices with the profiles that choose so.
    """

def one_event_properties() -> list:
    """
    (name, id, statement) of each property about one event.
    """

def parse_text(text: str, file: str) -> tuple[TextTree, list[str]]:
    """
    The tree of a room version text, or None and the lines of its errors.
    """

def process_limits() -> list[tuple[str, int]]:
    """
    Name and value of each limit of the process.
    """

def receive_history(bytes: str, file: str, version: str) -> dict:
    """
    The first history of a file as one server receives it, event by event, soft failure included: `event_id, outcome, check, label, number, before` of each, and the `current` state.
    """

def redact(bench: Workbench, pdu: str, version: str) -> str:
    """
    The redacted PDU as canonical JSON.
    """

def redraw_history(bytes: str, file: str, version: str, names: collections.abc.Mapping[str, str] = {}) -> dict:
    """
    The first history of a file as signed PDUs of a version, with their ids and those that they had.
    """

def replay_auth(bytes: str, version: str) -> dict:
    """
    The verdict on the event of a file that `stateroom auth` takes.
    """

def replay_history(
    bench: Workbench,
    bytes: bytes,
    file: str,
    property: str,
    version: str | None = None,
    profile: str = "",
    hypotheses: collections.abc.Sequence[str] = [],
    stale: typing.SupportsInt | typing.SupportsIndex = 0,
    told: bool = False,
    strict: bool = False,
) -> dict:
    """
    Asks a property of a history's state sets again. Error: StateroomError.
    """

def sat_solver_version(name: str) -> str:
    """
    Which release "cadical" or "z3" is.
    """

def scenario_errors(text: str, where: str) -> list[str]:
    """
    All that is wrong with a scenario, as lines with `error`.
    """

def scenarios() -> list[tuple[str, str]]:
    """
    (name, text) of each scenario that comes with the package.
    """

def set_process_limit(name: str, value: typing.SupportsInt | typing.SupportsIndex) -> None:
    """
    Sets a limit of the process, before it begins to read.
    """

def show_history(
    bytes: str,
    file: str,
    version: str | None = None,
    profile: str = "",
    readings: collections.abc.Mapping[str, str] = {},
) -> dict:
    """
    A history with its graph, verdicts, and a resolution name by name.
    """

def signature_state(bench: Workbench, pdu: str, version: str, server: str, keys: str) -> str:
    """
    valid, invalid or no-key.
    """

def solver_version() -> str:
    """
    Name and release of the solver.
    """

def study_kinds() -> list[str]:
    """
    What people of the study do, by name.
    """

def vet_check(
    bench: Workbench, version: str, profile: str = "", readings: collections.abc.Mapping[str, str] = {}
) -> list:
    """
    Errors of a version's text, as `stateroom check` gives them; none if it stands.
    """

def vet_server_keys() -> dict:
    """
    Public keys of the servers in made histories: server, key id, 32 bytes.
    """

def z3_version() -> str:
    """
    The version of the Z3 library that is loaded, for example ``'5.4.1'``.
    """

commit: str
compiler: str
version: str
