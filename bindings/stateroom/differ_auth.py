"""Single events through ours and an oracle: an event of a random history, changed or not, in one of its states."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from stateroom import deviations
from stateroom.differ_explain import UNEXPLAINED, Comparison, cause, id_of
from stateroom.oracles import Answer

# What a member of a content is set to: one of every type, at the edges of what is a number, and what the rules name.
VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, 49, 50, 51, 100, -1, 2**53 - 1, 2**53, 1.5, 1e3, "", "50", " 50 ", "1_0", "+5", "abc", "٥",
    [], ["@anna:alpha.example"], ["anna"], {}, {"@anna:alpha.example": 100}, {"@boris:beta.example": "50"},
    {"anna": 50}, {"m.room.topic": 51}, {"m.room.topic": None}, "@anna:alpha.example", "@boris:beta.example", "@",
    "join", "leave", "ban", "invite", "knock", "public", "private", "restricted", "knock_restricted", "1", "11",
)  # fmt: skip
MEMBERS = {
    "m.room.create": ("creator", "room_version", "m.federate", "additional_creators"),
    "m.room.member": ("membership", "join_authorised_via_users_server", "third_party_invite"),
    "m.room.join_rules": ("join_rule",),
    "m.room.power_levels": (
        "users", "users_default", "events", "events_default", "state_default", "ban", "kick", "invite", "redact",
        "notifications",
    ),
}  # fmt: skip
_NAME = re.compile(r'(?<=")[$@!][^"]*(?=")')
_SERVER = re.compile(r"\b[a-z]+\.example\b")
_HASHES = re.compile(r'(?<="sha256": )"[^"]*"|(?<="ed25519:1": )"[^"]*"')
FIELDS = ("type", "state_key", "sender", "content", "prev_events", "auth_events", "redacts", "depth", "event_id")
PEOPLE = ("@anna:alpha.example", "@boris:beta.example", "@chloe:gamma.example", "@nobody:beta.example")


Event = dict[str, Any]


class _Numbers:
    """Names by the order in which they are met."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def of(self, found: re.Match[str]) -> str:
        return self._names.setdefault(found[0], f"#{len(self._names)}")


@dataclass
class AuthCase:
    """An event and a state, as both sides are asked about it.

    Attributes
    ----------
    version : str
    event : dict
    state, events : list of dict
        The entries, and all events that may be cited.
    rejected : list of str
        Those of `events` that were rejected.
    """

    version: str
    event: dict[str, Any]
    state: list[dict[str, Any]]
    events: list[dict[str, Any]]
    rejected: list[str] = field(default_factory=list)

    def shape(self) -> int:
        """Give 63 bits of a hash that is the same for cases alike up to the names of events, users and servers.

        Timestamps count by their order only.
        """
        events = [*self.state, self.event]
        times = sorted({event["origin_server_ts"] for event in events})
        drawn = [[event.get(one) for one in FIELDS] + [times.index(event["origin_server_ts"])] for event in events]
        text = json.dumps([drawn, sorted(self.rejected)])
        if '"sha256": ' in text or '"ed25519:1": ' in text:
            text = _HASHES.sub('""', text)
        # Names in the order in which they act; then maps by these names.
        first = [name for event in events for name in (event["sender"], event.get("state_key") or "")]
        text = json.dumps(first) + "\n" + text
        for pattern in (_NAME, _SERVER):
            text = pattern.sub(_Numbers().of, text)
        text = json.dumps(json.loads(text.partition("\n")[2]), sort_keys=True)
        return int.from_bytes(sha256(text.encode()).digest()[:8], "big") >> 1

    def text(self) -> str:
        """Give what deviations may look at."""
        return json.dumps([self.event, self.state, self.events])

    def question(self) -> dict[str, Any]:
        """Give what a file for `stateroom auth` holds."""
        rejected = set(self.rejected)

        def told(event: dict[str, Any]) -> dict[str, Any]:
            return event | {"rejected": True} if event["event_id"] in rejected else event

        state, events = ([told(one) for one in some] for some in (self.state, self.events))
        return {"room_version": self.version, "event": self.event, "state": state, "events": events}


