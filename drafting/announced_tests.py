"""Finds announcements of tests, which often span several sentences: the day, then length, subject, what is allowed."""

from collections.abc import Iterator
from datetime import timedelta

from drafting import cues
from drafting.homework import announces_test
from drafting.lesson import Lesson
from drafting.sentences import Sentence

_DETAIL_WITHIN = timedelta(seconds=15)


def announced_tests(lesson: Lesson) -> list[list[Sentence]]:
    """The sentences about each test that is announced, in order of the class."""
    return list(_announcements(lesson))


def _announcements(lesson: Lesson) -> Iterator[list[Sentence]]:
    test: list[Sentence] = []
    for sentence in lesson.instructor_sentences:
        if test and _adds_detail(test[-1], sentence, lesson):
            test.append(sentence)
            continue
        if test:
            yield test
        test = [sentence] if announces_test(sentence) else []
    if test:
        yield test


def _adds_detail(before: Sentence, sentence: Sentence, lesson: Lesson) -> bool:
    return (
        sentence.position not in lesson.question_positions
        and sentence.utterance.starts_at - before.utterance.ends_at <= _DETAIL_WITHIN
        and bool(cues.TEST_DETAIL.search(sentence.text))
        and not cues.HOMEWORK.search(sentence.text)
        and not lesson.student_names.students(sentence.text)
    )
