"""A checkout of the specification, and the committed tables that are compared with it.

MATRIX_SPEC: a git directory of matrix-org/matrix-spec. Without it nothing is compared, and that is said.
"""

import os
import pathlib
import re
import subprocess

import pytest

TABLES = pathlib.Path(__file__).parents[1] / "model" / "versions" / "tables"
VERSIONS = range(1, 13)

needs_specification = pytest.mark.skipif(
    "MATRIX_SPEC" not in os.environ, reason="MATRIX_SPEC names no git directory of matrix-org/matrix-spec"
)


def specification(path):
    git_directory = os.environ["MATRIX_SPEC"]
    return subprocess.run(
        ["git", "--git-dir", git_directory, "show", "HEAD:" + path], capture_output=True, text=True, check=True
    ).stdout


def page(version):
    """The Markdown of a room version, fragments in their places."""
    text = specification(f"content/rooms/v{version}.md")
    fragment = r'\{\{% rver-fragment name="([^"]+)" %\}\}'
    return re.sub(fragment, lambda match: specification(f"content/rooms/fragments/{match[1]}.md"), text)


def table(version, section):
    """The lines of a section of a version's committed table."""
    text = (TABLES / f"{version}.txt").read_text().split(f"[{section}]\n")[1]
    return re.split(r"^\[", text, maxsplit=1, flags=re.M)[0].splitlines()
