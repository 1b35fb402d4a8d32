"""Deviations of implementations that no edit of a room version's text can say.

Each has an id, its place in the peer's source at the release that `oracles/` pins, and a correction of the same id in
the `corrections.patch` beside the driver: it is confirmed by the corrected copy, which agrees where the published one
differs.
"""

from dataclasses import dataclass, field

_BOTH = ("gomatrixserverlib", "dendrite")
_FROM_2 = tuple(str(number) for number in range(2, 13))


@dataclass(frozen=True)
class Deviation:
    """Something in which a peer departs from every reading.

    Attributes
    ----------
    id : str
    oracles : tuple of str
        Those that have it.
    place : str
        File and line of the peer's source.
    says : str
        What it does instead.
    versions : tuple of str
        The only room versions in which it can matter; empty for all.
    needs : str
        A word without which in the events it cannot matter; empty for none.
    """

    id: str
    oracles: tuple[str, ...]
    place: str
    says: str
    versions: tuple[str, ...] = field(default=(), kw_only=True)
    needs: str = field(default="", kw_only=True)


GOMATRIXSERVERLIB = (
    Deviation(
        "fallback",
        _BOTH,
        "stateresolutionv2.go:789",
        "what is missing in the state is not taken from the event's auth_events: the event itself is added instead",
        versions=_FROM_2,
    ),
    Deviation(
        "mainline-steps",
        _BOTH,
        "stateresolutionv2heaps.go:104",
        "the number of steps to the mainline orders events before their timestamps do",
        versions=_FROM_2,
    ),
    Deviation(
        "no-mainline",
        _BOTH,
        "stateresolutionv2.go:917",
        "an event without an ancestor on the mainline has the position of the mainline's oldest event",
        versions=_FROM_2,
    ),
    Deviation(
        "power-order",
        _BOTH,
        "stateresolutionv2.go:1025",
        "power events are ordered from the last to the first, the greatest first, which is another topological order",
        versions=_FROM_2,
    ),
    Deviation(
        "power-closure",
        _BOTH,
        "stateresolutionv2.go:144",
        "power events are joined only by what they cite of the conflicted state, not of the full conflicted set",
        versions=_FROM_2,
    ),
    Deviation(
        "unconflicted",
        _BOTH,
        "stateresolutionv2.go:157",
        "events of the unconflicted state are left out of the full conflicted set",
        versions=_FROM_2,
    ),
    Deviation(
        "creator-without-levels",
        _BOTH,
        "stateresolutionv2.go:984",
        "where an event cites no power levels its sender has 0 in the order, the creator too",
        versions=_FROM_2,
    ),
    Deviation(
        "create",
        _BOTH,
        "stateresolutionv2.go:974",
        "the create event of a version 12 room is not at hand, so nobody has power and the order panics",
        versions=_FROM_2,
    ),
    Deviation(
        "chains",
        ("dendrite",),
        "stateresolutionv2.go:477",
        "the auth difference is taken of the chains of single conflicted events, and comes to nothing",
        versions=_FROM_2,
    ),
    Deviation(
        "v2.1",
        ("dendrite",),
        "stateresolution.go:397",
        "v2.0 is run in version 12: from the unconflicted state, without the conflicted state subgraph",
        versions=("12",),
    ),
    Deviation(
        "third-party-block",
        _BOTH,
        "stateresolution.go:43",
        "in version 1 third party invites are settled upwards before members, as join rules are",
        versions=("1",),
        needs="third_party_invite",
    ),
    Deviation(
        "restricted-sticks",
        _BOTH,
        "eventauth.go:1151",
        "once a restricted join was judged its outcome stands as the room's join rule for the events after it",
        needs="restricted",
    ),
    Deviation(
        "leave-again",
        _BOTH,
        "eventauth.go:1193",
        "who has left may leave",
        needs="leave",
    ),
    Deviation(
        "unban",
        _BOTH,
        "eventauth.go:1357",
        "to lift a ban neither the kick level nor the target's power counts",
        needs="ban",
    ),
    Deviation(
        "creator",
        _BOTH,
        "eventauth.go:1067",
        "the creator is the create event's sender in every version, `content.creator` nowhere",
    ),
    Deviation("first-join", _BOTH, "eventauth.go:1069", "the creator's first join has to be sent by the creator"),
    Deviation(
        "redaction-version",
        _BOTH,
        "eventauth.go:848",
        "whether redactions are judged follows what the create event says of the version",
        needs="redaction",
    ),
    Deviation(
        "redaction-domain",
        _BOTH,
        "eventauth.go:871",
        "a redaction is allowed to the server of its sender, not to that of its event id",
        needs="redaction",
    ),
    Deviation(
        "aliases",
        _BOTH,
        "eventauth.go:433",
        "m.room.aliases has a rule of its own after version 5 too",
        needs="aliases",
    ),
    Deviation(
        "notifications",
        _BOTH,
        "eventauth.go:798",
        "a notification level that equals the sender's power may not be changed",
        needs="notifications",
    ),
    Deviation(
        "notifications-of-creators",
        _BOTH,
        "eventauth.go:747",
        "creators have no power over notification levels in version 12",
        versions=("12",),
        needs="notifications",
    ),
    Deviation(
        "absent-levels",
        _BOTH,
        "eventauth.go:592",
        "levels that are absent are compared as their defaults, so that adding or removing one may be no change",
    ),
    Deviation(
        "public-key",
        _BOTH,
        "eventauth.go:1173",
        "of a third party invite `public_keys` counts, `public_key` does not",
        needs="third_party_invite",
    ),
    Deviation(
        "third-party-key",
        _BOTH,
        "eventauth.go:958",
        "a third party invite whose state_key starts with `@` is refused",
        needs="third_party_invite",
    ),
    Deviation(
        "third-party-invite",
        _BOTH,
        "eventauth.go:1086",
        "a third party invite's sender is not compared with the invitation's, and a banned target may be invited",
        needs="third_party_invite",
    ),
    Deviation(
        "join-rule",
        _BOTH,
        "eventauth.go:1226",
        "who is invited or joined may join whatever the join rule says, known or not",
    ),
    Deviation(
        "knock-leave",
        _BOTH,
        "eventauth.go:1253",
        "a knock may be taken back where versions know no knocking",
        needs="knock",
    ),
    Deviation(
        "null-levels",
        _BOTH,
        "eventcontent.go:476",
        "a level that is null is taken for 0 in versions that take integers alone",
        needs="null",
    ),
    Deviation(
        "typed-levels",
        _BOTH,
        "eventcontent.go:480",
        "a power levels event is refused for ill-typed `notifications` in versions that do not know them too",
    ),
    Deviation(
        "join-from",
        _BOTH,
        "eventauth.go:1246",
        "who knocked, or whose membership nobody knows, may not join a public room",
    ),
    Deviation(
        "unreadable-state",
        _BOTH,
        "eventauth.go:417",
        "power levels or join rules that cannot be read leave in force what was read before them",
    ),
)
"""Of gomatrixserverlib, at the release that `oracles/gomatrixserverlib/go.mod` pins."""


