"""The mail that signs somebody in."""

from collections.abc import Sequence
from dataclasses import dataclass

from reports.catalogue import chosen, words_in
from reports.contexts import RenderedMessage
from reports.letters import render


@dataclass(frozen=True)
class Door:
    organization: str
    kind: str  # member | instructor | guardian
    url: str


def render_sign_in(doors: Sequence[Door], *, language: str, minutes: int) -> RenderedMessage:
    """One button per door; as whom is said where one organization has several."""
    words = words_in(language)
    names = [door.organization for door in doors]
    actions = []
    for door in doors:
        label = words["sign_in_as" if names.count(door.organization) > 1 else "sign_in_to"]
        actions.append((label.format(organization=door.organization, kind=words[door.kind]), door.url))
    values = {
        "w": words | {"sign_in_lead": words["sign_in_lead"].format(minutes=minutes)},
        "language": chosen(language),
        "actions": actions,
        "footer": words["sign_in_footer"],
    }
    return render("sign_in", words["sign_in_subject"], values)
