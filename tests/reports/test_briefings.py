"""Briefings: approved statements only, in the reader's language and time zone."""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.notices.kinds import NoticeKind
from domain.record.audience import for_students
from domain.record.documentation import CheckOutcome, Section, Statement, check_sentence
from reports.briefings import build_briefing, read_briefing, with_plan
from tests.reports.letters import CITED, STARTS_AT, STATEMENTS, example_mail, statement

pytestmark = pytest.mark.unit

NOOR, LEO = UUID(int=1), UUID(int=2)
STUDENTS = {NOOR: "Noor Haddad", LEO: "Leo Lindqvist"}
HELD_AT = STARTS_AT - timedelta(days=7)
statements = st.builds(
    Statement,
    st.sampled_from(Section),
    st.text(min_size=12, max_size=30),
    st.just(CITED),
    outcome=st.sampled_from([None, *CheckOutcome]),
)


def briefing(*recorded: Statement, approved: bool = True) -> dict[str, object]:
    return build_briefing(
        last_title="Halves", last_held_at=HELD_AT, statements=recorded, students=STUDENTS, approved=approved
    )


def read(content: dict[str, object], language: str = "en", time_zone: str = "UTC") -> dict[str, list[str]]:
    return dict(read_briefing(content, language=language, time_zone=time_zone, now=STARTS_AT))


def test_approved_statements_are_grouped_by_their_use() -> None:
    assert read(briefing(*STATEMENTS)) == {
        "Last class": ["Halves, Monday 23 February, 15:00"],
        "Worked on": ["Today we work on adding fractions.", "You need a common denominator first."],
        "Not yet understood": ["Asked “One third plus one sixth?”"],
        "Understood": ["Asked “One half plus one quarter?”"],
        "Homework to check": ["Please do page twelve until Thursday."],
        "Planned next": ["Next time we subtract fractions."],
    }


@given(st.lists(statements))
def test_an_unapproved_record_adds_no_statements(drawn: list[Statement]) -> None:
    content = briefing(*drawn, approved=False)

    assert content == briefing(approved=False)
    assert read(content) == {
        "Last class": [
            "Halves, Monday 23 February, 15:00",
            "Its documentation wasn't approved, so it isn't included here.",
        ]
    }


@given(st.lists(statements))
def test_every_approved_statement_is_carried_over_once(drawn: list[Statement]) -> None:
    carried = [line for _, lines in briefing(*drawn)["sections"] for line in lines]  # type: ignore[attr-defined]

    checked = [s for s in drawn if s.section != Section.COMPREHENSION or s.outcome]
    assert sorted(carried) == sorted(s.text for s in checked)


@pytest.mark.parametrize("outcome", [outcome for outcome in CheckOutcome if outcome != CheckOutcome.CORRECT])
def test_checks_that_are_not_correct_are_not_yet_understood(outcome: CheckOutcome) -> None:
    check = statement(Section.COMPREHENSION, "Asked.", outcome)

    assert read(briefing(check))["Not yet understood"] == ["Asked."]


def test_plan_and_participants_come_before_the_last_class() -> None:
    sections = read(with_plan(briefing(*STATEMENTS), topics=["Sixths"], students=["Noor", "Leo"]))

    assert list(sections)[:3] == ["Plan for today", "Expected", "Last class"]
    assert (sections["Plan for today"], sections["Expected"]) == (["Sixths"], ["Noor", "Leo"])


def test_the_first_class_of_a_course_is_named_as_the_first() -> None:
    sections = read(with_plan(None, topics=[], students=["Noor"]))

    assert sections == {
        "Expected": ["Noor"],
        "Last class": ["This is the first class on record in this course."],
    }


def test_a_stored_briefing_reads_the_same() -> None:
    content = with_plan(briefing(*STATEMENTS), topics=["Sixths"], students=["Noor"])

    assert read(json.loads(json.dumps(content))) == read(content)


def test_a_briefing_is_in_the_readers_language_and_zone() -> None:
    sections = read(
        with_plan(briefing(*STATEMENTS), topics=["Sixths"], students=["Noor"]), "es", "Asia/Tokyo"
    )

    assert list(sections) == [
        "Plan de hoy",
        "Asistentes previstos",
        "Última clase",
        "Se trabajó en",
        "Aún sin entender",
        "Entendido",
        "Deberes que revisar",
        "Previsto a continuación",
    ]
    assert sections["Última clase"] == ["Halves, martes, 24 de febrero, 0:00"]


def test_an_unknown_section_keeps_its_name() -> None:
    assert read({"sections": [["moods", ["a line"]]]}) == {"moods": ["a line"]}


def test_a_briefing_mail_has_every_section() -> None:
    content = with_plan(briefing(*STATEMENTS), topics=["Sixths"], students=["Noor"])

    text = example_mail(NoticeKind.BRIEFING, briefing=content).text

    for heading, lines in read(content).items():
        assert f"\n{heading}\n- {lines[0]}\n" in text


def test_what_is_about_one_student_names_the_student() -> None:
    own = replace(STATEMENTS[4], text="The last four exercises are missing.", audience=for_students([NOOR]))
    named = replace(own, text="Noor still owes four exercises.")
    both = replace(own, text="Page two is for both.", audience=for_students([NOOR, LEO]))

    assert read(briefing(own, named, both))["Homework to check"] == [
        "Noor Haddad: The last four exercises are missing.",
        "Noor still owes four exercises.",
        "Page two is for both.",
    ]


def test_checks_are_put_into_the_readers_language() -> None:
    text = check_sentence("What is a half?", "Two.")
    check = replace(STATEMENTS[2], text=text, question="What is a half?", answer="Two.")

    content = briefing(check)

    assert read(content)["Understood"] == ["Asked “What is a half?”, the answer was “Two.”"]
    assert read(content, "es")["Entendido"] == ["A la pregunta «What is a half?» se respondió «Two.»"]
    assert content["sections"] == [("understood", [text])]


def test_a_briefing_of_texts_alone_can_be_read() -> None:
    stored: dict[str, object] = {"sections": [["understood", ["Halves."]]]}
    assert read(stored) == {"Understood": ["Halves."]}
