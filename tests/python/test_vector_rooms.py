"""Rooms made for test vectors: each shows on receipt what it is about."""

import json

import pytest
from stateroom.builder import Builder
from stateroom.mutants import MutantRun
from stateroom.pdus import signature
from stateroom.vector_cases import auth_case, history_case
from stateroom.vector_rooms import POLICY_KEY, POLICY_SERVER, create_events, rooms


def outcomes(case):
    by_id = {one["event_id"]: one for one in case["expected"]["events"]}
    return [(one["outcome"], one["check"], one["label"]) for one in by_id.values() if one["outcome"] != "accept"]


@pytest.mark.parametrize("version", ["1", "6", "8", "12"])
def test_a_message_is_accepted_for_the_signature_of_the_policy_server_alone(version):
    signed = next(history for about, history in rooms(version) if "policy server signed" in about)
    assert outcomes(history_case(version, "signed", signed)) == []
    unsigned = json.loads(json.dumps(signed))
    del unsigned["events"][-1]["signatures"][POLICY_SERVER]
    assert [outcome[:2] for outcome in outcomes(history_case(version, "unsigned", unsigned))] == [
        ("soft fail", "policy_server")
    ]
    forged = json.loads(json.dumps(signed))
    signatures = forged["events"][-1]["signatures"]
    signatures[POLICY_SERVER] = {POLICY_KEY: next(iter(signatures["beta.example"].values()))}
    assert outcomes(history_case(version, "forged", forged)) == outcomes(history_case(version, "unsigned", unsigned))


@pytest.mark.parametrize("version", ["1", "6", "8", "12"])
def test_a_message_is_rejected_for_the_rejected_levels_that_it_cites(version):
    history = next(history for about, history in rooms(version) if "cites power levels" in about)
    assert sorted(outcomes(history_case(version, "cites", history)), key=str) == [
        ("reject", "auth_events", "auth_events.rejected"),
        ("reject", "auth_events", "required_level"),
    ]


def test_only_a_version_with_additional_creators_rejects_a_create_event_for_them():
    assert [len(list(rooms(version))) for version in ("1", "11", "12")] == [2, 2, 3]
    (*_, (_, refused)) = rooms("12")
    assert outcomes(history_case("12", "refused", refused)) == [
        ("reject", "auth_events", "create.additional_creators"),
        ("reject", "auth_events", "room"),
    ]


def test_nothing_cites_anything_where_the_events_name_no_auth_events():
    assert not [about for about, _ in rooms("org.matrix.msc4242.12") if "cites" in about]


def test_a_mutant_that_ignores_the_policy_servers_signature_is_told_where_it_is_verified():
    version = "11"
    run = MutantRun(version)
    (number,) = (
        n
        for n in range(len(run))
        if (said := run._core.describe(n))["label"] == "recommended"
        and said["operation"] == "right side left out"
        and said["after"].endswith("or not policy_server_joined")
    )
    signed = next(history for about, history in rooms(version) if "policy server signed" in about)
    file = json.dumps({"events": signed["events"]})
    run._core.add_histories("verified", [("signed", file)], policy_signs=False)
    assert run.ask(number) == {"verified": "signed: an event is soft-failed by one of them"}


@pytest.mark.parametrize("version", ["1", "3", "11", "12"])
def test_a_create_event_is_rejected_for_one_member(version):
    found = {about: auth_case(version, about, event, [], more) for about, event, more in create_events(version)}
    verdicts = {about: case["expected"]["label"] for about, case in found.items()}
    assert verdicts == {
        "a create event": "create.allow",
        "a create event after another event": "create.prev_events",
        "a create event with the room id of another server": "create.room_id",
        "a create event with a number as its version": "create.room_version",
        "a create event without a version": "create.allow",
        "a create event without a creator": "create.creator" if version in {"1", "3"} else "create.allow",
    }
    for about, event, _ in create_events(version):
        assert signature(event, version, "alpha.example", Builder(version).keys) == "valid", about
