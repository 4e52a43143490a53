"""Whom drafted statements are for, and the shared case of what is homework and for whom."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.people.roles import Role
from domain.record.audience import EVERYBODY, STAFF, AudienceKind, StatementAudience, for_students
from domain.record.documentation import Citation, ClassRecord, Section, Statement
from domain.record.student_names import ClassStudent
from domain.record.transcript import Utterance
from drafting.audience import Audiences
from drafting.extractive import ExtractiveEngine

pytestmark = pytest.mark.unit

CASE = json.loads((Path(__file__).parent / "cases" / "who_it_is_for.json").read_text())
STARTS_AT = datetime(2026, 11, 16, 15, tzinfo=UTC)
SARA, OMAR = (
    ClassStudent(UUID(int=n), name.lower(), name) for n, name in enumerate(CASE["students"], start=1)
)


def spoken(*lines: str, pause: float = 2) -> ClassRecord:
    """A class of Sara and Omar; a line is the instructor's, or a student's after “Sara: ”."""
    at, utterances = STARTS_AT, []
    for line in lines:
        who, text = line.split(": ", 1) if line.startswith(("Sara: ", "Omar: ")) else ("tutor", line)
        ends_at = at + timedelta(seconds=4)
        utterances.append(Utterance(uuid4(), who.lower(), "TR", at, ends_at, text, (), "en", 0.9, "e"))
        at = ends_at + timedelta(seconds=pause)
    roles = {"tutor": Role.INSTRUCTOR, "sara": Role.STUDENT, "omar": Role.STUDENT}
    return ClassRecord("Mathematics", ("Brackets",), tuple(utterances), roles, students=(SARA, OMAR))


async def drafted(record: ClassRecord) -> tuple[Statement, ...]:
    return Audiences(record).decide((await ExtractiveEngine().draft(record)).statements)


def quoting(record: ClassRecord, number: int, quote: str) -> StatementAudience | None:
    """The audience of a statement that quotes a part of an utterance."""
    statement = Statement(Section.HOMEWORK, quote, (Citation(record.utterances[number].id, quote),))
    (decided,) = Audiences(record).decide([statement])
    return decided.audience


def expected(right: dict[str, Any]) -> StatementAudience:
    if right["audience"] == "everybody":
        return EVERYBODY
    return for_students([student.id for student in (SARA, OMAR) if student.name in right["audience"]])


@pytest.mark.parametrize("right", CASE["right"], ids=lambda right: str(right["utterance"]))
async def test_shared_case_of_who_it_is_for(right: dict[str, Any]) -> None:
    record = spoken(*(line["text"] for line in CASE["utterances"]))
    utterance = record.utterances[right["utterance"]]
    citing = [s for s in await drafted(record) if utterance.id in {c.utterance_id for c in s.citations}]

    if right["section"] in ("none of homework", "not homework"):
        assert Section.HOMEWORK not in {statement.section for statement in citing}
        return
    (statement,) = citing
    wanted = Section.HOMEWORK if right["section"] == "homework" else Section.NEXT_STEPS
    assert (statement.section, statement.audience) == (wanted, expected(right))
    assert {citation.utterance_id for citation in statement.citations} == {utterance.id}
    for words in (right.get("due", ""), *right.get("pages", "").split(", ")):
        assert words in statement.text
    for fact in right.get("facts", ()):
        said = {
            "20 minutes": "twenty minutes",
            "no phones": "No phones",
            "notebook allowed": "may use your notebook",
        }
        assert said.get(fact, fact) in statement.text


def test_what_follows_a_name_in_one_utterance_is_for_the_same_student() -> None:
    record = spoken("Omar, I looked at your drawing. Please watch the video about signs once more.")
    assert quoting(record, 0, "Please watch the video about signs once more.") == for_students([OMAR.id])


@pytest.mark.parametrize(
    "line",
    [
        "Omar, I saw your drawing. Everybody else, please do page twelve.",
        "Omar, I saw your drawing. For homework, please do page twelve.",
        "Omar, I saw your drawing. We do page twelve together.",
        "Thank you, Omar. Please do page twelve.",
        "Exactly, Omar. Please do page twelve.",
    ],
)
def test_what_is_said_to_all_ends_what_was_said_to_one(line: str) -> None:
    record = spoken(line)
    assert quoting(record, 0, line.split(". ")[1]) == EVERYBODY


def test_a_pause_ends_it_unless_the_next_sentence_refers_back() -> None:
    record = spoken(
        "Sara, there are four exercises left.", "Please send them by Sunday.", "The topic is brackets."
    )
    assert quoting(record, 1, "Please send them by Sunday.") == for_students([SARA.id])
    assert quoting(record, 2, "The topic is brackets.") == EVERYBODY
    later = spoken("Sara, there are four exercises left.", "Please send them by Sunday.", pause=60)
    assert quoting(later, 1, "Please send them by Sunday.") == EVERYBODY


async def test_homework_for_one_and_homework_for_all_are_two_statements() -> None:
    record = spoken(
        "Today we work on brackets.",
        "For homework, please do page twelve until Thursday.",
        "Omar, you also do page thirteen until Thursday.",
    )
    homework = [(s.text, s.audience) for s in await drafted(record) if s.section == Section.HOMEWORK]
    assert homework == [
        ("For homework, please do page twelve until Thursday.", EVERYBODY),
        ("Omar, you also do page thirteen until Thursday.", for_students([OMAR.id])),
    ]


async def test_checks_are_for_the_student_who_answered_or_was_asked() -> None:
    lines = (
        "Sara, what is two times three?",
        "Sara: Six.",
        "Correct.",
        "Omar, what is two times four?",
        "The rule.",
    )
    audiences = [
        s.audience for s in await drafted(spoken(*lines, pause=8)) if s.section == Section.COMPREHENSION
    ]
    assert audiences == [for_students([SARA.id]), for_students([OMAR.id])]


def test_an_audience_that_a_person_chose_stays_and_one_that_nobody_chose_is_decided_again() -> None:
    record = spoken("Please do page twelve.")
    by_hand = StatementAudience(AudienceKind.EVERYBODY)
    statement = Statement(Section.PRACTISED, "Omar mixes up signs.", (), audience=by_hand)
    automatic = replace(statement, audience=EVERYBODY)
    both = replace(statement, text="Omar mixes up signs, Sara does not.", audience=None)

    decided = Audiences(record).decide([statement, automatic, both])

    assert [one.audience for one in decided] == [by_hand, for_students([OMAR.id]), STAFF]
    assert [(w.position, w.students) for w in Audiences(record).warnings(decided)] == [(1, (OMAR.id,))]
