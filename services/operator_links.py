"""The link that `homeroom desk` prints: signs the operator in to the console of one organization, once."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError

from domain.errors import LinkExpired, LinkUsed
from domain.people.access import AccessRole
from models.authorship import authorship
from models.database import Database
from models.repositories import organizations, sign_ins
from services.sign_in import SignIn, start_browser_session
from signing.links import ConsoleLink, LinkSigner

OPERATOR = "operator"  # as the actor of the audit log, and the kind of who is signed in
_NEW_LINK = "Print a new one with `homeroom desk`."


class OperatorLinks:
    def __init__(self, database: Database, links: LinkSigner) -> None:
        self._database = database
        self._links = links

    def read(self, token: str, now: datetime) -> ConsoleLink:
        """Raises LinkInvalid, LinkExpired."""
        return self._links.read_console(token, now)

    async def organization_of(self, link: ConsoleLink) -> str:
        """The name of the organization that an unused link leads to.

        Raises LinkUsed, LinkExpired if the operator has signed out everywhere since.
        """
        async with self._database.tenant(link.organization_id) as db:
            if await sign_ins.operator_link_used(db, link.id):
                raise LinkUsed(next_step=_NEW_LINK)
            if await sign_ins.operator_signed_out_since(db, link.issued_at):
                raise LinkExpired("this link was ended by signing out everywhere", next_step=_NEW_LINK)
            organization = await organizations.get_organization(db)
        if organization is None:
            raise LinkExpired("this organization no longer exists", next_step=_NEW_LINK)
        return organization.name

    async def sign_in(self, token: str, now: datetime) -> SignIn:
        """Sign in with a link. Raises LinkInvalid, LinkExpired, LinkUsed; of concurrent calls only one succeeds."""
        link = self.read(token, now)
        await self.organization_of(link)
        authorship.get().actor = OPERATOR
        try:
            async with self._database.tenant(link.organization_id) as db:
                cookie = await start_browser_session(
                    db, link.organization_id, OPERATOR, None, "desk", now, link_id=link.id
                )
        except IntegrityError as error:
            raise LinkUsed(next_step=_NEW_LINK) from error
        return SignIn(cookie, AccessRole.ADMIN)
