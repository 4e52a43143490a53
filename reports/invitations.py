"""The mail that tells a new member of staff where to sign in."""

from reports.catalogue import words_in
from reports.contexts import RenderedMessage
from reports.letters import render


def render_invitation(*, reader: str, organization: str, by: str, url: str, language: str) -> RenderedMessage:
    """`by` is the name of the person who added the reader; empty if an API client did."""
    words = words_in(language)
    lead = words.fill("invitation_by" if by else "invitation_lead", by=by, organization=organization)
    values = {
        "w": words,
        "language": words.language,
        "hello": words.fill("hello", name=reader),
        "lead": lead,
        "actions": [(words.fill("sign_in_to", organization=organization), url)],
        "footer": words.fill("invitation_footer", organization=organization),
    }
    return render("invitation", words.fill("invitation_subject", organization=organization), values)
