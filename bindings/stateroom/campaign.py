"""Campaigns: many searches, simulations and parts of atlases, on all cores or a Dask cluster, killed and resumed."""

import difflib
import hashlib
import json
import os
import time
import tomllib
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stateroom import _core
from stateroom.campaign_work import do_task
from stateroom.differ import Workers
from stateroom.errors import InputError
from stateroom.output import write_whole

if TYPE_CHECKING:
    import pandas

FORMAT = "stateroom-campaign/1"

_SHARED = {"name": str, "says": str, "versions": list, "seeds": list}
_ASKED = {"property": str, "events": int, "hypotheses": list, "allow": list}
KEYS: dict[str, dict[str, type | tuple[type, ...]]] = {
    "search": {**_SHARED, **_ASKED, "how": str, "histories": int, "minutes": (int, float), "oracles": list},
    "simulate": {**_SHARED, "scenario": str, "days": (int, float), "watch": list, "saying": str, "reduce": bool},
    "atlas": {**_SHARED, **_ASKED, "parts": int},
}
HOWS = ("random", "guided", "exhaustive")

RUNS = {
    "task": "string", "kind": "string", "name": "string", "property": "string", "scenario": "string",
    "version": "string", "version_sha256": "string", "seed": "int64", "how": "string", "complete": "bool",
    "finds": "int64", "histories": "int64", "merges": "int64", "deliveries": "int64", "log_sha256": "string",
    "seconds": "float64", "error": "string",
}  # fmt: skip
FINDS = {
    "task": "string", "kind": "string", "name": "string", "property": "string", "version": "string", "seed": "int64",
    "events": "int64", "found_after": "int64", "critical": "string", "keys": "string", "refused": "string",
    "avoided_by": "string", "histories": "int64", "file": "string", "said": "string",
}  # fmt: skip


@dataclass(frozen=True)
class Task:
    """One run of a campaign: what a worker is asked."""

    id: str
    asked: dict[str, Any]


@dataclass
class Progress:
    """How far a campaign is.

    Attributes
    ----------
    done, total
        Tasks.
    per_s, left_s
        Tasks a second of this start, and seconds that the others take at this rate; None before the first.
    finds
        So far, those of earlier starts included.
    """

    done: int
    total: int
    per_s: float | None
    left_s: float | None
    finds: int


