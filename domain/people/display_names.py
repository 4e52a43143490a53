"""How people are named: two of one name are told apart, and students know each other by their forenames.

In a class, the second Ana Silva is shown as “Ana Silva (2)”.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
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


def forenames(names: Sequence[str]) -> list[str]:
    """The first word of each name, with the initial of the last one where two would be the same.

    A name without spaces stays whole.
    """
    words = [name.split() for name in names]
    firsts = [parts[0] for parts in words]
    repeated = {key for key, count in Counter(map(_key, firsts)).items() if count > 1}
    return told_apart(
        f"{first} {initial}." if _key(first) in repeated and (initial := _initial(parts)) else first
        for first, parts in zip(firsts, words, strict=True)
    )


def _initial(words: Sequence[str]) -> str:
    """The initial of the last name; the number that tells people of one name apart is none."""
    last = next((word for word in reversed(words[1:]) if word[0].isalpha()), "")
    return last[:1].upper()


def _key(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
