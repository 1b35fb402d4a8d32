"""What is built can be installed: the library for CMake projects, the package by pip into a fresh environment."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONSUMER = Path(__file__).parent / "consumer"

pytestmark = pytest.mark.long


def run(*command: object, cwd: Path | None = None) -> str:
    """The output of a command that has to work."""
    done = subprocess.run([str(word) for word in command], cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def prefix(tmp_path_factory) -> Path:
    """Where the library is installed."""
    folder = tmp_path_factory.mktemp("prefix")
    run("cmake", "--install", ROOT / "build", "--prefix", folder)
    return folder


def test_a_cmake_project_finds_the_library_and_runs(prefix, tmp_path):
    run("cmake", "-G", "Ninja", "-S", CONSUMER, "-B", tmp_path, f"-DCMAKE_PREFIX_PATH={prefix}")
    run("cmake", "--build", tmp_path)
    names = run(tmp_path / "consumer").split()
    assert "duplicate-key" in names
    header = (ROOT / "model/base/error.h").read_text()
    assert len(names) == len(re.findall(r"^  k\w+,", header, re.MULTILINE))


def test_every_installed_header_compiles_by_itself(prefix, tmp_path):
    headers = sorted(path.relative_to(prefix / "include/stateroom") for path in prefix.rglob("*.h"))
    assert headers
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.25)\nproject(headers LANGUAGES CXX)\nfind_package(stateroom REQUIRED)\n"
        "add_library(headers OBJECT)\nset_target_properties(headers PROPERTIES CXX_STANDARD 23)\n"
        "target_link_libraries(headers PRIVATE @LIBRARIES@)\n".replace("@LIBRARIES@", " ".join(libraries(prefix)))
        + f"target_sources(headers PRIVATE {' '.join(f'h{number}.cpp' for number in range(len(headers)))})\n"
    )
    for number, header in enumerate(headers):
        (tmp_path / f"h{number}.cpp").write_text(f'#include "{header.as_posix()}"\n')
    run("cmake", "-G", "Ninja", "-S", tmp_path, "-B", tmp_path / "build", f"-DCMAKE_PREFIX_PATH={prefix}")
    run("cmake", "--build", tmp_path / "build")


def libraries(prefix: Path) -> list[str]:
    """The targets that the package offers."""
    targets = next(prefix.rglob("stateroomTargets.cmake")).read_text()
    return re.findall(r"add_library\((stateroom::\w+)", targets)


def test_the_installed_package_names_no_folder_of_ours_and_no_warning(prefix):
    for file in prefix.rglob("*.cmake"):
        text = file.read_text()
        assert str(ROOT) not in text, file
        assert not re.search(r"-W\w+", text), file


def test_pip_installs_the_package_into_a_fresh_environment(tmp_path):
    run(sys.executable, "-m", "venv", tmp_path / "venv")
    python = tmp_path / "venv/bin/python"
    run(python, "-m", "pip", "install", "--quiet", ROOT)
    package = run(python, "-c", "import stateroom; print(stateroom.__file__)", cwd=tmp_path).strip()
    assert Path(package).is_relative_to(tmp_path)
    answer = run(tmp_path / "venv/bin/stateroom", "--version", cwd=tmp_path)
    assert answer.startswith("stateroom 0.1.0")
    assert (Path(package).parent / "py.typed").exists()
    stray = [file for file in Path(package).parents[1].iterdir() if file.name in {"include", "lib", "model"}]
    assert not stray
