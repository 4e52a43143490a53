"""The mail with the join links that replace those in earlier messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reports.catalogue import words_in
from reports.contexts import RenderedMessage
from reports.directions import isolated
from reports.letters import render
from reports.moments import moment

_MOST_LISTED = 20  # classes; later ones have their links in the messages that come before them


@dataclass(frozen=True)
class RenewedLink:
    name: str  # of the participant
    title: str
    starts_at: datetime
    url: str
    short_url: str = ""  # the same link, to read out or type


def render_renewed_links(
    links: Sequence[RenewedLink],
    *,
    reader: str,
    organization: str,
    family_url: str,
    language: str,
    time_zone: str,
    now: datetime,
) -> RenderedMessage:
    """`links` are in order of time; `family_url` is empty for a reader who has no such page."""
    words = words_in(language)
    several = len({link.name for link in links}) > 1
    further = len(links) - _MOST_LISTED
    values = {
        "w": words,
        "language": words.language,
        "hello": words.fill("hello", name=reader),
        "lead": words["links_renewed"],
        "links": [
            (
                moment(link.starts_at, words.language, time_zone, now=now),
                isolated(link.title, words.language),
                words.fill("join_as", name=link.name) if several else words["join"],
                link.url,
                link.short_url or link.url,
            )
            for link in links[:_MOST_LISTED]
        ],
        "further": words.fill("further_classes", count=further) if further > 0 else "",
        "zone": time_zone.replace("_", " "),
        "actions": [(words["family_page"], family_url)] if family_url else [],
        "footer": words.fill("footer", organization=organization),
    }
    return render("renewed_links", words["links_renewed_subject"], values)
