"""Stateroom: the workbench for Matrix room versions.

Examples
--------
>>> import stateroom
>>> stateroom.__version__
'0.1.0'
"""

from stateroom import _core as _core

__version__: str = _core.version

from stateroom.errors import InputError, InternalError, LimitError, StateroomError, TextError, UnknownNameError
from stateroom.histories import Decision, History, Resolution, State, authorise, history, read_history
from stateroom.versions import Comparison, Rule, Version, compare, version, versions

__all__ = [
    "Comparison",
    "Decision",
    "History",
    "InputError",
    "InternalError",
    "LimitError",
    "Resolution",
    "Rule",
    "State",
    "StateroomError",
    "TextError",
    "UnknownNameError",
    "Version",
    "__version__",
    "authorise",
    "compare",
    "history",
    "read_history",
    "version",
    "versions",
]
