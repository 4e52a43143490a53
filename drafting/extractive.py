"""The default drafting engine: selects sentences by cue phrases and salience and quotes them."""

import asyncio
from collections import Counter, defaultdict

from domain.record.documentation import CheckOutcome, ClassRecord, Draft, Section, Statement
from domain.record.scripts import count_words
from drafting import cues
from drafting.announced_tests import announced_tests
from drafting.comprehension_checks import comprehension_checks
from drafting.homework import announces_next_class, homework_tasks
from drafting.key_sentences import key_sentences
from drafting.lesson import Lesson
from drafting.numbers import normalised_tokens
from drafting.salience import words
from drafting.sentences import Sentence
from drafting.verification import is_supported

_MAX_STATEMENTS = {Section.TOPICS: 3, Section.PRACTISED: 8, Section.HOMEWORK: 5, Section.NEXT_STEPS: 4}
_MAX_CHECKS = 15
# If there are too many checks, those that students have not understood are kept first.
_CHECK_PRIORITY = [CheckOutcome.INCORRECT, CheckOutcome.PARTLY, CheckOutcome.UNANSWERED, CheckOutcome.CORRECT]
_MIN_WORDS = 4
_DUPLICATE_OVERLAP = 0.85  # share of common words from which two statements are duplicates
_EARLY_SHARE = 0.25  # the share of the class in which topics are announced


class ExtractiveEngine:
    """Quotes the sentences of a class under the sections they belong to."""

    name = "extractive"

    async def draft(self, record: ClassRecord) -> Draft:
        """Drafts in a thread, since a long class takes seconds."""
        return await asyncio.to_thread(self._draft, record)

    def _draft(self, record: ClassRecord) -> Draft:
        statements = _statements(Lesson(record))
        kept = tuple(s for s in statements if is_supported(s, record.utterances))
        return Draft(self.name, kept, dropped=len(statements) - len(kept))


def _statements(lesson: Lesson) -> list[Statement]:
    tests = announced_tests(lesson)
    in_tests = {sentence.position for test in tests for sentence in test}
    tasks = [
        task for task in homework_tasks(lesson) if not in_tests & {sentence.position for sentence in task}
    ]
    in_tasks = {sentence.position for task in tasks for sentence in task}
    excluded = lesson.question_positions | in_tasks | in_tests
    candidates = [
        s
        for s in lesson.instructor_sentences
        if s.position not in excluded and count_words(s.text) >= _MIN_WORDS
    ]
    by_section = defaultdict(list)
    for sentence in candidates:
        by_section[_section(sentence, lesson)].append(sentence)
    if not by_section[Section.TOPICS]:
        likely = _likely_topic(by_section[Section.PRACTISED], lesson)
        by_section[Section.TOPICS] = likely
        by_section[Section.PRACTISED] = [s for s in by_section[Section.PRACTISED] if s not in likely]
    selected = key_sentences(by_section[Section.PRACTISED], lesson)
    next_steps = sorted(
        [*tests, *([s] for s in by_section[Section.NEXT_STEPS])], key=lambda it: it[0].position
    )
    return [
        *_quoted(Section.TOPICS, [[s] for s in by_section[Section.TOPICS]], lesson),
        *_quoted(Section.PRACTISED, [[s] for s in selected], lesson),
        *_most_important(comprehension_checks(lesson)),
        *_quoted(Section.HOMEWORK, tasks, lesson),
        *_quoted(Section.NEXT_STEPS, next_steps, lesson),
    ]


def _section(sentence: Sentence, lesson: Lesson) -> Section:
    if announces_next_class(sentence, lesson):
        return Section.NEXT_STEPS
    return Section.TOPICS if _names_topic(sentence, lesson) else Section.PRACTISED


def _names_topic(sentence: Sentence, lesson: Lesson) -> bool:
    if cues.NOT_A_TOPIC.search(sentence.text):
        return False
    if cues.TOPIC.search(sentence.text):
        return True
    planned = len(lesson.topic_words & set(words(sentence.text)))
    announces_plan = cues.EARLY_TOPIC.search(sentence.text) or (
        planned and cues.INTENTION.search(sentence.text)
    )
    return lesson.relative_position(sentence) < _EARLY_SHARE and bool(announces_plan)


def _likely_topic(candidates: list[Sentence], lesson: Lesson) -> list[Sentence]:
    """If no topic is announced: the first sentence early in the class that names a planned topic."""
    early = (
        s
        for s in candidates
        if lesson.relative_position(s) < _EARLY_SHARE and not cues.SMALL_TALK.search(s.text)
    )
    return [s for s in early if lesson.topic_words & set(words(s.text))][:1]


def _quoted(section: Section, candidates: list[list[Sentence]], lesson: Lesson) -> list[Statement]:
    """A statement for each group of sentences, without near-duplicates, up to the section's maximum."""
    kept: list[Statement] = []
    for sentences in candidates:
        if len(kept) == _MAX_STATEMENTS[section]:
            break
        statement = Statement(section, lesson.readable(sentences), tuple(s.citation for s in sentences))
        if not any(_near_duplicates(statement.text, other.text) for other in kept):
            kept.append(statement)
    return kept


def _most_important(checks: list[Statement]) -> list[Statement]:
    priority = {outcome: place for place, outcome in enumerate(_CHECK_PRIORITY)}
    order = sorted(
        range(len(checks)),
        key=lambda at: priority.get(checks[at].outcome or CheckOutcome.UNCLEAR, len(priority)),
    )
    return [checks[at] for at in sorted(order[:_MAX_CHECKS])]


def _near_duplicates(one: str, other: str) -> bool:
    first, second = Counter(normalised_tokens(one)), Counter(normalised_tokens(other))
    return 2 * (first & second).total() >= _DUPLICATE_OVERLAP * (first.total() + second.total())
