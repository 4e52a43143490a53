"""Revises the documentation of a class, approves it, and requests changes."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.errors import HomeroomError, InvalidInput
from domain.people.access import Principal
from domain.record.audience_rule import OutsideAudience
from domain.record.documentation import Statement, with_check_sentences
from domain.record.doubtful_numbers import DoubtfulNumber, doubtful_numbers
from domain.record.transcript import Utterance
from drafting.audience import Audiences
from drafting.verification import contains_quote
from models.database import Database
from models.repositories import documents, sessions
from services.drafts import class_record
from services.visibility import visible_session
from workflows.client import SessionClient
from workflows.session.messages import Approve, RequestChanges


@dataclass(frozen=True)
class SavedRevision:
    revision: int
    warnings: list[OutsideAudience]


@dataclass(frozen=True)
class Preview:
    statements: tuple[Statement, ...]
    warnings: list[OutsideAudience]
    doubtful: list[DoubtfulNumber]


class DocumentationCommands:
    def __init__(self, database: Database, client: SessionClient) -> None:
        self._database = database
        self._client = client

    async def revise(
        self,
        who: Principal,
        session_id: UUID,
        statements: tuple[Statement, ...],
        *,
        based_on: int,
        reason: str,
        now: datetime,
    ) -> SavedRevision:
        """Save a new revision; statements may cite this class's utterances only, in the words that were said.

        An audience that nobody chose is decided by whom the statement is about, and the text of a comprehension check
        follows its corrected question and answer.

        Raises NotFound, InvalidInput, StaleRevision, TransitionRefused.
        """
        async with self._database.tenant(who.organization_id) as db:
            await sessions.get_visible(db, session_id, who)
            record = await class_record(db, session_id)
            current = await documents.documentation(db, session_id, lock=True)
            before = await documents.statements(db, session_id, current.revision) if current else ()
            _refuse_false_citations(statements, record.utterances, before)
            audiences = Audiences(record)
            content = await asyncio.to_thread(audiences.decide, with_check_sentences(statements, before))
            revision = await documents.add_revision(
                db,
                who.organization_id,
                session_id,
                content,
                author=who.actor,
                reason=reason,
                based_on=based_on,
                at=now,
            )
        return SavedRevision(revision, audiences.warnings(content))

    async def preview(self, who: Principal, session_id: UUID, statements: tuple[Statement, ...]) -> Preview:
        """What saving these statements would give: their audiences, warnings, and numbers to check.

        Raises NotFound, InvalidInput.
        """
        async with self._database.tenant(who.organization_id) as db:
            await sessions.get_visible(db, session_id, who)
            record = await class_record(db, session_id)
        audiences = Audiences(record)
        decided = await asyncio.to_thread(audiences.decide, statements)
        return Preview(decided, audiences.warnings(decided), doubtful_numbers(decided, record.utterances))

    async def approve(
        self, who: Principal, session_id: UUID, revision: int, command_id: str | None = None
    ) -> None:
        """Approve a revision, which must be the current one.

        Raises NotFound, StaleRevision, TransitionRefused, Unavailable.
        """
        await visible_session(self._database, who, session_id)
        await self._client.approve_documentation(session_id, Approve(revision, who.actor), command_id)

    async def approve_edited(
        self,
        who: Principal,
        session_id: UUID,
        statements: tuple[Statement, ...],
        *,
        based_on: int,
        now: datetime,
    ) -> None:
        """Save the edited statements as a revision and approve it. The revision stays even if it cannot be approved.

        Raises as `revise` and `approve` do; the error's `extra` has the number of the saved revision.
        """
        reason = "edited with the approval"
        saved = await self.revise(who, session_id, statements, based_on=based_on, reason=reason, now=now)
        try:
            await self.approve(who, session_id, saved.revision)
        except HomeroomError as error:
            error.extra["saved"] = str(saved.revision)
            raise

    async def request_changes(
        self, who: Principal, session_id: UUID, revision: int, reason: str, command_id: str | None = None
    ) -> None:
        """Send a revision back with a reason, which is stored; the workflow learns only that changes are requested.

        Raises NotFound, StaleRevision, TransitionRefused, Unavailable.
        """
        await visible_session(self._database, who, session_id)
        await self._client.request_changes(session_id, RequestChanges(revision, who.actor), command_id)
        async with self._database.tenant(who.organization_id) as db:
            await documents.note_changes(db, session_id, reason)


def _refuse_false_citations(
    statements: Iterable[Statement], utterances: Iterable[Utterance], before: Iterable[Statement]
) -> None:
    """Citations that the revision before has stay. Raises InvalidInput."""
    said = {utterance.id: utterance.text for utterance in utterances}
    kept = {citation for statement in before for citation in statement.citations}
    for citation in (citation for statement in statements for citation in statement.citations):
        text = said.get(citation.utterance_id)
        if text is None:
            raise InvalidInput(
                "a statement cites something that was not said in this class",
                next_step="Cite utterances of this session's transcript.",
            )
        if citation not in kept and not _is_quoted(text, citation.quote):
            raise InvalidInput(
                "a citation's quote is not what was said",
                next_step="Quote the words of the utterance, as its transcript has them.",
            )


def _is_quoted(text: str, quote: str) -> bool:
    """Whether the quote's words were said, or it is a part of the text that a reader has marked, with a word in it."""
    marked = " ".join(quote.casefold().split())
    is_marked = any(map(str.isalnum, marked)) and marked in " ".join(text.casefold().split())
    return contains_quote(text, quote) or is_marked
