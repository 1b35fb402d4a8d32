"""The folder of a report: seen whole or not at all, and put in the place of nothing but a report. Ctrl-C on the way."""

import json
import shutil
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

FORMAT = "stateroom-report/1"


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


def heard(call: Callable[[], Any]) -> Any:
    """Make a long call of the core in a thread of its own, so that Ctrl-C is heard in the middle of it.

    What was interrupted goes on till it is done and is not waited for.
    """
    done: list[Any] = []
    failed: list[BaseException] = []

    def work() -> None:
        try:
            done.append(call())
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
    return done[0]
