"""Stateroom: the workbench for Matrix room versions.

Examples
--------
>>> import stateroom
>>> stateroom.__version__
'0.1.0'
"""

from stateroom import _core as _core

__version__: str = _core.version

__all__ = ["__version__"]
