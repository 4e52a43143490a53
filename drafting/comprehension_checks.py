"""Comprehension checks: the instructor asks, a student answers, the instructor says what they think of it."""

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise

from domain.people.roles import Role
from domain.record.documentation import CheckOutcome, Section, Statement
from drafting import cues
from drafting.lesson import Lesson, is_question
from drafting.salience import words
from drafting.sentences import Sentence, called

_ANSWER_WITHIN = timedelta(seconds=90)
_SILENCE = timedelta(seconds=5)  # after a question: nobody answers
_SAID_AFTER = 6  # words that may follow a question before its answer, such as "Take your time."
_HINT_WITHIN = 2  # sentences from the start of a turn: a question there belongs to the check it comments on
_ANSWER_SENTENCES = 2
# Of two at the same place the first counts: "good start" is no "good".
_OUTCOMES = (
    (cues.PARTLY, CheckOutcome.PARTLY),
    (cues.INCORRECT, CheckOutcome.INCORRECT),
    (cues.CORRECT, CheckOutcome.CORRECT),
)
_NOT_THERE_YET = frozenset({CheckOutcome.PARTLY, CheckOutcome.INCORRECT})

Turn = list[Sentence]


@dataclass(frozen=True)
class _Check:
    question: Sentence
    answer: Turn
    reaction: Turn
    outcome: CheckOutcome


def comprehension_checks(lesson: Lesson) -> list[Statement]:
    return [_statement(check, lesson) for check in _find(_turns(lesson.said)) if _counts(check, lesson)]


def _turns(said: list[Sentence]) -> list[Turn]:
    """What the instructor says in one go, and what students say in one go. A silence ends a turn."""
    heard = [sentence for sentence in said if sentence.role != Role.OBSERVER]
    turns: list[Turn] = [[sentence] for sentence in heard[:1]]
    for before, sentence in pairwise(heard):
        silence = sentence.utterance.starts_at - before.utterance.ends_at
        if sentence.taught != before.taught or (sentence.taught and silence >= _SILENCE):
            turns.append([])
        turns[-1].append(sentence)
    return turns


def _find(turns: list[Turn]) -> list[_Check]:
    found: list[_Check] = []
    commented: _Check | None = None  # whose answer this turn is the reaction to
    for at, turn in enumerate(turns):
        if not turn[0].taught:
            continue
        check = _check(turn, turns[at + 1 : at + 3])
        if check and commented and _belongs_to(commented, check, turn):
            found[-1] = replace(commented, outcome=_together(commented.outcome, check.outcome))
            commented = found[-1] if check.outcome in _NOT_THERE_YET else None
        else:
            commented = check
            found += [check] if check else []
    return found


def _asked(turn: Turn) -> Sentence | None:
    """The last question, where the turn all but ends with it: others the instructor has answered alone."""
    said_after = 0
    for sentence in reversed(turn):
        if is_question(sentence) or cues.ASKED_TO_SAY.search(sentence.text):
            return None if cues.NOT_A_CHECK.search(sentence.text) else sentence
        said_after += len(sentence.text.split())
        if said_after > _SAID_AFTER:
            return None
    return None


def _check(turn: Turn, following: list[Turn]) -> _Check | None:
    question = _asked(turn)
    if question is None or not following:
        return None
    answer, reaction = following[0], following[1] if len(following) > 1 else []
    late = answer[0].utterance.starts_at - question.utterance.ends_at > _ANSWER_WITHIN
    if answer[0].taught or late:
        return _Check(question, [], [], CheckOutcome.UNANSWERED) if is_question(question) else None
    spoken = [s for s in answer if s.utterance.id == answer[0].utterance.id][:_ANSWER_SENTENCES]
    return _Check(question, spoken, reaction, _outcome(answer, reaction))


def _outcome(answer: Turn, reaction: Turn) -> CheckOutcome:
    if any(cues.UNSURE.search(sentence.text) for sentence in answer):
        return CheckOutcome.UNANSWERED
    for sentence in reaction[:2]:
        verdicts = [
            (found.start(), outcome) for cue, outcome in _OUTCOMES if (found := cue.search(sentence.text))
        ]
        if verdicts:
            return min(verdicts, key=lambda verdict: verdict[0])[1]
    return CheckOutcome.CORRECT if _repeats(answer, reaction[:1]) else CheckOutcome.UNCLEAR


def _repeats(answer: Turn, reaction: Turn) -> bool:
    """The instructor says an answer again: “Six times.” “Six times, and then it stops.”"""
    said = [set(_tokens(sentence.text)) for sentence in answer]
    again = [set(_tokens(sentence.text)) for sentence in reaction if not is_question(sentence)]
    return any(given and given <= repeated for given in said for repeated in again)


def _tokens(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _belongs_to(commented: _Check, check: _Check, turn: Turn) -> bool:
    """A hint after an answer that is not there yet, or the question why after one that got no verdict."""
    if called(check.question.text):
        return False
    if commented.outcome == CheckOutcome.UNCLEAR:
        return bool(cues.PROBE.search(check.question.text))
    hint = check.question in turn[:_HINT_WITHIN] or bool(cues.HINT.search(check.question.text))
    return commented.outcome in _NOT_THERE_YET and hint


def _together(first: CheckOutcome, later: CheckOutcome) -> CheckOutcome:
    """What came after hints does not make the answer right; a verdict after the reason does."""
    return later if first == CheckOutcome.UNCLEAR else first


def _counts(check: _Check, lesson: Lesson) -> bool:
    """Without a verdict, or without being a question, it counts only where it is about the subject."""
    doubtful = check.outcome == CheckOutcome.UNCLEAR or not is_question(check.question)
    return not doubtful or bool(lesson.subject & set(words(check.question.text)))


def _statement(check: _Check, lesson: Lesson) -> Statement:
    question = lesson.tidy([check.question])
    answer = lesson.tidy(check.answer) or None
    told = f"Asked “{question}”" if is_question(check.question) else f"Asked to answer “{question}”"
    return Statement(
        section=Section.COMPREHENSION,
        text=told + (f", the answer was “{answer}”" if answer else ", nobody answered"),
        citations=tuple(s.citation for s in (check.question, *check.answer, *check.reaction[:1])),
        question=question,
        answer=answer,
        outcome=check.outcome,
    )
