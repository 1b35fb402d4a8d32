"""The implementations that people run, each as a process that answers in JSON lines.

The drivers stand in the folder `oracles` of the checkout and are built by ``make oracles``; the environment variable
`STATEROOM_ORACLES` names another folder. A crash, a panic or no answer in time is an answer too, and the next question
gets a process that was started afresh.
"""

import json
import os
import selectors
import subprocess
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

NAMES = ("synapse", "ruma", "gomatrixserverlib", "dendrite")
"""Every oracle; `dendrite` is gomatrixserverlib by the entry point whose algorithm Dendrite runs."""
TIMEOUT_S = 30.0
_CHUNK = 1 << 20  # bytes

Entries = dict[tuple[str, str], str]


def folder() -> Path:
    """Give the folder of the drivers; it need not exist."""
    return Path(os.environ.get("STATEROOM_ORACLES") or Path(__file__).parent.parent.parent / "oracles")


def command(name: str, *, corrected: bool = False) -> list[str]:
    """Give the command line of a driver.

    Parameters
    ----------
    name : str
    corrected : bool
        Of the copy that takes corrections (`stateroom.deviations`), for those that have one.

    Raises
    ------
    ValueError
        No oracle has this name.
    """
    kind = "corrected" if corrected else "oracle"
    go = str(folder() / f"gomatrixserverlib/target/gomatrixserverlib-{kind}")
    python = [str(folder() / "synapse/.venv/bin/python"), str(folder() / "synapse/driver.py")]
    commands = {
        "synapse": [*python, "corrected"] if corrected else python,
        "ruma": [str(folder() / f"ruma/target/release/ruma-{kind}")],
        "gomatrixserverlib": [go],
        "dendrite": [go, "dendrite"],
    }
    if name not in commands:
        raise ValueError(f"no oracle is called `{name}`; there are {', '.join(NAMES)}")
    return commands[name]


def missing(name: str) -> str | None:
    """Say why an oracle cannot be asked; None if it can."""
    parts = command(name) + command(name, corrected=True)
    absent = [part for part in parts if part.startswith("/") and not Path(part).exists()]
    return f"{absent[0]} is not there: `make oracles` builds it" if absent else None


@dataclass(frozen=True)
class Answer:
    """What an oracle said.

    Attributes
    ----------
    state : dict or None
        Of a resolution: (type, state_key) → event id.
    allowed : bool or None
        Of a question about one event.
    trouble : str or None
        `peer-panic:PLACE` where it crashed, panicked or gave no answer in time; `peer-error` where it gave an error.
    message : str
        Its reason, or what the trouble said.
    """

    state: Entries | None = None
    allowed: bool | None = None
    trouble: str | None = None
    message: str = ""


def _read(reply: dict[str, Any]) -> Answer:
    if "state" in reply:
        return Answer(state={(kind, key): event_id for kind, key, event_id in reply["state"]})
    if "allowed" in reply:
        return Answer(allowed=reply["allowed"], message=reply.get("reason") or "")
    if "panic" in reply:
        return Answer(trouble=f"peer-panic:{reply['panic'] or 'unknown'}", message=reply.get("message", ""))
    return Answer(trouble="peer-error", message=str(reply.get("error", reply)))


def _panic(place: str, message: str) -> bytes:
    return json.dumps({"panic": place, "message": message}).encode()


def _threads(pid: int) -> list[list[str]]:
    """Give what Linux says of the threads of a process, from their state on; nothing elsewhere."""
    found = []
    for file in Path(f"/proc/{pid}/task").glob("*/stat"):
        with suppress(OSError):
            found.append(file.read_text().rpartition(")")[2].split())
    return found


def _is_busy(pid: int) -> bool:
    """Whether a thread waits for a processor or a disk: an oracle that a busy machine leaves no time does not hang."""
    return any(thread[0] in ("R", "D") for thread in _threads(pid))


def _processor_time_s(pid: int) -> float:
    return sum(int(thread[11]) + int(thread[12]) for thread in _threads(pid)) / os.sysconf("SC_CLK_TCK")


