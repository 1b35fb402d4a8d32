"""`stateroom differ`: random histories through ours and the implementations that people run.

A campaign is cut into parts, each one version and some seeds, which are done on all cores and written as they are done;
a campaign that was interrupted goes on where it stopped, and one that is made longer keeps what it has.
"""

import json
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from stateroom import _core
from stateroom.differ_coverage import Coverage, summary_of
from stateroom.differ_explain import asks_again
from stateroom.differ_summary import Shown, markdown, summary_of_oracle, to_show
from stateroom.oracles import NAMES, Oracle, missing

FORMAT = "stateroom-differ/1"
PART = 200  # histories
COLUMNS = ("seed", "version", "oracle", "same", "explanation", "file")

PART_TIME_S = 3600.0  # that the comparison of a part, or the shrinking of a history, may take


@dataclass(frozen=True)
class Campaign:
    """What is compared.

    Attributes
    ----------
    oracles : tuple of str
    versions : tuple of str
    histories : int
        Of each version; those whose state sets are all alike are made and not counted.
    seed : int
        History number i of a version is made from seed + i.
    auth : bool
        One single event of each history instead of a resolution.
    """

    oracles: tuple[str, ...]
    versions: tuple[str, ...]
    histories: int
    seed: int
    auth: bool = False

    def parts(self) -> list["Part"]:
        """Give the parts, versions in turn, so that a part of a campaign speaks of every version."""
        firsts = range(0, self.histories, PART)
        return [
            Part(self.oracles, version, self.seed + first, min(PART, self.histories - first), self.auth)
            for first in firsts
            for version in self.versions
        ]


@dataclass(frozen=True)
class Part:
    """Some seeds of one version."""

    oracles: tuple[str, ...]
    version: str
    first: int
    count: int
    auth: bool

    @property
    def name(self) -> str:
        """The name of its file."""
        return f"{self.version}-{self.first}-{self.count}.parquet"

    @property
    def coverage_name(self) -> str:
        """The name of the file with what it exercised."""
        return f"{self.version}-{self.first}-{self.count}.json"


@dataclass
class Result:
    """What a campaign came to.

    Attributes
    ----------
    rows : list of dict
        One for each history and oracle, with the columns of the table.
    summary : dict
    complete : bool
        False if it was interrupted.
    """

    rows: list[dict[str, Any]]
    summary: dict[str, Any]
    complete: bool = True

    @property
    def welcome(self) -> bool:
        """Whether every difference is explained."""
        return not any(one["unexplained"] for one in self.summary["oracles"].values())


