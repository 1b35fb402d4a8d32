"""The engine against the naive transcription: verdicts, named values of resolutions, every decision on the way."""

import json
import subprocess
from itertools import zip_longest

import pytest
from naive_resolution import Resolution
from naive_rules import DEFAULT, SPECIFICATION, Rules

READINGS = {"default": DEFAULT, "specification": SPECIFICATION}
QUICK, LONG = 12, 400  # histories of a version and profile


def plain(pdu, event_id):
    """A PDU as the transcription takes it: references are ids, in versions 1 and 2 too."""
    event = dict(pdu, event_id=event_id)
    for field in ("prev_events", "auth_events"):
        event[field] = [entry[0] if isinstance(entry, list) else entry for entry in event.get(field, [])]
    return event


def histories(root, version, profile, first, count):
    program = root / "build/tests/differential/history_traces"
    command = [program, str(version), profile, str(first), str(count)]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    assert len(lines) == count
    return [json.loads(line) for line in lines]


def state_of(events, ids):
    return {(events[i]["type"], events[i]["state_key"]): i for i in ids}


def in_order(verdict):
    allowed, number = verdict
    return allowed, number or None


def compare(history, version, profile):
    """Everything that the two say about one history; fails at the first difference. Returns what was compared."""
    readings = READINGS[profile]
    events = {e["event_id"]: plain(e["pdu"], e["event_id"]) for e in history["events"]}
    rejected = frozenset(history["rejected"])
    where = f"version {version}, profile {profile}, seed {history['seed']}"
    rules = Rules(version, readings)
    for event_id, before, verdict in zip(events, history["before"], history["verdicts"], strict=True):
        mine = rules.authorise(events[event_id], state_of(events, before), events, rejected)
        assert in_order(verdict) == mine, f"{where}: {event_id}"
    naive = Resolution(version, events, readings, rejected)
    states = [state_of(events, ids) for ids in history["state_sets"]]
    naive.resolve(states)
    for name, value in naive.named.items():
        ours = history["trace"][name]
        if isinstance(value, list):
            assert ours == value, f"{where}: {name}"
        else:
            assert sorted(ours) == sorted(value.values() if isinstance(value, dict) else value), f"{where}: {name}"
    if version > 1:  # in version 1 the contests of different keys have no order among each other
        for ours, mine in zip_longest(history["checks"], naive.checks):
            assert (ours[0], in_order(ours[1])) == mine, f"{where}: checks"
    return len(events), len(naive.named), len(naive.checks), any(states[0] != s for s in states)


def run(root, version, profile, first, count):
    compared = [compare(h, version, profile) for h in histories(root, version, profile, first, count)]
    verdicts, names, checks, forks = (sum(c) for c in zip(*compared, strict=True))
    assert verdicts > 10 * count
    assert names >= 8 * count
    assert forks > count / 2, "most of the histories have something to resolve"
    assert checks > count / 4, "and resolving them asks the rules"


@pytest.mark.parametrize("profile", READINGS)
@pytest.mark.parametrize("version", range(1, 13))
def test_they_agree_on_random_histories(root, version, profile):
    run(root, version, profile, 0, QUICK)


@pytest.mark.long
@pytest.mark.parametrize("profile", READINGS)
@pytest.mark.parametrize("version", range(1, 13))
def test_they_agree_on_many_random_histories(root, version, profile):
    run(root, version, profile, 1000, LONG)


def test_the_comparison_sees_a_wrong_rule(root, monkeypatch):
    """A transcription in which bans need no power must be found out."""

    def any_ban(self, event, target, state, events, create, levels, number):
        return True, f"{number}.2"

    monkeypatch.setattr(Rules, "_ban", any_ban)
    with pytest.raises(AssertionError, match="seed"):
        run(root, 10, "default", 0, 60)


def test_the_comparison_sees_a_wrong_order(root, monkeypatch):
    """So must one in which the mainline is read backwards."""
    line = Resolution.line
    monkeypatch.setattr(Resolution, "line", lambda self, name: list(reversed(line(self, name))))
    with pytest.raises(AssertionError, match="seed"):
        run(root, 10, "default", 0, 60)
