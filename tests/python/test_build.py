"""The package stands: its command runs, and it names the build and the Z3 that it is linked to."""

import importlib.metadata
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import stateroom
from stateroom import _core

ROOT = Path(__file__).parents[2]


def pins() -> dict[str, str]:
    """The releases of requirements.txt by package."""
    lines = (line.split("#")[0].strip() for line in (ROOT / "requirements.txt").read_text().splitlines())
    return dict(line.split("==") for line in lines if line)


def test_the_version_is_the_same_everywhere():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    cmake = re.search(r"project\(stateroom VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text())[1]
    citation = re.search(r"^version: (.*)$", (ROOT / "CITATION.cff").read_text(), re.MULTILINE)[1]
    assert {project, cmake, citation, _core.version, stateroom.__version__} == {project}


def test_the_extension_runs_with_the_z3_that_is_pinned():
    assert pins()["z3-solver"].startswith(_core.z3_version())
    assert importlib.metadata.version("z3-solver") == pins()["z3-solver"]


def test_pyproject_repeats_the_pin_of_z3():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = f"z3-solver=={pins()['z3-solver']}"
    assert wanted in project["project"]["dependencies"]
    assert wanted in project["build-system"]["requires"]


def test_the_command_names_its_build():
    command = Path(sys.executable).with_name("stateroom")
    answer = subprocess.run([command, "--version"], capture_output=True, text=True, check=True).stdout
    assert stateroom.__version__ in answer
    assert _core.commit in answer
    assert _core.z3_version() in answer


def test_the_type_stub_is_the_extensions(tmp_path):
    subprocess.run([sys.executable, ROOT / "tools/stubs.py", tmp_path], check=True)
    committed = (ROOT / "bindings/stateroom/_core.pyi").read_text()
    assert (tmp_path / "_core.pyi").read_text() == committed, "run `make stubs`"
