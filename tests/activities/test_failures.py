"""Failures of activities have a stable type, are retried or not, and keep personal data out of histories."""

import asyncio
from typing import Any

import pytest
import sqlalchemy as sa
from temporalio.api.failure.v1 import Failure
from temporalio.converter import DefaultFailureConverter, DefaultPayloadConverter
from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput

from activities.failures import FailureInterceptor
from domain.errors import DoubleBooked, HomeroomError, Unavailable, by_code
from models.database import Database
from models.people import Guardian
from tests.activities.school_rows import SchoolRows, now
from tests.domain.error_tree import tree

pytestmark = pytest.mark.adapter

NAMES = "Samira Haddad <samira@family.example>"


class Failing(ActivityInboundInterceptor):
    """An activity that raises."""

    def __init__(self, error: BaseException) -> None:
        self._error = error

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        try:
            raise ValueError(NAMES)
        except ValueError as cause:
            raise self._error from cause


async def translated(error: BaseException) -> BaseException:
    """The error that the interceptor raises in its stead."""
    intercepted = FailureInterceptor().intercept_activity(Failing(error))
    try:
        await intercepted.execute_activity(ExecuteActivityInput(lambda: None, (), None, {}))
    except BaseException as raised:
        return raised
    raise AssertionError("it did not fail")


def as_history_keeps(error: BaseException) -> Failure:
    """The failure as Temporal stores it in the history."""
    failure = Failure()
    DefaultFailureConverter().to_failure(error, DefaultPayloadConverter(), failure)
    return failure


@pytest.mark.parametrize("kind", tree(), ids=lambda kind: kind.code)
async def test_failure_type_is_the_error_code_and_only_unavailable_is_retried(
    kind: type[HomeroomError],
) -> None:
    error = await translated(kind("what happened", next_step="what to do"))

    assert isinstance(error, ApplicationError)
    assert (error.message, error.type, error.details) == ("what happened", kind.code, ("what to do",))
    assert error.non_retryable != issubclass(kind, Unavailable)
    assert by_code(error.type) is kind


async def test_error_of_a_library_keeps_its_class_name_and_is_retried() -> None:
    error = await translated(ZeroDivisionError(NAMES))

    assert isinstance(error, ApplicationError)
    assert (error.type, error.non_retryable) == ("ZeroDivisionError", False)


async def test_failure_of_temporal_is_not_changed() -> None:
    own = ApplicationError("as it was", type="mine", non_retryable=True)

    assert await translated(own) is own


@pytest.mark.parametrize("error", [asyncio.CancelledError(), SystemExit(1)])
async def test_cancellation_and_exit_are_not_translated(error: BaseException) -> None:
    assert await translated(error) is error


@pytest.mark.parametrize("error", [Unavailable("it does not answer"), RuntimeError(NAMES)])
async def test_history_keeps_the_source_line_but_not_the_cause(error: Exception) -> None:
    failure = as_history_keeps(await translated(error))

    assert "amira" not in str(failure)
    assert not failure.HasField("cause")
    assert "in execute_activity" in failure.stack_trace


async def test_history_keeps_nothing_of_a_refused_row(school: SchoolRows, database: Database) -> None:
    guardian = Guardian(
        id=school.people["Samira"], organization_id=school.id, name=NAMES, email=NAMES, created_at=now()
    )
    with pytest.raises(sa.exc.IntegrityError) as refused:
        async with database.tenant(school.id) as db:
            db.add(guardian)

    failure = as_history_keeps(await translated(refused.value))

    assert failure.application_failure_info.type == "IntegrityError"
    assert "amira" not in str(failure)


async def test_refusal_is_not_retried() -> None:
    assert as_history_keeps(await translated(DoubleBooked())).application_failure_info.non_retryable