class Workers:
    """Processes that work through questions, one for each of some threads, each with oracles of its own."""

    def __init__(self, count: int, module: str = "stateroom.differ_work"):
        package = str(Path(__file__).parent.parent)
        start = f"import sys; sys.path.insert(0, {package!r}); from {module} import main; main()"
        self._argv = [sys.executable, "-c", start]
        self._own = threading.local()
        self._all: list[Oracle] = []
        self._pool = ThreadPoolExecutor(count)

    def finished(self, questions: list[tuple[dict[str, Any], Any]]) -> Iterator[tuple[Any, Any]]:
        """Give each answer with what came along with its question, as soon as it is there."""
        running: dict[Future[Any], Any] = {self._pool.submit(self._ask, one): about for one, about in questions}
        for future in as_completed(running):
            yield future.result(), running[future]

    def _ask(self, question: dict[str, Any]) -> Any:
        if not hasattr(self._own, "process"):
            self._own.process = Oracle("worker", timeout_s=PART_TIME_S, argv=self._argv)
            self._all.append(self._own.process)
        reply = self._own.process.ask(question)
        if "answer" not in reply:
            raise RuntimeError(f"a worker failed at {question}: {reply}")
        return reply["answer"]

    def close(self) -> None:
        """End all of them, whatever they are at."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        for process in self._all:
            process.close()


def versions_of(text: str) -> tuple[str, ...]:
    """Read a list of versions with ranges.

    Examples
    --------
    >>> versions_of("1-3,11,org.matrix.hydra.11")
    ('1', '2', '3', '11', 'org.matrix.hydra.11')
    """
    out: list[str] = []
    for part in filter(None, text.split(",")):
        first, dash, last = part.partition("-")
        if dash and first.isdigit() and last.isdigit():
            out += [str(number) for number in range(int(first), int(last) + 1)]
        else:
            out.append(part)
    return tuple(dict.fromkeys(out))


def differ(
    campaign: Campaign,
    output: str | Path | None = None,
    *,
    jobs: int | None = None,
    tell: Callable[[int, int], None] = lambda done, total: None,
    again: bool = False,
) -> Result:
    """Compare random histories, and write table, summary and smallest histories.

    Parameters
    ----------
    campaign : Campaign
    output : path, optional
        A folder; one that holds a part of the same campaign is gone on with. Without it nothing is kept.
    jobs : int, optional
        Processes; as many as cores without it.
    tell : callable
        Hears how many histories are done, and how many there are.
    again : bool
        What is unexplained in the parts that are done is asked again, as after a deviation got its name.

    Raises
    ------
    FileNotFoundError
        An oracle is not built.
    FileExistsError
        The folder holds something else.
    ValueError
        No room version has such a name.
    """
    for name in campaign.oracles:
        if why := missing(name):
            raise FileNotFoundError(f"{name}: {why}")
    texts = _texts(campaign.versions)
    if output is None:
        with tempfile.TemporaryDirectory(prefix="stateroom-") as scratch:
            return _differ(campaign, Path(scratch), jobs, tell, again)
    folder = Path(output)
    _claim(campaign, texts, folder)
    return _differ(campaign, folder, jobs, tell, again)


def _claim(campaign: Campaign, texts: dict[str, str], folder: Path) -> None:
    """Make the folder this campaign's, or see that it is."""
    bench = _core.Workbench()
    about = {
        "format": FORMAT,
        "oracles": list(campaign.oracles),
        "seed": campaign.seed,
        "auth": campaign.auth,
        "part": PART,
        "texts": {name: _core.VetWork(bench, name, name).versions()[0]["sha256"] for name in campaign.versions},
    }
    file = folder / "differ.json"
    if file.exists():
        if json.loads(file.read_text("utf-8")) != about:
            raise FileExistsError(f"{folder} holds another campaign: oracles, versions, their texts or the seed differ")
    elif folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} exists and is not a campaign of differ")
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(about, indent=2) + "\n", "utf-8")


def _texts(versions: tuple[str, ...]) -> dict[str, str]:
    known = {one["name"]: one["sha256_with_errata"] for one in map(json.loads, _core.Workbench().versions().lines)}
    if unknown := [name for name in versions if name not in known]:
        raise ValueError(f"no room version is called `{unknown[0]}`")
    return {name: known[name] for name in versions}


def _explain_again(campaign: Campaign, workers: "Workers", folder: Path, parts: list[Part]) -> None:
    """Ask again about what is unexplained in the parts that are done."""
    asked = []
    for part in parts:
        rows = _read_parts(folder, [part])
        if any(asks_again(row["explanation"]) for row in rows):
            asked.append(({"ask": "again", "rows": rows, "auth": campaign.auth}, part))
    for rows, part in workers.finished(asked):
        _write_part(folder / "parts" / part.name, rows)


def _differ(
    campaign: Campaign, folder: Path, jobs: int | None, tell: Callable[[int, int], None], again: bool
) -> Result:
    (folder / "parts").mkdir(exist_ok=True)
    parts = campaign.parts()
    todo = [part for part in parts if not (folder / "parts" / part.name).exists()]
    total = sum(part.count for part in parts)
    done = total - sum(part.count for part in todo)
    tell(done, total)
    workers = Workers(jobs or os.cpu_count() or 1)
    complete = True
    witnesses: dict[Shown, str] = {}
    try:
        if again:
            _explain_again(campaign, workers, folder, parts)
        for found, part in workers.finished([({"ask": "part"} | asdict(part), part) for part in todo]):
            beside = folder / "parts" / part.coverage_name
            beside.write_text(json.dumps(found["coverage"]) + "\n", "utf-8")
            _write_part(folder / "parts" / part.name, found["rows"])
            done += part.count
            tell(done, total)
        rows = _read_parts(folder, parts)
        witnesses = _write_witnesses(campaign, workers, folder, rows)
    except KeyboardInterrupt:
        complete = False
        rows = _read_parts(folder, parts)
    finally:
        workers.close()
    return _conclude(campaign, folder, rows, witnesses, _read_coverage(folder, parts), complete)


