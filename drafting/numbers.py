"""Normalises spoken and written numbers and dates: “forty-one” to “41”, “the fourteenth of July” to “14 July”."""

import re
from collections.abc import Iterable
from itertools import pairwise

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_VALUES = {
    **{word: value for value, word in enumerate(_ONES)},
    **{word: 20 + 10 * place for place, word in enumerate(_TENS)},
    "hundred": 100,
    "thousand": 1000,
    "million": 1_000_000,
}
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth"
).split()
_ORDINAL_VALUES = {word: place for place, word in enumerate(_ORDINALS, 1)} | {"thirtieth": 30}
_SENTENCE_OPENERS = frozenset(_ORDINALS[:3])  # these also open sentences: "First, we …"
_MONTHS = "january february april june july august september october november december".split()
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_FULL_NAMES = {name[:3]: name for name in (*_MONTHS, *_WEEKDAYS)} | {
    "sept": "september",
    "tues": "tuesday",
    "thur": "thursday",
    "thurs": "thursday",
}
# These are days or months only beside a number or after "by", "on" and the like.
_AMBIGUOUS_WORDS = {
    "may": "month-may",
    "march": "month-march",
    "mar": "month-march",
    "sat": "saturday",
    "sun": "sunday",
    "wed": "wednesday",
}
_DATE_WORDS = frozenset(
    (
        *_MONTHS,
        *_WEEKDAYS,
        *_AMBIGUOUS_WORDS.values(),
        *"today tomorrow tonight yesterday weekend noon midnight morning afternoon evening am pm".split(),
        *"lunes martes miércoles jueves viernes sábado domingo hoy mañana ayer".split(),
        *"enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split(),
    )
)
_LABELS = frozenset(
    "page exercise chapter question problem unit lesson number worksheet paragraph grade year".split()
)
_RANGE = frozenset("to and through or until".split())


def _one_of(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_WORD = _one_of(_VALUES)
_MONTH = _one_of([*_MONTHS, "may", "march"])
_FILLER = re.compile(r"\b(?:um+|uh+|erm*|hmm+)\b[,.]?")
_NUMBER_WORDS = re.compile(rf"\b(?:{_WORD})\b(?:(?:[ -]|(?<=hundred) and |(?<=thousand) and )(?:{_WORD})\b)*")
_ORDINAL = re.compile(
    rf"\b(?:({_one_of(_TENS)})[ -])?({_one_of(_ORDINAL_VALUES)})\b( (?:of )?(?:{_MONTH})\b)?"
)
_ORDINAL_DIGITS = re.compile(r"\b(\d+)(?:st|nd|rd|th)\b")
_THOUSANDS_SEPARATED = re.compile(r"\b\d{1,3}(?:,\d{3})+\b")
_POINT = re.compile(r"\b(\d+) point (\d+)\b")
_DAY_MONTH = re.compile(rf"\b(\d+)(?:th)? (?:of )?({_MONTH})\b")
_MONTH_DAY = re.compile(rf"\b({_MONTH}) (?:the )?(\d+)(?:th)?\b")
_AMBIGUOUS_DATE = re.compile(
    rf"\b((?:by|on|in|until|till|before|since|next|last|this|every) )({_one_of(_AMBIGUOUS_WORDS)})\b"
)
_TOKEN = re.compile(r"month-m\w+|\d+th\b|\d+(?:[.,]\d+)?|[^\W\d_]+")
_SENTENCE_END = re.compile(r"[.!?;](?:\s|$)|[؟؛۔।。！？；]")


def normalised_tokens(text: str) -> list[str]:
    """Lower-case words and numbers: numbers in digits, ordinals ending in “th”, days and months in full."""
    return _TOKEN.findall(_canonical_text(text))


def must_be_cited(token: str) -> bool:
    """Whether a token is a number, a day or a time of day, which the cited utterance must contain."""
    return any(sign.isdigit() for sign in token) or token in _DATE_WORDS


def two_part_years(tokens: list[str]) -> set[str]:
    """The years that two consecutive two-digit numbers may mean: seventeen eighty-nine is 1789."""
    return {a + b for a, b in pairwise(tokens) if _two_digits(a) and _two_digits(b) and int(a) <= 20}


def labelled_numbers(text: str) -> set[tuple[str, str]]:
    """Pairs of label and number: page 12, exercises 1 to 4."""
    parts = _SENTENCE_END.split(_canonical_text(text))
    return {pair for part in parts for pair in _labelled(_TOKEN.findall(part))}


def _labelled(tokens: list[str]) -> set[tuple[str, str]]:
    pairs: set[tuple[str, str]] = set()
    label = ""
    for token in tokens:
        name = token.removesuffix("s")
        if name in _LABELS:
            label = name
        elif label and token[0].isdigit():
            pairs.add((label, token))
        elif token not in _RANGE:
            label = ""
    return pairs


def _canonical_text(text: str) -> str:
    text = _FILLER.sub(" ", text.lower())
    text = _NUMBER_WORDS.sub(_number_in_digits, _ORDINAL.sub(_ordinal_in_digits, text))
    text = _ORDINAL_DIGITS.sub(r"\1th", text)
    text = _THOUSANDS_SEPARATED.sub(lambda m: m.group().replace(",", ""), text)
    text = re.sub(r"(\d),(\d)", r"\1.\2", _POINT.sub(r"\1.\2", text))
    text = _DAY_MONTH.sub(lambda m: f"{m[1]} {_month(m[2])}", text)
    text = _MONTH_DAY.sub(lambda m: f"{_month(m[1])} {m[2]}", text)
    text = _AMBIGUOUS_DATE.sub(lambda m: m[1] + _AMBIGUOUS_WORDS[m[2]], text)
    return re.sub(r"[^\W\d_]+", lambda m: _full_name(m.group()), text)


def _full_name(word: str) -> str:
    return word if word in _AMBIGUOUS_WORDS else _FULL_NAMES.get(word, word)


def _month(name: str) -> str:
    return _AMBIGUOUS_WORDS.get(name, name)


def _ordinal_in_digits(match: re.Match[str]) -> str:
    tens, word, month = match[1], match[2], match[3] or ""
    if word in _SENTENCE_OPENERS and not tens and not month:
        return match.group()
    return f"{_VALUES.get(tens, 0) + _ORDINAL_VALUES[word]}th{month}"


def _two_digits(token: str) -> bool:
    return len(token) == 2 and token.isascii() and token.isdigit() and token[0] != "0"


def _number_in_digits(match: re.Match[str]) -> str:
    """The numbers in a run of number words: “forty one” is one number, “one two three” are three."""
    numbers: list[int] = []
    thousands, rest = 0, -1
    for word in re.split(r" and |[ -]", match.group()):
        value = _VALUES[word]
        if value >= 1000 and rest > 0:
            thousands, rest = thousands + rest * value, 0
        elif value == 100 and 0 < rest < 100:
            rest *= value
        elif _continues_number(thousands, rest, value):
            rest += value
        else:
            numbers += [thousands + rest] if rest >= 0 else []
            thousands, rest = 0, value
    return " ".join(map(str, [*numbers, thousands + rest]))


def _continues_number(thousands: int, rest: int, value: int) -> bool:
    if value in (0, 100, 1000, 1_000_000):
        return False
    after_tens = rest % 100 >= 20 and rest % 10 == 0 and value < 10
    after_hundreds = rest >= 100 and rest % 100 == 0
    return after_tens or after_hundreds or (thousands > 0 and rest == 0)
