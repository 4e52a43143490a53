"""A transcript as the pages show it: each utterance with its speaker."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from domain.people.roles import identity_of
from domain.record.transcript import Utterance
from models.session import Participant


@dataclass(frozen=True)
class SaidLine:
    utterance: Utterance
    speaker: str
    role: str


def said(utterances: Iterable[Utterance], everybody: Sequence[Participant]) -> list[SaidLine]:
    names = {identity_of(person.id): (person.name, person.role.value) for person in everybody}
    return [SaidLine(one, *names.get(one.identity, ("Guest", "observer"))) for one in utterances]
