"""The one place where expected errors become Temporal failures, retryable or not."""

from typing import Any

from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from domain.errors import HomeroomError
from workflows.failures import application_error


class FailureInterceptor(Interceptor):
    """Gives every domain error its stable code as failure type; only Unavailable is retried.

    Errors that are not ours stay as they are and are retried: nobody has decided that they are final.
    """

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Translate(next)


class _Translate(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        try:
            return await super().execute_activity(input)
        except HomeroomError as error:
            raise application_error(error) from error
