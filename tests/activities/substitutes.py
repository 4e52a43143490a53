"""The steps of a substitution on the rows of a school, as the workflow and the offer page take them."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from models.repositories import substitutions as stored
from models.substitution import Substitution, SubstitutionOffer
from services import substitutions
from services.substitutions import Answer, Search, SubstitutionRequest
from tests.activities.school_rows import NOTICES, SchoolRows, now


class Substitutes:
    """The substitutions of one class, one after the other."""

    def __init__(self, school: SchoolRows) -> None:
        self.school = school
        self.number = 0

    async def start(self, **request: Any) -> Substitution:
        self.number += 1
        ref = self.school.session
        wanted = SubstitutionRequest(ref.organization_id, ref.session_id, self.number, **request)
        async with self.school.database.tenant(self.school.id) as db:
            return await substitutions.start(db, wanted, now())

    async def look(self, row: Substitution, at: datetime | None = None) -> Search:
        async with self.school.database.tenant(self.school.id) as db:
            return await substitutions.advance(db, row.id, NOTICES, at or now())

    async def offers(self, row: Substitution) -> dict[str, SubstitutionOffer]:
        """By the name of who is asked, in the order of asking."""
        names = {key: name for name, key in self.school.people.items()}
        async with self.school.database.tenant(self.school.id) as db:
            return {names[one.instructor_id]: one for one in await stored.offers(db, [row.id])}

    async def offer(self, row: Substitution, name: str) -> SubstitutionOffer:
        """An offer to somebody, whatever their rank."""
        offer = SubstitutionOffer(
            id=uuid4(),
            organization_id=self.school.id,
            substitution_id=row.id,
            instructor_id=self.school.people[name],
            position=1,
            sent_at=now(),
            expires_at=self.school.starts_at,
        )
        async with self.school.database.tenant(self.school.id) as db:
            db.add(offer)
            await db.flush()
            db.expunge(offer)
        return offer

    async def accept(self, offer: SubstitutionOffer, at: datetime | None = None) -> Answer:
        async with self.school.database.tenant(self.school.id) as db:
            return await substitutions.accept(db, offer.id, offer.substitution_id, NOTICES, at or now())

    async def decline(self, offer: SubstitutionOffer) -> Answer:
        async with self.school.database.tenant(self.school.id) as db:
            return await substitutions.decline(db, offer.id, offer.substitution_id, now())

    async def states(self, row: Substitution) -> dict[str, str]:
        return {name: str(offer.state) for name, offer in (await self.offers(row)).items()}
