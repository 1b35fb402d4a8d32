"""Every event of a small scope in every state of it: the engine and the naive transcription say the same."""

import json
import subprocess

import pytest
from naive_rules import DEFAULT, SPECIFICATION, Rules
from stateroom.scope import families

READINGS = {"default": DEFAULT, "specification": SPECIFICATION}
QUICK = 60  # states of a family in the quick tests


def thinned(family, states_max):
    """At most so many states, evenly spread."""
    step = max(1, -(-len(family.states) // states_max)) if states_max else 1
    return family.states[::step]


def verdicts(root, version, profile, chosen):
    """What the engine says: for each family, for each state, for each trial."""
    lines = []
    for family, states in chosen:
        members = {"states": states, "trials": family.trials, "recheck": family.recheck}
        lines.append(json.dumps(members | {"events": list(family.events.values())}))
    command = [root / "build/tests/differential/judge_states", str(version), profile]
    done = subprocess.run(command, input="\n".join(lines) + "\n", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def run(root, version, profile, states_max=None):
    """Compares all; the rule numbers that decided something, and how many verdicts were compared."""
    chosen = [(family, thinned(family, states_max)) for family in families(version)]
    rules = Rules(version, READINGS[profile])
    decided, compared = set(), 0
    for (family, states), rows in zip(chosen, verdicts(root, version, profile, chosen), strict=True):
        trials = [family.events[trial] for trial in family.trials]
        for ids, row in zip(states, rows, strict=True):
            state = {(family.events[i]["type"], family.events[i]["state_key"]): i for i in ids}
            for trial, verdict in zip(trials, row, strict=True):
                allowed, number = rules.authorise(trial, state, family.events, recheck=family.recheck)
                mine = f"{int(allowed)} {number or ''}"
                assert verdict == mine, f"version {version}, {profile}, {family.name}: {trial} in {list(state.items())}"
                decided.add(verdict)
                compared += 1
    return decided, compared


@pytest.mark.parametrize("version", range(1, 13))
def test_a_part_of_the_scope(root, version):
    decided, compared = run(root, version, "default", QUICK)
    assert len(decided) > 30
    assert compared > 30_000


@pytest.mark.long
@pytest.mark.parametrize("profile", READINGS)
@pytest.mark.parametrize("version", range(1, 13))
def test_the_whole_scope(root, version, profile):
    decided, compared = run(root, version, profile)
    print(f"version {version}, {profile}: {compared} verdicts, {len(decided)} rules that decided")
    assert len(decided) > 40
    assert compared > 300_000


def test_the_comparison_sees_a_wrong_rule(root, monkeypatch):
    """A transcription in which a ban does not keep from joining must be found out."""
    membership = Rules.membership
    kept = staticmethod(lambda *words: "leave" if membership(*words) == "ban" else membership(*words))
    monkeypatch.setattr(Rules, "membership", kept)
    with pytest.raises(AssertionError, match="version 9"):
        run(root, 9, "default", QUICK)
