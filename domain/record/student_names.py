"""Finds the students of a class by name in a text: by full, given or family name, in any case."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from domain.record.scripts import is_unspaced

# Parts of names that are no names of their own.
_PARTICLES = frozenset(
    "of de da do dos das del della di la las los le van von der den ter zu bin bint ibn al".split()
)
# Names that are also words count only with a capital letter.
_ALSO_WORDS = frozenset(
    """amber angel april art august autumn baker banks bill bird bishop black blanca brook brown bush carter cash chance
    chase cliff cook cooper crystal cruz daisy dawn day dean drew earl faith field fish flor ford forest fox frank
    frost gene gold good grace gray green grey guy hart heath hill hope hunter iris ivy jack jade jay joy june king
    knight lamb law lily little long love luz mar mark mason max may miles moon olive page pat paz pearl penny pope
    power price prince rain ray reed rice rich river rob robin rosa rose ruby rusty sandy sharp short silver sky small
    smith snow sol star stone sue summer victor violet white will winter wise wolf wood woods wren young""".split()
)
# At the start of a sentence these count only if they address somebody, as in “So, please read.”
_FUNCTION_WORDS = frozenset(
    "an as at be but by do el he her his if in it me mi my no on or she so the to tu un we yes you yu".split()
)
_VERB_FOLLOWS = re.compile(
    r"\s+(?:you|we|i|he|she|it|they|them|the|this|that|these|those|there|a|an|all|any|each|every|your|our|\d+)\b"
)
_MONTHS = frozenset({"april", "may", "june", "august"})
_BEFORE_MONTH = re.compile(r"(?:\b(?:in|of|by|until|since|from|last|next)|\d(?:st|nd|rd|th)?)\s+$")
_AFTER_MONTH = re.compile(r"\s+(?:the\s+)?\d")
_SENTENCE_START = re.compile(r"(?:^|[.!?…:;؟؛۔।。！？：；\n])[\s\"'“”‘’«»¿¡(]*$")
_COMMA_FOLLOWS = re.compile(r"\s*[,،、]")
_ARABIC = re.compile(r"[\u0600-\u06ff]")
_NAME_SEPARATOR = re.compile(r"[\s.,'’()-]+")
_WITHIN_NAME = re.compile(r"[\s-]+")
_COMMA = re.compile(r"\s*[,،、]\s*")
_AND = re.compile(r"\s*[,،]?\s*(?:\b(?:and|y|e|und|et)\b|&|\+|و|和)\s*", re.IGNORECASE)


# Where somebody is addressed: before a comma at the start of a sentence, or after one at its end.
_ADDRESSED = re.compile(
    r"(?:^|[.!?…:;]\s+)(?:(?:ok|okay|so|and|now|well|right|good|great|yes|no|but|then)[,.]?\s+)*(?P<first>[^\W\d_]{4,})\s*,"
    r"|,\s*(?P<last>[^\W\d_]{4,})\s*(?:[.?!]|$)",
    re.IGNORECASE,
)
_OPENINGS = frozenset(
    """also and actually again alright basically both class done exactly finally first friends good great guys hello
    here hence however indeed later like look mean meanwhile more most next none nope note okay once only perfect please
    ready really remember right same second seriously sometimes soon still super sure thanks that then there these
    they third this thus today together tomorrow tonight very wait well what when where which while yeah yesterday
    your yours""".split()
)
_FUZZY_FROM = 4  # letters; shorter names have too many neighbours


@dataclass(frozen=True)
class ClassStudent:
    """A student of a class. `identity` is the speaker's identity in the transcript."""

    id: UUID
    identity: str
    name: str


@dataclass(frozen=True)
class Mention:
    """Students who are named together: one, or several as in “Noor and Leo”.

    `ambiguous` if several students have the name, so that only one of them is meant.
    """

    students: frozenset[UUID]
    ambiguous: bool = False


@dataclass(frozen=True)
class _Match:
    start: int
    end: int
    students: frozenset[UUID]  # all who have this name


