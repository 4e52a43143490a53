"""The one place where errors become Temporal failures, retryable or not."""

import traceback
from pathlib import Path
from typing import Any

from temporalio.exceptions import ApplicationError, TemporalError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from domain.errors import HomeroomError
from workflows.failures import application_error


class FailureInterceptor(Interceptor):
    """Gives every domain error its stable code as failure type; only Unavailable is retried.

    Errors that are not ours are retried, since nobody has decided that they are final. Of them the history gets kind
    and place, not the text, and of no error what caused it: both may hold names and words.
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
            raise _without_words(error).with_traceback(error.__traceback__) from None


def description(error: BaseException) -> str:
    """What may be logged of any error: the text of our own; kind and place of others, whose text may hold names."""
    if isinstance(error, HomeroomError):
        return f"{type(error).__name__}: {error.detail}"
    return _kind_and_place(error)


def _without_words(error: Exception) -> ApplicationError:
    return ApplicationError(_kind_and_place(error), type=type(error).__name__)


def _kind_and_place(error: BaseException) -> str:
    kind, places = type(error).__name__, traceback.extract_tb(error.__traceback__)
    if not places:
        return kind
    return f"{kind} in {places[-1].name}, {Path(places[-1].filename).name}:{places[-1].lineno}"
