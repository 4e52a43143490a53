"""Expected errors as Temporal failures and back: the failure type is the error's stable code."""

from temporalio.exceptions import ActivityError, ApplicationError

from domain.errors import HomeroomError, Unavailable


def application_error(error: HomeroomError) -> ApplicationError:
    """The Temporal form of a domain error; only Unavailable is worth a retry."""
    return ApplicationError(
        error.detail, error.next_step, type=error.code, non_retryable=not isinstance(error, Unavailable)
    )


def cause_of(error: ActivityError) -> ApplicationError:
    """What the caller of an update is told when the activity behind it failed."""
    cause = error.cause
    if isinstance(cause, ApplicationError):
        return ApplicationError(cause.message, *cause.details, type=cause.type, non_retryable=True)
    return application_error(Unavailable("the step did not end in time", next_step="Try again in a minute."))


def cause_code(error: ActivityError) -> str:
    """A short code for timelines and cases."""
    cause = error.cause
    if isinstance(cause, ApplicationError) and cause.type:
        return cause.type
    return type(cause).__name__ if cause else "unknown"
