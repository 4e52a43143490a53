"""By which address somebody comes in."""

from models.session import Participant, Session
from signing.links import LINK_OUTLIVES_CLASS, JoinLink, LinkSigner


def join_url(links: LinkSigner, session: Session, person: Participant) -> str:
    link = JoinLink(session.id, session.organization_id, person.id, person.role)
    return links.join_url(link, session.ends_at + LINK_OUTLIVES_CLASS)
