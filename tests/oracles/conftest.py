"""The oracles as fixtures: skipped where not built, a failure if `STATEROOM_REQUIRE_ORACLES` asks for them."""

import os
from collections.abc import Callable, Iterator

import pytest
from stateroom.oracles import Oracle, command, missing


@pytest.fixture(scope="session")
def oracle() -> Iterator[Callable[[str], Oracle]]:
    """Give an oracle by its name; one process each for the whole run."""
    yield from _oracles(corrected=False)


@pytest.fixture(scope="session")
def corrected() -> Iterator[Callable[[str], Oracle]]:
    """Give the copy of an oracle that takes corrections."""
    yield from _oracles(corrected=True)


def _oracles(corrected: bool) -> Iterator[Callable[[str], Oracle]]:
    known: dict[str, Oracle] = {}

    def give(name: str) -> Oracle:
        why = missing(name)
        if why and os.environ.get("STATEROOM_REQUIRE_ORACLES") == "1":
            pytest.fail(f"STATEROOM_REQUIRE_ORACLES=1, but {why}")
        if why:
            pytest.skip(why)
        return known.setdefault(name, Oracle(name, argv=command(name, corrected=corrected)))

    yield give
    for one in known.values():
        one.close()
