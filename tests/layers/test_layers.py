"""Where things may stand, read from the sources: layers, owners of foreign types, no globs, no version names.

Each check is also run on a source that breaks the rule, so that a check that sees nothing is found.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# In the order of the layers: a file includes from its own folder and from folders earlier in the list.
MODEL = [
    "base",
    "json",
    "event",
    "graph",
    "rules",
    "versions",
    "auth",
    "resolve",
    "receive",
    "properties",
    "prove",
    "bounded",
    "report",
]
SIM = [
    "kernel",
    "network",
    "server",
    "workload",
    "adversary",
    "monitor",
    "scenarios",
    "search",
    "explore",
    "decide",
    "chance",
]
LAYERS = [*(f"model/{name}" for name in MODEL), *(f"sim/{name}" for name in SIM), "bindings"]

# Foreign headers and the folders that may include them.
OWNERS = {
    r"z3(\+\+|_\w+)?\.h": ["model/prove", "model/bounded", "bindings/core"],
    r"cadical\.hpp": ["model/bounded"],
    r"(pybind11/.*|Python\.h)": ["bindings"],
    r"boost/.*": ["model/graph"],
    r"simdjson\.h": ["model/json"],
    r"sodium.*\.h": ["model/base", "model/event"],
    r"openssl/.*": ["model/base"],
}

VERSION_NAME = re.compile(r"[1-9]|1[0-2]|13-candidate|org\.matrix\.(hydra|msc)[\w.-]*|I\.[12]")

# The one literal that is a version's name: a create event that names no version has this one.
DEFAULT_VERSION = '"1"'


def layer_of(path: str) -> str | None:
    """The layer that a file or an included header belongs to, or None outside of the layers."""
    return next((layer for layer in LAYERS if path.startswith(layer + "/")), None)


def without_comments(source: str) -> str:
    """C++ source with its comments blanked, strings and line numbers kept."""
    token = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|//[^\n]*|/\*.*?\*/', re.DOTALL)
    return token.sub(lambda m: re.sub(r"[^\n]", " ", m[0]) if m[0].startswith("/") else m[0], source)


def includes(source: str) -> list[tuple[int, str]]:
    """Line number and path of each #include."""
    lines = without_comments(source).splitlines()
    matches = ((number, re.match(r'\s*#\s*include\s*[<"]([^>"]+)[>"]', line)) for number, line in enumerate(lines, 1))
    return [(number, match[1]) for number, match in matches if match]


def layer_faults(path: str, source: str) -> Iterator[str]:
    """Includes that go to a later layer, to a folder outside of the layers, or by a relative path."""
    layer = layer_of(path)
    for line, header in includes(source):
        target = layer_of(header)
        if layer is None:
            continue
        if target is not None and LAYERS.index(target) > LAYERS.index(layer):
            yield f"{path}:{line}: {layer} stands before {target} and may not include {header}"
        if header.startswith(("tests/", "bench/", ".")):
            yield f"{path}:{line}: {header} is not of the layers"


def owner_faults(path: str, source: str) -> Iterator[str]:
    """Includes of a library outside of the folders that own it."""
    for line, header in includes(source):
        for pattern, owners in OWNERS.items():
            if re.fullmatch(pattern, header) and not path.startswith(tuple(owner + "/" for owner in owners)):
                yield f"{path}:{line}: {header} belongs to {', '.join(owners)}"


def names_a_version(literal: str, line: str) -> bool:
    """Whether a string is a version's name. A bare number is one only on a line that speaks of versions or names."""
    if literal.isdigit() and not re.search(r"version|identifier|registry|\bname\b", line, re.IGNORECASE):
        return False
    return VERSION_NAME.fullmatch(literal) is not None


def version_name_faults(path: str, source: str) -> Iterator[str]:
    """String literals that are a room version's name, and comparisons of something called a version with a number."""
    if path.endswith(".py"):
        lines = source.splitlines()
        for node in ast.walk(ast.parse(source)):
            if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
                continue
            if names_a_version(node.value, lines[node.lineno - 1]):
                yield f"{path}:{node.lineno}: the name of a room version: {node.value!r}"
        return
    for number, line in enumerate(without_comments(source).splitlines(), 1):
        for literal in re.findall(r'"((?:\\.|[^"\\])*)"', line):
            if names_a_version(literal, line):
                yield f'{path}:{number}: the name of a room version: "{literal}"'
        if re.search(r"\b(room_)?version(_\w*)?(\(\))?\s*([<>]=?|[=!]=)\s*\d", line):
            yield f"{path}:{number}: a version is compared with a number"


