"""What the kinds of exception cases say of themselves."""

from datetime import timedelta

import pytest

from domain.cases.catalogue import CATALOGUE, case_kind
from domain.cases.kinds import ExceptionKind, Owner, Severity

pytestmark = pytest.mark.unit

RANK = list(Severity)


@pytest.mark.parametrize("kind", ExceptionKind)
def test_every_kind_is_routed(kind: ExceptionKind) -> None:
    assert case_kind(kind).due_within > timedelta(0)


@pytest.mark.parametrize("kind", ExceptionKind)
def test_every_kind_has_a_file_that_tells_all_of_it(kind: ExceptionKind) -> None:
    of_kind = CATALOGUE[kind]

    assert of_kind.code == kind
    texts = (
        of_kind.happened,
        of_kind.detected,
        of_kind.cause,
        of_kind.concerns,
        of_kind.repair,
        of_kind.closes,
    )
    assert all(text.endswith(".") for text in (*texts, of_kind.runbook))


@pytest.mark.parametrize("kind", ExceptionKind)
def test_a_case_is_acknowledged_before_it_is_due(kind: ExceptionKind) -> None:
    assert case_kind(kind).acknowledge_within <= case_kind(kind).due_within


def test_more_severe_cases_are_due_earlier() -> None:
    for one in CATALOGUE.values():
        for other in CATALOGUE.values():
            if RANK.index(one.severity) > RANK.index(other.severity):
                assert one.due_within < other.due_within


def test_a_missing_recording_is_due_for_ops_within_minutes() -> None:
    case = case_kind(ExceptionKind.RECORDING_MISSING)

    assert (case.severity, case.owner) == (Severity.CRITICAL, Owner.OPS)
    assert case.due_within <= timedelta(minutes=5)


def test_an_overdue_draft_is_routed_to_the_instructor() -> None:
    assert case_kind(ExceptionKind.DOCUMENTATION_OVERDUE).owner == Owner.INSTRUCTOR
