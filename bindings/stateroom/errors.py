"""What the package raises: one hierarchy, made from the core's errors in one place.

Bad input is a `StateroomError` with a code of the closed list that ``stateroom errors`` prints. It is a `ValueError`
too, so that code which knows nothing of Stateroom can catch it. A rejected event is no error.
"""

import json
from collections.abc import Iterable, Sequence


class StateroomError(ValueError):
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

    Attributes
    ----------
    more : tuple of StateroomError
        What else is wrong with the same input: a text is refused with all its errors, of which this is the first.

    Examples
    --------
    >>> import stateroom
    >>> try:
    ...     stateroom.version("no such version")
    ... except stateroom.StateroomError as error:
    ...     print(error.code, "–", error)
    unknown-version – found no room version `no such version`
    """

    def __init__(self, code: str, message: str, where: str = "", hint: str = "", more: Sequence["StateroomError"] = ()):
        super().__init__(f"{where}: {message}" if where else message)
        self.code = code
        self.message = message
        self.where = where
        self.hint = hint
        self.more = tuple(more)

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        """Pickle as what it was made of, so that it comes back from another process."""
        return type(self), (self.code, self.message, self.where, self.hint, self.more)


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


def made(code: str, message: str, where: str = "", hint: str = "") -> StateroomError:
    """Make the exception of an error of the core; the extension calls this.

    Examples
    --------
    >>> made("limit", "too deep", "a:1:1")
    LimitError('a:1:1: too deep')
    """
    return _CLASSES.get(code, InputError)(code, message, where, hint)


def from_lines(lines: Iterable[str]) -> StateroomError | None:
    """Make the exception of the first error among answers of the core, or None if all was done.

    Examples
    --------
    >>> from_lines(['{"error": {"code": "limit", "message": "too deep", "where": "a:1:1"}}'])
    LimitError('a:1:1: too deep')
    """
    found = []
    for line in lines:
        error = json.loads(line).get("error")
        if error is not None:
            found.append(made(error["code"], error["message"], error.get("where") or "", error.get("hint") or ""))
    if found:
        found[0].more = tuple(found[1:])
    return found[0] if found else None
