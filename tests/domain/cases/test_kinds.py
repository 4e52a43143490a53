"""The routing table of exception cases."""

from datetime import timedelta

import pytest

from domain.cases.kinds import ExceptionKind, Owner, Severity, route

pytestmark = pytest.mark.unit

RANK = list(Severity)


@pytest.mark.parametrize("kind", ExceptionKind)
def test_every_kind_is_routed(kind: ExceptionKind) -> None:
    assert route(kind).due_within > timedelta(0)


def test_more_severe_cases_are_due_earlier() -> None:
    for one in map(route, ExceptionKind):
        for other in map(route, ExceptionKind):
            if RANK.index(one.severity) > RANK.index(other.severity):
                assert one.due_within < other.due_within


def test_a_missing_recording_is_due_for_ops_within_minutes() -> None:
    case = route(ExceptionKind.RECORDING_MISSING)

    assert (case.severity, case.owner) == (Severity.CRITICAL, Owner.OPS)
    assert case.due_within <= timedelta(minutes=5)


def test_an_overdue_draft_is_routed_to_the_instructor() -> None:
    assert route(ExceptionKind.DOCUMENTATION_OVERDUE).owner == Owner.INSTRUCTOR
