"""What the package raises: one hierarchy, made from the core's errors in one place.

Bad input is a `StateroomError` with a code of the closed list that ``stateroom errors`` prints.
A rejected event is no error.
"""

import json
from collections.abc import Iterable


class StateroomError(Exception):
    """An input could not be read or done.

    Parameters
    ----------
    code : str
        One of the closed list, for example ``"duplicate-key"``.
    message : str
        One sentence, lower case, no period.
    where : str
        ``FILE:LINE:COLUMN`` or ``FILE#/json/pointer``; empty where the input has no name.
    hint : str
        What to do, or empty.
    """

    def __init__(self, code: str, message: str, where: str = "", hint: str = ""):
        super().__init__(f"{where}: {message}" if where else message)
        self.code = code
        self.message = message
        self.where = where
        self.hint = hint


class InputError(StateroomError):
    """A file, a PDU or a history cannot be read."""


class LimitError(InputError):
    """An input is larger or deeper than a limit allows."""


class TextError(StateroomError):
    """A room version text is wrong."""


class UnknownNameError(StateroomError):
    """No version, reading, section, rule or event has this name."""


class InternalError(StateroomError):
    """A bug of Stateroom, reported instead of a crash."""


_CLASSES: dict[str, type[StateroomError]] = {
    **dict.fromkeys(("unknown-version", "unknown-reading", "unknown-name", "missing-event"), UnknownNameError),
    **dict.fromkeys(("syntax", "type", "name", "edit", "restriction"), TextError),
    "limit": LimitError,
    "internal": InternalError,
}


def from_lines(lines: Iterable[str]) -> StateroomError | None:
    """Make the exception of the first error among answers of the core, or None if all was done.

    Examples
    --------
    >>> from_lines(['{"error": {"code": "limit", "message": "too deep", "where": "a:1:1"}}'])
    LimitError('a:1:1: too deep')
    """
    for line in lines:
        error = json.loads(line).get("error")
        if error is not None:
            made = _CLASSES.get(error["code"], InputError)
            return made(error["code"], error["message"], error.get("where") or "", error.get("hint") or "")
    return None


def translate(error: RuntimeError) -> Exception:
    """Make the exception that an error of the core stands for; what is none of its refusals is given back."""
    try:
        return from_lines([str(error)]) or error
    except (ValueError, AttributeError, KeyError, TypeError):
        return error
