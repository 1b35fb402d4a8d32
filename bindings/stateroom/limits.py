"""What bounds time and memory: the limits of the process, by name."""

from stateroom import _core


def limits() -> dict[str, int]:
    """Every limit and its value.

    Returns
    -------
    dict of str to int
        In a fixed order: bytes, nesting, events, state sets, sizes of texts, steps of a resolution.

    Examples
    --------
    >>> import stateroom
    >>> stateroom.limits()["state_sets_max"]
    4096
    """
    return dict(_core.process_limits())


def set_limit(name: str, value: int) -> None:
    """Raise or lower a limit for all that this process reads and resolves from now on.

    Call it before other threads work. What is beyond a limit raises `LimitError`, which names it.

    Parameters
    ----------
    name : str
        One of `limits`.
    value : int
        From 1 to what the limit can hold.

    Examples
    --------
    >>> import stateroom
    >>> stateroom.set_limit("state_sets_max", 4096)
    """
    _core.set_process_limit(name, value)
