"""Briefings: only what was approved, in the words and at the hour of who reads them."""

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.notices.kinds import NoticeKind
from domain.record.documentation import CheckOutcome, Section, Statement
from reports.briefings import build_briefing, read_briefing, with_plan
from tests.reports.letters import CITED, STARTS_AT, STATEMENTS, letter, said

pytestmark = pytest.mark.unit

HELD_AT = STARTS_AT - timedelta(days=7)
statements = st.builds(
    Statement,
    st.sampled_from(Section),
    st.text(min_size=12, max_size=30),
    st.just(CITED),
    outcome=st.sampled_from([None, *CheckOutcome]),
)


def briefing(*told: Statement, approved: bool = True) -> dict[str, object]:
    return build_briefing(last_title="Halves", last_held_at=HELD_AT, statements=told, approved=approved)


def read(content: dict[str, object], language: str = "en", time_zone: str = "UTC") -> dict[str, list[str]]:
    return dict(read_briefing(content, language=language, time_zone=time_zone))


def test_what_was_approved_is_sorted_by_what_the_instructor_does_with_it() -> None:
    assert read(briefing(*STATEMENTS)) == {
        "Last class": ["Halves, Monday 23 February, 15:00"],
        "Worked on": ["Today we work on adding fractions.", "You need a common denominator first."],
        "Not yet understood": ["Asked “One third plus one sixth?”"],
        "Understood": ["Asked “One half plus one quarter?”"],
        "Homework to check": ["Please do page twelve until Thursday."],
        "Planned next": ["Next time we subtract fractions."],
    }


@given(st.lists(statements))
def test_of_what_is_not_approved_only_the_fact_is_told(told: list[Statement]) -> None:
    content = briefing(*told, approved=False)

    assert content == briefing(approved=False)
    assert read(content) == {
        "Last class": [
            "Halves, Monday 23 February, 15:00",
            "Its documentation wasn't approved, so it isn't included here.",
        ]
    }


@given(st.lists(statements))
def test_whatever_was_approved_is_carried_over_once(told: list[Statement]) -> None:
    carried = [line for _, lines in briefing(*told)["sections"] for line in lines]  # type: ignore[attr-defined]

    checked = [s for s in told if s.section != Section.COMPREHENSION or s.outcome]
    assert sorted(carried) == sorted(s.text for s in checked)


@pytest.mark.parametrize("outcome", [one for one in CheckOutcome if one != CheckOutcome.CORRECT])
def test_what_was_not_plainly_right_is_still_open(outcome: CheckOutcome) -> None:
    check = said(Section.COMPREHENSION, "Asked.", outcome)

    assert read(briefing(check))["Not yet understood"] == ["Asked."]


def test_a_class_is_briefed_on_its_own_plan_and_people_first() -> None:
    told = read(with_plan(briefing(*STATEMENTS), topics=["Sixths"], students=["Noor", "Leo"]))

    assert list(told)[:3] == ["Plan for today", "Expected", "Last class"]
    assert (told["Plan for today"], told["Expected"]) == (["Sixths"], ["Noor", "Leo"])


def test_the_first_class_of_a_course_is_said_to_be_the_first() -> None:
    told = read(with_plan(None, topics=[], students=["Noor"]))

    assert told == {"Expected": ["Noor"], "Last class": ["This is the first class on record in this course."]}


def test_it_reads_the_same_after_it_was_stored() -> None:
    content = with_plan(briefing(*STATEMENTS), topics=["Sixths"], students=["Noor"])

    assert read(json.loads(json.dumps(content))) == read(content)


def test_it_is_read_in_the_readers_language_and_zone() -> None:
    told = read(with_plan(briefing(*STATEMENTS), topics=["Sixths"], students=["Noor"]), "es", "Asia/Tokyo")

    assert list(told) == [
        "Plan de hoy",
        "Asistentes previstos",
        "Última clase",
        "Se trabajó en",
        "Aún sin entender",
        "Entendido",
        "Deberes que revisar",
        "Previsto a continuación",
    ]
    assert told["Última clase"] == ["Halves, martes, 24 de febrero, 0:00"]


def test_a_section_of_a_later_version_keeps_its_name() -> None:
    assert read({"sections": [["moods", ["a line"]]]}) == {"moods": ["a line"]}


def test_a_briefing_mail_has_all_of_it() -> None:
    content = with_plan(briefing(*STATEMENTS), topics=["Sixths"], students=["Noor"])

    text = letter(NoticeKind.BRIEFING, briefing=content).text

    for heading, lines in read(content).items():
        assert f"\n{heading}\n- {lines[0]}\n" in text
