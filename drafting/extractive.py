"""The default engine: finds what was said by cue rules and quotes it. It invents nothing."""

import re
from dataclasses import replace
from difflib import SequenceMatcher

from domain.documentation import Citation, ClassRecord, Draft, Section, Statement
from drafting import cues
from drafting.checks import comprehension_checks
from drafting.sentences import Sentence, sentences, tidy
from drafting.verification import holds

_MOST = 5  # statements per section
_FEWEST_WORDS = 4
_SAME = 0.85
_RULES: tuple[tuple[Section, re.Pattern[str]], ...] = (
    (Section.HOMEWORK, cues.HOMEWORK),
    (Section.NEXT_STEPS, cues.NEXT_STEPS),
    (Section.TOPICS, cues.TOPIC),
    (Section.PRACTISED, cues.PRACTISED),
)


class ExtractiveEngine:
    name = "extractive"

    async def draft(self, record: ClassRecord) -> Draft:
        said = sentences(record)
        checks = comprehension_checks(said)
        asked = {citation.quote for check in checks for citation in check.citations[:1]}
        read = [sentence for sentence in _homework_in_one(said) if sentence.text not in asked]
        quoted = [s for s in (self._quote(sentence, record) for sentence in read) if s]
        statements = [s for section in Section for s in _best(section, [*quoted, *checks])]
        kept = tuple(s for s in statements if holds(s, record.utterances))
        return Draft(self.name, kept, dropped=len(statements) - len(kept))

    def _quote(self, sentence: Sentence, record: ClassRecord) -> Statement | None:
        if not sentence.taught or len(sentence.text.split()) < _FEWEST_WORDS:
            return None
        section = next((section for section, cue in _RULES if cue.search(sentence.text)), None)
        if section is None and _names_topic(sentence.text, record.topics):
            section = Section.PRACTISED
        if section is None or (section == Section.PRACTISED and cues.QUESTION.search(sentence.text)):
            return None
        return Statement(section, tidy(sentence.text), (Citation(sentence.utterance.id, sentence.text),))


def _homework_in_one(said: list[Sentence]) -> list[Sentence]:
    """Homework is often told in several sentences: what goes on with pages, numbers or days belongs to it."""
    joined: list[Sentence] = []
    for sentence in said:
        last = joined[-1] if joined else None
        if (
            last
            and last.utterance.id == sentence.utterance.id
            and cues.HOMEWORK.search(last.text)
            and cues.MORE_HOMEWORK.search(sentence.text)
        ):
            joined[-1] = replace(last, text=f"{last.text} {sentence.text}")
        else:
            joined.append(sentence)
    return joined


def _names_topic(text: str, topics: tuple[str, ...]) -> bool:
    words = set(re.findall(r"[a-z]{4,}", text.lower()))
    return any(len(words & set(re.findall(r"[a-z]{4,}", topic.lower()))) >= 2 for topic in topics)


def _best(section: Section, statements: list[Statement]) -> list[Statement]:
    """The first ones of a section in the order they were said, without repeats."""
    kept: list[Statement] = []
    for statement in statements:
        if statement.section == section and not any(_alike(statement.text, other.text) for other in kept):
            kept.append(statement)
    limit = _MOST * 3 if section == Section.COMPREHENSION else _MOST
    return kept[:limit]


def _alike(one: str, other: str) -> bool:
    return SequenceMatcher(None, one.lower(), other.lower()).ratio() >= _SAME
