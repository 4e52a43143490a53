"""What each kind of case says of itself: one module per kind, found by its name."""

from collections.abc import Mapping
from datetime import timedelta
from importlib import import_module

from domain.cases.kinds import CaseKind, ExceptionKind, Owner, Severity


def _read() -> Mapping[str, CaseKind]:
    kinds = {kind: import_module(f"{__name__}.{kind.value}").KIND for kind in ExceptionKind}
    return {kind: of_kind for kind, of_kind in kinds.items() if isinstance(of_kind, CaseKind)}


_UNKNOWN = CaseKind(
    code=ExceptionKind.STEP_FAILED,
    title="Exception",
    happened="Something needs a person.",
    detected="A part of a later release has opened it.",
    cause="What its kind and subject say.",
    concerns="Ops.",
    repair="None.",
    closes="Nothing.",
    runbook="Open what it is about, and see the detail.",
    severity=Severity.HIGH,
    owner=Owner.OPS,
    due_within=timedelta(minutes=30),
)
CATALOGUE: Mapping[str, CaseKind] = _read()  # by the value of ExceptionKind


def case_kind(kind: str) -> CaseKind:
    """What a kind says of itself; of one that only a later release knows, what is true of all."""
    return CATALOGUE.get(kind, _UNKNOWN)
