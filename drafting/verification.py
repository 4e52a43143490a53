"""Whether a statement rests on what it cites: the quote is there, and so is every number and date."""

import re
from collections.abc import Sequence

from domain.documentation import Statement
from domain.transcript import Utterance

_WORDS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
]
_TENS = {
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
    "hundred": 100,
}
_NUMBERS = {word: str(value) for value, word in enumerate(_WORDS)} | {w: str(v) for w, v in _TENS.items()}
_DATES = frozenset(
    [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "january",
        "february",
        "march",
        "april",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "tomorrow",
        "tonight",
        "yesterday",
    ]
)
_TOKEN = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d_]+", re.UNICODE)


def normalised(text: str) -> list[str]:
    """Lower-case words and numbers, number words as digits."""
    return [_NUMBERS.get(token, token) for token in _TOKEN.findall(text.lower())]


def holds(statement: Statement, utterances: Sequence[Utterance]) -> bool:
    """True where the statement has citations, each quote stands in its utterance, and the cited text has every
    number and date of the statement."""
    said = {utterance.id: normalised(utterance.text) for utterance in utterances}
    if not statement.citations:
        return False
    for citation in statement.citations:
        if not _contains(said.get(citation.utterance_id, []), normalised(citation.quote)):
            return False
    cited = {token for citation in statement.citations for token in said[citation.utterance_id]}
    claimed = normalised(" ".join(filter(None, (statement.text, statement.question, statement.answer))))
    return all(token in cited for token in claimed if token[0].isdigit() or token in _DATES)


def _contains(words: list[str], part: list[str]) -> bool:
    if not part:
        return False
    return any(words[start : start + len(part)] == part for start in range(len(words) - len(part) + 1))
