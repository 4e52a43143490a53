"""Expected errors as Temporal failures and back: the failure type is the error's stable code."""

from temporalio.exceptions import ActivityError, ApplicationError, ApplicationErrorCategory, TimeoutError

from domain.errors import Conflict, Gone, HomeroomError, InvalidInput, Unavailable


def application_error(error: HomeroomError) -> ApplicationError:
    """A domain error as a Temporal failure; only Unavailable is retryable. Its details are next step and `extra`.

    A refusal is an answer, not a fault of the system, so it is marked benign: workers neither log nor count it.
    """
    refusal = isinstance(error, InvalidInput | Conflict | Gone)
    return ApplicationError(
        error.detail,
        error.next_step,
        *([dict(error.extra)] if error.extra else []),
        type=error.code,
        non_retryable=not isinstance(error, Unavailable),
        category=ApplicationErrorCategory.BENIGN if refusal else ApplicationErrorCategory.UNSPECIFIED,
    )


# What a failed step raises: a local activity its own error, a regular activity an ActivityError around it. A local
# activity that hangs raises an ActivityError too, but its bare time-out when its history is replayed.
STEP_FAILURES = (ActivityError, ApplicationError, TimeoutError)
StepFailure = ActivityError | ApplicationError | TimeoutError


def cause_of(error: StepFailure) -> ApplicationError:
    """The error that an update answers with when its activity failed."""
    cause = _cause(error)
    if isinstance(cause, ApplicationError):
        return ApplicationError(cause.message, *cause.details, type=cause.type, non_retryable=True)
    return application_error(Unavailable("the step did not end in time", next_step="Try again in a minute."))


def is_final(error: StepFailure) -> bool:
    """Whether every further attempt would fail in the same way."""
    cause = _cause(error)
    return isinstance(cause, ApplicationError) and cause.non_retryable


def cause_code(error: StepFailure) -> str:
    """The error's short code, for timelines and cases."""
    cause = _cause(error)
    if isinstance(cause, ApplicationError) and cause.type:
        return cause.type
    return type(cause).__name__ if cause else "unknown"


def _cause(error: StepFailure) -> BaseException | None:
    return error.cause if isinstance(error, ActivityError) else error
