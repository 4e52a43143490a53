"""Who may open a page or use what is on it: the permission table, asked the way pages ask."""

from typing import Any
from uuid import UUID

from fastapi import Depends, Request

from api.http.authentication import Needs
from console.frame.viewers import holder
from domain.people.access import Permission, Principal, sees_all_classes


class Permits(Needs):
    """Whoever is not signed in is told so as pages tell it."""

    async def __call__(self, request: Request) -> None:
        self.check(await holder(request))


def permits(permission: Permission) -> Any:
    """For `dependencies=[permits(…)]` of a page's route."""
    return Depends(Permits(permission))


async def require(request: Request, permission: Permission) -> Principal:
    """For a page that may first have to trade a link for a cookie. Raises NotAuthenticated, NotAllowed."""
    who = await holder(request)
    Permits(permission).check(who)
    return who


def whose(who: Principal) -> UUID | None:
    """The instructor whose drafts alone are for who asks; None: those of everybody."""
    return None if sees_all_classes(who) else who.person_id
