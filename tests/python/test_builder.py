"""The builder: whatever it makes imports in strict mode, signed, hashed and named as its version asks."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import stateroom
from hypothesis import given
from hypothesis import strategies as st

VERSIONS = stateroom.versions()
ANNA, BORIS = "@anna:alpha.example", "@boris:beta.example"


def room(version: str) -> stateroom.Builder:
    """A public room of two people, one of whom has power 50."""
    made = stateroom.Builder(version)
    create = made.create(ANNA)
    made.join(ANNA)
    levels = made.power_levels(ANNA, users={ANNA: 100, BORIS: 50})
    if not made.decision(levels).allowed:  # a creator has no level of their own there
        made.power_levels(ANNA, users={BORIS: 50})
    made.join_rules(ANNA, "public")
    made.join(BORIS)
    assert made.events[0] == create
    return made


# The drafts of linear rooms have no forks to merge and no redactions.
LINEAR = [version for version in VERSIONS if "linearized" in version]
FORKED = [version for version in VERSIONS if version not in LINEAR]


def assert_valid(made: stateroom.Builder) -> stateroom.History:
    """Whatever was built reads back in strict mode as it was built."""
    history = made.history()
    assert history.ids == "strict"
    assert {event.event_id for event in history.events} == {event.event_id for event in made.events}
    for receipt in history.receipts:
        assert (receipt.signatures, receipt.content_hash_state, receipt.ill_formed) == ("valid", "valid", ())
        assert receipt.allowed == made.decision(receipt.event_id).allowed
        assert "redact" not in dict(receipt.checks).values()
    assert history.holes == []
    return history


@pytest.mark.parametrize("version", LINEAR)
def test_a_linear_room_is_valid_in_strict_mode_and_a_fork_of_it_resolves_to_nothing(version):
    made = room(version)
    end = made.extremities
    made.add("m.room.topic", ANNA, {"topic": "a"}, state_key="", prev_events=end)
    made.add("m.room.message", BORIS, {"body": "word"})
    assert len(assert_valid(made).resolve().state) == 6
    made.add("m.room.topic", ANNA, {"topic": "b"}, state_key="", prev_events=end)
    assert dict(assert_valid(made).resolve().state) == {}


def test_a_create_event_names_the_identifier_of_its_text_which_its_text_knows(tmp_path):
    assert room("I.1-framework").events[0].content["room_version"] == "I.1"
    path = tmp_path / "own.room"
    path.write_text('room version "org.example.own" extends "10"\n  status unstable\n', "utf-8")
    made = room(str(path))
    assert made.events[0].content["room_version"] == "org.example.own"
    assert len(assert_valid(made).resolve().state) == 5


@pytest.mark.parametrize("version", FORKED)
def test_what_is_built_is_valid_in_strict_mode(version):
    made = room(version)
    fork = made.extremities
    topics = [made.add("m.room.topic", ANNA, {"topic": t}, state_key="", prev_events=fork) for t in ("a", "b")]
    made.add("m.room.message", BORIS, {"body": "merged"})
    made.add("m.room.redaction", ANNA, redacts=topics[0])
    assert len(assert_valid(made).resolve().state) == 6


@pytest.mark.parametrize("version", VERSIONS)
def test_a_redacted_event_keeps_its_id(version):
    for event in room(version).events:
        redacted = stateroom.redact(event.pdu, version)
        assert stateroom.event_id(redacted, version) == stateroom.event_id(event.pdu, version) == event.event_id
        assert stateroom.redact(redacted, version) == redacted


@given(
    version=st.sampled_from(VERSIONS),
    content=st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"])),
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers(-(2**53) + 1, 2**53 - 1)
            | st.text(st.characters(exclude_categories=["Cs"])),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
            max_leaves=8,
        ),
        max_size=4,
    ),
)
def test_an_event_comes_back_as_it_was_made(version, content):
    made = stateroom.Builder(version)
    made.create(ANNA)
    made.join(ANNA)
    event = made.add("org.example.any", ANNA, content, state_key="x")
    [back] = [one for one in made.history().events if one.type == "org.example.any"]
    assert (back.event_id, back.content, back.pdu) == (event.event_id, content, event.pdu)
    assert stateroom.content_hash(back.pdu, version) == back.pdu["hashes"]["sha256"]


def test_what_the_rules_refuse_is_made_and_kept_out_of_the_state():
    made = room("11")
    refused = made.power_levels(BORIS, users={BORIS: 100})
    assert str(made.decision(refused)).startswith("rejected")
    assert refused not in made.extremities
    assert not made.history().decision(refused).allowed
    chosen = made.add("m.room.topic", ANNA, {"topic": "t"}, state_key="", auth_events=[refused])
    assert made.decision(chosen).label.startswith("auth_events")


def test_the_same_calls_give_the_same_bytes_and_another_seed_others():
    assert room("12").to_dict() == room("12").to_dict()
    assert stateroom.Builder("12", seed=1).keys != stateroom.Builder("12").keys


@pytest.mark.parametrize(
    "call",
    [
        lambda: stateroom.Builder("no such version"),
        lambda: stateroom.Builder("11", servers=[]),
        lambda: stateroom.Builder("11").create("@a:elsewhere.example"),
        lambda: room("11").add("m.room.topic", ANNA, {"topic": float("nan")}, state_key=""),
        lambda: room("11").add("m.room.topic", ANNA, {"topic": 1.5}, state_key=""),
        lambda: room("11").add("m.room.topic", ANNA, prev_events=["$unknown"]),
    ],
)
def test_what_cannot_be_built_is_an_exception_of_the_package(call):
    with pytest.raises(stateroom.StateroomError):
        call()


def test_threads_may_add_to_one_room():
    made = room("11")
    fork = made.extremities
    core = made._core
    numbers = [made.events.index(event) for event in fork]

    def add(number: int) -> int:
        content = f'{{"topic":"{number}"}}'
        return core.add("m.room.topic", "", ANNA, content, 1_700_000_000_000 + number, numbers)

    with ThreadPoolExecutor(4) as pool:
        added = list(pool.map(add, range(24)))
    assert sorted(added) == list(range(len(made.events), len(made.events) + 24))
    assert len({core.event(number)["event_id"] for number in added}) == len(core) - len(made.events) == 24
