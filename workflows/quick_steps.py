"""Steps that take a moment: tried inside the workflow task first, so that a class leaves a short history.

A local activity costs one event, an activity of its own six. But its retries would fill the history of a workflow
whose database is away for a day, so only one short try is local; what may pass by itself is then retried by the server.
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


async def execute_quickly(
    method: Callable[[Any, Arg], Awaitable[Result]], arg: Arg, *, summary: str, otherwise: ActivityOptions
) -> Result:
    """The method must be idempotent: the local try may have succeeded unseen. Raises one of STEP_FAILURES."""
    try:
        return await workflow.execute_local_activity_method(method, arg, summary=summary, **options.LOCAL_TRY)
    except STEP_FAILURES as error:
        if is_cancelled_exception(error) or is_final(error):
            raise
    return await workflow.execute_activity_method(method, arg, summary=summary, **otherwise)
