"""Writes the type stub of the extension, bindings/stateroom/_core.pyi, from the extension itself.

With a folder as argument the stub is written there instead; the tests compare the two.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent


def write_stub(target: Path) -> None:
    """Generate the stub, leave out what differs between builds, lay it out."""
    with tempfile.TemporaryDirectory() as folder:
        generator = Path(sys.executable).with_name("pybind11-stubgen")
        subprocess.run(
            [generator, "--exit-code", "--enum-class-locations", ".*:stateroom._core", "-o", folder, "stateroom._core"],
            check=True,
        )
        stub = (Path(folder) / "stateroom/_core.pyi").read_text()
    stub = re.sub(r"^(\w+: str) = .*$", r"\1", stub, flags=re.MULTILINE)
    target.write_text("# Written by `make stubs`.\n" + stub)
    ruff = Path(sys.executable).with_name("ruff")
    subprocess.run([ruff, "format", "--quiet", "--config", ROOT / "pyproject.toml", target], check=True)


if __name__ == "__main__":
    write_stub(Path(sys.argv[1]) / "_core.pyi" if len(sys.argv) > 1 else ROOT / "bindings/stateroom/_core.pyi")
