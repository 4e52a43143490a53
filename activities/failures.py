"""Converts errors of activities to Temporal failures, and decides which of them are retried."""

import traceback
from pathlib import Path
from typing import Any

from temporalio.exceptions import ApplicationError, TemporalError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from domain.errors import HomeroomError
from workflows.failures import application_error


class FailureInterceptor(Interceptor):
    """Gives every domain error its stable code as failure type; only Unavailable is retried.

    Errors of libraries are retried, since nobody has decided that they are final. Their text may hold personal data, so
    the history gets only their class and source line. The causes of errors are left out for the same reason.
    """

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Translate(next)


class _Translate(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        try:
            return await super().execute_activity(input)
        except HomeroomError as error:
            raise application_error(error).with_traceback(error.__traceback__) from None
        except TemporalError:
            raise
        except Exception as error:
            raise _without_text(error).with_traceback(error.__traceback__) from None


def description(error: BaseException) -> str:
    """What may be logged of an error: the text of a domain error; of others, which may hold names, class and line."""
    if isinstance(error, HomeroomError):
        return f"{type(error).__name__}: {error.detail}"
    return _class_and_line(error)


def _without_text(error: Exception) -> ApplicationError:
    return ApplicationError(_class_and_line(error), type=type(error).__name__)


def _class_and_line(error: BaseException) -> str:
    name, frames = type(error).__name__, traceback.extract_tb(error.__traceback__)
    if not frames:
        return name
    return f"{name} in {frames[-1].name}, {Path(frames[-1].filename).name}:{frames[-1].lineno}"
