"""The default engine: finds what was said by cue rules and salience, and quotes it. It invents nothing."""

import asyncio
from collections import Counter, defaultdict

from domain.record.documentation import CheckOutcome, ClassRecord, Draft, Section, Statement
from drafting import cues
from drafting.checks import comprehension_checks
from drafting.homework import homework, of_next_class
from drafting.lesson import Lesson
from drafting.numbers import normalised
from drafting.practised import practised
from drafting.salience import words
from drafting.sentences import Sentence
from drafting.verification import holds

_MOST = {Section.TOPICS: 3, Section.PRACTISED: 8, Section.HOMEWORK: 5, Section.NEXT_STEPS: 3}
_MOST_CHECKS = 15
# What still has to be understood comes before what is, where there is too much.
_WORTH = [CheckOutcome.INCORRECT, CheckOutcome.PARTLY, CheckOutcome.UNANSWERED, CheckOutcome.CORRECT]
_FEWEST_WORDS = 4
_SAME = 0.85  # of the words
_EARLY = 0.25  # of the class


class ExtractiveEngine:
    name = "extractive"

    async def draft(self, record: ClassRecord) -> Draft:
        # In a thread: reading a long class takes seconds, and workflows wait for this process.
        return await asyncio.to_thread(self._draft, record)

    def _draft(self, record: ClassRecord) -> Draft:
        statements = _statements(Lesson(record))
        kept = tuple(s for s in statements if holds(s, record.utterances))
        return Draft(self.name, kept, dropped=len(statements) - len(kept))


def _statements(lesson: Lesson) -> list[Statement]:
    tasks = homework(lesson)
    elsewhere = lesson.questions | {sentence.position for task in tasks for sentence in task}
    told = [s for s in lesson.taught if s.position not in elsewhere and len(s.text.split()) >= _FEWEST_WORDS]
    by_section = defaultdict(list)
    for sentence in told:
        by_section[_section(sentence, lesson)].append(sentence)
    if not by_section[Section.TOPICS]:
        likely = _likely_topic(by_section[Section.PRACTISED], lesson)
        by_section[Section.TOPICS] = likely
        by_section[Section.PRACTISED] = [s for s in by_section[Section.PRACTISED] if s not in likely]
    weighty = practised(by_section[Section.PRACTISED], lesson)
    return [
        *_quoted(Section.TOPICS, [[s] for s in by_section[Section.TOPICS]], lesson),
        *_quoted(Section.PRACTISED, [[s] for s in weighty], lesson),
        *_weightiest(comprehension_checks(lesson)),
        *_quoted(Section.HOMEWORK, tasks, lesson),
        *_quoted(Section.NEXT_STEPS, [[s] for s in by_section[Section.NEXT_STEPS]], lesson),
    ]


def _section(sentence: Sentence, lesson: Lesson) -> Section:
    if of_next_class(sentence, lesson):
        return Section.NEXT_STEPS
    return Section.TOPICS if _names_topic(sentence, lesson) else Section.PRACTISED


def _names_topic(sentence: Sentence, lesson: Lesson) -> bool:
    if cues.NO_TOPIC.search(sentence.text):
        return False
    if cues.TOPIC.search(sentence.text):
        return True
    planned = len(lesson.titles & set(words(sentence.text)))
    plans = cues.EARLY_TOPIC.search(sentence.text) or (planned and cues.PLAN.search(sentence.text))
    return lesson.how_far(sentence) < _EARLY and bool(plans)


def _likely_topic(told: list[Sentence], lesson: Lesson) -> list[Sentence]:
    """Where no topic is announced: what first names a planned one."""
    early = (s for s in told if lesson.how_far(s) < _EARLY and not cues.SMALL_TALK.search(s.text))
    return [s for s in early if lesson.titles & set(words(s.text))][:1]


def _quoted(section: Section, told: list[list[Sentence]], lesson: Lesson) -> list[Statement]:
    """The first ones, without repeats."""
    kept: list[Statement] = []
    for sentences in told:
        if len(kept) == _MOST[section]:
            break
        statement = Statement(section, lesson.tidy(sentences), tuple(s.citation for s in sentences))
        if not any(_alike(statement.text, other.text) for other in kept):
            kept.append(statement)
    return kept


def _weightiest(checks: list[Statement]) -> list[Statement]:
    worth = {outcome: place for place, outcome in enumerate(_WORTH)}
    order = sorted(
        range(len(checks)), key=lambda at: worth.get(checks[at].outcome or CheckOutcome.UNCLEAR, len(worth))
    )
    return [checks[at] for at in sorted(order[:_MOST_CHECKS])]


def _alike(one: str, other: str) -> bool:
    first, second = Counter(normalised(one)), Counter(normalised(other))
    return 2 * (first & second).total() >= _SAME * (first.total() + second.total())
