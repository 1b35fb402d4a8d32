"""The committed tables of rule numbers and of redaction against the specification's page, numbered as rendered.

Run alone (`python tests/spec/test_tables.py`) or by pytest. Nothing of ours is used but the tables.
"""

import re
import sys

import pytest
from specification import VERSIONS, needs_specification, page, table

RULES_START = re.compile(
    r"(The rules are as follows:|The complete list of rules, as of room version 3, is as follows:)"
)
RULES_END = "{{% boxes/note %}}\nSome consequences"
# Below the third-party signature rule the page describes the two places of the keys; these items are no rules.
DESCRIPTIVE_PARENT = {
    version: "4.4.1.7" if version >= 8 else "4.3.1.7" if version >= 6 else "5.3.1.7" for version in VERSIONS
}
DESCRIPTIVE_PARENT[12] = "5.4.1.7"


def rendered_numbers(version):
    """Every item of the page's rules as its nested lists are rendered, whatever numbers the source has."""
    text = page(version)
    start = RULES_START.search(text).end()
    numbers, levels = set(), []  # levels: [indentation, counter]
    for line in text[start : text.index(RULES_END, start)].split("\n"):
        item = re.match(r"^( *)\d+\.\s", line)
        if not item:
            continue
        indentation = len(item[1])
        while levels and levels[-1][0] > indentation:
            levels.pop()
        if not levels or levels[-1][0] < indentation:
            levels.append([indentation, 0])
        levels[-1][1] += 1
        numbers.add(".".join(str(count) for _, count in levels))
    return numbers


def table_numbers(version):
    return {line.split(" ")[0] for line in table(version, "rules")} - {"-"}


@needs_specification
@pytest.mark.parametrize("version", VERSIONS)
def test_numbers_are_those_of_the_rendered_page(version):
    parent = DESCRIPTIVE_PARENT[version]
    missing = rendered_numbers(version) - table_numbers(version)
    assert missing == {parent + ".1", parent + ".2"}, f"version {version}"
    assert table_numbers(version) <= rendered_numbers(version), f"version {version}"


def specification_keeps(version):
    """Top-level keys, and (event type, key) of content, that the page tells a redaction to keep."""
    text = page(version)
    start = text.index("Upon receipt of a redaction event")
    middle = text.index("The content object must also", start)
    top = set(re.findall(r"^-   `(\w+)`", text[start:middle], re.M))
    body = text[middle:]
    body = body[body.index("\n-   ") :]
    end = re.search(r"\n\n(?!-)(?!    )\S", body)
    content = set()
    for item in re.split(r"\n-   ", body[: end.start()] if end else body)[1:]:
        item = item.split("\n\n")[0]
        event_type = re.search(r"`(m\.[a-z_.]+)`", item)[1]
        rest = item[item.index("allows") :]
        keys = {"*"} if "all keys" in rest else set(re.findall(r"`(\w+)`", rest))
        if "signed" in keys:
            keys = keys - {"signed", "third_party_invite"} | {"third_party_invite.signed"}
        content |= {(event_type, key) for key in keys}
    return top, content


def table_keeps(version):
    pairs = [line.split(" ") for line in table(version, "kept by redaction")]
    return {pair[0] for pair in pairs if len(pair) == 1}, {(pair[0], pair[1]) for pair in pairs if len(pair) > 1}


@needs_specification
@pytest.mark.parametrize("version", VERSIONS)
def test_redaction_keeps_what_the_page_lists(version):
    assert table_keeps(version) == specification_keeps(version), f"version {version}"


if __name__ == "__main__":
    sys.exit(pytest.main([__file__, "-q", "-rs"]))
