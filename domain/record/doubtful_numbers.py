"""Finds the numbers and days of homework and next steps that the speech engine may have heard wrong.

A family acts on them: "pages 115 to 118" that were written "100 and 15 to 180" send a child to the wrong pages. A
number is doubtful if the engine was unsure of it, if a second decoding of the sound wrote another one, or if it makes
no sense where it stands. Doubts are shown in review; they change nothing that is mailed.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from domain.record.documentation import Citation, Section, Statement
from domain.record.transcript import Utterance, Word

MIN_PROBABILITY = 0.6  # below it the engine was unsure
_MAX_RANGE = 60  # pages or exercises; longer ranges are seldom set
_FAR_PAGE = 10  # a page this many times beyond every other page of the class
_LEAD_IN_MS = 1500  # of the clip, before the number
_LEAD_OUT_MS = 700
_SECTIONS = frozenset({Section.HOMEWORK, Section.NEXT_STEPS})

_NUMBER = re.compile(r"\d+")
# A hundred that was written apart from its rest: “100 and 15”.
_APART = re.compile(r"\b(\d*00)\s+(?:and|y|und|et|و)\s*(\d{1,2})\b", re.IGNORECASE)
# Not in times and decimals, as in “10:30 to 9”.
_RANGE = re.compile(
    r"(?<![\d.:/])(\d+)\s*(?:-|–|to|through|until|a|al|hasta|bis|à|au|jusqu'à|إلى)\s*(\d+)(?![.:/]?\d)",
    re.IGNORECASE,
)
_PAGE = re.compile(r"\b(?:pages?|pp?\.|página|páginas|seiten?|صفحة|الصفحة|صفحات)\s+(\d+)", re.IGNORECASE)
_DAYS = frozenset(
    """monday tuesday wednesday thursday friday saturday sunday tomorrow
    lunes martes miércoles jueves viernes sábado domingo
    montag dienstag mittwoch donnerstag freitag samstag sonntag morgen
    lundi mardi mercredi jeudi vendredi samedi dimanche demain
    الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد غدا
    january february march april june july august september october november december""".split()
)
_NUMBER_WORDS = frozenset(
    """two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
    nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred
    dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince veinte treinta cuarenta cincuenta
    sesenta setenta ochenta noventa cien ciento
    zwei drei vier fünf sechs sieben acht neun zehn elf zwölf zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig
    neunzig hundert
    deux trois quatre cinq sept huit neuf dix onze douze treize quatorze quinze seize vingt trente quarante cinquante
    soixante cent
    اثنان ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة عشرة عشرون ثلاثون أربعون خمسون مئة""".split()
)
_MARKS = ".,;:!?…()“”\"'«»،؛؟。，"


class Doubt(StrEnum):
    UNSURE = "unsure"  # the engine gave it a low probability
    DIFFERS = "differs"  # a second decoding wrote something else
    INCONSISTENT = "inconsistent"  # it makes no sense where it stands


@dataclass(frozen=True)
class DoubtfulNumber:
    """A number or day of a statement to compare with the sound."""

    position: int  # of the statement, from 1
    number: str  # as the statement has it
    doubts: tuple[Doubt, ...]
    alternative: str  # what the second decoding wrote, else empty
    utterance_id: UUID
    from_ms: int  # of the clip, from the start of the utterance
    to_ms: int


def doubtful_numbers(
    statements: Sequence[Statement], utterances: Sequence[Utterance]
) -> list[DoubtfulNumber]:
    """The doubtful numbers of all statements, in order. One that a person has corrected is no longer doubtful."""
    by_id = {utterance.id: utterance for utterance in utterances}
    pages = [int(page) for utterance in utterances for page in _PAGE.findall(utterance.text)]
    return [
        found
        for position, statement in enumerate(statements, start=1)
        if statement.section in _SECTIONS
        for found in _of_statement(position, statement, by_id, pages)
    ]


def is_number_or_day(text: str) -> bool:
    """Whether a word is a number or the name of a day or month."""
    plain = text.lower().strip(_MARKS)
    return bool(_NUMBER.search(plain)) or plain in _DAYS or any(p in _NUMBER_WORDS for p in plain.split("-"))


def _of_statement(
    position: int, statement: Statement, utterances: Mapping[UUID, Utterance], pages: Sequence[int]
) -> Iterator[DoubtfulNumber]:
    senseless = _inconsistent(statement.text, pages)
    seen: set[str] = set()
    for citation in statement.citations:
        utterance = utterances.get(citation.utterance_id)
        if utterance is None:
            continue
        quoted = _quoted_words(utterance, citation)
        in_quote = {number for word in quoted for number in _parts(word.text)}
        for word in utterance.words:
            for number in _parts(word.text):
                if number in in_quote and word not in quoted:
                    continue
                doubts = tuple(_doubts(word, number, senseless))
                if doubts and number not in seen and _stands_in(number, statement.text):
                    seen.add(number)
                    yield DoubtfulNumber(
                        position,
                        number,
                        doubts,
                        word.alternative or "",
                        utterance.id,
                        max(word.start_ms - _LEAD_IN_MS, 0),
                        word.end_ms + _LEAD_OUT_MS,
                    )


def _doubts(word: Word, number: str, senseless: frozenset[str]) -> Iterator[Doubt]:
    if word.probability < MIN_PROBABILITY:
        yield Doubt.UNSURE
    if word.alternative:
        yield Doubt.DIFFERS
    if number in senseless:
        yield Doubt.INCONSISTENT


def _parts(text: str) -> list[str]:
    """The numbers of a word, as 7 and 12 of “7-12”, or the day that it names."""
    return _NUMBER.findall(text) or ([text.strip(_MARKS)] if is_number_or_day(text) else [])


def _quoted_words(utterance: Utterance, citation: Citation) -> Sequence[Word]:
    """The words of an utterance that a citation quotes; none if the quote is not found word by word.

    A statement may also have numbers that stand beside its quote.
    """
    said = [word.text.lower().strip(_MARKS) for word in utterance.words]
    quote = [part.strip(_MARKS) for part in citation.quote.lower().split()]
    for start in range(len(said) - len(quote) + 1):
        if quote and said[start : start + len(quote)] == quote:
            return utterance.words[start : start + len(quote)]
    return ()


def _stands_in(number: str, text: str) -> bool:
    return bool(re.search(rf"(?<!\w){re.escape(number)}(?!\w)", text, re.IGNORECASE))


def _inconsistent(text: str, pages: Sequence[int]) -> frozenset[str]:
    """The numbers of a text that make no sense: “100 and 15”, “15 to 12”, “15 to 180”, page 812 of a book of 90."""
    found: set[str] = set()
    for match in _APART.finditer(text):
        found.update(match.groups())
    for match in _RANGE.finditer(text):
        first, last = int(match[1]), int(match[2])
        if not first < last <= first + _MAX_RANGE:
            found.update(match.groups())
    for page in _PAGE.findall(text):
        others = [other for other in pages if other != int(page)]
        if len(others) > 1 and int(page) > _FAR_PAGE * max(others):
            found.add(page)
    return frozenset(found)
