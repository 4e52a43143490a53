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


def _without_words(error: Exception) -> ApplicationError:
    place = traceback.extract_tb(error.__traceback__)[-1]
    kind = type(error).__name__
    return ApplicationError(f"{kind} in {place.name}, {Path(place.filename).name}:{place.lineno}", type=kind)
