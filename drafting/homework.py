"""Homework, which is often told in several sentences: the task, then the pages, the day, what to bring."""

from collections.abc import Iterator
from datetime import timedelta

from drafting import cues
from drafting.lesson import Lesson
from drafting.sentences import Sentence

_GOES_ON_WITHIN = timedelta(seconds=15)
_ADDS_WITHIN = timedelta(seconds=30)
_FEWEST_WORDS = 5
LATE = 0.75  # of the class


def homework(lesson: Lesson) -> list[list[Sentence]]:
    """Each task with the sentences that tell it."""
    return [task for task in _tasks(lesson) if any(_surely(s, lesson) for s in task)]


def _tasks(lesson: Lesson) -> Iterator[list[Sentence]]:
    task: list[Sentence] = []
    told: Sentence | None = None  # the last sentence of homework so far
    for sentence in lesson.taught:
        if task and _goes_on(task[-1], sentence, lesson):
            task.append(sentence)
        else:
            if task:
                yield task
            task = [sentence] if _sets_task(sentence, told, lesson) else []
        told = sentence if task else told
    if task:
        yield task


def _surely(sentence: Sentence, lesson: Lesson) -> bool:
    """Exercises are also done in class."""
    told = cues.HOMEWORK.search(sentence.text) or cues.DUE.search(sentence.text)
    return bool(told) or lesson.how_far(sentence) >= LATE


def _sets_task(sentence: Sentence, told: Sentence | None, lesson: Lesson) -> bool:
    sets = cues.HOMEWORK.search(sentence.text) or cues.MAYBE_HOMEWORK.search(sentence.text)
    return (
        (bool(sets) or _adds(told, sentence, lesson))
        and sentence.position not in lesson.questions
        and not cues.NO_HOMEWORK.search(sentence.text)
        and not of_next_class(sentence, lesson)
    )


def _adds(told: Sentence | None, sentence: Sentence, lesson: Lesson) -> bool:
    """More homework after a question about it."""
    return (
        told is not None
        and _soon_after(told, sentence, _ADDS_WITHIN)
        and lesson.how_far(sentence) >= LATE
        and bool(cues.ADDS.search(sentence.text))
        and len(sentence.text.split()) >= _FEWEST_WORDS
        and not cues.SMALL_TALK.search(sentence.text)
    )


def _goes_on(before: Sentence, sentence: Sentence, lesson: Lesson) -> bool:
    return (
        sentence.position not in lesson.questions
        and _soon_after(before, sentence, _GOES_ON_WITHIN)
        and bool(cues.MORE_HOMEWORK.search(sentence.text))
        and not cues.SMALL_TALK.search(sentence.text)
        and not of_next_class(sentence, lesson)
    )


def _soon_after(before: Sentence, sentence: Sentence, within: timedelta) -> bool:
    return sentence.utterance.starts_at - before.utterance.ends_at <= within


def of_next_class(sentence: Sentence, lesson: Lesson) -> bool:
    """It says what is to come, not what is to be done until then."""
    if "homework" in sentence.text.lower() or cues.NOT_NEXT.search(sentence.text):
        return False
    late = lesson.how_far(sentence) >= LATE and not cues.HOMEWORK.search(sentence.text)
    return bool(
        cues.NEXT_STEPS.search(sentence.text) or (late and cues.LATE_NEXT_STEPS.search(sentence.text))
    )
