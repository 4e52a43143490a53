"""The text of an offer to teach a class for an instructor's channel, in the instructor's language and time zone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reports.catalogue import words_in
from reports.moments import clock, moment


@dataclass(frozen=True)
class OfferAlert:
    title: str
    lines: Sequence[str]


def render_offer_alert(
    *,
    language: str,
    time_zone: str,
    class_title: str,
    starts_at: datetime,
    ends_at: datetime,
    answer_by: datetime,
    now: datetime,
) -> OfferAlert:
    """The text; `class_title` is empty for a channel that may not know the class. Times name the zone (IANA)."""
    words = words_in(language)
    language = words.language
    when = moment(starts_at, language, time_zone, now=now)
    until = clock(ends_at, language, time_zone)
    answer = moment(answer_by, language, time_zone, now=now)
    return OfferAlert(
        ": ".join(part for part in (words["channel_offer"], class_title) if part),
        [
            words.fill("channel_offer_class", when=when, until=until, zone=time_zone.replace("_", " ")),
            words.fill("offer_lead_by", when=answer),
        ],
    )
