"""Shared by all Python tests."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples on every run and machine: a failure of CI is a failure here. A slow machine is no failure.
settings.register_profile("stateroom", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("stateroom")


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return Path(__file__).parent.parent


@pytest.fixture(scope="session")
def vectors() -> Path:
    """The folder of public test vectors, or a skip that says how to have them."""
    folder = os.environ.get("STATEROOM_VECTORS")
    if not folder:
        pytest.skip("STATEROOM_VECTORS is not set: it names the folder with the public test vectors")
    return Path(folder)
