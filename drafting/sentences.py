"""Utterances as sentences, each with its speaker's role."""

import re
from dataclasses import dataclass

from domain.documentation import ClassRecord
from domain.roles import Role
from domain.transcript import Utterance

_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9\"'¿¡])")
_FILLERS = re.compile(r"\b(?:um+|uh+|er+|hmm+|you know|i mean)\b[,.]?\s*", re.IGNORECASE)
_LEADS = re.compile(
    r"^(?:(?:okay|ok|alright|all right|so|well|and|now|right|great|good)[,.]?\s+)+", re.IGNORECASE
)


@dataclass(frozen=True)
class Sentence:
    text: str  # as it stands in the utterance
    utterance: Utterance
    role: Role
    position: int  # in the class

    @property
    def taught(self) -> bool:
        return self.role == Role.INSTRUCTOR


def sentences(record: ClassRecord) -> list[Sentence]:
    found: list[Sentence] = []
    for utterance in record.utterances:
        role = record.roles.get(utterance.identity, Role.OBSERVER)
        for part in _END.split(utterance.text.strip()):
            if part.strip():
                found.append(Sentence(part.strip(), utterance, role, len(found)))
    return found


def tidy(text: str) -> str:
    """For reading: without fillers and opening words, with a capital and a full stop."""
    clean = _LEADS.sub("", _FILLERS.sub("", text)).strip(" ,") or text
    clean = clean[0].upper() + clean[1:]
    return clean if clean[-1] in ".!?" else f"{clean}."
