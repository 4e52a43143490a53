"""Notices of every kind, in every language, as HTML and as text."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.notices.kinds import NoticeKind
from domain.record.audience import for_students
from domain.record.documentation import CheckOutcome, Section, Statement, check_sentence
from domain.sessions.cancellations import TOLD_REASONS, CancelReason, reason_for_people
from reports.catalogue import LANGUAGES, WORDS
from reports.contexts import RenderedMessage
from tests.reports.letters import CONTEXT, ParsedMail, example_mail, statement

pytestmark = pytest.mark.unit

N = NoticeKind
every_kind = pytest.mark.parametrize("kind", N)
every_language = pytest.mark.parametrize("language", LANGUAGES)
EVIL = '"><script>alert(1)</script>\r\nBcc: spy@evil.example\n\n{{ w }} {title} &amp; <b>x</b>'


def both(message: RenderedMessage) -> list[str]:
    """The text of the HTML and of the plain part, without isolates around values."""
    shown = [" ".join(ParsedMail(message.html).text.split()), " ".join(message.text.split())]
    return [text.translate({0x2068: None, 0x2069: None}) for text in shown]


@every_language
@every_kind
def test_html_and_text_name_reader_class_time_and_reason(kind: NoticeKind, language: str) -> None:
    message = example_mail(kind, language=language, time_zone="Europe/Madrid")

    for text in both(message):
        assert CONTEXT.reader in text
        assert WORDS[language][kind].format(instructor=CONTEXT.instructor) in text
        assert CONTEXT.title in text
        assert CONTEXT.course in text
        assert ("4:00 م–5:00 م" if language == "ar" else "16:00–17:00") in text
        assert "Europe/Madrid" in text
        assert WORDS[language]["footer"].format(organization=CONTEXT.organization) in text
        assert "None" not in text
        assert "{" not in text
    assert CONTEXT.title in message.subject
    assert message.html.startswith(f'<!doctype html>\n<html lang="{language}" dir=')


@every_kind
def test_html_and_text_have_the_same_links(kind: NoticeKind) -> None:
    message = example_mail(kind)

    assert list(ParsedMail(message.html).links.values()) == re.findall(r"https://\S+", message.text)


@pytest.mark.parametrize(
    ("wanted", "subject"),
    [
        ("es", "Clase reservada: Adding fractions, lunes, 2 de marzo, 15:00"),
        ("es-MX", "Clase reservada: Adding fractions, lunes, 2 de marzo, 15:00"),
        ("en", "Class booked: Adding fractions, Monday 2 March, 15:00"),
        ("fr", "Cours réservé : Adding fractions, lundi 2 mars, 15:00"),
        ("pt", "Class booked: Adding fractions, Monday 2 March, 15:00"),
        ("", "Class booked: Adding fractions, Monday 2 March, 15:00"),
    ],
)
def test_the_mail_is_in_the_readers_language_or_english(wanted: str, subject: str) -> None:
    assert example_mail(language=wanted).subject == subject


@pytest.mark.parametrize(
    ("at", "zone", "shown"),
    [
        ("2026-03-02T15:00Z", "UTC", "Monday 2 March, 15:00–16:00"),
        ("2026-03-02T15:00Z", "America/New_York", "Monday 2 March, 10:00–11:00"),
        ("2026-03-02T15:00Z", "Asia/Kolkata", "Monday 2 March, 20:30–21:30"),
        ("2026-03-02T23:30Z", "Pacific/Auckland", "Tuesday 3 March, 12:30–13:30"),
        # New York's clocks go forward three weeks before Madrid's, on 8 and 29 March.
        ("2026-03-09T15:00Z", "America/New_York", "Monday 9 March, 11:00–12:00"),
        ("2026-03-09T15:00Z", "Europe/Madrid", "Monday 9 March, 16:00–17:00"),
        ("2026-03-30T15:00Z", "Europe/Madrid", "Monday 30 March, 17:00–18:00"),
        ("2026-03-29T00:30Z", "Europe/Madrid", "Sunday 29 March, 01:30–03:30"),
        # 02:30 comes twice when they go back.
        ("2026-10-25T00:30Z", "Europe/Madrid", "Sunday 25 October, 02:30 CEST–02:30 CET"),
        ("2026-12-31T23:30Z", "Europe/Madrid", "Friday, 1 January 2027, 00:30–01:30"),
    ],
)
def test_times_are_in_the_readers_zone(at: str, zone: str, shown: str) -> None:
    starts_at = datetime.fromisoformat(at)

    message = example_mail(starts_at=starts_at, ends_at=starts_at + timedelta(hours=1), time_zone=zone)

    for text in both(message):
        assert shown in text


@pytest.mark.parametrize(
    ("language", "shown"),
    [("en", "Thursday, 4 March 2027, 15:00"), ("es", "jueves, 4 de marzo de 2027, 15:00")],
)
def test_a_date_of_another_year_has_its_year(language: str, shown: str) -> None:
    starts_at = datetime(2027, 3, 4, 15, tzinfo=UTC)

    message = example_mail(starts_at=starts_at, ends_at=starts_at + timedelta(hours=1), language=language)

    assert shown in message.subject
    for text in both(message):
        assert shown in text


@pytest.mark.parametrize(
    ("language", "shown"),
    [("en", "Previously: Sunday 1 March, 15:00"), ("es", "Antes: domingo, 1 de marzo, 15:00")],
)
def test_a_moved_class_has_its_new_and_its_old_time(language: str, shown: str) -> None:
    old = CONTEXT.starts_at - timedelta(days=1)
    message = example_mail(N.RESCHEDULED, language=language, previous_start=old)

    for text in both(message):
        assert shown in text
    assert "2026" not in message.text
    assert shown not in example_mail(N.REMINDER, language=language, previous_start=old).text


@every_language
@pytest.mark.parametrize("reason", TOLD_REASONS)
def test_a_cancellation_says_why(reason: CancelReason, language: str) -> None:
    message = example_mail(N.CANCELLED, language=language, cancel_reason=reason)

    for text in both(message):
        assert WORDS[language]["reason"].format(reason=WORDS[language][reason]) in text


def test_a_reason_without_a_text_for_people_is_left_out() -> None:
    assert reason_for_people("holiday") is CancelReason.HOLIDAY
    for code in ("unspecified", "workflow_cancelled", "hr_case_17", None):
        assert reason_for_people(code) is None
    assert "Reason" not in example_mail(N.CANCELLED).text


def test_a_guardian_of_two_gets_a_named_link_for_each_child() -> None:
    urls = (("Noor", "https://school.example/noor"), ("Leo", "https://school.example/leo"))

    message = example_mail(join_urls=urls, students=("Noor", "Leo"))

    assert ParsedMail(message.html).links == {"Join as Noor": urls[0][1], "Join as Leo": urls[1][1]}
    assert "Join as Leo:\nhttps://school.example/leo\n" in message.text


def test_the_text_has_the_short_form_of_a_link_and_the_button_the_signed_one() -> None:
    url, short = CONTEXT.join_urls[0][1], "https://school.example/j/abc-defg-hij"
    message = example_mail(short_links={url: short})
    assert f"Join the class:\n{short}\n" in message.text
    assert url not in message.text
    assert ParsedMail(message.html).links == {"Join the class": url}


def test_a_single_join_link_is_not_named() -> None:
    assert ParsedMail(example_mail().html).links == {"Join the class": CONTEXT.join_urls[0][1]}


def test_only_a_review_request_links_to_the_session_page() -> None:
    leading = {kind for kind in N if CONTEXT.page_url in example_mail(kind).text}

    assert leading == {N.REVIEW_REQUEST}


def test_only_summaries_and_briefings_have_sections() -> None:
    assert {kind for kind in N if "Please do page twelve" in example_mail(kind, briefing=None).text} == {
        N.SUMMARY
    }
    assert {kind for kind in N if "Homework to check" in example_mail(kind).text} == {
        N.BRIEFING,
        N.ASSIGNED,
    }


def test_a_summary_has_its_sections_in_order_and_each_check_its_verdict() -> None:
    message = example_mail(N.SUMMARY)

    headings = [WORDS["en"][section] for section in Section]
    for text in both(message):
        places = [text.index(heading) for heading in headings]
        assert places == sorted(places)
    assert "- Asked “One third plus one sixth?” (not yet correct)\n" in message.text


@every_language
@pytest.mark.parametrize("outcome", CheckOutcome)
def test_every_verdict_is_shown_as_text(outcome: CheckOutcome, language: str) -> None:
    check = statement(Section.COMPREHENSION, "Asked.", outcome)

    for text in both(example_mail(N.SUMMARY, statements=(check,), language=language)):
        assert WORDS[language][outcome] in text


def test_a_summary_without_statements_has_no_empty_headings() -> None:
    assert "Homework" not in example_mail(N.SUMMARY, statements=()).text


@every_kind
def test_names_and_titles_never_become_markup_or_headers(kind: NoticeKind) -> None:
    message = example_mail(
        kind,
        title=EVIL,
        course=EVIL,
        organization=EVIL,
        instructor=EVIL,
        reader=EVIL,
        students=(EVIL, EVIL),
        join_urls=((EVIL, "https://school.example/1"), (EVIL, "https://school.example/2")),
        statements=(statement(Section.TOPICS, EVIL),),
        briefing={"sections": [["worked_on", [EVIL]]], "plan": [EVIL], "expected": [EVIL], "first": True},
    )

    plain = ParsedMail(example_mail(kind).html)
    assert set(ParsedMail(message.html).tags) <= set(plain.tags)
    assert "<script" not in message.html
    assert len(message.subject.splitlines()) == 1
    assert "<script>alert(1)</script> Bcc: spy@evil.example" in message.text, "text is text, on its own line"
    assert not re.search(r"^Bcc:", message.text, re.MULTILINE)


@given(st.text(min_size=1), st.sampled_from(list(N)), st.sampled_from(LANGUAGES))
def test_any_title_can_be_rendered(title: str, kind: NoticeKind, language: str) -> None:
    message = example_mail(kind, title=title, language=language)

    assert len(message.subject.splitlines()) == 1
    assert len(message.subject) <= 180
    assert ParsedMail(message.html).tags == ParsedMail(example_mail(kind, language=language).html).tags


@given(st.integers(0, 2**31), st.timezone_keys())
def test_any_moment_can_be_rendered_in_any_zone(seconds: int, zone: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)

    assert example_mail(starts_at=at, ends_at=at + timedelta(hours=1), time_zone=zone).text


def test_plain_text_has_no_repeated_empty_lines() -> None:
    for kind in N:
        text = example_mail(kind).text
        assert "\n\n\n" not in text
        assert text.endswith(
            f"\n-- \nYou're receiving this email because of a class at {CONTEXT.organization}.\n"
        )


@every_language
def test_a_check_is_put_into_the_readers_language(language: str) -> None:
    check = Statement(
        Section.COMPREHENSION,
        check_sentence("¿Cuánto es?", "Dos."),
        (),
        "¿Cuánto es?",
        "Dos.",
        CheckOutcome.PARTLY,
    )
    unanswered = replace(check, text=check_sentence("¿Cuánto es?", None), answer=None)
    message = example_mail(N.SUMMARY, language=language, statements=(check, unanswered))

    wanted = WORDS[language]["check_answered"].format(question="¿Cuánto es?", answer="Dos.")
    for text in both(message):
        assert wanted in text
        assert WORDS[language]["check_unanswered"].format(question="¿Cuánto es?") in text
        assert ("Asked" in text) == (language == "en")


def test_words_of_a_person_about_a_check_are_mailed_as_they_are() -> None:
    check = Statement(
        Section.COMPREHENSION, "Sabe sumar mitades.", (), "¿Cuánto es?", "Dos.", CheckOutcome.CORRECT
    )

    for text in both(example_mail(N.SUMMARY, language="es", statements=(check,))):
        assert "Sabe sumar mitades." in text
        assert "¿Cuánto es?" not in text


def test_a_reader_with_two_children_reads_whom_a_statement_is_for() -> None:
    noor, leo = UUID(int=1), UUID(int=2)
    own = replace(statement(Section.HOMEWORK, "Four exercises are missing."), audience=for_students([leo]))

    for text in both(example_mail(N.SUMMARY, statements=(own,), children={noor: "Noor", leo: "Leo"})):
        assert "Leo: Four exercises are missing." in text
    for text in both(example_mail(N.SUMMARY, statements=(own,), children={leo: "Leo"})):
        assert "Leo: " not in text


@pytest.mark.parametrize(
    ("language", "seconds", "says"),
    [
        ("en", 72, "1 minute of this class"),
        ("en", 40, "40 seconds of"),
        ("es", 200, "3 minutos de esta clase"),
    ],
)
def test_a_summary_says_how_much_of_the_class_it_cannot_speak_of(
    language: str, seconds: float, says: str
) -> None:
    for text in both(example_mail(N.SUMMARY, language=language, unheard_seconds=seconds)):
        assert says in text
    assert "could not be recorded" not in example_mail(N.SUMMARY, unheard_seconds=14).text
    assert "could not be recorded" not in example_mail(N.REMINDER, unheard_seconds=72).text
