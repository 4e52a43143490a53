"""Finds comprehension checks: the instructor asks a question, a student answers, the instructor reacts."""

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise

from domain.people.roles import Role
from domain.record.documentation import CheckOutcome, Section, Statement, check_sentence
from domain.record.scripts import count_words
from drafting import cues
from drafting.lesson import Lesson, is_question
from drafting.salience import words
from drafting.sentences import Sentence, addressed_names

_ANSWER_WITHIN = timedelta(seconds=90)
_ANSWER_SILENCE = timedelta(seconds=5)  # a silence this long after a question means that nobody answers
_MAX_WORDS_AFTER = 6  # words that may follow a question before its answer, such as "Take your time."
_HINT_SENTENCES = 2  # a question this early in a turn follows up on the check that the turn reacts to
_ANSWER_SENTENCES = 2
# Of two matches at the same position the first in this order counts: "good start" is not "good".
_OUTCOMES = (
    (cues.PARTLY, CheckOutcome.PARTLY),
    (cues.INCORRECT, CheckOutcome.INCORRECT),
    (cues.CORRECT, CheckOutcome.CORRECT),
)
_NOT_YET_CORRECT = frozenset({CheckOutcome.PARTLY, CheckOutcome.INCORRECT})

Turn = list[Sentence]


@dataclass(frozen=True)
class _Check:
    question: Sentence
    answer: Turn
    reaction: Turn
    outcome: CheckOutcome


def comprehension_checks(lesson: Lesson) -> list[Statement]:
    """A statement for each check in the class, in order, with question, answer, outcome and citations."""
    return [
        _statement(check, lesson)
        for check in _find_checks(_turns(lesson.sentences))
        if _is_relevant(check, lesson)
    ]


def _turns(sentences: list[Sentence]) -> list[Turn]:
    """Consecutive sentences of the instructor, or of students. A silence of the instructor ends a turn too."""
    spoken = [sentence for sentence in sentences if sentence.role != Role.OBSERVER]
    turns: list[Turn] = [[sentence] for sentence in spoken[:1]]
    for before, sentence in pairwise(spoken):
        silence = sentence.utterance.starts_at - before.utterance.ends_at
        if sentence.by_instructor != before.by_instructor or (
            sentence.by_instructor and silence >= _ANSWER_SILENCE
        ):
            turns.append([])
        turns[-1].append(sentence)
    return turns


def _find_checks(turns: list[Turn]) -> list[_Check]:
    found: list[_Check] = []
    previous: _Check | None = None  # the check that this turn reacts to
    for at, turn in enumerate(turns):
        if not turn[0].by_instructor:
            continue
        check = _check(turn, turns[at + 1 : at + 3])
        if check and previous and _follows_up(previous, check, turn):
            found[-1] = replace(previous, outcome=_merged_outcome(previous.outcome, check.outcome))
            previous = found[-1] if check.outcome in _NOT_YET_CORRECT else None
        else:
            previous = check
            found += [check] if check else []
    return found


def _final_question(turn: Turn) -> Sentence | None:
    """The turn's last question if almost nothing follows it; earlier ones the instructor has answered alone."""
    words_after = 0
    for sentence in reversed(turn):
        if is_question(sentence) or cues.REQUEST_TO_ANSWER.search(sentence.text):
            return None if cues.NOT_A_CHECK.search(sentence.text) else sentence
        words_after += count_words(sentence.text)
        if words_after > _MAX_WORDS_AFTER:
            return None
    return None


def _check(turn: Turn, following: list[Turn]) -> _Check | None:
    question = _final_question(turn)
    if question is None or not following:
        return None
    answer, reaction = following[0], following[1] if len(following) > 1 else []
    late = answer[0].utterance.starts_at - question.utterance.ends_at > _ANSWER_WITHIN
    if answer[0].by_instructor or late:
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
    """Whether the instructor repeats the answer: “Six times.” “Six times, and then it stops.”"""
    sentences = [set(_tokens(sentence.text)) for sentence in answer]
    again = [set(_tokens(sentence.text)) for sentence in reaction if not is_question(sentence)]
    return any(given and given <= repeated for given in sentences for repeated in again)


def _tokens(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _follows_up(previous: _Check, check: _Check, turn: Turn) -> bool:
    """Whether a question continues an earlier check: a hint after an answer that was not yet correct, or the
    question why after an answer without a verdict."""
    if addressed_names(check.question.text):
        return False
    if previous.outcome == CheckOutcome.UNCLEAR:
        return bool(cues.PROBE.search(check.question.text))
    hint = check.question in turn[:_HINT_SENTENCES] or bool(cues.HINT.search(check.question.text))
    return previous.outcome in _NOT_YET_CORRECT and hint


def _merged_outcome(first: CheckOutcome, later: CheckOutcome) -> CheckOutcome:
    """The outcome of a check with a follow-up: hints do not change it; a verdict that was missing is taken over."""
    return later if first == CheckOutcome.UNCLEAR else first


def _is_relevant(check: _Check, lesson: Lesson) -> bool:
    """A check without a verdict, or that is no question, counts only if it uses words of the subject."""
    doubtful = check.outcome == CheckOutcome.UNCLEAR or not is_question(check.question)
    return not doubtful or bool(lesson.subject_words & set(words(check.question.text)))


def _statement(check: _Check, lesson: Lesson) -> Statement:
    question = lesson.readable([check.question])
    answer = lesson.readable(check.answer) or None
    return Statement(
        section=Section.COMPREHENSION,
        text=check_sentence(question, answer),
        citations=tuple(s.citation for s in (check.question, *check.answer, *check.reaction[:1])),
        question=question,
        answer=answer,
        outcome=check.outcome,
    )