class StudentNames:
    """The names of a class's students, compiled once."""

    def __init__(self, students: Iterable[ClassStudent]) -> None:
        by_part: dict[str, set[UUID]] = defaultdict(set)
        for student in students:
            for part in _name_parts(student.name):
                by_part[part].add(student.id)
        longest_first = sorted(by_part, key=lambda part: (-len(part), part))
        self._parts = [(part, _part_pattern(part), frozenset(by_part[part])) for part in longest_first]

    def mentions(self, text: str) -> list[Mention]:
        """Who is named in the text: “Noor and Leo” is one mention, “Noor thanked Leo” are two."""
        composed = unicodedata.normalize("NFC", text)
        runs = _runs(_merged(self._matches(composed), composed), composed)
        return [mention for run in runs for mention in _mentions(run, composed)]

    def students(self, text: str) -> frozenset[UUID]:
        """All students whose name stands in the text."""
        return frozenset(student for mention in self.mentions(text) for student in mention.students)

    def _matches(self, text: str) -> list[_Match]:
        """The parts of names in the text, in order, without overlaps."""
        plain = _plain(text)
        found: list[_Match] = []
        for part, pattern, students in self._parts:
            for match in pattern.finditer(plain):
                start, end = match.span(1)
                if _is_name(part, start, end, text, plain) and not any(
                    start < other.end and other.start < end for other in found
                ):
                    found.append(_Match(start, end, students))
        return sorted([*found, *self._misspelled(text, plain, found)], key=lambda match: match.start)

    def _misspelled(self, text: str, plain: str, found: list[_Match]) -> Iterator[_Match]:
        """Addressed names that a speech engine spells with one letter too many, too few or another one."""
        for match in _ADDRESSED.finditer(text):
            start, end = match.span("first" if match["first"] else "last")
            taken = any(start < other.end and other.start < end for other in found)
            if taken or not text[start].isupper() or plain[start:end] in _OPENINGS:
                continue
            meant = [
                students for part, _, students in self._parts if _one_letter_apart(part, plain[start:end])
            ]
            if meant:
                yield _Match(start, end, frozenset().union(*meant))


def _one_letter_apart(part: str, word: str) -> bool:
    """Whether one letter after the first is added, left out or replaced."""
    if min(len(part), len(word)) < _FUZZY_FROM or abs(len(part) - len(word)) > 1 or part[0] != word[0]:
        return False
    same = next(
        (n for n, (a, b) in enumerate(zip(part, word, strict=False)) if a != b), min(len(part), len(word))
    )
    rest, other = part[same:], word[same:]
    return rest[1:] == other[1:] or rest[1:] == other or rest == other[1:]


def _plain(text: str) -> str:
    """The text in lower case without diacritics, character by character, so that positions stay the same."""
    return "".join(unicodedata.normalize("NFKD", character)[0].lower()[0] for character in text)


def _name_parts(name: str) -> set[str]:
    """The parts of a name by which somebody may be called, as `_plain` writes them."""
    parts = [
        part for part in _NAME_SEPARATOR.split(unicodedata.normalize("NFC", name)) if _is_name_part(part)
    ]
    capitalised = [part for part in parts if not part[0].islower()]
    return {_plain(part) for part in capitalised or parts if _plain(part) not in _PARTICLES}


def _is_name_part(part: str) -> bool:
    return all(
        character.isalpha() or unicodedata.category(character).startswith("M") for character in part
    ) and (len(part) > 1 or any(map(is_unspaced, part)))


def _part_pattern(part: str) -> re.Pattern[str]:
    """Group 1 is the name. A genitive ending and the prefixes that Arabic attaches are allowed."""
    if any(map(is_unspaced, part)):
        return re.compile(f"({re.escape(part)})")
    before = "(?:[وبلفك])?" if _ARABIC.search(part) else ""
    return re.compile(rf"(?<!\w){before}({re.escape(part)})(?:['’]?s)?(?!\w)")


def _is_name(part: str, start: int, end: int, text: str, plain: str) -> bool:
    """Whether a word that matches a name is the name, and not the word that is written the same."""
    if part not in _ALSO_WORDS and part not in _FUNCTION_WORDS:
        return True
    if not text[start].isupper():
        return False
    if part in _MONTHS and (_BEFORE_MONTH.search(plain[:start]) or _AFTER_MONTH.match(plain, end)):
        return False
    if not _SENTENCE_START.search(text[:start]) or _COMMA_FOLLOWS.match(text, end):
        return True
    return part not in _FUNCTION_WORDS and not _VERB_FOLLOWS.match(plain, end)


def _merged(matches: list[_Match], text: str) -> list[_Match]:
    """Parts of one full name as one match: “Ana Silva” is the Ana whose family name is Silva."""
    merged: list[_Match] = []
    for match in matches:
        before = merged[-1] if merged else None
        both = before.students & match.students if before else frozenset()
        if before and both and _WITHIN_NAME.fullmatch(text[before.end : match.start]):
            merged[-1] = _Match(before.start, match.end, both)
        else:
            merged.append(match)
    return merged


def _runs(matches: list[_Match], text: str) -> list[list[_Match]]:
    """Matches with nothing between them but commas or “and”."""
    runs: list[list[_Match]] = []
    for match in matches:
        between = text[runs[-1][-1].end : match.start] if runs else ""
        if runs and (_COMMA.fullmatch(between) or _AND.fullmatch(between)):
            runs[-1].append(match)
        else:
            runs.append([match])
    return runs


def _mentions(run: list[_Match], text: str) -> list[Mention]:
    """One mention for names joined by “and”; names after a comma alone may be unrelated: “Noor, Leo needs help”."""
    joined = len(run) > 1 and bool(_AND.fullmatch(text[run[-2].end : run[-1].start]))
    ambiguous = [len(match.students) > 1 for match in run]
    if joined:
        return [Mention(frozenset().union(*(match.students for match in run)), any(ambiguous))]
    return [Mention(match.students, doubt) for match, doubt in zip(run, ambiguous, strict=True)]
