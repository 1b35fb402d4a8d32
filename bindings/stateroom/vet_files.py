"""The folder of a report: seen whole or not at all, and put in the place of nothing but a report."""

import json
import shutil
import tempfile
from pathlib import Path

from stateroom.vet_pages import FORMAT


def is_report(folder: Path) -> bool:
    """Say whether a folder is a report of ours, which may be replaced."""
    try:
        return bool(json.loads((folder / "report.json").read_text("utf-8")).get("format") == FORMAT)
    except (OSError, ValueError, AttributeError):
        return False


def write_folder(folder: Path, files: dict[str, str]) -> None:
    """Write all files beside the folder, then put them in its place."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".vet-", dir=folder.parent))
    try:
        fresh.chmod(0o755)
        (fresh / "histories").mkdir()
        for name, text in files.items():
            (fresh / name).write_text(text, "utf-8")
        if folder.exists():
            shutil.rmtree(folder)
        fresh.rename(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
