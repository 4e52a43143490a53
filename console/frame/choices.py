"""Options of select fields: time zones, languages, instructors and staff roles with their labels."""

from functools import cache

from sqlalchemy.ext.asyncio import AsyncSession

from console.frame.forms import Options
from console.frame.times import ENGLISH, zone_name
from domain.people.access import STAFF
from domain.people.languages import TEXT_LANGUAGES
from models.repositories import people
from services.inputs.fields import known_zones


@cache
def zones() -> Options:
    """UTC, then the IANA zones that are named after a city."""
    cities = sorted(
        zone for zone in known_zones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/"))
    )
    return [("UTC", "UTC"), *((zone, zone_name(zone)) for zone in cities)]


@cache
def languages() -> Options:
    """The languages that have texts."""
    return sorted(((code, ENGLISH.languages[code]) for code in TEXT_LANGUAGES), key=lambda item: item[1])


def other_language(code: str) -> str:
    """The label of a language without texts, which a record can have from an import or the API."""
    return f"{ENGLISH.languages.get(code, code)} (gets English)"


async def instructors(db: AsyncSession) -> Options:
    """Those in use, by name."""
    return [(str(person.id), person.name) for person in await people.instructors(db)]


@cache
def email_bases() -> Options:
    return [
        ("", "No email of their own"),
        ("adult", "The student is an adult"),
        ("guardian_consent", "A guardian consents"),
    ]


@cache
def staff_roles() -> Options:
    meaning = {
        "admin": "Admin: full access, including rules, keys and staff",
        "ops": "Ops: runs daily classes",
    }
    return [(role.value, meaning[role.value]) for role in STAFF]