RUMA = (
    Deviation(
        "rejected-entries",
        ("ruma",),
        "ruma-state-res/src/state_res.rs:674",
        "an entry of the state that was rejected is passed over for the one that the event cites",
    ),
    Deviation(
        "auth-events-again",
        ("ruma",),
        "ruma-state-res/src/state_res.rs:620",
        "an event that was rejected for its auth_events is tried in a resolution as if only the state had refused it",
    ),
    Deviation(
        "typed-levels",
        ("ruma",),
        "ruma-state-res/src/event_auth.rs:473",
        "a power levels event is refused for ill-typed `notifications` in versions that do not know them too",
    ),
    Deviation(
        "unreadable-state",
        ("ruma",),
        "ruma-state-res/src/events/power_levels.rs:109",
        "where the power levels in force hold something that is no level, whatever reads it is refused",
    ),
)
"""Of ruma-state-res."""

SYNAPSE = (
    Deviation(
        "rejected-entries",
        ("synapse",),
        "synapse/state/v2.py:853",
        "an entry of the state that was rejected is passed over for the one that the event cites",
    ),
    Deviation(
        "typed-join-rule",
        ("synapse",),
        "synapse/event_auth.py:642",
        "a join rule that is no string admits nobody; without one it is `invite`",
    ),
    Deviation(
        "unreadable-levels",
        ("synapse",),
        "synapse/event_auth.py:1087",
        "a level that `int` does not take, or a map of levels that is none, ends the whole resolution when it is read",
    ),
)
"""Of Synapse."""


