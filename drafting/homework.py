"""Homework, which is often told in several sentences: the task, then the pages, the day, what to bring."""

from collections.abc import Iterator
from datetime import timedelta

from drafting import cues
from drafting.lesson import Lesson
from drafting.sentences import Sentence

_GOES_ON_WITHIN = timedelta(seconds=15)
_LATE = 0.75  # of the class


def homework(lesson: Lesson) -> list[list[Sentence]]:
    """Each task with the sentences that tell it."""
    return [task for task in _tasks(lesson) if any(_surely(s, lesson) for s in task)]


def _tasks(lesson: Lesson) -> Iterator[list[Sentence]]:
    task: list[Sentence] = []
    for sentence in lesson.taught:
        if task and _goes_on(task[-1], sentence, lesson):
            task.append(sentence)
            continue
        if task:
            yield task
        task = [sentence] if _sets_task(sentence, lesson) else []
    if task:
        yield task


def _surely(sentence: Sentence, lesson: Lesson) -> bool:
    """Exercises are also done in class."""
    told = cues.HOMEWORK.search(sentence.text) or cues.DUE.search(sentence.text)
    return bool(told) or lesson.how_far(sentence) >= _LATE


def _sets_task(sentence: Sentence, lesson: Lesson) -> bool:
    return (
        sentence.position not in lesson.questions
        and bool(cues.HOMEWORK.search(sentence.text) or cues.MAYBE_HOMEWORK.search(sentence.text))
        and not cues.NO_HOMEWORK.search(sentence.text)
        and not _of_next_class(sentence.text)
    )


def _goes_on(before: Sentence, sentence: Sentence, lesson: Lesson) -> bool:
    return (
        sentence.position not in lesson.questions
        and sentence.utterance.starts_at - before.utterance.ends_at <= _GOES_ON_WITHIN
        and bool(cues.MORE_HOMEWORK.search(sentence.text))
        and not cues.SMALL_TALK.search(sentence.text)
        and not _of_next_class(sentence.text)
    )


def _of_next_class(text: str) -> bool:
    return bool(cues.NEXT_STEPS.search(text)) and "homework" not in text.lower()
