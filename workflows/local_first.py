"""Runs a short step as a local activity first, so that the history of a class stays short.

A local activity adds one event to the history, a regular activity six. But the retries of a local activity also go to
the history, and a database that is down for a day would fill it. So there is one short local attempt; after a
retryable error the server retries the step as a regular activity.
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.exceptions import is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from workflows import options
    from workflows.failures import STEP_FAILURES, is_final
    from workflows.options import ActivityOptions

Arg = TypeVar("Arg")
Result = TypeVar("Result")


async def execute_local_first(
    method: Callable[[Any, Arg], Awaitable[Result]], arg: Arg, *, summary: str, fallback: ActivityOptions
) -> Result:
    """Run `method` locally; after a retryable error, as a regular activity with the options `fallback`.

    The method must be idempotent: the local attempt may have succeeded without its answer arriving. Raises one of
    STEP_FAILURES.
    """
    try:
        return await workflow.execute_local_activity_method(
            method, arg, summary=summary, **options.LOCAL_ATTEMPT
        )
    except STEP_FAILURES as error:
        if is_cancelled_exception(error) or is_final(error):
            raise
    return await workflow.execute_activity_method(method, arg, summary=summary, **fallback)