@dataclass(frozen=True)
class VerdictDeviation(Deviation):
    """Something in which a peer's verdict on a single event departs, known by the rule that decides it with us.

    Attributes
    ----------
    label : str
        Our rule, or the beginning of its label; empty for any.
    allows : bool
        What the peer says.
    """

    label: str = ""
    allows: bool = True


VERDICTS = (
    VerdictDeviation(
        "auth-events-unchecked",
        _BOTH,
        "eventauth.go:448",
        "the rules on auth_events themselves are left to the server around the library",
        "auth_events.",
    ),
    VerdictDeviation(
        "authorised-signature",
        ("synapse", "ruma", *_BOTH),
        "synapse/crypto/event_signing.py, ruma-state-res/src/event_auth.rs, eventauth.go:1088",
        "who authorised a join signs it: that is checked elsewhere, and only of joins",
        "member.authorised.signed",
    ),
    VerdictDeviation(
        "room-version",
        ("ruma", *_BOTH),
        "ruma-state-res/src/event_auth.rs, eventcontent.go:613",
        "whether the create event's room_version is known is left to the caller",
        "create.room_version",
    ),
    VerdictDeviation(
        "user-ids",
        ("ruma", *_BOTH),
        "ruma-state-res/src/event_auth/room_member.rs, eventauth.go:1003",
        "the state_key of a member event has to be a user id",
        "member.",
        False,
    ),
    VerdictDeviation(
        "typed-content",
        _BOTH,
        "eventauth.go:70",
        "a member event is refused for an ill-typed member of its content, or a third party invite in a join, unread",
        "member.",
        False,
    ),
    VerdictDeviation(
        "typed-creator",
        _BOTH,
        "eventcontent.go:590",
        "a create event whose creator is no string is refused in versions that only ask that it is there",
        "create.allow",
        False,
    ),
    VerdictDeviation(
        "create-with-key",
        _BOTH,
        "eventauth.go:458",
        "a create event with another state_key, or none, is refused",
        "create.allow",
        False,
    ),
    VerdictDeviation(
        "redacts-absent",
        ("synapse",),
        "synapse/event_auth.py:952",
        "a redaction that names no event is allowed in versions 1 and 2",
        "redaction.",
    ),
    VerdictDeviation(
        "redacts-absent",
        _BOTH,
        "eventauth.go:857",
        "a redaction that names no event is refused in versions 1 and 2, whatever its sender's power",
        "redaction.",
        False,
    ),
)
"""Of single events; each is confirmed by its repair in `stateroom.differ_auth`."""


def of_verdicts(oracle: str) -> list[VerdictDeviation]:
    """Give the deviations of an oracle's verdicts."""
    return [one for one in VERDICTS if oracle in one.oracles]


def of(oracle: str) -> list[Deviation]:
    """Give the deviations of an oracle, in the order in which they are tried.

    Examples
    --------
    >>> of("gomatrixserverlib")[0].id
    'fallback'
    >>> [one.id for one in of("synapse")]
    ['rejected-entries', 'typed-join-rule', 'unreadable-levels']
    """
    return [one for one in (*SYNAPSE, *RUMA, *GOMATRIXSERVERLIB) if oracle in one.oracles]


def possible(oracle: str, version: str, text: str) -> list[str]:
    """Give the ids of those deviations of an oracle that can matter to events, which are given as text.

    Examples
    --------
    >>> possible("synapse", "11", "m.room.create")
    ['rejected-entries', 'typed-join-rule', 'unreadable-levels']
    >>> "aliases" in possible("dendrite", "11", "m.room.create")
    False
    """
    return [one.id for one in of(oracle) if one.needs in text and (not one.versions or version in one.versions)]


__all__ = ["Deviation", "VerdictDeviation", "of", "of_verdicts", "possible"]
