"""Starts searches for other instructors, and makes their offers."""

from contextlib import suppress
from uuid import UUID

from temporalio import activity

from activities.progress import utc_now
from domain.errors import TransitionRefused
from domain.scheduling.offers import SubstitutionReason
from models.authorship import author
from models.database import Database
from services import substitutions
from services.substitution_notices import SubstitutionNotices
from services.substitutions import SubstitutionRequest
from workflows.client import SessionClient, SubstitutionClient
from workflows.contracts.substitutions import (
    SearchState,
    StartedSubstitution,
    StartSubstitutionInput,
    SubstitutionRef,
    Substitutions,
)
from workflows.session.messages import InstructorChanged


class SubstitutionActivities(Substitutions):
    def __init__(
        self,
        database: Database,
        notices: SubstitutionNotices,
        client: SubstitutionClient,
        sessions: SessionClient,
    ) -> None:
        self._database = database
        self._notices = notices
        self._client = client
        self._sessions = sessions

    @activity.defn(name="start_substitution")
    async def start(self, request: StartSubstitutionInput) -> StartedSubstitution:
        ref = request.session
        wanted = SubstitutionRequest(
            ref.organization_id,
            ref.session_id,
            request.number,
            request.reason or SubstitutionReason.UNSPECIFIED,
            request.by,
            request.instructor_id,
            request.broadcast,
        )
        with author(request.by):
            async with self._database.tenant(ref.organization_id) as db:
                row = await substitutions.start(db, wanted, utc_now())
        found = SubstitutionRef(ref.organization_id, ref.session_id, row.id)
        await self._client.start(found, row.number)
        return StartedSubstitution(row.id)

    @activity.defn(name="advance_substitution")
    async def advance(self, ref: SubstitutionRef) -> SearchState:
        async with self._database.tenant(ref.organization_id) as db:
            search = await substitutions.advance(db, ref.substitution_id, self._notices, utc_now())
        row = search.substitution
        if row.accepted_by_id:
            await self._tell_class(ref.session_id, row.accepted_by_id)
        return SearchState(row.state, search.look_again_at)

    async def _tell_class(self, session_id: UUID, instructor_id: UUID) -> None:
        """A class whose workflow is over needs not be told."""
        with suppress(TransitionRefused):
            await self._sessions.report_instructor(session_id, InstructorChanged(instructor_id))
