"""Every public name says what it is and all that it takes, an array says its shape. Their examples are tests too."""

import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest
import stateroom

# Classes whose objects people get, and do not make.
GIVEN = {"Comparison", "EventFunction", "EventOrder", "EventSet", "Resolution", "Text"}


def members() -> Iterator[tuple[str, Any]]:
    """Every public function, class, method and property of the package, by its path."""
    for name in stateroom.__all__:
        found = getattr(stateroom, name)
        if not callable(found):
            continue
        yield name, found
        if not inspect.isclass(found):
            continue
        for member, value in vars(found).items():
            if not member.startswith("_") and (
                callable(value) or isinstance(value, property) or hasattr(value, "func")
            ):
                yield f"{name}.{member}", value
            elif isinstance(value, (classmethod, staticmethod)) and not member.startswith("_"):
                yield f"{name}.{member}", value.__func__


MEMBERS = dict(members())


def function_of(found: Any) -> Any:
    return found.fget if isinstance(found, property) else getattr(found, "func", found)


def document(found: Any) -> str:
    return inspect.getdoc(function_of(found)) or ""


def test_the_package_has_members():
    assert len(MEMBERS) > 100


@pytest.mark.parametrize("path", sorted(MEMBERS))
def test_it_says_what_it_is(path):
    text = document(MEMBERS[path])
    assert re.match(r"[A-Z`].{10,}?[.:]$", text.split("\n\n")[0].replace("\n", " ")), text


def parameters(found: Any) -> list[str]:
    function = function_of(found)
    if inspect.isclass(function):
        if "__init__" not in vars(function) or "__dataclass_fields__" in vars(function):
            return []
        function = function.__init__
    names = [name for name in inspect.signature(function).parameters if name not in ("self", "cls")]
    return [name for name in names if name not in ("view", "args", "kwargs")]


@pytest.mark.parametrize(
    "path", sorted(path for path, found in MEMBERS.items() if not isinstance(found, property) and path not in GIVEN)
)
def test_it_names_all_that_it_takes(path):
    """In a section of its own, or in the sentence where that says it all."""
    text = document(MEMBERS[path])
    missing = [name for name in parameters(MEMBERS[path]) if not re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)]
    assert not missing, text


@pytest.mark.parametrize(
    "path",
    sorted(
        path
        for path, found in MEMBERS.items()
        if "NDArray" in str(inspect.get_annotations(function_of(found)).get("return", ""))
        or "Indices" in str(inspect.get_annotations(function_of(found)).get("return", ""))
    ),
)
def test_an_array_says_its_shape_and_kind(path):
    text = document(MEMBERS[path])
    assert re.search(r"[Ss]hape \(", text), text
    assert re.search(r"int32|int64|uint32|bool|float64", text), text


@pytest.mark.parametrize(
    "name", sorted(name for name in stateroom.__all__ if inspect.isfunction(getattr(stateroom, name)))
)
def test_a_function_shows_an_example(name):
    assert ">>> " in document(getattr(stateroom, name))


@pytest.mark.parametrize("name", sorted(stateroom.__all__))
def test_a_dataclass_names_its_attributes(name):
    found = getattr(stateroom, name)
    fields = getattr(found, "__dataclass_fields__", {})
    missing = [field for field in fields if not re.search(rf"(?<!\w){field}(?!\w)", document(found))]
    assert not missing
