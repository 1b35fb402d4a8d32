"""Results as tables: pandas data frames, Arrow tables, Parquet files. pandas and pyarrow are the extra ``tables``."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stateroom.errors import InputError

if TYPE_CHECKING:
    import pandas


def frame(records: Sequence[dict[str, Any]], columns: Sequence[str], index: str | None = None) -> pandas.DataFrame:
    """Make a data frame of records, with these columns also where there are no records.

    Examples
    --------
    >>> frame([], ["label"]).columns.to_list()
    ['label']
    """
    import pandas

    out = pandas.DataFrame.from_records(list(records), columns=list(columns))
    return out if index is None else out.set_index(index)


def write_table(what: Any, path: str | Path) -> Path:
    """Write a result as a table that other tools read.

    Parameters
    ----------
    what
        A data frame, or anything with ``to_frame()``: a history, its receipts, a comparison, a state.
    path : str or Path
        ``.parquet``, ``.arrow`` (an Arrow file, also called Feather) or ``.csv``.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        The name ends otherwise, or the file cannot be written.

    Examples
    --------
    >>> import pandas, stateroom, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = stateroom.write_table(stateroom.compare("11", "12"), f"{folder}/edits.parquet")
    ...     bool((pandas.read_parquet(path)["change"] == "inserted").any())
    True
    """
    path = Path(path)
    table = what.to_frame() if hasattr(what, "to_frame") else what
    try:
        if path.suffix == ".parquet":
            table.to_parquet(path)
        elif path.suffix == ".arrow":
            import pyarrow
            from pyarrow import feather

            feather.write_feather(pyarrow.Table.from_pandas(table), str(path), compression="uncompressed")
        elif path.suffix == ".csv":
            table.to_csv(path)
        else:
            raise InputError("file", "a table is written as .parquet, .arrow or .csv", str(path))
    except OSError as error:
        raise InputError("file", f"cannot write: {error.strerror or error}", str(path)) from error
    return path


def html_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], caption: str = "", most: int = 500) -> str:
    """Write rows as an HTML table for notebooks; beyond ``most`` rows the rest is only counted.

    Examples
    --------
    >>> html_table(["a"], [["<"]])
    '<table><tr><th>a</th></tr><tr><td>&lt;</td></tr></table>'
    """
    out = ["<table>"]
    if caption:
        out.append(f"<caption>{html.escape(caption)}</caption>")
    out.append("<tr>" + "".join(f"<th>{html.escape(column)}</th>" for column in columns) + "</tr>")
    left = 0
    for number, row in enumerate(rows):
        if number < most:
            out.append("<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in row) + "</tr>")
        else:
            left += 1
    if left:
        out.append(f'<tr><td colspan="{len(columns)}">… and {left} more</td></tr>')
    return "".join(out) + "</table>"
