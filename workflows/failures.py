"""Expected errors as Temporal failures and back: the failure type is the error's stable code."""

from temporalio.exceptions import ActivityError, ApplicationError, ApplicationErrorCategory

from domain.errors import Conflict, Gone, HomeroomError, InvalidInput, Unavailable


def application_error(error: HomeroomError) -> ApplicationError:
    """The Temporal form of a domain error; only Unavailable is worth a retry.

    Refusals are an answer, not a fault of the system: worker logs and failure metrics are spared them.
    """
    refusal = isinstance(error, InvalidInput | Conflict | Gone)
    return ApplicationError(
        error.detail,
        error.next_step,
        type=error.code,
        non_retryable=not isinstance(error, Unavailable),
        category=ApplicationErrorCategory.BENIGN if refusal else ApplicationErrorCategory.UNSPECIFIED,
    )


# A step's failure: local activities raise what they failed with, others wrap it.
STEP_FAILURES = (ActivityError, ApplicationError)
StepFailure = ActivityError | ApplicationError


def cause_of(error: StepFailure) -> ApplicationError:
    """What the caller of an update is told when the activity behind it failed."""
    cause = _cause(error)
    if isinstance(cause, ApplicationError):
        return ApplicationError(cause.message, *cause.details, type=cause.type, non_retryable=True)
    return application_error(Unavailable("the step did not end in time", next_step="Try again in a minute."))


def is_final(error: StepFailure) -> bool:
    """No further attempt would end otherwise."""
    cause = _cause(error)
    return isinstance(cause, ApplicationError) and cause.non_retryable


def cause_code(error: StepFailure) -> str:
    """A short code for timelines and cases."""
    cause = _cause(error)
    if isinstance(cause, ApplicationError) and cause.type:
        return cause.type
    return type(cause).__name__ if cause else "unknown"


def _cause(error: StepFailure) -> BaseException | None:
    return error.cause if isinstance(error, ActivityError) else error
