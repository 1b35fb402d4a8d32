"""The workbench that the package shares, threads too: room version texts, loaded, checked and compiled once."""

from stateroom import _core

bench = _core.Workbench()
