"""Each of the ten likely mistakes that tests/README.md lists has the tests that it names."""

import re
from pathlib import Path

ROW = re.compile(r"^\| (\d+) \| [^|]+ \| (.+) \|$", re.MULTILINE)


def test_every_likely_mistake_has_its_tests(root: Path) -> None:
    rows = ROW.findall((root / "tests" / "README.md").read_text("utf-8"))
    assert [int(number) for number, _ in rows] == list(range(1, 11))
    for number, cell in rows:
        for part in cell.split("; "):
            path, names = re.fullmatch(r"`([^`]+)` (.+)", part).groups()
            source = (root / "tests" / path).read_text("utf-8")
            for name in names.split(", "):
                suite, _, test = name.partition(".")
                written = rf"TEST\({suite}, {test}\)" if test else rf"def {name}\("
                assert re.search(written, source), f"mistake {number}: {path} has no {name}"