def _read_coverage(folder: Path, parts: list[Part]) -> dict[str, Coverage]:
    """Sum up what the parts exercised, by version."""
    out: dict[str, Coverage] = {}
    for part in parts:
        file = folder / "parts" / part.coverage_name
        if file.exists():
            out.setdefault(part.version, Coverage()).add(Coverage.from_dict(json.loads(file.read_text("utf-8"))))
    return out


def _write_part(path: Path, rows: list[dict[str, Any]]) -> None:
    import pyarrow
    from pyarrow import parquet

    kinds = {"seed": "int64", "version": "string", "oracle": "string", "same": "bool", "explanation": "string"}
    schema = pyarrow.schema(
        [(name, pyarrow.type_for_alias(kind)) for name, kind in (kinds | {"shape": "int64"}).items()]
    )
    beside = path.with_name(f".{path.name}")
    parquet.write_table(pyarrow.Table.from_pylist(rows, schema), beside)
    beside.replace(path)


def _read_parts(folder: Path, parts: list[Part]) -> list[dict[str, Any]]:
    from pyarrow import parquet

    files = [folder / "parts" / part.name for part in parts]
    rows = [row for file in files if file.exists() for row in parquet.read_table(file).to_pylist()]
    rows.sort(key=lambda row: (row["oracle"], int(row["version"]) if row["version"].isdigit() else 0, row["seed"]))
    return rows


def _write_witnesses(
    campaign: Campaign, workers: Workers, folder: Path, rows: list[dict[str, Any]]
) -> dict[Shown, str]:
    """Write the smallest history of each explanation, and of what has none; gives their files.

    What was made smaller before stays as it is.
    """
    out = {one: f"histories/{one.name}.json" for one in to_show(rows)}
    (folder / "histories").mkdir(exist_ok=True)
    for file in (folder / "histories").iterdir():
        if f"histories/{file.name}" not in out.values():
            file.unlink()
    left = [one for one in out if not (folder / out[one]).exists()]
    asked = [({"ask": "witness", "auth": campaign.auth} | one.question(), one) for one in left]
    for history, one in workers.finished(asked):
        if history is None:
            del out[one]
        else:
            (folder / out[one]).write_text(json.dumps(history, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return out


def _conclude(
    campaign: Campaign,
    folder: Path,
    rows: list[dict[str, Any]],
    witnesses: dict[Shown, str],
    coverage: dict[str, Coverage],
    complete: bool,
) -> Result:
    import pandas

    files = {(one.oracle, one.version, one.seed): file for one, file in witnesses.items()}
    for row in rows:
        row["file"] = files.get((row["oracle"], row["version"], row["seed"]))
    table = pandas.DataFrame.from_records(rows, columns=list(COLUMNS))
    table.to_parquet(folder / "differ.parquet", index=False)
    exercised = [row for version, one in coverage.items() for row in one.rows(version)]
    columns = ["kind", "version", "name", "histories", "of", "reason"]
    pandas.DataFrame.from_records(exercised, columns=columns).to_parquet(folder / "coverage.parquet", index=False)
    summary: dict[str, Any] = {
        "format": FORMAT,
        "seed": campaign.seed,
        "auth": campaign.auth,
        "histories": campaign.histories,
        "versions": list(campaign.versions),
        "complete": complete,
        "oracles": {
            name: summary_of_oracle([row for row in rows if row["oracle"] == name], of)
            for name in campaign.oracles
            for of in [{one: file for one, file in witnesses.items() if one.oracle == name}]
        },
        "coverage": summary_of(coverage),
    }
    (folder / "summary.json").write_text(json.dumps(summary, ensure_ascii=False, indent=2) + "\n", "utf-8")
    (folder / "summary.md").write_text(markdown(summary), "utf-8")
    for row in rows:
        del row["shape"]
    return Result(rows, summary, complete)


__all__ = ["NAMES", "Campaign", "Result", "differ", "markdown", "versions_of"]
