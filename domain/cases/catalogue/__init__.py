"""What each kind of case says of itself: one module per kind, found by its name."""

from collections.abc import Mapping
from importlib import import_module

from domain.cases.kinds import CaseKind, ExceptionKind


def _read() -> Mapping[ExceptionKind, CaseKind]:
    kinds = {kind: import_module(f"{__name__}.{kind.value}").KIND for kind in ExceptionKind}
    return {kind: of_kind for kind, of_kind in kinds.items() if isinstance(of_kind, CaseKind)}


CATALOGUE: Mapping[ExceptionKind, CaseKind] = _read()


def case_kind(kind: ExceptionKind) -> CaseKind:
    """What a kind says of itself."""
    return CATALOGUE[kind]
