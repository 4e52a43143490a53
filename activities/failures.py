"""The one place where errors become Temporal failures, retryable or not."""

from typing import Any

from temporalio.exceptions import ApplicationError, FailureError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from domain.errors import HomeroomError
from workflows.failures import application_error


class FailureInterceptor(Interceptor):
    """Gives every domain error its stable code as failure type; only Unavailable is retried.

    Errors that are not ours keep their class as type and are retried: nobody has decided that they are final. What
    they say stays here, and so does what caused an error: histories would keep the row or the mail that it names.
    """

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Translate(next)


class _Translate(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        try:
            return await super().execute_activity(input)
        except FailureError:
            raise
        except HomeroomError as error:
            raise application_error(error).with_traceback(error.__traceback__) from None
        except Exception as error:
            raise _unexpected(error).with_traceback(error.__traceback__) from None


def _unexpected(error: Exception) -> ApplicationError:
    kind = type(error).__name__
    return ApplicationError(f"unexpected {kind}", type=kind)
