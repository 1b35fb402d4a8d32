"""Runs the fuzz targets, two at a time, and prints what each did: `make fuzz MINUTES=5 TARGETS="json text"`.

In:  the fuzzers that the CMake preset `fuzz` builds; the committed corpora of tests/fuzz, and what earlier runs
     added to them in build-fuzz/corpus.
Out: progress while they run, a table at the end, both for this run and for all runs of this build folder. Inputs that
     broke a promise stand in build-fuzz/finds/TARGET. The exit status is 1 if there are new ones.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build-fuzz"
COMMITTED = ROOT / "tests/fuzz/corpus"
DICTIONARIES = {"json": "event", "pdu": "event", "history": "event", "text": "room", "version": "room"}

# Of the clock on the wall, so it is wide: the machine may be busy. The targets ask what an input costs the processor.
TIMEOUT_S = 300
MEMORY_MIB = 2048
INPUT_BYTES = 16384
PROGRESS_S = 30

PROGRESS = re.compile(r"^#(\d+): cov: (\d+) ft: \d+ corp: (\d+)")


@dataclass
class Run:
    """One fuzzer process and what it said last."""

    target: str
    process: subprocess.Popen
    log: Path
    started: float
    before: set[str]
    executions: int = 0
    edges: int = 0
    inputs: int = 0
    cpu_s: float = 0.0
    finds: list[str] = field(default_factory=list)

    def read(self) -> None:
        """Take the last line of progress of the log."""
        for line in reversed(self.log.read_text(errors="replace").splitlines()):
            if match := PROGRESS.match(line):
                self.executions, self.edges, self.inputs = (int(number) for number in match.groups())
                return


def finds_of(target: str) -> set[str]:
    """The names of the inputs that broke a promise, slow ones included."""
    return {file.name for file in (BUILD / "finds" / target).iterdir()}


def start(target: str, minutes: float) -> Run:
    """One fuzzer that goes on after what it finds."""
    corpus, finds, logs = (BUILD / name / target for name in ("corpus", "finds", "logs"))
    for folder in (corpus, finds, logs):
        folder.mkdir(parents=True, exist_ok=True)
    log = logs / f"{time.strftime('%Y%m%d-%H%M%S')}.log"
    fuzzer = logs / f"fuzz_{target}"  # a copy, which it starts again and again: the build may go on meanwhile
    shutil.copy(BUILD / "tests/fuzz" / fuzzer.name, fuzzer)
    command = [
        *("nice", "-n", "19", fuzzer),
        *("-fork=1", "-ignore_crashes=1", "-ignore_timeouts=1", "-ignore_ooms=1"),
        *(
            f"-max_total_time={round(minutes * 60)}",
            f"-timeout={TIMEOUT_S}",
            f"-report_slow_units={TIMEOUT_S}",
            f"-rss_limit_mb={MEMORY_MIB}",
        ),
        *(f"-max_len={INPUT_BYTES}", f"-dict={ROOT}/tests/fuzz/{DICTIONARIES[target]}.dict"),
        *(f"-artifact_prefix={finds}/", corpus, COMMITTED / target),
    ]
    before = finds_of(target)
    with log.open("w") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
    return Run(target, process, log, time.monotonic(), before)


def finish(run: Run, usage) -> None:
    """What a fuzzer that has ended did, added to the totals of the build folder."""
    run.read()
    run.cpu_s = usage.ru_utime + usage.ru_stime
    run.finds = sorted(finds_of(run.target) - run.before)
    totals = read_totals()
    total = totals.setdefault(run.target, {"cpu_s": 0.0, "executions": 0, "edges": 0})
    total["cpu_s"] += run.cpu_s
    total["executions"] += run.executions
    total["edges"] = max(total["edges"], run.edges)
    (BUILD / "fuzz-totals.json").write_text(json.dumps(totals, indent=1))


def read_totals() -> dict[str, dict[str, float]]:
    """CPU seconds, executions and edges by target, of all runs of this build folder."""
    file = BUILD / "fuzz-totals.json"
    return json.loads(file.read_text()) if file.exists() else {}


def say(run: Run) -> None:
    """A line of progress."""
    run.read()
    found = len(finds_of(run.target) - run.before)
    print(
        f"{run.target:8} {time.monotonic() - run.started:6.0f} s  {run.executions:10,} executions  {run.edges:6,} edges"
        f"  {run.inputs:5} inputs  {found} finds",
        flush=True,
    )


def fuzz(targets: list[str], minutes: float, jobs: int) -> list[Run]:
    """Every target for some minutes, a few at a time."""
    waiting, running, done = list(targets), [], []
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                running.append(start(waiting.pop(0), minutes))
            spoken = time.monotonic()
            while time.monotonic() - spoken < PROGRESS_S and running:
                time.sleep(0.5)
                for run in list(running):
                    ended, _, usage = os.wait4(run.process.pid, os.WNOHANG)
                    if ended:
                        finish(run, usage)
                        running.remove(run)
                        done.append(run)
                if len(running) < jobs and waiting:
                    break
            for run in running:
                say(run)
    except KeyboardInterrupt:
        for run in running:  # they heard it too, and end by themselves
            _, _, usage = os.wait4(run.process.pid, 0)
            finish(run, usage)
            done.append(run)
    return done


def table(runs: list[Run]) -> None:
    """What each target did now and in all."""
    heads = f"{'target':8} {'CPU min':>8} {'executions':>12} {'edges':>7} {'inputs':>7} {'finds':>6}"
    print(f"\n{heads}   in all: CPU min, executions")
    totals = read_totals()
    for run in runs:
        total = totals[run.target]
        print(
            f"{run.target:8} {run.cpu_s / 60:8.1f} {run.executions:12,} {run.edges:7,} {run.inputs:7,}"
            f" {len(run.finds):6}"
            f"   {total['cpu_s'] / 60:.1f}, {int(total['executions']):,}"
        )
    for run in runs:
        for name in run.finds:
            print(f"find: {(BUILD / 'finds' / run.target / name).relative_to(ROOT)}")


def merge(target: str, bytes_max: int) -> None:
    """Adds to the committed corpus the smallest inputs of build-fuzz/corpus that reach edges which it does not."""
    with tempfile.TemporaryDirectory(dir=BUILD) as folder:
        new = Path(folder)
        for file in (COMMITTED / target).iterdir():
            shutil.copy(file, new)
        kept = {file.name for file in new.iterdir()}
        fuzzer = BUILD / "tests/fuzz" / f"fuzz_{target}"
        subprocess.run(
            ["nice", "-n", "19", fuzzer, "-merge=1", "-use_counters=0", new, BUILD / "corpus" / target], check=True
        )
        size = sum(file.stat().st_size for file in (COMMITTED / target).iterdir())
        added = sorted((file for file in new.iterdir() if file.name not in kept), key=lambda file: file.stat().st_size)
        for file in added:
            size += file.stat().st_size
            if size > bytes_max:
                break
            shutil.copy(file, COMMITTED / target / file.name[:12])
    print(f"{target}: {sum(1 for _ in (COMMITTED / target).iterdir())} inputs")


def main() -> int:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "targets", nargs="*", default=list(DICTIONARIES), metavar="TARGET", help=", ".join(DICTIONARIES)
    )
    parser.add_argument("--minutes", type=float, default=5, help="for each target (5)")
    parser.add_argument("--jobs", type=int, default=2, help="targets that run at the same time (2)")
    parser.add_argument("--merge", action="store_true", help="fuzz nothing; add what is new to tests/fuzz/corpus")
    parser.add_argument("--kib", type=int, default=200, help="with --merge: of a target's corpus at most (200)")
    options = parser.parse_args()
    if unknown := [target for target in options.targets if target not in DICTIONARIES]:
        parser.error(f"no target {unknown[0]}: {', '.join(DICTIONARIES)}")
    if options.merge:
        for target in options.targets:
            merge(target, options.kib * 1024)
        return 0
    runs = fuzz(options.targets, options.minutes, options.jobs)
    table(runs)
    return 1 if any(run.finds for run in runs) else 0


if __name__ == "__main__":
    sys.exit(main())
