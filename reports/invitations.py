"""The mail that tells a new member of staff where to sign in."""

from reports.catalogue import supported_language, words_in
from reports.contexts import RenderedMessage
from reports.letters import render


def render_invitation(*, reader: str, organization: str, by: str, url: str, language: str) -> RenderedMessage:
    """`by` is the name of the person who added the reader; empty if an API client did."""
    words = words_in(language)
    lead = words["invitation_by" if by else "invitation_lead"].format(by=by, organization=organization)
    values = {
        "w": words,
        "language": supported_language(language),
        "hello": words["hello"].format(name=reader),
        "lead": lead,
        "actions": [(words["sign_in_to"].format(organization=organization), url)],
        "footer": words["invitation_footer"].format(organization=organization),
    }
    return render("invitation", words["invitation_subject"].format(organization=organization), values)