def glob_faults(path: str, source: str) -> Iterator[str]:
    """CMake files that look for sources or download anything."""
    for number, line in enumerate(source.splitlines(), 1):
        words = line.split("#")[0]
        for word in re.findall(r"\b(GLOB|GLOB_RECURSE|FetchContent\w*|ExternalProject\w*|DOWNLOAD)\b", words):
            yield f"{path}:{number}: {word}"


def files(*patterns: str, folders: tuple[str, ...] = ("model", "sim", "bindings")) -> list[Path]:
    """The files of the folders, sorted."""
    return sorted(file for folder in folders for pattern in patterns for file in (ROOT / folder).rglob(pattern))


def faults(check, found: list[Path]) -> list[str]:
    """What a check says about the files."""
    return [fault for file in found for fault in check(file.relative_to(ROOT).as_posix(), file.read_text())]


CXX = ("*.h", "*.cpp")


def test_there_are_sources_to_look_at():
    assert len(files(*CXX)) > 10


def test_every_cxx_folder_of_the_model_and_the_simulator_is_a_layer():
    paths = [file.relative_to(ROOT).as_posix() for file in files(*CXX)]
    assert not [path for path in paths if not layer_of(path)]


def test_a_file_includes_its_own_folder_and_earlier_ones():
    assert not faults(layer_faults, files(*CXX))


def test_libraries_stay_in_the_folders_that_own_them():
    assert not faults(owner_faults, files(*CXX))


def test_cmake_neither_globs_nor_downloads():
    folders = ("cmake", "model", "sim", "bindings", "tests", "bench")
    lists = [ROOT / "CMakeLists.txt", *files("CMakeLists.txt", "*.cmake", folders=folders)]
    assert not faults(glob_faults, lists)


# What implementations of others do in the versions that they know by name, and rooms that show it.
PEERS = {ROOT / "bindings/stateroom" / name for name in ("deviations.py", "differ_drawn.py")}


def test_nothing_asks_for_a_versions_name():
    found = faults(version_name_faults, [file for file in files(*CXX, "*.py") if file not in PEERS])
    default = [fault for fault in found if fault.endswith(DEFAULT_VERSION)]
    assert len(default) <= 1, default
    assert not [fault for fault in found if fault not in default]


def test_every_header_is_included_once():
    assert not [file for file in files("*.h") if "#pragma once" not in file.read_text()]


@pytest.mark.parametrize(
    ("check", "path", "source"),
    [
        (layer_faults, "model/json/a.cpp", '#include "model/event/event.h"\n'),
        (layer_faults, "model/report/a.cpp", '#include "sim/kernel/clock.h"\n'),
        (layer_faults, "model/json/a.cpp", '#include "tests/helpers.h"\n'),
        (owner_faults, "model/auth/a.h", "#include <z3++.h>\n"),
        (owner_faults, "model/auth/a.h", "#include <pybind11/pybind11.h>\n"),
        (owner_faults, "model/rules/a.h", "#include <boost/graph/graph_traits.hpp>\n"),
        (version_name_faults, "model/auth/a.cpp", 'if (name == "11") {}\n'),
        (version_name_faults, "model/auth/a.cpp", 'if (name == "org.matrix.msc3757.11") {}\n'),
        (version_name_faults, "model/auth/a.cpp", "if (room_version >= 8) {}\n"),
        (version_name_faults, "bindings/stateroom/a.py", 'if version == "12":\n    pass\n'),
        (glob_faults, "model/CMakeLists.txt", "file(GLOB sources *.cpp)\n"),
        (glob_faults, "model/CMakeLists.txt", "FetchContent_Declare(fmt)\n"),
    ],
)
def test_a_breach_is_found(check, path, source):
    assert list(check(path, source))


def test_comments_and_earlier_layers_are_no_breach():
    source = '// #include "sim/kernel/clock.h"\n/* if (version >= 8) "11" */\n#include "model/json/value.h"\n'
    assert not list(layer_faults("model/event/a.cpp", source))
    assert not list(version_name_faults("model/event/a.cpp", source))
