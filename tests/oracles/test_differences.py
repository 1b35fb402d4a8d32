"""The page *where the implementations differ*: what is recorded, and smallest histories that show what they should."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from stateroom import _core
from stateroom.differ_auth import AuthCase, AuthComparison
from stateroom.differ_drawn import DRAWN
from stateroom.differ_explain import Case, Comparison
from stateroom.differ_page import PAGE, page
from stateroom.oracles import Entries, Oracle

DOCS = Path(__file__).parent.parent.parent / "docs"
FILES = sorted((DOCS / "differences").glob("*-*.json"))
OF_READINGS = [file for file in FILES if file.stem.startswith("reading-")]
OF_EVENTS = [file for file in FILES if file.stem.startswith(("auth-", "drawn-"))]
OF_ORACLES = [file for file in FILES if file not in OF_READINGS + OF_EVENTS]


def read(file: Path) -> tuple[Case, dict]:
    history = json.loads(file.read_text("utf-8"))
    case = Case(history["room_version"], history["events"], history["state_sets"], history["rejected"])
    return case, history["about"]


def ours(case: Case, profile: str, readings: dict[str, str]) -> Entries:
    data = json.dumps(case.history()).encode()
    line = _core.Workbench().resolve(data, "h", version=case.version, profile=profile, readings=readings).lines[0]
    return {(entry["type"], entry["state_key"]): entry["event_id"] for entry in json.loads(line)["state"]}


def test_the_page_is_what_is_recorded() -> None:
    assert (DOCS / PAGE).read_text("utf-8") == page(DOCS / "differences")


def test_the_page_has_histories_of_every_implementation_and_of_readings() -> None:
    names = {file.stem.partition("-")[0] for file in FILES if file not in OF_EVENTS}
    assert names == {"synapse", "ruma", "gomatrixserverlib", "dendrite", "reading"}


@pytest.mark.parametrize("file", OF_READINGS, ids=lambda file: file.stem)
def test_a_reading_changes_what_its_smallest_history_resolves_to(file: Path) -> None:
    case, about = read(file)
    assert ours(case, "", {}) != ours(case, "", about["readings"])


@pytest.mark.parametrize("file", OF_ORACLES, ids=lambda file: file.stem)
def test_ours_is_as_recorded_and_theirs_is_not(file: Path) -> None:
    case, about = read(file)
    state = ours(case, about["profile"], {})
    assert {(kind, key): state.get((kind, key)) for kind, key, _ in about["ours"]} == {
        (kind, key): event_id for kind, key, event_id in about["ours"]
    }
    assert about["trouble"] or about["theirs"] != about["ours"]


@pytest.mark.parametrize("file", OF_ORACLES, ids=lambda file: file.stem)
def test_an_implementation_shows_its_difference(
    oracle: Callable[[str], Oracle], corrected: Callable[[str], Oracle], file: Path
) -> None:
    case, about = read(file)
    comparison = Comparison(oracle(about["oracle"]), corrected(about["oracle"]), case.version)
    assert comparison.shows(case, about["explanation"])


def read_event(file: Path) -> tuple[AuthCase, dict]:
    question = json.loads(file.read_text("utf-8"))
    events = question["events"] + question["state"]
    rejected = sorted({one["event_id"] for one in events if one.pop("rejected", False)})
    case = AuthCase(question["room_version"], question["event"], question["state"], question["events"], rejected)
    return case, question["about"]


@pytest.mark.parametrize("file", OF_EVENTS, ids=lambda file: file.stem)
def test_our_verdict_is_as_recorded(file: Path) -> None:
    case, about = read_event(file)
    data = json.dumps(case.question()).encode()
    said = json.loads(_core.Workbench().auth(data, "q", version=case.version, profile=about["profile"]).lines[0])
    assert (said["allowed"], said["label"]) == (about["ours"]["allowed"], about["ours"]["label"])


@pytest.mark.parametrize("file", OF_EVENTS, ids=lambda file: file.stem)
def test_an_implementation_shows_its_verdict(
    oracle: Callable[[str], Oracle], corrected: Callable[[str], Oracle], file: Path
) -> None:
    case, about = read_event(file)
    comparison = AuthComparison(oracle(about["oracle"]), corrected(about["oracle"]), case.version)
    assert comparison.shows(case, about["explanation"])


@pytest.mark.parametrize("deviation", DRAWN)
def test_what_is_drawn_by_hand_is_what_is_recorded(deviation: str) -> None:
    recorded = json.loads((DOCS / "differences" / f"drawn-{deviation}.json").read_text("utf-8"))
    assert recorded["about"]["explanation"] == f"deviation:{deviation}"
    assert {name: value for name, value in recorded.items() if name != "about"} == DRAWN[deviation]().question()
