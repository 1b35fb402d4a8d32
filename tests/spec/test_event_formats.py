"""The sections `format` and `limits` of the texts against the specification's schemas of PDUs and its limits of size.

What the schemas say is compared field by field: whether it has to be there, its type, how many entries a list may have,
how deep an event may be. Fields that are in a text alone are those that redaction keeps without giving them a meaning.
"""

import pathlib
import re
import sys

import pytest
from specification import VERSIONS, needs_specification, page, specification, table

SCHEMAS = pathlib.PurePosixPath("data")
# Kept by redaction (specification, "Redactions"), in no schema.
WITHOUT_A_MEANING = {version: {"origin", "prev_state", "membership"} if version < 11 else set() for version in VERSIONS}
for _version in VERSIONS:
    if _version >= 3:
        WITHOUT_A_MEANING[_version].add("event_id")
# The prose of the v12 schema: a create event has no room id, its list of required fields notwithstanding.
ROOM_ID_OF_12 = 'required when type != "m.room.create"'
# What the language's types are in JSON.
JSON_TYPES = {"integer": "integer", "object": "object", "map": "object", "list": "array"}


def read_yaml(lines, indentation=0):
    """Mappings, lists and texts by indentation: all that the schemas are made of. Examples are not looked into."""
    out = None
    while lines:
        line = lines[0]
        indent = len(line) - len(line.lstrip())
        if indent < indentation:
            return out
        lines.pop(0)
        item = line.strip().startswith("- ")
        if item:
            out = out if out is not None else []
            lines.insert(0, " " * (indent + 2) + line.strip()[2:])
            if re.match(r"[$\w]+:", line.strip()[2:]):
                out.append(read_yaml(lines, indent + 2))
            else:
                out.append(lines.pop(0).strip())
            continue
        out = out if out is not None else {}
        key, value = line.strip().split(":", 1)
        value = value.strip()
        deeper = []
        while lines and len(lines[0]) - len(lines[0].lstrip()) > indent:
            deeper.append(lines.pop(0))
        if key == "example":
            if value.startswith("{") and "}" not in value:
                while lines.pop(0).strip() != "}":
                    pass
            continue
        if value.startswith("|"):
            out[key] = " ".join(part.strip() for part in deeper)
        elif value.startswith("["):
            out[key] = re.findall(r"[\w.]+", value)
        elif value:
            out[key] = value.strip("\"'")
        else:
            inner = deeper[0] if deeper else ""
            out[key] = read_yaml(deeper, len(inner) - len(inner.lstrip()))
    return out


def schema(path):
    """A schema with what it is made of: ({field: schema}, required fields)."""
    text = specification(str(path))
    lines = [re.sub(r"\s+#.*", "", line) for line in text.split("\n") if line.strip() and line.strip()[0] != "#"]
    return resolved(read_yaml(lines), path)


def resolved(node, path):
    if isinstance(node, list):
        return [resolved(one, path) for one in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return schema(path.parent / node["$ref"])
    return {key: resolved(value, path) for key, value in node.items()}


def pdu(version):
    """The properties and the required fields of a version's PDUs."""
    text = page(version)
    named = re.search(r'definition path="(api/server-server/definitions/pdu_v\w+)"', text)
    if not named:  # the page says which other version's format it has
        text = page(int(re.search(r"same as \[room version (\d+)\]", text[text.index("event format") :])[1]))
        named = re.search(r'definition path="(api/server-server/definitions/pdu_v\w+)"', text)
    properties, required = {}, set()
    for part in schema(SCHEMAS / f"{named[1]}.yaml")["allOf"]:
        properties |= part.get("properties", {})
        required |= set(part.get("required", []))
    return properties, required


def fields(version):
    """{path: (type, presence)} of a text; an entry of a map of strings is a string."""
    out = {}
    for line in table(version, "format"):
        words = re.split(r"\s+", line.removesuffix("kept").strip())
        presence = next(i for i, word in enumerate(words) if word in {"required", "optional", "forbidden", "derived"})
        parent = out.get(words[0].split(".")[0])
        kind = "string" if parent and parent[0] == "map string -> string" else " ".join(words[1:presence])
        out[words[0]] = (kind, " ".join(words[presence:]))
    return out


def limits(version):
    return dict(line.split(maxsplit=1) for line in table(version, "limits"))


def json_type(name):
    return JSON_TYPES.get(name.split()[0], "string")


@needs_specification
@pytest.mark.parametrize("version", VERSIONS)
def test_the_same_fields_are_required(version):
    properties, required = pdu(version)
    ours = fields(version)
    expected = {name: "required" if name in required else "optional" for name in properties}
    if version >= 12:
        expected["room_id"] = ROOM_ID_OF_12
        assert "Omitted from `m.room.create` events" in properties["room_id"]["description"]
    for name, inner in properties.items():
        expected |= {f"{name}.{one}": "required" for one in inner.get("required", [])}
    assert {name: presence for name, (_, presence) in ours.items() if ours[name][0] != "any"} == expected


@needs_specification
@pytest.mark.parametrize("version", VERSIONS)
def test_fields_have_the_types_of_the_schema(version):
    properties, _ = pdu(version)
    for name, (kind, _) in fields(version).items():
        if kind == "any":
            assert name in WITHOUT_A_MEANING[version]
            assert name not in properties
            continue
        node = properties
        for step in name.split("."):
            node = node.get("properties", node)[step]
        assert json_type(kind) == node["type"], name
        if kind.startswith("list of event as ("):  # pairs of an id and hashes
            assert (node["items"]["type"], node["items"]["minItems"], node["items"]["maxItems"]) == ("array", "2", "2")
        elif kind.startswith("list of event as "):
            assert node["items"]["type"] == "string", name
    values = properties["signatures"]["additionalProperties"]
    assert fields(version)["signatures"][0] == "map server_name -> map string -> string"
    assert (values["type"], values["additionalProperties"]["type"]) == ("object", "string")


@needs_specification
@pytest.mark.parametrize("version", VERSIONS)
def test_lists_have_as_many_entries_and_events_are_as_deep(version):
    properties, _ = pdu(version)
    for name in ("auth_events", "prev_events"):
        most = re.search(r"less than or equal to (\d+) events", properties[name]["description"])[1]
        assert limits(version)[name] == f"{most} entries"
    power = re.search(r"\(2\^(\d+) - 1\)", properties["depth"]["description"])[1]
    assert fields(version)["depth"][0] == f"integer from 0 to 2**{power}-1"


@needs_specification
@pytest.mark.parametrize("version", VERSIONS)
def test_events_and_keys_are_as_large(version):
    text = specification("content/client-server-api/_index.md")
    text = text[text.index("### Size limits") :]
    expected = {"event": re.search(r"MUST NOT be larger than (\d+) bytes", text)[1] + " bytes"}
    for name, most in re.findall(r"-   `(\w+)` MUST NOT exceed (\d+) bytes", text):
        expected[name] = f"{most} bytes"
    assert {name: most for name, most in limits(version).items() if most.endswith("bytes")} == expected


if __name__ == "__main__":
    sys.exit(pytest.main([__file__, "-q", "-rs"]))
