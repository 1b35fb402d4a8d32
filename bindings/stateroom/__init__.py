"""Stateroom: the workbench for Matrix room versions.

Examples
--------
>>> import stateroom
>>> stateroom.__version__
'0.1.0'
"""

from stateroom import _core as _core

__version__: str = _core.version

from stateroom.bounded import Bounded, Checked, check_certificate, prove_bounded
from stateroom.builder import Builder
from stateroom.errors import InputError, InternalError, LimitError, StateroomError, TextError, UnknownNameError
from stateroom.events import Decision, Event, Events, Receipt, Receipts
from stateroom.explore import (
    Diagnosis,
    Found,
    Property,
    Replayed,
    diagnose,
    history_properties,
    hypotheses,
    replay,
    search,
    shrink,
)
from stateroom.histories import Edges, History, authorise, history, read_histories, read_history
from stateroom.limits import limits, set_limit
from stateroom.pdus import canonical_json, check_format, content_hash, event_id, redact, signature
from stateroom.prove import Finding, Matrix, Proof, Side, matrix, properties, prove
from stateroom.run_replay import ReplayedRun, replay_run
from stateroom.show import show
from stateroom.simulate import Simulation, scenarios, simulate
from stateroom.states import Check, EventFunction, EventOrder, EventSet, Resolution, State, Trace, Work
from stateroom.tables import write_table
from stateroom.texts import Text, check, format, parse, print_text
from stateroom.versions import Comparison, Rule, Version, compare, version, versions
from stateroom.vet import Report, vet

__all__ = [
    "Bounded",
    "Builder",
    "Check",
    "Checked",
    "Comparison",
    "Decision",
    "Diagnosis",
    "Edges",
    "Event",
    "EventFunction",
    "EventOrder",
    "EventSet",
    "Events",
    "Finding",
    "Found",
    "History",
    "InputError",
    "InternalError",
    "LimitError",
    "Matrix",
    "Proof",
    "Property",
    "Receipt",
    "Receipts",
    "Replayed",
    "ReplayedRun",
    "Report",
    "Resolution",
    "Rule",
    "Side",
    "Simulation",
    "State",
    "StateroomError",
    "Text",
    "TextError",
    "Trace",
    "UnknownNameError",
    "Version",
    "Work",
    "__version__",
    "authorise",
    "canonical_json",
    "check",
    "check_certificate",
    "check_format",
    "compare",
    "content_hash",
    "diagnose",
    "event_id",
    "format",
    "history",
    "history_properties",
    "hypotheses",
    "limits",
    "matrix",
    "parse",
    "print_text",
    "properties",
    "prove",
    "prove_bounded",
    "read_histories",
    "read_history",
    "redact",
    "replay",
    "replay_run",
    "scenarios",
    "search",
    "set_limit",
    "show",
    "shrink",
    "signature",
    "simulate",
    "version",
    "versions",
    "vet",
    "write_table",
]
