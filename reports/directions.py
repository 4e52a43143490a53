"""The direction of a text, and isolates around values whose own direction could reorder it (UAX 9)."""

from unicodedata import bidirectional

_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"
_RIGHT_TO_LEFT = frozenset({"ar"})


def direction_of(language: str) -> str:
    """The value of the HTML attribute `dir`: ltr or rtl."""
    return "rtl" if language in _RIGHT_TO_LEFT else "ltr"


def isolated(value: str, language: str) -> str:
    """The value between isolates, where it stands in a text of the other direction or could be of it."""
    if direction_of(language) == "ltr" and not any(map(_is_right_to_left, value)):
        return value
    return f"{_FIRST_STRONG_ISOLATE}{value}{_POP_ISOLATE}"


def _is_right_to_left(char: str) -> bool:
    return bidirectional(char) in ("R", "AL", "AN")
