"""Mistakes in a version's resolution: each must be caught by a search within a stated number of histories.

All are edits of version 12. The same question, asked of version 12 itself, finds nothing within the whole scope.
"""

import pytest
import stateroom

LINEAR = ("honest-clock", "no-revocation", "linear-sender", "honest-auth-events", "linear-history")
FORKS = LINEAR[:-1]
RESOLUTION = 'edit resolution  draft "canary"\n  '
ORDER = 'edit readings  draft "canary"\n  remove power_order_edges\n\n' + RESOLUTION
POWER_EVENT = (
    'edit readings  draft "canary"\n  remove power_event_key\n\n'
    'edit definitions  draft "canary"\n  replace power_event(e: event) = '
)

# Exhaustive: all histories of up to two events with one stale entry, or with forks. Random: seed 1, six events.
CHAIN, TREE, DRAWN = ("chain", 2, LINEAR, ("stale:1",)), ("tree", 2, FORKS, ()), ("drawn", 6, ("honest-clock",), ())

CANARIES = {
    "checks begin with what is unconflicted": (
        "key-lost", CHAIN, 30, RESOLUTION + "replace partial = apply(admissible(power_order) to unconflicted)"),
    "no auth difference, no subgraph": (
        "levels", CHAIN, 30, RESOLUTION + "replace full_conflicted_set = conflicted"),
    "normal events are never applied": (
        "key-lost", TREE, 30, RESOLUTION + "replace result = partial overlaid with unconflicted"),
    "what is unconflicted is not put back": (
        "key-lost", TREE, 10, RESOLUTION + "replace result = applied"),
    "power events sorted, but not after what they cite": (
        "rollback", CHAIN, 120, ORDER + "replace power_order = sort(power_closure "
        "least e: (descending power_at(e), e.origin_server_ts, e.event_id))"),
    "power events in the order of their ids": (
        "older-wins", CHAIN, 30, ORDER + "replace power_order = topological(power_closure along auth_events "
        "least e: (e.event_id))"),
    "the mainline order reversed": (
        "older-wins", CHAIN, 60, RESOLUTION + "replace normal_order = sort(full_conflicted_set - power_closure "
        "least e: (mainline_position(e), e.origin_server_ts, e.event_id))"),
    "later normal events first": (
        "older-wins", TREE, 60, RESOLUTION + "replace normal_order = sort(full_conflicted_set - power_closure "
        "least e: (descending mainline_position(e), descending e.origin_server_ts, e.event_id))"),
    "normal events in the order of their ids": (
        "older-wins", TREE, 60, RESOLUTION + "replace normal_order = sort(full_conflicted_set - power_closure "
        "least e: (e.event_id))"),
    "a kick is no power event": (
        "ban-holds", DRAWN, 400, POWER_EVENT + 'e.type in {"m.room.power_levels", "m.room.join_rules"} or '
        'e.type = "m.room.member" and e.content.membership = "ban" and e.sender != e.state_key'),
}  # fmt: skip


def ask(version, name, scope, histories):
    kind, events, hypotheses, allow = scope
    if name == "levels":
        name = str(stateroom.__path__[0]) + "/../../docs/properties/levels-rolled-back.property"
    return stateroom.search(
        name, version, events=events, exhaustive=kind != "drawn", hypotheses=hypotheses, allow=allow,
        histories=histories if kind == "drawn" else 0, seed=1,
    )  # fmt: skip


@pytest.mark.parametrize("mistake", CANARIES)
def test_a_mistake_is_caught_within_its_budget(mistake, tmp_path):
    name, scope, budget, text = CANARIES[mistake]
    path = tmp_path / "canary.room"
    path.write_text(f'room version "org.example.canary" extends "12"\n  status unstable\n\n{text}\n')
    found = ask(str(path), name, scope, budget)
    assert found.history is not None
    assert found.histories <= budget


@pytest.mark.parametrize(("name", "scope"), sorted({(name, scope) for name, scope, _, _ in CANARIES.values()}))
def test_the_version_itself_is_not_caught(name, scope):
    assert ask("12", name, scope, 400).history is None
