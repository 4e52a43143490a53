"""Revising and deciding on documentation."""

from datetime import datetime
from uuid import UUID

from api.operations.commands import SessionCommands
from domain.documentation import DocumentationStatus, Statement
from domain.errors import HomeroomError, InvalidInput, TransitionRefused
from models.database import Database
from models.repositories import documents, recordings
from workflows.class_session import ClassSession
from workflows.commands import Approve, RequestChanges


class DocumentationDesk:
    def __init__(self, database: Database, commands: SessionCommands) -> None:
        self._database = database
        self._commands = commands

    async def revise(
        self,
        organization_id: UUID,
        session_id: UUID,
        statements: tuple[Statement, ...],
        *,
        based_on: int,
        author: str,
        reason: str,
        now: datetime,
    ) -> int:
        """A new revision; every cited utterance must be of this class.

        Raises InvalidInput, StaleRevision, TransitionRefused.
        """
        async with self._database.tenant(organization_id) as db:
            known = {utterance.id for utterance in await recordings.transcript(db, session_id)}
            cited = {c.utterance_id for statement in statements for c in statement.citations}
            if cited - known:
                raise InvalidInput(
                    "a statement cites what was not said in this class",
                    next_step="Cite utterances of this session's transcript.",
                )
            current = await documents.documentation(db, session_id)
            if current and current.status == DocumentationStatus.APPROVED:
                raise TransitionRefused(
                    "approved documentation is not changed", next_step="Write to the family instead."
                )
            return await documents.add_revision(
                db,
                organization_id,
                session_id,
                statements,
                author=author,
                reason=reason,
                based_on=based_on,
                at=now,
            )

    async def approve(self, session_id: UUID, revision: int, by: str, command_id: str | None = None) -> None:
        await self._commands.update(
            session_id, ClassSession.approve_documentation, Approve(revision, by), command_id
        )

    async def approve_edited(
        self,
        organization_id: UUID,
        session_id: UUID,
        statements: tuple[Statement, ...],
        *,
        based_on: int,
        by: str,
        now: datetime,
    ) -> None:
        """Save what was edited as a revision and approve that. What was saved stays, also where it cannot be approved.

        Raises as `revise` and `approve` do; `extra` names the revision that was saved.
        """
        revision = await self.revise(
            organization_id,
            session_id,
            statements,
            based_on=based_on,
            author=by,
            reason="edited with the approval",
            now=now,
        )
        try:
            await self.approve(session_id, revision, by)
        except HomeroomError as error:
            error.extra["saved"] = str(revision)
            raise

    async def request_changes(
        self,
        organization_id: UUID,
        session_id: UUID,
        revision: int,
        reason: str,
        by: str,
        command_id: str | None = None,
    ) -> None:
        """The words of the reason are kept with the revision; the workflow is told that changes are wanted."""
        await self._commands.update(
            session_id, ClassSession.request_changes, RequestChanges(revision, by), command_id
        )
        async with self._database.tenant(organization_id) as db:
            await documents.note_changes(db, session_id, reason)
