"""Lines of a transcript as pages show them: each utterance with its speaker's name and role."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from console.frame.texts import gettext
from domain.people.roles import identity_of
from domain.record.transcript import Utterance, Word, spaced_words
from models.session import Participant


@dataclass(frozen=True)
class TranscriptLine:
    utterance: Utterance
    speaker: str
    role: str

    @property
    def words(self) -> list[tuple[str, Word]]:
        """Each word with what is written before it."""
        return list(spaced_words(self.utterance))


def transcript_lines(
    utterances: Iterable[Utterance], participants: Sequence[Participant]
) -> list[TranscriptLine]:
    names = {identity_of(person.id): (person.name, person.role.value) for person in participants}
    return [
        TranscriptLine(utterance, *names.get(utterance.identity, (gettext("Guest"), "observer")))
        for utterance in utterances
    ]
