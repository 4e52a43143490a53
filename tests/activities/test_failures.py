"""Errors of activities as Temporal keeps them: a stable type, retried or not, and nothing of what they were about."""

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
from tests.activities.school import School, now
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


async def failed(error: BaseException) -> BaseException:
    """What the worker is given to report."""
    intercepted = FailureInterceptor().intercept_activity(Failing(error))
    try:
        await intercepted.execute_activity(ExecuteActivityInput(lambda: None, (), None, {}))
    except BaseException as raised:
        return raised
    raise AssertionError("it did not fail")


def kept(error: BaseException) -> Failure:
    """What stands in the history then."""
    failure = Failure()
    DefaultFailureConverter().to_failure(error, DefaultPayloadConverter(), failure)
    return failure


@pytest.mark.parametrize("kind", tree(), ids=lambda kind: kind.code)
async def test_each_error_has_its_code_as_type_and_only_what_may_pass_is_tried_again(
    kind: type[HomeroomError],
) -> None:
    error = await failed(kind("what happened", next_step="what to do"))

    assert isinstance(error, ApplicationError)
    assert (error.message, error.type, error.details) == ("what happened", kind.code, ("what to do",))
    assert error.non_retryable != issubclass(kind, Unavailable)
    assert by_code(error.type) is kind


async def test_an_error_nobody_has_judged_keeps_its_class_and_is_tried_again() -> None:
    error = await failed(ZeroDivisionError(NAMES))

    assert isinstance(error, ApplicationError)
    assert (error.type, error.non_retryable) == ("ZeroDivisionError", False)


async def test_a_failure_that_is_temporals_own_already_stays_as_it_is() -> None:
    own = ApplicationError("as it was", type="mine", non_retryable=True)

    assert await failed(own) is own


@pytest.mark.parametrize("error", [asyncio.CancelledError(), SystemExit(1)])
async def test_being_cancelled_or_stopped_is_no_failure(error: BaseException) -> None:
    assert await failed(error) is error


@pytest.mark.parametrize("error", [Unavailable("it does not answer"), RuntimeError(NAMES)])
async def test_what_caused_an_error_stays_out_of_the_history_and_the_place_is_kept(error: Exception) -> None:
    failure = kept(await failed(error))

    assert "amira" not in str(failure)
    assert not failure.HasField("cause")
    assert "in execute_activity" in failure.stack_trace


async def test_a_row_the_database_refuses_stays_out_of_the_history(
    school: School, database: Database
) -> None:
    guardian = Guardian(
        id=school.people["Samira"], organization_id=school.id, name=NAMES, email=NAMES, created_at=now()
    )
    with pytest.raises(sa.exc.IntegrityError) as refused:
        async with database.tenant(school.id) as db:
            db.add(guardian)

    failure = kept(await failed(refused.value))

    assert failure.application_failure_info.type == "IntegrityError"
    assert "amira" not in str(failure)


async def test_a_refusal_is_final() -> None:
    assert kept(await failed(DoubleBooked())).application_failure_info.non_retryable
