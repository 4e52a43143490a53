"""What stands in the way of classes that are to be booked or moved: other classes of their people, and the hard rules.

Everything is read once for all classes, so that a preview of thousands takes a few statements. It reserves nothing:
the booking itself asks again.
"""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import DoubleBooked, HomeroomError, InstructorUnavailable, UnknownReference
from domain.scheduling.booking_rules import can_be_set_aside
from models.people import Instructor
from models.repositories import booked_times, entities
from models.repositories.booked_times import Reservation
from services.instructor_rules import BOOKED_AROUND, AskedClass, KnownRules

Refused = DoubleBooked | InstructorUnavailable | UnknownReference


class Reservations:
    """Reserved times of people, by their starts."""

    def __init__(self, found: Iterable[Reservation]) -> None:
        self._of: dict[UUID, list[tuple[datetime, UUID, Reservation]]] = defaultdict(list)
        self._people_of: dict[UUID, set[UUID]] = defaultdict(set)  # by class
        self._longest = timedelta()
        for one in found:
            self._add(one)

    def overlapping(self, person: UUID, start: datetime, end: datetime) -> list[Reservation]:
        own = self._of.get(person, [])
        first, last = bisect_left(own, (start - self._longest,)), bisect_left(own, (end,))
        return [one for *_, one in own[first:last] if one.ends_at > start]

    def move(self, session_id: UUID, people: Iterable[UUID], start: datetime, end: datetime) -> None:
        """Let a class reserve this time of these people, in place of what it reserves."""
        for person in self._people_of.pop(session_id, ()):
            self._of[person] = [entry for entry in self._of[person] if entry[2].session_id != session_id]
        for person in people:
            self._add(Reservation(person, start, end, session_id))

    def _add(self, one: Reservation) -> None:
        key = one.session_id or one.hold_id
        assert key is not None, "a class or a hold reserves time"
        insort(self._of[one.person_id], (one.starts_at, key, one), key=lambda entry: entry[:2])
        self._longest = max(self._longest, one.ends_at - one.starts_at)
        if one.session_id:
            self._people_of[one.session_id].add(one.person_id)


@dataclass(frozen=True)
class BookingPreview:
    known: KnownRules
    reserved: Reservations

    @classmethod
    async def read(cls, db: AsyncSession, asked: Sequence[AskedClass]) -> Self:
        known = await KnownRules.read(db, asked)
        if not asked:
            return cls(known, Reservations(()))
        start = min(one.wanted.starts_at for one in asked) - BOOKED_AROUND
        end = max(one.wanted.ends_at for one in asked) + BOOKED_AROUND
        people = {person for one in asked for person in one.people}
        return cls(known, Reservations(await booked_times.reservations(db, list(people), start, end)))

    def refusal(self, asked: AskedClass, *, override: bool = False) -> Refused | None:
        """What a booking would be refused with, without names; None: nothing is in its way.

        `override`: rules that a reason can set aside are.
        """
        if asked.instructor_id not in self.known.candidates:
            return entities.unusable(Instructor, [asked.instructor_id], {asked.instructor_id: False})
        if clash := self._clash(asked):
            return clash.refusal()
        start, end = asked.wanted.starts_at, asked.wanted.ends_at
        near = self.reserved.overlapping(asked.instructor_id, start - BOOKED_AROUND, end + BOOKED_AROUND)
        booked = [
            (one.starts_at, one.ends_at)
            for one in near
            if asked.id is None or asked.id not in (one.session_id, one.class_id)
        ]
        broken = self.known.broken(asked, booked)
        if not broken.rules or (override and can_be_set_aside(broken.rules)):
            return None
        return broken.refusal()

    def take_in_order(
        self, asked: Iterable[tuple[AskedClass, HomeroomError | None, bool]]
    ) -> list[HomeroomError | None]:
        """What each class would be refused with, if one is booked or moved after the other.

        Each comes with what it is refused with whatever stands in its way, and whether rules that a reason can set
        aside are. One that is not refused has its time, in the way of those after it.
        """
        found: list[HomeroomError | None] = []
        for one, refused, override in asked:
            refused = refused or self.refusal(one, override=override)
            if refused is None:
                assert one.id is not None, "a class that takes time has an id"
                self.reserved.move(one.id, one.people, one.wanted.starts_at, one.wanted.ends_at)
            found.append(refused)
        return found

    def _clash(self, asked: AskedClass) -> Reservation | None:
        """The first that takes one of the people at this time."""
        found = (
            one
            for person in asked.people
            for one in self.reserved.overlapping(person, asked.wanted.starts_at, asked.wanted.ends_at)
            if asked.id is None or one.session_id != asked.id
        )
        return min(found, key=lambda one: (one.starts_at, one.person_id), default=None)
