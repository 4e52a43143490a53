"""Whom an exception can be assigned to."""

from sqlalchemy.ext.asyncio import AsyncSession

from domain.people.access import Permission, Principal
from models.access import Member
from models.repositories import pages

_MOST = 200


async def assignees(db: AsyncSession, who: Principal) -> list[tuple[str, str]]:
    """Actors with their names: first the reader, as `""`, then the staff, where the reader may see them."""
    staff: list[Member] = []
    if who.may(Permission.MEMBERS_READ):
        staff, _ = await pages.page(db, Member, pages.PageRequest("name", _MOST))
    others = [(f"member:{row.id}", row.name) for row in staff]
    return [("", "Me"), *((actor, name) for actor, name in others if actor != who.actor)]
