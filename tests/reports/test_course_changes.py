"""The mail about classes that a child joined or left with a course."""

from datetime import timedelta

import pytest

from domain.notices.kinds import CourseNoticeKind
from reports.catalogue import LANGUAGES
from reports.contexts import RenderedMessage
from reports.course_changes import render_course_change
from tests.reports.letters import CONTEXT, STARTS_AT

pytestmark = pytest.mark.unit

every_kind = pytest.mark.parametrize("kind", CourseNoticeKind)


def mail(kind: CourseNoticeKind, language: str, *, student: str, course: str) -> RenderedMessage:
    return render_course_change(
        kind,
        reader=CONTEXT.reader,
        student=student,
        course=course,
        organization=CONTEXT.organization,
        starts=[STARTS_AT + timedelta(days=day) for day in range(14)],
        family_url="https://school.example/family",
        language=language,
        time_zone="Europe/Madrid",
        now=STARTS_AT - timedelta(days=1),
    )


@every_kind
@pytest.mark.parametrize("language", LANGUAGES)
def test_names_of_the_other_direction_do_not_turn_the_text_around_them(
    kind: CourseNoticeKind, language: str
) -> None:
    message = mail(kind, language, student="ليلى حداد", course="رياضيات (6)")
    for text in (message.subject, message.text, message.html):
        assert "\u2068ليلى حداد\u2069" in text
        assert "\u2068رياضيات (6)\u2069" in text


@every_kind
def test_latin_names_are_isolated_in_arabic(kind: CourseNoticeKind) -> None:
    message = mail(kind, "ar", student="Noor Haddad", course="Mathematics (6)")
    assert "\u2068Noor Haddad\u2069" in message.subject
    assert "\u2068Mathematics (6)\u2069" in message.text
