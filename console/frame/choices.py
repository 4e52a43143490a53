"""Options of select fields: time zones, languages and staff roles with their labels."""

from functools import cache

from console.frame.forms import Options
from console.frame.times import ENGLISH
from domain.people.access import STAFF
from services.inputs.fields import known_zones

# ISO 639 codes of the languages that a person can have.
_LANGUAGES = (
    "ar bg bn ca cs da de el en es et fa fi fr he hi hr hu id it ja ko lt lv "
    "ms nl no pl pt ro ru sk sl sr sv sw ta th tl tr uk ur vi zh"
).split()


@cache
def zones() -> Options:
    """UTC, then the IANA zones that are named after a city."""
    cities = sorted(
        zone for zone in known_zones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/"))
    )
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in cities)]


@cache
def languages() -> Options:
    return sorted(((code, ENGLISH.languages[code]) for code in _LANGUAGES), key=lambda item: item[1])


@cache
def staff_roles() -> Options:
    meaning = {
        "admin": "Admin: full access, including rules, keys and staff",
        "ops": "Ops: runs daily classes",
    }
    return [(role.value, meaning[role.value]) for role in STAFF]