class _Choices:
    """Numbers that depend on a seed and nothing else."""

    def __init__(self, seed: int):
        self._seed, self._count = seed, 0

    def below(self, bound: int) -> int:
        self._count += 1
        digest = sha256(f"{self._seed}/{self._count}".encode()).digest()
        return int.from_bytes(digest[:8], "big") % bound

    def pick(self, some: Any) -> Any:
        return some[self.below(len(some))]


def choose(history: bytes, seed: int) -> AuthCase:
    """Choose an event and a state of a history file with states; half of the events are changed.

    Parameters
    ----------
    history : bytes
        As ``HistoryMaker.history(seed, states=True)`` gives it.
    seed : int
    """
    made = json.loads(history)
    events = [event | {"event_id": one} for event, one in zip(made["events"], made["event_ids"], strict=True)]
    by_id = {event["event_id"]: event for event in events}
    choices = _Choices(seed)
    number = choices.below(len(events))
    # Nothing but the create event is judged in the empty state: who keeps that apart differs, and it is no question.
    place = choices.pick((number, 1 + choices.below(len(events) - 1))) if number else 0
    state = [by_id[one] for one in made["about"]["before"][place]]
    event = json.loads(json.dumps(events[number]))
    if choices.below(2):
        _change(event, choices)
    # It is judged as a new event of which the room does not know; the length of the id stays.
    name = event["event_id"]
    event["event_id"] = "$" + ("-" if name[1] == "_" else "_") + name[2:]
    return AuthCase(made["room_version"], event, state, events, made["rejected"])


def _change(event: dict[str, Any], choices: _Choices) -> None:
    kind = choices.below(8)
    if kind == 0:
        event["sender"] = choices.pick(PEOPLE)
    elif kind == 1:
        event["state_key"] = choices.pick(("", *PEOPLE, "beta.example"))
    elif kind == 2:
        event.pop("state_key", None)
    elif kind == 3:
        event["type"] = choices.pick((*MEMBERS, "m.room.aliases", "m.room.third_party_invite", "m.room.redaction"))
    else:
        content = event["content"]
        members = MEMBERS.get(event["type"], ()) + tuple(sorted(content))
        if not members:
            return
        member = choices.pick(members)
        inner = content.get(member)
        if kind == 4:
            content.pop(member, None)
        elif kind == 5 and isinstance(inner, dict) and inner:
            inner[choices.pick(sorted(inner))] = choices.pick(VALUES)
        else:
            content[member] = choices.pick(VALUES)


def _with_user_id(case: AuthCase) -> Event:
    is_one = re.fullmatch(r"@[^:]+:.+", case.event.get("state_key", ""))
    return case.event if is_one else case.event | {"state_key": "@nobody:beta.example"}


def _with_typed_content(case: AuthCase) -> Event:
    kinds = {"membership": str, "displayname": str, "avatar_url": str, "reason": str, "is_direct": bool}
    kinds |= {"join_authorised_via_users_server": str, "third_party_invite": dict}
    content = {k: v for k, v in case.event["content"].items() if k not in kinds or isinstance(v, kinds[k])}
    if content.get("membership") != "invite":
        content.pop("third_party_invite", None)
    return case.event | {"content": content}


def _with_creator(case: AuthCase) -> Event:
    content = case.event["content"]
    typed = isinstance(content.get("creator", ""), str)
    return case.event if typed else case.event | {"content": content | {"creator": case.event["sender"]}}


def _with_redacts(case: AuthCase) -> Event:
    named = isinstance(case.event.get("redacts"), str)
    return case.event if named else case.event | {"redacts": "$elsewhere:nowhere.example"}


def _with_create_cited(case: AuthCase) -> Event:
    """Cite the create event alone, or nothing where nobody cites it: the state that it is judged in is given."""
    create = {one["event_id"] for one in case.events if one["type"] == "m.room.create" and one.get("state_key") == ""}
    cited = [edge for one in case.events for edge in one["auth_events"] if id_of(edge) in create]
    return case.event | {"auth_events": cited[:1]}


