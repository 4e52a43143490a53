"""A class as the engine reads it: its sentences, which of them are questions, whose names are called, its subject."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from domain.record.documentation import ClassRecord
from drafting import cues
from drafting.salience import vocabulary, words
from drafting.sentences import Sentence, called, sentences, tidy


@dataclass(frozen=True)
class Lesson:
    record: ClassRecord

    @cached_property
    def said(self) -> list[Sentence]:
        return sentences(self.record)

    @cached_property
    def taught(self) -> list[Sentence]:
        return [sentence for sentence in self.said if sentence.taught]

    @cached_property
    def questions(self) -> frozenset[int]:
        """Positions of what the instructor asks."""
        return frozenset(sentence.position for sentence in self.taught if is_question(sentence))

    @cached_property
    def comments(self) -> frozenset[int]:
        """Positions of what the instructor says first after a student."""
        return frozenset(
            after.position for before, after in pairwise(self.said) if after.taught and not before.taught
        )

    @cached_property
    def names(self) -> frozenset[str]:
        """Whom the instructor calls in a question; words that are also written small are no names."""
        asked = (s for s in self.taught if s.position in self.questions)
        found = frozenset(name for sentence in asked for name in called(sentence.text))
        written = {word for sentence in self.said for word in re.findall(r"\w+", sentence.text)}
        return frozenset(name for name in found if name.lower() not in written)

    @cached_property
    def subject(self) -> frozenset[str]:
        """The words of what is taught."""
        known = vocabulary([sentence.text for sentence in self.taught], self.record.topics)
        return known - {name.lower() for name in self.names}

    @cached_property
    def titles(self) -> frozenset[str]:
        """The words of the planned topics."""
        return frozenset(words(" ".join(self.record.topics)))

    def how_far(self, sentence: Sentence) -> float:
        """Its place in the class, from 0 to 1."""
        return sentence.position / len(self.said)

    def tidy(self, sentences: Sequence[Sentence]) -> str:
        return " ".join(tidy(sentence.text, self.names) for sentence in sentences)


def is_question(sentence: Sentence) -> bool:
    if cues.QUESTION.search(sentence.text):
        return not cues.TAG.search(sentence.text)
    return not sentence.punctuated and bool(cues.UNMARKED_QUESTION.search(sentence.text))
