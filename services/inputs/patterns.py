"""The regular expressions of inputs, and what each allows in words for people who read an error."""

from collections.abc import Mapping
from typing import Any

TEXT = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
LINE = r"^[^\x00-\x1f\x7f]*$"
LANGUAGE = "^[a-z]{2}$"
LANGUAGE_OR_NONE = "^([a-z]{2})?$"
EVENT_KIND = r"^[a-z_]{1,40}\.([a-z_]{1,40}|\*)$"
ISSUER = r"^https?://[^\s?#\x00-\x1f\x7f]+$"
CLIENT_ID = r"^[\x21-\x7e]+$"
CLIENT_SECRET = r"^[\x20-\x7e]+$"
TIME_OF_DAY = r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$"
WALL_TIME = r"^20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$"
MESSAGE_ID = "^[A-Za-z0-9_-]+$"
SUBJECT_KIND = "^[a-z_]{0,40}$"
FINGERPRINT = "^[0-9a-f]{32}$"

ALLOWED: Mapping[str, str] = {
    TEXT: "Must be text without control characters; line breaks and tabs are allowed",
    LINE: "Must be a single line of text without control characters",
    LANGUAGE: "Must be a language code of two small letters, such as en or es",
    LANGUAGE_OR_NONE: "Must be a language code of two small letters, such as en or es, or empty",
    EVENT_KIND: "Must be a kind of event, such as session.created, or session.* for all of one subject",
    ISSUER: "Must be an address that starts with https:// or http://, without spaces, ? and #",
    CLIENT_ID: "Must be letters, digits and punctuation of ASCII, without spaces",
    CLIENT_SECRET: "Must be letters, digits, punctuation and spaces of ASCII",
    TIME_OF_DAY: "Must be a time of day, such as 21:00",
    WALL_TIME: "Must be a date and a time of day without an offset, such as 2030-03-05T17:00",
    MESSAGE_ID: "Must be letters without accents, digits, - and _",
    SUBJECT_KIND: "Must be a kind of at most 40 small letters and underscores, such as session",
    FINGERPRINT: "Must be a fingerprint as an answer gave it: 32 digits and letters from a to f",
}
_OTHER = "Contains characters that aren't allowed here"
_ID = "Must be an id, such as 018f3c1e-7b5a-7c3e-9d2f-4a6b8c0d1e2f"


def problem_in_words(error: Mapping[str, Any]) -> str:
    """The message of one of pydantic's validation errors, without a regular expression."""
    details = error.get("ctx", {})
    match error["type"]:
        case "string_pattern_mismatch":
            return ALLOWED.get(details.get("pattern", ""), _OTHER)
        case "uuid_parsing":
            return _ID
        case "value_error":
            return str(details["error"])
        case "too_short":
            return f"Must have at least {_counted(details['min_length'], 'item')}"
        case "too_long":
            return f"Must have at most {_counted(details['max_length'], 'item')}"
        case "string_too_short":
            return f"Must have at least {_counted(details['min_length'], 'character')}"
        case "string_too_long":
            return f"Must have at most {_counted(details['max_length'], 'character')}"
        case "greater_than_equal":
            return f"Must be at least {details['ge']}"
        case "less_than_equal":
            return f"Must be at most {details['le']}"
        case "int_parsing":
            return "Must be a whole number"
        case _:
            return str(error["msg"])


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
