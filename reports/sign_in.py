"""Renders the mail with sign-in links."""

from collections.abc import Sequence
from dataclasses import dataclass

from reports.catalogue import words_in
from reports.contexts import RenderedMessage
from reports.letters import render
from reports.moments import about


@dataclass(frozen=True)
class SignInOption:
    """An account that the reader can sign in to, with its link."""

    organization: str
    kind: str  # member | instructor | guardian
    url: str


def render_sign_in(options: Sequence[SignInOption], *, language: str, minutes: int) -> RenderedMessage:
    """A button per option; it names the kind of account if an organization has several."""
    words = words_in(language)
    names = [option.organization for option in options]
    actions = []
    for option in options:
        label = "sign_in_as" if names.count(option.organization) > 1 else "sign_in_to"
        text = words.fill(label, organization=option.organization, kind=words[option.kind])
        actions.append((text, option.url))
    values = {
        "w": words,
        "language": words.language,
        "lead": words.fill("sign_in_lead", length=about(minutes * 60, words.language)),
        "actions": actions,
        "footer": words["sign_in_footer"],
    }
    return render("sign_in", words["sign_in_subject"], values)
