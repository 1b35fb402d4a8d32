# Written by `make stubs`.
"""
The C++ core of Stateroom. The package `stateroom` is what to import; this module is what it stands on.
"""

from __future__ import annotations

__all__: list[str] = ["commit", "compiler", "version", "z3_version"]

def z3_version() -> str:
    """
    The version of the Z3 library that is loaded, for example ``'5.4.1'``.
    """

commit: str
compiler: str
version: str
