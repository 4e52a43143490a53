"""Tells people of one name apart: in a class, the second Ana Silva is shown as “Ana Silva (2)”."""

import unicodedata
from collections.abc import Iterable
from itertools import count


def told_apart(names: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    """The names in their order, each unlike those before it and those that are taken, in any case and spacing."""
    used = {_key(name) for name in taken}
    shown: list[str] = []
    for name in names:
        free = next(
            candidate
            for number in count(1)
            if _key(candidate := name if number == 1 else f"{name} ({number})") not in used
        )
        used.add(_key(free))
        shown.append(free)
    return shown


def _key(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
