"""Looks for the instructor of one class, for a workflow that has heard of none."""

from uuid import UUID

from temporalio import activity

from activities.progress import utc_now
from domain.errors import NotFound
from media_bridge.rooms import LiveKitRooms
from services.instructor_absence import InstructorAbsences
from workflows.contracts.rooms import Arrivals, InstructorDue


class ArrivalActivities(Arrivals):
    def __init__(self, rooms: LiveKitRooms, absences: InstructorAbsences) -> None:
        self._rooms = rooms
        self._absences = absences

    @activity.defn(name="look_for_instructor")
    async def look_for_instructor(self, due: InstructorDue) -> bool:
        ref = due.session
        expected = await self._absences.expected(
            ref.organization_id, ref.session_id, due.starts_at, utc_now()
        )
        if expected is None:
            return True
        if expected.identities & await self._in_room(ref.session_id):
            return True
        await self._absences.report(expected, utc_now())
        return False

    async def _in_room(self, session_id: UUID) -> set[str]:
        """The identities in the room. Nobody is in one that was lost; LiveKit is slow to say so if asked for it."""
        if all(room.session_id != session_id for room in await self._rooms.list_rooms()):
            return set()
        try:
            return {person.identity for person in await self._rooms.list_participants(session_id)}
        except NotFound:
            return set()
