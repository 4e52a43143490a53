"""Splits utterances into sentences with their speaker's role, and makes sentences readable."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from domain.people.roles import Role
from domain.record.documentation import Citation, ClassRecord
from domain.record.scripts import count_words, full_stop
from domain.record.transcript import Utterance

# The second form ends a sentence without a space after it: “今天学分数。打开课本。”, but not “「はい。」と言う”.
_END = re.compile(
    r"(?<=[.!?…؟۔।॥።။។])[\"'”’)]*\s+|(?<=[。！？｡])(?![。！？｡!?…])[」』”’\"）)]*+\s*+(?=\S)(?!と)"
)
_ENDS = ".!?…؟۔।॥።။។。！？｡"  # ends of sentences in all scripts
_ABBREVIATED = re.compile(
    r"(?:^|\W)(?:mr|mrs|ms|dr|prof|st|vs|no|nr|pp?|ex|fig|etc|e\.g|i\.e)\.\s*$", re.IGNORECASE
)
# Where an utterance without full stops may be split.
_CONTINUATION = re.compile(
    r"\s+(?=(?:and then|so|now|but|okay|for homework|for next|next time|next week|next lesson|remember|let's)\b)",
    re.IGNORECASE,
)
_LONG_SENTENCE = 30  # words
_RUN = re.compile(r"\S+(?:\s+\S+){0,79}")

_FILLERS = re.compile(
    r"\b(?:um+|uh+|erm*|hmm+)\b[,.]?\s*|(?:(?<=, )|^)(?:you know|i mean|like|well),\s*", re.IGNORECASE
)
_OPENING_WORDS = re.compile(
    r"^(?:(?:(?:okay|ok|alright|all right|well|and|now|so|but|then)(?:[,.]\s*|\s+(?!(?:far|much|many|that|called)\b))"
    r"|(?:right|great|good|yes|yeah|no|exactly|perfect|correct|lovely|excellent|well done|hmm)[,.!]\s+))+",
    re.IGNORECASE,
)
_NAME = r"(?!I\b|Yes\b|No\b|So\b|Now\b|And\b|But\b|Then\b|Okay\b|Well\b|Right\b|Today\b|Remember\b|First\b)[A-Z][\w'-]+"
_CALLED_FIRST = re.compile(rf"^({_NAME}), (?=\w)")
_CALLED_LAST = re.compile(rf", ({_NAME})(?=[?.!]*$)")


@dataclass(frozen=True)
class Sentence:
    """A sentence of an utterance."""

    text: str  # verbatim, a slice of the utterance
    utterance: Utterance
    role: Role
    position: int  # index among all sentences of the class

    @property
    def by_instructor(self) -> bool:
        return self.role == Role.INSTRUCTOR

    @property
    def punctuated(self) -> bool:
        return self.text[-1] in f"{_ENDS}\"'”’)」』）"

    @property
    def citation(self) -> Citation:
        return Citation(self.utterance.id, self.text)


def split_sentences(record: ClassRecord) -> list[Sentence]:
    """The sentences of all utterances in order; a speaker without a role counts as an observer."""
    found: list[Sentence] = []
    for utterance in record.utterances:
        role = record.roles.get(utterance.identity, Role.OBSERVER)
        for part in _sentence_texts(utterance.text):
            found.append(Sentence(part, utterance, role, len(found)))
    return found


def _sentence_texts(text: str) -> Iterator[str]:
    """The text's sentences as verbatim slices, so that each can be found in it again."""
    start = 0
    for end in (match for match in _END.finditer(text) if _ends_sentence(text, match)):
        yield from _split_long(text[start : end.start()] + end.group().rstrip())
        start = end.end()
    yield from _split_long(text[start:])


def _ends_sentence(text: str, end: re.Match[str]) -> bool:
    return not text[end.end() : end.end() + 1].islower() and not _ABBREVIATED.search(text[: end.start()][-8:])


def _split_long(part: str) -> Iterator[str]:
    part = part.strip()
    if count_words(part) > _LONG_SENTENCE and part[-1] not in _ENDS:
        pieces = [piece.strip() for piece in _CONTINUATION.split(part)]
    else:
        pieces = [part]
    # Rules scan a sentence many times: endless repetitions of a stuck speech engine must not block a worker.
    yield from (run for piece in pieces for run in _RUN.findall(piece))


def addressed_names(text: str) -> frozenset[str]:
    """The names by which a sentence addresses somebody: “Ella, what is x?”"""
    bare = _OPENING_WORDS.sub("", text)
    found = (cue.search(bare) for cue in (_CALLED_FIRST, _CALLED_LAST))
    return frozenset(name[1] for name in found if name)


def readable(text: str, names: Collection[str] = ()) -> str:
    """A sentence without fillers, opening words and addressed `names`, with a capital and a full stop."""
    clean = _OPENING_WORDS.sub("", _FILLERS.sub("", text)).strip(" ,")
    for cue in (_CALLED_FIRST, _CALLED_LAST):
        name = cue.search(clean)
        clean = cue.sub("", clean) if name and name[1] in names else clean
    clean = clean or text.strip()
    clean = clean[0].upper() + clean[1:]
    return clean if clean[-1] in _ENDS else clean + full_stop(clean[-1])
