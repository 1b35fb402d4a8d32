"""The builder: whatever it makes imports in strict mode, signed, hashed and named as its version asks."""

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


# The drafts of linear rooms have a hub that signs too, and the framework is a text that no create event can name.
BUILT = [version for version in VERSIONS if "linearized" not in version and version != "I.1-framework"]


@pytest.mark.parametrize("version", BUILT)
def test_what_is_built_is_valid_in_strict_mode(version):
    made = room(version)
    fork = made.extremities
    topics = [made.add("m.room.topic", ANNA, {"topic": t}, state_key="", prev_events=fork) for t in ("a", "b")]
    made.add("m.room.message", BORIS, {"body": "merged"})
    made.add("m.room.redaction", ANNA, redacts=topics[0])
    history = made.history()
    assert history.ids == "strict"
    assert {event.event_id for event in history.events} == {event.event_id for event in made.events}
    for receipt in history.receipts:
        assert (receipt.signatures, receipt.content_hash_state, receipt.ill_formed) == ("valid", "valid", ())
        assert receipt.allowed == made.decision(receipt.event_id).allowed
    assert history.holes == []
    assert len(history.resolve().state) == 6


@pytest.mark.parametrize("version", BUILT)
def test_a_redacted_event_keeps_its_id(version):
    for event in room(version).events:
        redacted = stateroom.redact(event.pdu, version)
        assert stateroom.event_id(redacted, version) == stateroom.event_id(event.pdu, version) == event.event_id
        assert stateroom.redact(redacted, version) == redacted


@given(
    version=st.sampled_from(BUILT),
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
