"""Comprehension checks: a question by the instructor, an answer by a student, the instructor's reaction."""

from dataclasses import dataclass
from datetime import timedelta

from domain.documentation import CheckOutcome, Citation, Section, Statement
from domain.roles import Role
from drafting import cues
from drafting.sentences import Sentence, tidy

_ANSWER_WITHIN = timedelta(seconds=30)


@dataclass(frozen=True)
class _Check:
    question: Sentence
    answer: Sentence | None
    reaction: Sentence | None


def comprehension_checks(said: list[Sentence]) -> list[Statement]:
    return [_statement(check) for check in _find(said)]


def _find(said: list[Sentence]) -> list[_Check]:
    found = []
    for index, sentence in enumerate(said):
        if (
            not sentence.taught
            or not cues.QUESTION.search(sentence.text)
            or cues.NOT_A_CHECK.search(sentence.text)
        ):
            continue
        following = said[index + 1 :]
        if following and following[0].taught and cues.QUESTION.search(following[0].text):
            continue  # asked again in other words: the later question counts
        answer = _answer(sentence, following)
        reaction = _reaction(answer, following) if answer else None
        if answer or not _goes_on(sentence, following):
            found.append(_Check(sentence, answer, reaction))
    return found


def _answer(question: Sentence, following: list[Sentence]) -> Sentence | None:
    """What a student says before the instructor speaks again."""
    for sentence in following:
        if sentence.utterance.starts_at - question.utterance.ends_at > _ANSWER_WITHIN:
            return None
        if sentence.role == Role.STUDENT:
            return sentence
        if sentence.taught and sentence.utterance.id != question.utterance.id:
            return None
    return None


def _reaction(answer: Sentence, following: list[Sentence]) -> Sentence | None:
    return next((s for s in following if s.position > answer.position and s.taught), None)


def _goes_on(question: Sentence, following: list[Sentence]) -> bool:
    """The instructor asks, and goes on by themselves: no check."""
    return bool(following) and following[0].taught


def _outcome(check: _Check) -> CheckOutcome:
    if check.answer is None or cues.UNSURE.search(check.answer.text):
        return CheckOutcome.UNANSWERED
    reaction = check.reaction.text if check.reaction else ""
    if cues.PARTLY.search(reaction):
        return CheckOutcome.PARTLY
    if cues.INCORRECT.search(reaction):
        return CheckOutcome.INCORRECT
    if cues.CORRECT.search(reaction):
        return CheckOutcome.CORRECT
    return CheckOutcome.UNCLEAR


def _statement(check: _Check) -> Statement:
    question = tidy(check.question.text)
    answer = tidy(check.answer.text) if check.answer else None
    cited = [s for s in (check.question, check.answer, check.reaction) if s is not None]
    text = f"Asked “{question}”" + (f", the answer was “{answer}”" if answer else ", nobody answered")
    return Statement(
        section=Section.COMPREHENSION,
        text=text,
        citations=tuple(Citation(s.utterance.id, s.text) for s in cited),
        question=question,
        answer=answer,
        outcome=_outcome(check),
    )
