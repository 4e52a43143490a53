"""Commands to a session: Workflow Updates, with their failures as domain errors."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import (
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from domain.errors import HomeroomError, TransitionRefused, Unavailable, by_code
from workflows import search
from workflows.class_session import ClassSession
from workflows.commands import Booked, Booking, ClassSessionInput, session_workflow_id
from workflows.contracts.common import SessionRef

_TIMEOUT = timedelta(seconds=30)


def failure_as_error(error: BaseException) -> HomeroomError:
    """The domain error an update failed with."""
    cause = error.cause if isinstance(error, WorkflowUpdateFailedError) else error
    if isinstance(cause, ApplicationError):
        details = list(cause.details)
        return by_code(cause.type)(cause.message, next_step=str(details[0]) if details else "")
    if isinstance(cause, RPCError) and cause.status == RPCStatusCode.NOT_FOUND:
        return TransitionRefused("this session is over", next_step="A closed session takes no commands.")
    return Unavailable(
        "the command was not answered in time", next_step="Look at the session, then try again."
    )


@contextmanager
def _domain_errors() -> Iterator[None]:
    """What Temporal answers, as errors of the domain."""
    try:
        yield
    except (WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError, RPCError) as error:
        raise failure_as_error(error) from error
    except RuntimeError as error:
        # What a lazy client raises until it has been connected once.
        if "client connect" in str(error):
            raise Unavailable("Temporal does not answer") from error
        raise


class SessionCommands:
    def __init__(self, temporal: Client, region: str) -> None:
        self._temporal = temporal
        self._region = region

    async def book(self, organization_id: UUID, session_id: UUID, booking: Booking) -> Booked:
        """Update-with-start: no row without a workflow, no workflow without a row.

        Raises BookingInPast, UnknownReference, DoubleBooked, InvalidInput, Unavailable.
        """
        start = WithStartWorkflowOperation(
            ClassSession.run,
            ClassSessionInput(SessionRef(organization_id, session_id), self._region),
            id=session_workflow_id(session_id),
            task_queue=f"{self._region}-sessions",
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            search_attributes=self._search_attributes(organization_id, booking),
            static_summary=f"Class of {booking.starts_at:%Y-%m-%d %H:%M} UTC, {len(booking.student_ids)} students",
        )
        with _domain_errors():
            return await self._temporal.execute_update_with_start_workflow(
                ClassSession.book,
                booking,
                start_workflow_operation=start,
                id=f"book-{session_id}",
                rpc_timeout=_TIMEOUT,
            )

    async def update(self, session_id: UUID, update: Any, arg: Any, command_id: str | None = None) -> None:
        """The same command id again is the same command, and has the same answer.

        Raises TransitionRefused where the state does not allow it, and what the command itself refuses.
        """
        handle = self._temporal.get_workflow_handle(session_workflow_id(session_id))
        with _domain_errors():
            await handle.execute_update(update, arg, id=command_id, rpc_timeout=_TIMEOUT)

    async def substitute(self, session_id: UUID, arg: Any) -> None:
        handle = self._temporal.get_workflow_handle(session_workflow_id(session_id))
        with _domain_errors():
            await handle.signal(ClassSession.substitute, arg)

    def _search_attributes(self, organization_id: UUID, booking: Booking) -> TypedSearchAttributes:
        return TypedSearchAttributes(
            [
                SearchAttributePair(search.ORGANIZATION, str(organization_id)),
                SearchAttributePair(search.STATE, "scheduled"),
                SearchAttributePair(search.INSTRUCTOR, str(booking.instructor_id)),
                SearchAttributePair(search.START, booking.starts_at),
                SearchAttributePair(search.REGION, self._region),
            ]
        )


def workflow_url(ui_url: str, namespace: str, session_id: UUID) -> str:
    """The session's workflow in the Temporal UI."""
    return f"{ui_url.rstrip('/')}/namespaces/{namespace}/workflows/{session_workflow_id(session_id)}"
