"""The main navigation: the areas of the console, and which of them a signed-in person sees."""

from collections.abc import Collection
from dataclasses import dataclass

from console.frame.texts import SOURCE, mark
from domain.people.access import STAFF, AccessRole, Permission, Principal


@dataclass(frozen=True)
class NavigationItem:
    title: str
    path: str
    needs: Permission
    roles: tuple[AccessRole, ...] = ()  # only these see it; empty: everybody with the permission

    def is_for(self, who: Principal) -> bool:
        return who.may(self.needs) and (not self.roles or who.role in self.roles)

    def contains(self, path: str) -> bool:
        """Whether a page belongs to this area of the console."""
        return path == self.path or path.startswith(f"{self.path}/")


@dataclass(frozen=True)
class Viewer:
    """The signed-in person as the page header shows them; pages read it from `request.state.viewer`."""

    name: str
    sign_out: str = "/sign-out"  # the URL that the sign-out form posts to
    account: str = "/account"  # the page that the name leads to
    language: str = SOURCE  # of their pages


ITEMS = (
    NavigationItem("Today", "/today", Permission.SESSIONS_READ, STAFF),
    NavigationItem("Classes", "/classes", Permission.SESSIONS_READ, STAFF),
    NavigationItem("Calendar", "/calendar", Permission.SESSIONS_READ, STAFF),
    NavigationItem(mark("Teaching"), "/teaching", Permission.SESSIONS_READ, (AccessRole.INSTRUCTOR,)),
    NavigationItem(mark("Family"), "/family", Permission.FAMILY_READ),
    NavigationItem(mark("Review"), "/review", Permission.DOCUMENTATION_REVIEW),
    NavigationItem("People", "/people", Permission.PEOPLE_READ),
    NavigationItem("Courses", "/courses", Permission.COURSES_WRITE),
    NavigationItem("Exceptions", "/exceptions", Permission.EXCEPTIONS_READ),
    NavigationItem("Outbox", "/outbox", Permission.NOTICES_READ),
    NavigationItem("Settings", "/settings", Permission.POLICY_READ),
)


def items_for(who: Principal | None, served: Collection[str]) -> list[NavigationItem]:
    """The areas that this person may open, among the paths that are served; none for nobody."""
    return [item for item in ITEMS if item.path in served and who and item.is_for(who)]
