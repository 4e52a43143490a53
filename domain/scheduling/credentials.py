"""What a course requires of its instructor beside subject and level, and what of it an instructor lacks.

A requirement is met by what is on record alone. Names of certificates, regions and consents are compared without case.
A last day counts to its end in the instructor's zone.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from domain.scheduling.wall_time import start_of_day

_DAY = timedelta(days=1)
_FOR_EVER = datetime.max.replace(tzinfo=UTC)


class Requirement(StrEnum):
    """The kinds of requirements, which are also the keys of the rules that keep them."""

    LANGUAGE = "language"
    REGION = "region"
    CONSENT = "consent"
    CERTIFICATE = "certificate"
    BACKGROUND_CHECK = "background_check"


@dataclass(frozen=True)
class Requirements:
    """What a course asks for; empty: nothing."""

    language: str = ""  # ISO 639-1
    region: str = ""
    consents: tuple[str, ...] = ()  # that the instructor must have given, such as to be recorded
    certificates: tuple[str, ...] = ()  # all of them, until the class ends
    background_check: bool = False  # one of any kind, valid until the class ends


@dataclass(frozen=True)
class Credentials:
    """What is on record of an instructor."""

    zone: str = "UTC"
    languages: Collection[str] = ()
    regions: Collection[str] = ()
    consents: Collection[str] = ()
    certificates: Mapping[str, date | None] = field(default_factory=dict)  # the last day; None: for ever
    checked_until: date | None = None  # of the background check that is valid longest; None: there is none

    def certificate_until(self, name: str) -> datetime | None:
        """When a certificate has expired; None: there is no such certificate."""
        own = [last for held, last in self.certificates.items() if held.casefold() == name.casefold()]
        return max((self._end_of(last) for last in own), default=None)

    def background_check_until(self) -> datetime | None:
        return None if self.checked_until is None else self._end_of(self.checked_until)

    def _end_of(self, last: date | None) -> datetime:
        return _FOR_EVER if last is None else start_of_day(last + _DAY, ZoneInfo(self.zone))


def latest(certificates: Iterable[tuple[str, date | None]]) -> dict[str, date | None]:
    """The last day of each certificate; of one that was renewed, the latest. None: it does not expire."""
    found: dict[str, date | None] = {}
    for name, last in certificates:
        key = name.casefold()
        known = found.setdefault(key, last)
        if known is not None and (last is None or last > known):
            found[key] = last
    return found


def met_until(asked: Requirements, held: Credentials) -> datetime | None:
    """The latest end of a class of which the instructor meets everything; None: there is none."""
    if any(_lacking(asked, held)):
        return None
    ends = [held.certificate_until(name) for name in asked.certificates]
    if asked.background_check:
        ends.append(held.background_check_until())
    return None if None in ends else min((end for end in ends if end is not None), default=_FOR_EVER)


def unmet(asked: Requirements, held: Credentials, ends_at: datetime) -> dict[Requirement, str]:
    """The requirements that an instructor does not meet for a class that ends then.

    Each with the words that follow their name in a sentence.
    """
    lacking = dict(_lacking(asked, held))
    texts = [text for name in asked.certificates if (text := _certificate(name, held, ends_at))]
    if texts:
        lacking[Requirement.CERTIFICATE] = " and ".join(texts)
    if asked.background_check and (text := _check(held, ends_at)):
        lacking[Requirement.BACKGROUND_CHECK] = text
    return {kind: lacking[kind] for kind in Requirement if kind in lacking}


def _lacking(asked: Requirements, held: Credentials) -> Iterator[tuple[Requirement, str]]:
    """What is lacking at any time."""
    if asked.language and asked.language.casefold() not in folded(held.languages):
        yield Requirement.LANGUAGE, f"doesn't teach in the language of the course ({asked.language})"
    if asked.region and asked.region.casefold() not in folded(held.regions):
        yield Requirement.REGION, f"doesn't work in the region {asked.region}"
    given = folded(held.consents)
    if missing := [name for name in asked.consents if name.casefold() not in given]:
        yield Requirement.CONSENT, f"hasn't given the consent {' and '.join(missing)}"


def _certificate(name: str, held: Credentials, ends_at: datetime) -> str:
    until = held.certificate_until(name)
    if until is None:
        return f"has no certificate {name}"
    return f"has the certificate {name} only until {_last_day(until, held.zone)}" if until < ends_at else ""


def _check(held: Credentials, ends_at: datetime) -> str:
    until = held.background_check_until()
    if until is None:
        return "has no background check"
    return f"has a background check only until {_last_day(until, held.zone)}" if until < ends_at else ""


def _last_day(until: datetime, zone: str) -> str:
    last = (until.astimezone(ZoneInfo(zone)) - timedelta(seconds=1)).date()
    return f"{last.day} {last:%B %Y}"


def folded(names: Iterable[str]) -> frozenset[str]:
    """As names are compared."""
    return frozenset(name.casefold() for name in names)