class Oracle:
    """A driver's process, started when it is first asked.

    Parameters
    ----------
    name : str
        One of `NAMES`.
    timeout_s : float
        How long an answer may take, in seconds, of processor time where it is at work; then the process is ended.
    argv : list of str, optional
        Another command line than the driver's.
    """

    def __init__(self, name: str, *, timeout_s: float = TIMEOUT_S, argv: list[str] | None = None):
        self.name = name
        self.timeout_s = timeout_s
        self.starts = 0
        self._argv = argv or command(name)
        self._process: subprocess.Popen[bytes] | None = None
        self._about: dict[str, Any] | None = None

    def about(self) -> dict[str, Any]:
        """Give `oracle`, `release`, `versions` (that it resolves) and `judges` (whose events it judges).

        Raises
        ------
        RuntimeError
            It did not say so.
        """
        if self._about is None:
            reply = self.ask({"ask": "about"})
            if "versions" not in reply:
                raise RuntimeError(f"{self.name} does not say what it is: {reply}")
            self._about = reply
        return self._about

    def resolve(
        self,
        version: str,
        events: list[dict[str, Any]],
        state_sets: list[list[str]],
        *,
        rejected: Iterable[str] = (),
        corrected: Iterable[str] = (),
    ) -> Answer:
        """Resolve state sets. Every event carries its id as `event_id`.

        Parameters
        ----------
        corrected
            Ids of deviations (`stateroom.deviations`) that a corrected copy of the peer does not have.
        """
        question = {"ask": "resolve", "room_version": version, "events": events, "state_sets": state_sets}
        return _read(self.ask(question | {"rejected": list(rejected), "corrected": list(corrected)}))

    def resolve_corrected(
        self,
        version: str,
        events: list[dict[str, Any]],
        state_sets: list[list[str]],
        corrections: list[list[str]],
        *,
        rejected: Iterable[str] = (),
    ) -> list[Entries | None]:
        """Resolve state sets once for each list of corrections; None where the corrected copy gives no state."""
        question = {"ask": "resolve", "room_version": version, "events": events, "state_sets": state_sets}
        reply = self.ask(question | {"rejected": list(rejected), "corrections": corrections})
        states = reply.get("states", [None] * len(corrections))
        return [None if one is None else {(kind, key): i for kind, key, i in one} for one in states]

    def auth(
        self,
        version: str,
        event: dict[str, Any],
        state: list[dict[str, Any]],
        events: list[dict[str, Any]] | None = None,
        *,
        rejected: Iterable[str] = (),
    ) -> Answer:
        """Ask about one event in a state."""
        question = {"ask": "auth", "room_version": version, "event": event, "state": state, "events": events or []}
        return _read(self.ask(question | {"rejected": list(rejected)}))

    def auth_corrected(
        self,
        version: str,
        event: dict[str, Any],
        state: list[dict[str, Any]],
        events: list[dict[str, Any]],
        corrections: list[list[str]],
        *,
        rejected: Iterable[str] = (),
    ) -> list[bool | None]:
        """Ask about one event once for each list of corrections."""
        question = {"ask": "auth", "room_version": version, "event": event, "state": state, "events": events}
        reply = self.ask(question | {"rejected": list(rejected), "corrections": corrections})
        return list(reply.get("verdicts", [None] * len(corrections)))

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """Send a question and give the reply as it came; a crash is a reply with `panic`."""
        reply: dict[str, Any] = json.loads(self.ask_all([json.dumps(question).encode()])[0])
        return reply

    def ask_all(self, lines: list[bytes]) -> list[bytes]:
        """Send questions, each a line without its end, and give the replies, each a JSON object.

        The next question does not wait for the reply to the one before it. A crash is a reply with `panic`, and what
        comes after it is asked afresh.
        """
        replies: list[bytes] = []
        while len(replies) < len(lines):
            process = self._started()
            trouble = self._exchange(process, lines[len(replies) :], replies)
            if trouble == "end":
                replies.append(_panic("process", self._last_words()))
            elif trouble == "time":
                replies.append(_panic("timeout", f"no answer in {self.timeout_s:g} s"))
            elif trouble == "nonsense":
                replies.append(_panic("process", "a line that is no JSON object"))
            if trouble is not None:
                self.close()
        return replies

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (stands as long as the process)
            # A session of its own: Ctrl-C is for us, and must not look like a crash of the peer.
            self._process = subprocess.Popen(
                self._argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                start_new_session=True,
            )
            self.starts += 1
        return self._process

    def _exchange(self, process: subprocess.Popen[bytes], lines: list[bytes], replies: list[bytes]) -> str | None:
        """Write and read at once; says "end", "time" or "nonsense" where a reply is none."""
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("a driver without pipes")
        to, out = process.stdin.fileno(), process.stdout.fileno()
        os.set_blocking(to, False)
        left = memoryview(b"\n".join(lines) + b"\n")
        wanted = len(replies) + len(lines)
        rest = b""
        until = time.monotonic() + self.timeout_s
        spent = _processor_time_s(process.pid)
        with selectors.DefaultSelector() as selector:
            selector.register(out, selectors.EVENT_READ)
            selector.register(to, selectors.EVENT_WRITE)
            while len(replies) < wanted:
                ready = selector.select(max(0.0, until - time.monotonic()))
                if not ready:
                    if _is_busy(process.pid) and _processor_time_s(process.pid) - spent < self.timeout_s:
                        until = time.monotonic() + self.timeout_s
                        continue
                    return "time"
                for key, _ in ready:
                    if key.fd == to:
                        try:
                            left = left[os.write(to, left[:_CHUNK]) :]
                        except BrokenPipeError:
                            left = left[:0]  # what it said before it ended is still to be read
                        if not left:
                            selector.unregister(to)
                        continue
                    part = os.read(out, _CHUNK)
                    if not part:
                        return "end"
                    *whole, rest = (rest + part).split(b"\n")
                    for line in whole:
                        if not line.startswith(b"{"):
                            return "nonsense"
                        replies.append(line)
                    if whole:
                        until = time.monotonic() + self.timeout_s
                        spent = _processor_time_s(process.pid)
        return None

    def _last_words(self) -> str:
        status = self._process.wait() if self._process else None
        self._errors.seek(0)
        words = self._errors.read().decode("utf-8", "replace").strip().splitlines()
        self.close()
        # A panic says first what is wrong, Python last.
        said = words[-1 if words[0].startswith("Traceback") else 0] if words else ""
        return f"exit status {status}" + (f": {said}" if said else "")

    def close(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, self._errors):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


__all__ = ["NAMES", "Answer", "Entries", "Oracle", "command", "folder", "missing"]
