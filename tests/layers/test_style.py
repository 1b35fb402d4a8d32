"""What the house style forbids and a program can see."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINES_MAX = 550

# What would make a result depend on the machine or the moment, by the library's own name.
RESTLESS = re.compile(
    r"std::\w+_distribution|std::random_device|system_clock|std::(s?rand|time)\b|gettimeofday|std::default_random_engine"
)


def tracked(*patterns: str) -> list[Path]:
    """The files of the repository that match, sorted."""
    listed = subprocess.run(["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)
    return sorted(ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).exists())


def restless_faults(path: str, source: str) -> Iterator[str]:
    """Random numbers whose values depend on the library, and the wall clock."""
    for number, line in enumerate(source.splitlines(), 1):
        for word in RESTLESS.finditer(line.split("//")[0]):
            yield f"{path}:{number}: {word[0]}"


def todo_faults(path: str, source: str) -> Iterator[str]:
    """A promise of work that names no issue."""
    for number, line in enumerate(source.splitlines(), 1):
        if re.search(r"\b(TODO|FIXME|XXX)\b(?!\(#\d+\))", line):
            yield f"{path}:{number}: {line.strip()}"


def faults(check, files: list[Path]) -> list[str]:
    """What a check says about the files."""
    return [fault for file in files for fault in check(file.relative_to(ROOT).as_posix(), file.read_text())]


def test_nothing_in_the_model_and_the_simulator_depends_on_the_moment():
    assert not faults(restless_faults, tracked("model/**.h", "model/**.cpp", "sim/**.h", "sim/**.cpp"))


def test_open_work_names_its_issue():
    # The texts of versions are left out: one quotes the TODO of a draft.
    code = ("*.h", "*.cpp", "*.py", "*.sh", "*.cmake", "*CMakeLists.txt", "*.rs")
    assert not faults(todo_faults, [file for file in tracked(*code) if file != Path(__file__)])


def test_no_source_has_grown_big():
    sources = tracked("model/**.h", "model/**.cpp", "sim/**.h", "sim/**.cpp", "bindings/**.cpp", "bindings/**.py")
    lengths = {file.relative_to(ROOT).as_posix(): len(file.read_text().splitlines()) for file in sources}
    assert not {path: lines for path, lines in lengths.items() if lines > LINES_MAX}


def test_every_cxx_file_is_listed_in_a_build_file():
    lists = {file.parent: file.read_text() for file in tracked("*CMakeLists.txt")}
    everywhere = "\n".join(lists.values())
    lost = [
        file.relative_to(ROOT).as_posix()
        for file in tracked("model/**.cpp", "sim/**.cpp", "bindings/**.cpp", "tests/**.cpp", "bench/**.cpp")
        if not re.search(rf"(^|[\s\"]){re.escape(file.name)}\b", lists.get(file.parent, ""))
        and f"{file.parent.name}/{file.name}" not in everywhere
    ]
    assert not lost


@pytest.mark.parametrize(
    ("check", "line"),
    [
        (restless_faults, "std::uniform_int_distribution<int> die(1, 6);"),
        (restless_faults, "auto now = std::chrono::system_clock::now();"),
        (todo_faults, "// TODO: handle the rest"),
    ],
)
def test_a_breach_is_found(check, line):
    assert list(check("model/a.cpp", line))


def test_what_is_allowed_is_no_breach():
    assert not list(
        restless_faults("model/a.cpp", "auto start = std::chrono::steady_clock::now();  // not system_clock")
    )
    assert not list(todo_faults("model/a.cpp", "// TODO(#12): lines"))
