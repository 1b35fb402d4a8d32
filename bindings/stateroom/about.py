"""What was asked of small histories: the member ``about`` of what was found, and the command that asks again."""

from collections.abc import Mapping, Sequence
from typing import Any

from stateroom import _core


def about_of(
    core: Any,
    name: str,
    version: str,
    *,
    hypotheses: Sequence[str] = (),
    allow: Sequence[str] = (),
    profile: str = "",
    seed: int = 0,
) -> dict[str, Any]:
    """Give what a question is about; `core` knows the hashes of its texts."""
    return {
        "property": name,
        "property_sha256": core.property_sha256,
        "version": version,
        "version_sha256": core.version_sha256,
        "hypotheses": list(hypotheses),
        "allow": list(allow),
        "profile": profile or "default",
        "seed": seed,
    }


def with_command(about: Mapping[str, Any], start: str) -> dict[str, Any]:
    """Add the command that asks again and the tool; `start` says all of the command but what restricts histories.

    Examples
    --------
    >>> from stateroom.about import with_command
    >>> terms = {"hypotheses": ["honest-clock"], "allow": [], "profile": "ruma"}
    >>> with_command(terms, "stateroom prove key-lost --version 12")["command"]
    'stateroom prove key-lost --version 12 --hypothesis honest-clock --profile ruma'
    """
    words = [start]
    words += [f"--hypothesis {one}" for one in about["hypotheses"]]
    words += [f"--allow {one}" for one in about["allow"]]
    words += [f"--profile {about['profile']}"] if about["profile"] != "default" else []
    return {**about, "command": " ".join(words), "tool": f"stateroom {_core.version}"}
