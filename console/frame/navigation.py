"""The main navigation: one list, of which everybody sees what is theirs."""

from collections.abc import Collection
from dataclasses import dataclass

from domain.people.access import STAFF, AccessRole, Permission, Principal


@dataclass(frozen=True)
class Item:
    title: str
    path: str
    needs: Permission
    roles: tuple[AccessRole, ...] = ()  # for these alone; empty: for all who have the permission

    def is_for(self, who: Principal) -> bool:
        return who.may(self.needs) and (not self.roles or who.role in self.roles)

    def holds(self, path: str) -> bool:
        """Whether a page belongs to this part of the console."""
        return path == self.path or path.startswith(f"{self.path}/")


@dataclass(frozen=True)
class Viewer:
    """The signed-in person, as the page's head shows them. A page finds it in `request.state.viewer`."""

    name: str
    sign_out: str = "/sign-out"  # a form is posted there


ITEMS = (
    Item("Today", "/today", Permission.SESSIONS_READ, STAFF),
    Item("Teaching", "/teaching", Permission.SESSIONS_READ, (AccessRole.INSTRUCTOR,)),
    Item("Family", "/family", Permission.FAMILY_READ),
    Item("Review", "/review", Permission.DOCUMENTATION_REVIEW),
    Item("People", "/people", Permission.PEOPLE_READ),
    Item("Courses", "/courses", Permission.COURSES_WRITE),
    Item("Exceptions", "/exceptions", Permission.EXCEPTIONS_READ),
    Item("Outbox", "/outbox", Permission.NOTICES_READ),
    Item("Settings", "/settings", Permission.POLICY_READ),
)


def items_for(who: Principal | None, served: Collection[str]) -> list[Item]:
    """What who asks may open, of the pages that are served; nothing for those who are not signed in."""
    return [item for item in ITEMS if item.path in served and who and item.is_for(who)]