class Campaign:
    r"""A campaign's file, read.

    Parameters
    ----------
    path
        A TOML file with tables ``[[search]]``, ``[[simulate]]`` and ``[[atlas]]``.

    Raises
    ------
    InputError
        The file cannot be read, or says something that means nothing; the error names the table and the key.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "small.toml"
    >>> _ = path.write_text('[[search]]\nproperty = "older-wins"\nversions = ["11"]\nhistories = 500\n')
    >>> campaign = Campaign(path)
    >>> folder = path.parent / "small"
    >>> campaign.run(folder, jobs=1)
    True
    >>> query(folder, "select name, events from finds")["name"].to_list()
    ['older-wins']
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        try:
            self.text = self.path.read_text("utf-8")
            parsed = tomllib.loads(self.text)
        except OSError as error:
            raise InputError("file", f"cannot read: {error.strerror}", str(path), "check the path") from error
        except tomllib.TOMLDecodeError as error:
            raise InputError("format", str(error), str(path), "a campaign is a TOML file") from error
        self.name = str(parsed.pop("name", self.path.stem))
        self.about = str(parsed.pop("about", ""))
        self.tables = [self._table(kind, number, one) for kind, number, one in self._tables(parsed)]
        if not self.tables:
            raise InputError("format", "a campaign has something to do", str(path), "write [[search]]")

    def _refuse(self, message: str, hint: str = "") -> InputError:
        return InputError("format", message, str(self.path), hint)

    def _tables(self, parsed: dict[str, Any]) -> Iterator[tuple[str, int, dict[str, Any]]]:
        for kind, tables in parsed.items():
            if kind not in KEYS or not isinstance(tables, list):
                near = difflib.get_close_matches(kind, KEYS, 1)
                raise self._refuse(f"`{kind}` means nothing here", f"did you mean [[{(near or ['search'])[0]}]]?")
            for number, one in enumerate(tables, 1):
                yield kind, number, one

    def _table(self, kind: str, number: int, one: dict[str, Any]) -> dict[str, Any]:
        where = f"[[{kind}]] {number}"
        for key, value in one.items():
            if key not in KEYS[kind]:
                near = difflib.get_close_matches(key, KEYS[kind], 1)
                raise self._refuse(f"{where}: `{key}` means nothing", f"did you mean `{near[0]}`?" if near else "")
            if not isinstance(value, KEYS[kind][key]) or (isinstance(value, bool) and KEYS[kind][key] is not bool):
                raise self._refuse(f"{where}: `{key}` is a {value!r}", f"write {KEYS[kind][key]}")
        needed = "scenario" if kind == "simulate" else "property"
        if missing := [key for key in (needed, "versions") if key not in one]:
            raise self._refuse(f"{where}: it has no `{missing[0]}`")
        if one.get("how", "random") not in HOWS:
            raise self._refuse(f"{where}: `how` is one of {', '.join(HOWS)}")
        seeds = one.get("seeds", [1, 1])
        if len(seeds) != 2 or not all(isinstance(seed, int) for seed in seeds) or not 0 <= seeds[0] <= seeds[1]:
            raise self._refuse(f"{where}: `seeds` are the first and the last one", "write seeds = [1, 20]")
        if kind == "search" and not {"histories", "minutes"} & one.keys() and one.get("how") != "exhaustive":
            raise self._refuse(f"{where}: nothing ends the search", "write `histories` or `minutes`")
        return {"kind": kind, "name": one.get(needed), "seeds": seeds} | one

    def tasks(self) -> list[Task]:
        """Give what is to be done, in order: each table for each version, seed and part."""
        out = []
        for number, table in enumerate(self.tables):
            first, last = table["seeds"]
            for version in table["versions"]:
                for seed in range(first, last + 1):
                    for part in range(table.get("parts", 1)):
                        asked = {key: value for key, value in table.items() if key not in ("versions", "seeds", "says")}
                        asked |= {"version": version, "seed": seed}
                        if table["kind"] == "atlas":
                            asked |= {"part": part, "parts": table.get("parts", 1)}
                        asked = self._with_paths(asked)
                        out.append(Task(f"{number}-{_plain(version)}-{seed}-{part}", asked))
        return out

    def _with_paths(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Name files from where the campaign's own file is."""
        for key in ("property", "version", "scenario"):
            beside = self.path.parent / str(asked.get(key, ""))
            if "/" in str(asked.get(key, "")) or beside.suffix in (".toml", ".property", ".room"):
                asked[key] = str(beside)
        return asked

    def run(
        self,
        folder: str | Path,
        *,
        jobs: int | None = None,
        dask: str | None = None,
        resume: bool = False,
        tell: Callable[[Progress], None] = lambda progress: None,
    ) -> bool:
        """Do what is not done yet, and write the tables.

        Parameters
        ----------
        folder
            Is made. One that holds a part of this campaign is gone on with if `resume` says so.
        jobs
            Processes; as many as cores without it.
        dask
            Address of a scheduler (``tcp://…``), whose workers have this package, instead of processes here.
        resume
            Go on with what the folder holds.
        tell
            Hears how far it is, after each task.

        Returns
        -------
        bool
            Everything is done; False after Ctrl-C.

        Raises
        ------
        InputError
            The folder holds another campaign, or this one and `resume` does not say so.
        """
        folder = Path(folder)
        self._claim(folder, resume)
        tasks = self.tasks()
        todo = [task for task in tasks if not (folder / "parts" / f"{task.id}.json").exists()]
        finds = sum(len(part["finds"]) for part in _parts(folder, tasks))
        done, started = len(tasks) - len(todo), time.monotonic()
        tell(Progress(done, len(tasks), None, None, finds))
        complete = True
        try:
            for task, result in _finished(todo, jobs, dask):
                write_whole(folder / "parts" / f"{task.id}.json", json.dumps(result, ensure_ascii=False) + "\n")
                done += 1
                finds += len(result["finds"])
                rate = (done - len(tasks) + len(todo)) / max(time.monotonic() - started, 1e-9)
                tell(Progress(done, len(tasks), rate, (len(tasks) - done) / rate, finds))
        except KeyboardInterrupt:
            complete = False
        _conclude(folder, list(_parts(folder, tasks)))
        return complete

    def _claim(self, folder: Path, resume: bool) -> None:
        about = {"format": FORMAT, "name": self.name, "tool": f"stateroom {_core.version}", "text": self.text}
        about["sha256"] = hashlib.sha256(self.text.encode()).hexdigest()
        file = folder / "campaign.json"
        if file.exists():
            if json.loads(file.read_text("utf-8")).get("sha256") != about["sha256"]:
                raise InputError("file", "the folder holds another campaign", str(folder), "give another -o")
            if not resume:
                raise InputError("file", "the folder holds this campaign already", str(folder), "give --resume")
        elif folder.exists() and any(folder.iterdir()):
            raise InputError("file", "the folder exists and is no campaign", str(folder), "give another -o")
        (folder / "parts").mkdir(parents=True, exist_ok=True)
        write_whole(file, json.dumps(about, indent=1, ensure_ascii=False) + "\n")


