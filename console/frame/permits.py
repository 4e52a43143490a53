"""Permission checks of pages: dependencies and helpers that look a permission up for the signed-in person."""

from typing import Any
from uuid import UUID

from fastapi import Depends, Request

from api.http.authentication import Needs
from console.frame.viewers import current_user
from domain.people.access import Permission, Principal, sees_all_classes


class Permits(Needs):
    """Requires a permission; a browser that is not signed in is sent to the sign-in page."""

    async def __call__(self, request: Request) -> None:
        self.check(await current_user(request))


def permits(permission: Permission) -> Any:
    """The dependency of a page's route: `dependencies=[permits(…)]`."""
    return Depends(Permits(permission))


def own_instructor_id(who: Principal) -> UUID | None:
    """The instructor to whose drafts this person is limited; None: they see everybody's."""
    return None if sees_all_classes(who) else who.person_id
