"""Utterances as sentences, each with its speaker's role."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from domain.people.roles import Role
from domain.record.documentation import Citation, ClassRecord
from domain.record.transcript import Utterance

_END = re.compile(r"(?<=[.!?…])[\"'”’)]*\s+")
_ABBREVIATED = re.compile(
    r"(?:^|\W)(?:mr|mrs|ms|dr|prof|st|vs|no|nr|pp?|ex|fig|etc|e\.g|i\.e)\.\s*$", re.IGNORECASE
)
# Where an utterance that came without full stops may be cut.
_GOES_ON = re.compile(
    r"\s+(?=(?:and then|so|now|but|okay|for homework|for next|next time|next week|next lesson|remember|let's)\b)",
    re.IGNORECASE,
)
_LONG = 30  # words
_RUN = re.compile(r"\S+(?:\s+\S+){0,79}")

_FILLERS = re.compile(
    r"\b(?:um+|uh+|erm*|hmm+)\b[,.]?\s*|(?:(?<=, )|^)(?:you know|i mean|like|well),\s*", re.IGNORECASE
)
_LEADS = re.compile(
    r"^(?:(?:(?:okay|ok|alright|all right|well|and|now|so|but|then)(?:[,.]\s*|\s+(?!(?:far|much|many|that|called)\b))"
    r"|(?:right|great|good|yes|yeah|no|exactly|perfect|correct|lovely|excellent|well done|hmm)[,.!]\s+))+",
    re.IGNORECASE,
)
_NAME = r"(?!I\b|Yes\b|No\b|So\b|Now\b|And\b|But\b|Then\b|Okay\b|Well\b|Right\b|Today\b|Remember\b|First\b)[A-Z][\w'-]+"
_CALLED_FIRST = re.compile(rf"^({_NAME}), (?=\w)")
_CALLED_LAST = re.compile(rf", ({_NAME})(?=[?.!]*$)")


@dataclass(frozen=True)
class Sentence:
    text: str  # as it stands in the utterance
    utterance: Utterance
    role: Role
    position: int  # in the class

    @property
    def taught(self) -> bool:
        return self.role == Role.INSTRUCTOR

    @property
    def punctuated(self) -> bool:
        return self.text[-1] in ".!?…\"'”’)"

    @property
    def citation(self) -> Citation:
        return Citation(self.utterance.id, self.text)


def sentences(record: ClassRecord) -> list[Sentence]:
    found: list[Sentence] = []
    for utterance in record.utterances:
        role = record.roles.get(utterance.identity, Role.OBSERVER)
        for part in _parts(utterance.text):
            found.append(Sentence(part, utterance, role, len(found)))
    return found


def _parts(text: str) -> Iterator[str]:
    """Slices of the text, so that each can be found in it again."""
    start = 0
    for end in (match for match in _END.finditer(text) if _is_end(text, match)):
        yield from _cut(text[start : end.start()] + end.group().rstrip())
        start = end.end()
    yield from _cut(text[start:])


def _is_end(text: str, end: re.Match[str]) -> bool:
    return not text[end.end() : end.end() + 1].islower() and not _ABBREVIATED.search(text[: end.start()][-8:])


def _cut(part: str) -> Iterator[str]:
    part = part.strip()
    if len(part.split()) > _LONG and part[-1] not in ".!?":
        pieces = [piece.strip() for piece in _GOES_ON.split(part)]
    else:
        pieces = [part]
    # Rules look at a sentence many times over: what a stuck speech engine repeats must not stop a worker.
    yield from (run for piece in pieces for run in _RUN.findall(piece))


def called(text: str) -> frozenset[str]:
    """Whom it is put to by name: “Ella, what is x?”"""
    bare = _LEADS.sub("", text)
    found = (cue.search(bare) for cue in (_CALLED_FIRST, _CALLED_LAST))
    return frozenset(name[1] for name in found if name)


def tidy(text: str, names: Collection[str] = ()) -> str:
    """For reading: without fillers, opening words and the name it is put to; with a capital and a full stop."""
    clean = _LEADS.sub("", _FILLERS.sub("", text)).strip(" ,")
    for cue in (_CALLED_FIRST, _CALLED_LAST):
        name = cue.search(clean)
        clean = cue.sub("", clean) if name and name[1] in names else clean
    clean = clean or text.strip()
    clean = clean[0].upper() + clean[1:]
    return clean if clean[-1] in ".!?…" else f"{clean}."