def _with_signature(case: AuthCase) -> Event:
    """Signed by the server of who authorised it; where that is nobody, without the member."""
    content = dict(case.event["content"])
    authorising = content.pop("join_authorised_via_users_server", None)
    if not isinstance(authorising, str) or not re.fullmatch(r"@[^:]*:.+", authorising):
        return case.event | {"content": content}
    signatures = case.event.get("signatures", {}) | {authorising.partition(":")[2]: {"ed25519:1": ""}}
    return case.event | {"signatures": signatures}


def _with_room_version(case: AuthCase) -> Event:
    return case.event | {"content": case.event["content"] | {"room_version": case.version}}


REPAIRS: dict[str, Callable[[AuthCase], Event]] = {
    "user-ids": _with_user_id,
    "typed-content": _with_typed_content,
    "typed-creator": _with_creator,
    "create-with-key": lambda case: case.event | {"state_key": ""},
    "redacts-absent": _with_redacts,
    "auth-events-unchecked": _with_create_cited,
    "authorised-signature": _with_signature,
    "room-version": _with_room_version,
}
"""What a deviation of verdicts looks at, made as it should be."""


class AuthComparison(Comparison):
    """An oracle under one version, and ours under its profile: their verdicts on an `AuthCase`."""

    def _verdict(self, case: AuthCase, readings: dict[str, str] | None) -> dict[str, Any]:
        data = json.dumps(case.question()).encode()
        answers = self.bench.auth(data, "question", version=self.version, profile=self.profile, readings=readings or {})
        found: dict[str, Any] = json.loads(answers.lines[0])
        return found

    def ours(self, case: Any, readings: dict[str, str] | None = None) -> Any:
        """Judge it ourselves; None if the event cannot be read or the readings cannot stand together."""
        return self._verdict(case, readings).get("allowed")

    def label(self, case: AuthCase) -> str | None:
        """Give the rule that decides it with us."""
        return self._verdict(case, None).get("label")

    def theirs(self, case: Any) -> Answer:
        """Ask the oracle."""
        return self.oracle.auth(self.version, case.event, case.state, case.events, rejected=case.rejected)

    def value(self, answer: Answer) -> Any:
        """Give what is compared of an answer."""
        return answer.allowed

    def explain(self, case: Any, ours: Any, theirs: Answer) -> str:
        """Say what explains a difference: as for resolutions, then what is known of single events."""
        found = super().explain(case, ours, theirs)
        if found != UNEXPLAINED:
            return found
        label = self.label(case) or ""
        for one in deviations.of_verdicts(self.oracle.name):
            if one.allows == theirs.allowed and label.startswith(one.label) and self._confirmed(case, one.id):
                return f"deviation:{one.id}"
        return UNEXPLAINED

    def shows(self, case: Any, explanation: str) -> bool:
        """Whether this explains the difference, or what it comes from."""
        found = self.find(case).explanation
        return found is not None and explanation in (found, cause(found))

    def _confirmed(self, case: AuthCase, deviation: str) -> bool:
        """Whether both agree when what the deviation looks at is repaired in the event: nothing else is at issue."""
        event = REPAIRS[deviation](case)
        repaired = replace(case, event=event)
        return event != case.event and self.ours(repaired) == self.theirs(repaired).allowed

    def _corrected(self, case: Any, lists: list[list[str]]) -> list[Any]:
        if self.corrected is None or not self.deviations:
            return []
        return self.corrected.auth_corrected(
            self.version, case.event, case.state, case.events, lists, rejected=case.rejected
        )


def smaller(case: AuthCase, shows: Any) -> AuthCase:
    """Leave out entries of the state, and events that nobody cites, as long as `shows` holds."""
    for entry in [one for one in case.state if one["type"] != "m.room.create"]:
        fewer = replace(case, state=[one for one in case.state if one is not entry])
        if shows(fewer):
            case = fewer
    named = {id_of(edge) for edge in case.event.get("auth_events", [])}
    few = [one for one in case.events if one["event_id"] in named or one["type"] == "m.room.create"]
    fewer = replace(case, events=few)
    return fewer if shows(fewer) else case


__all__ = ["AuthCase", "AuthComparison", "choose", "smaller"]
