"""Finds homework tasks, which often span several sentences: the task, then pages, due day, what to bring."""

from collections.abc import Iterator
from datetime import timedelta

from domain.record.scripts import count_words
from drafting import cues
from drafting.addressees import speaks_to_all
from drafting.lesson import Lesson
from drafting.sentences import Sentence

_DETAIL_WITHIN = timedelta(seconds=15)
_MORE_TASKS_WITHIN = timedelta(seconds=30)
_MIN_WORDS = 5
_LATE_SHARE = 0.75  # of the class


def homework_tasks(lesson: Lesson) -> list[list[Sentence]]:
    """The sentences of each homework task, in order of the class."""
    return [task for task in _tasks(lesson) if any(_is_homework(s, lesson) for s in task)]


def _tasks(lesson: Lesson) -> Iterator[list[Sentence]]:
    task: list[Sentence] = []
    previous: Sentence | None = None  # the last sentence of homework so far
    for sentence in lesson.instructor_sentences:
        if task and _continues_task(task, sentence, lesson):
            task.append(sentence)
        else:
            if task:
                yield task
            task = [sentence] if _sets_task(sentence, previous, lesson) else []
        previous = sentence if task else previous
    if task:
        yield task


def _is_homework(sentence: Sentence, lesson: Lesson) -> bool:
    """Whether a task is homework for certain; exercises are also done in class."""
    explicit = cues.HOMEWORK.search(sentence.text) or cues.DUE.search(sentence.text)
    return bool(explicit) or lesson.relative_position(sentence) >= _LATE_SHARE


def _sets_task(sentence: Sentence, previous: Sentence | None, lesson: Lesson) -> bool:
    sets = cues.HOMEWORK.search(sentence.text) or cues.POSSIBLE_HOMEWORK.search(sentence.text)
    return (
        (bool(sets) or _adds_task(previous, sentence, lesson))
        and sentence.position not in lesson.question_positions
        and not cues.NO_HOMEWORK.search(sentence.text)
        and not announces_next_class(sentence, lesson)
    )


def _adds_task(previous: Sentence | None, sentence: Sentence, lesson: Lesson) -> bool:
    """Whether a sentence adds a task to the homework before it, as after a question about it."""
    return (
        previous is not None
        and _soon_after(previous, sentence, _MORE_TASKS_WITHIN)
        and lesson.relative_position(sentence) >= _LATE_SHARE
        and bool(cues.MORE_TASKS.search(sentence.text))
        and count_words(sentence.text) >= _MIN_WORDS
        and not cues.SMALL_TALK.search(sentence.text)
    )


def _continues_task(task: list[Sentence], sentence: Sentence, lesson: Lesson) -> bool:
    return (
        sentence.position not in lesson.question_positions
        and _soon_after(task[-1], sentence, _DETAIL_WITHIN)
        and _same_addressees(task, sentence, lesson)
        and bool(cues.HOMEWORK_DETAIL.search(sentence.text))
        and not cues.SMALL_TALK.search(sentence.text)
        and not announces_next_class(sentence, lesson)
    )


def _same_addressees(task: list[Sentence], sentence: Sentence, lesson: Lesson) -> bool:
    """Whether the sentence can speak to whom the task is for: “Omar, …” or “For everybody: …” begins another task."""
    named = lesson.student_names.students(sentence.text)
    task_for = frozenset().union(*(lesson.student_names.students(one.text) for one in task))
    return named <= task_for and not (task_for and speaks_to_all(sentence))


def _soon_after(before: Sentence, sentence: Sentence, within: timedelta) -> bool:
    return sentence.utterance.starts_at - before.utterance.ends_at <= within


def announces_next_class(sentence: Sentence, lesson: Lesson) -> bool:
    """Whether the sentence announces what the next class covers, as opposed to homework until then."""
    if announces_test(sentence) or cues.MEETING.search(sentence.text):
        return True
    if "homework" in sentence.text.lower() or cues.NOT_NEXT_STEPS.search(sentence.text):
        return False
    late = lesson.relative_position(sentence) >= _LATE_SHARE and not cues.HOMEWORK.search(sentence.text)
    return bool(
        cues.NEXT_STEPS.search(sentence.text) or (late and cues.LATE_NEXT_STEPS.search(sentence.text))
    )


def announces_test(sentence: Sentence) -> bool:
    """Whether the sentence announces a test with its day."""
    return bool(cues.TEST.search(sentence.text)) and not cues.NOT_A_TEST.search(sentence.text)
