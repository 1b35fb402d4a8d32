"""The least power and capabilities with which one hostile server breaks a promise."""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import stateroom
from stateroom.adversaries import CAPABILITIES, Adversary, cheapest, lattice, markdown, scenario, to_pandas
from stateroom.simulate import Simulation

SCHEMA = json.loads((Path(stateroom.__file__).parent / "schemas/adversaries.json").read_text())
WEAK = Adversary("moderator", ("old-prev",))
STRONG = Adversary("moderator", ("old-prev", "replay"))


def test_less_is_tried_first():
    tried = lattice()
    for number, adversary in enumerate(tried):
        assert not any(other.within(adversary) for other in tried[number + 1 :])


def test_every_capability_is_tried(tmp_path):
    path = tmp_path / "odd.toml"
    path.write_text(scenario(WEAK).replace("old-prev", "no-such-capability"))
    with pytest.raises(stateroom.StateroomError, match="a capability is one of") as refused:
        Simulation(path, version="12")
    assert tuple(refused.value.message.partition("one of ")[2].split(", ")) == CAPABILITIES


def test_what_can_do_with_less_is_not_on_the_front():
    front = cheapest("12", seeds=[1], among=[WEAK, STRONG, Adversary("creator", ("old-prev",))])
    assert [b.adversary for b in front.fronts["rollback"]] == [WEAK]
    assert front.without == ()
    jsonschema.validate(front.to_dict(), SCHEMA)
    assert "| 12 | moderator with `old-prev` (1) |" in markdown([front])
    assert set(to_pandas([front])["power"]) == {"moderator"}


def test_a_breach_is_seen_again_in_its_scenario(tmp_path):
    path = tmp_path / f"{WEAK.name()}.toml"
    path.write_text(scenario(WEAK))
    run = Simulation(path, version="12", seed=1)
    run.go()
    [breach] = cheapest("12", seeds=[1], among=[WEAK]).fronts["rollback"]
    assert {m["property"]: m["violated"] for m in run.monitors()}["rollback"] == breach.violated > 0


def test_a_search_that_ends_early_says_so():
    front = cheapest("12", seeds=[1], among=[WEAK, STRONG], tell=lambda done, _of: done < 1)
    assert not front.complete


def test_the_page_has_a_row_for_versions_with_the_same_front():
    page = (Path(__file__).parents[2] / "docs/cheapest-adversary.md").read_text()
    assert "| 2–11 | moderator with `replay` (1); creator with `lie-in-state` (1); user with `delay` and" in page
    key_lost = page[page.index("## `key-lost`") : page.index("## `rollback`")]
    weak = Adversary("user", ("delay", "old-prev"))
    assert "user with `delay` and `old-prev` (1)" in key_lost
    for version, broken in (("11", True), ("12", False)):  # the subgraph of 12 keeps what a user could make go
        assert bool(cheapest(version, seeds=[1], among=[weak]).fronts["key-lost"]) is broken


def test_the_command_knows_its_versions():
    asked = [Path(sys.executable).with_name("stateroom"), "adversaries", "--version", "no such version"]
    assert subprocess.run(asked, capture_output=True).returncode == 1
