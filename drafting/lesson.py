"""The analysed transcript of a class: its sentences, questions, addressed names and subject words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from domain.record.documentation import ClassRecord
from domain.record.student_names import StudentNames
from drafting import cues
from drafting.salience import vocabulary, words
from drafting.sentences import Sentence, addressed_names, readable, split_sentences


@dataclass(frozen=True)
class Lesson:
    """A class record with what is derived from it, each computed once."""

    record: ClassRecord

    @cached_property
    def sentences(self) -> list[Sentence]:
        return split_sentences(self.record)

    @cached_property
    def instructor_sentences(self) -> list[Sentence]:
        return [sentence for sentence in self.sentences if sentence.by_instructor]

    @cached_property
    def student_names(self) -> StudentNames:
        return StudentNames(self.record.students)

    @cached_property
    def question_positions(self) -> frozenset[int]:
        """Positions of the instructor's questions."""
        return frozenset(sentence.position for sentence in self.instructor_sentences if is_question(sentence))

    @cached_property
    def reaction_positions(self) -> frozenset[int]:
        """Positions of the instructor's first sentence after a student."""
        return frozenset(
            after.position
            for before, after in pairwise(self.sentences)
            if after.by_instructor and not before.by_instructor
        )

    @cached_property
    def called_names(self) -> frozenset[str]:
        """Names by which the instructor addresses somebody in a question.

        Words that also occur in lower case are no names.
        """
        question_sentences = (s for s in self.instructor_sentences if s.position in self.question_positions)
        names = frozenset(name for sentence in question_sentences for name in addressed_names(sentence.text))
        words_used = {word for sentence in self.sentences for word in re.findall(r"\w+", sentence.text)}
        return frozenset(name for name in names if name.lower() not in words_used)

    @cached_property
    def subject_words(self) -> frozenset[str]:
        """Words of the subject: those the instructor repeats and those of the planned topics, without names."""
        repeated_words = vocabulary(
            [sentence.text for sentence in self.instructor_sentences], self.record.topics
        )
        return repeated_words - {name.lower() for name in self.called_names}

    @cached_property
    def topic_words(self) -> frozenset[str]:
        """Content words of the planned topics."""
        return frozenset(words(" ".join(self.record.topics)))

    def relative_position(self, sentence: Sentence) -> float:
        """The sentence's position in the class, from 0 to 1."""
        return sentence.position / len(self.sentences)

    def readable(self, sentences: Sequence[Sentence]) -> str:
        """The sentences as text for readers; see `drafting.sentences.readable`."""
        return " ".join(readable(sentence.text, self.called_names) for sentence in sentences)


def is_question(sentence: Sentence) -> bool:
    """Whether the sentence asks something, tag questions excluded; without punctuation, judged by word order."""
    if cues.QUESTION.search(sentence.text):
        return not cues.TAG_QUESTION.search(sentence.text)
    return not sentence.punctuated and bool(cues.UNMARKED_QUESTION.search(sentence.text))