def _plain(name: str) -> str:
    return "".join(c if c.isalnum() or c in ".-" else "-" for c in Path(name).name)


def _finished(todo: list[Task], jobs: int | None, dask: str | None) -> Iterator[tuple[Task, dict[str, Any]]]:
    """Give each task with its result, as soon as it is there."""
    if dask is not None:
        yield from _finished_by_dask(todo, dask)
        return
    workers = Workers(jobs or os.cpu_count() or 1, "stateroom.campaign_work")
    try:
        for result, task in workers.finished([({"ask": "task", "asked": task.asked}, task) for task in todo]):
            yield task, result
    finally:
        workers.close()


def _finished_by_dask(todo: list[Task], address: str) -> Iterator[tuple[Task, dict[str, Any]]]:
    import distributed

    with distributed.Client(address, set_as_default=False) as client:
        running: dict[Future[Any], Task] = {
            client.submit(do_task, task.asked, pure=False, retries=2): task for task in todo
        }
        for future in distributed.as_completed(list(running), loop=client.loop):
            yield running[future], future.result()


def _parts(folder: Path, tasks: list[Task]) -> Iterator[dict[str, Any]]:
    """Give the results that are there, in the order of the tasks."""
    for task in tasks:
        file = folder / "parts" / f"{task.id}.json"
        if file.exists():
            yield {"task": task.id} | json.loads(file.read_text("utf-8"))


def _conclude(folder: Path, parts: list[dict[str, Any]]) -> None:
    """Write `runs.parquet`, `finds.parquet` and the files of finds, from the parts."""
    runs, finds = [], []
    (folder / "finds").mkdir(exist_ok=True)
    for part in parts:
        task = part["task"]
        runs.append({"task": task, "finds": len(part["finds"])} | part["run"])
        for number, find in enumerate(part["finds"], 1):
            find = dict(find)
            files = {"json": find.pop("history", None), "toml": find.pop("reduced", None)}
            for suffix, text in files.items():
                if text is not None:
                    find["file"] = f"finds/{_plain(str(find['name']))}-{task}-{number}.{suffix}"
                    write_whole(folder / str(find["file"]), text)
            finds.append({"task": task} | find)
    _write_table(folder / "runs.parquet", runs, RUNS)
    _write_table(folder / "finds.parquet", finds, FINDS)


def _write_table(path: Path, rows: list[dict[str, Any]], columns: dict[str, str]) -> None:
    import pyarrow
    from pyarrow import parquet

    schema = pyarrow.schema([(name, pyarrow.type_for_alias(kind)) for name, kind in columns.items()])
    whole = [{name: row.get(name) for name in columns} for row in rows]
    beside = path.with_name(f".{path.name}")
    parquet.write_table(pyarrow.Table.from_pylist(whole, schema), beside)
    beside.replace(path)


def query(folder: str | Path, sql: str) -> "pandas.DataFrame":
    """Ask a campaign's tables in SQL.

    Parameters
    ----------
    folder
        Of a campaign; also of one that is still running, as far as it was written.
    sql
        Over the tables ``runs`` and ``finds``, as DuckDB understands it.

    Raises
    ------
    InputError
        There are no tables, or the query cannot be done.
    """
    import duckdb

    with duckdb.connect() as connection:
        for name in ("runs", "finds"):
            file = Path(folder) / f"{name}.parquet"
            if not file.exists():
                raise InputError("file", f"there is no {name}.parquet", str(folder), "run the campaign first")
            quoted = str(file).replace("'", "''")
            connection.execute(f"create view {name} as select * from read_parquet('{quoted}')")
        try:
            return connection.execute(sql).df()
        except duckdb.Error as error:
            raise InputError("format", str(error).splitlines()[0], "the query", "tables: runs, finds") from error


def atlas(folder: str | Path) -> "pandas.DataFrame":
    """Give the clusters of a campaign's atlases, their parts added up.

    Parameters
    ----------
    folder
        Of a campaign with tables ``[[atlas]]``.

    Returns
    -------
    pandas.DataFrame
        A row for each `name` (of the scope), `property`, `version`, number of `events` after the prefix, and cluster:
        `keys` that break the property, rules that `refused` events in the merge, rules whose flip would have
        `avoided_by` it; how many `histories`, and `example`, the first of them as a history file.
    """
    grouped = query(
        folder,
        "select * from (select name, property, version, events, keys, refused, avoided_by, "
        "sum(histories)::bigint as histories, min_by(file, task) as example from finds where kind = 'atlas' "
        "group by all) order by property, name, try_cast(version as int), version, events, histories desc, keys, "
        "refused, avoided_by",
    )
    grouped["example"] = [(Path(folder) / file).read_text("utf-8") for file in grouped["example"]]
    return grouped
