"""The texts of every language are complete, and no mail holds a sentence of another language."""

from datetime import UTC, datetime, timedelta
from string import Formatter
from typing import Any

import pytest

from domain.cases.catalogue import CATALOGUE
from domain.cases.following import Reason
from domain.cases.kinds import ExceptionKind, Severity
from domain.notices.kinds import NoticeKind
from domain.record.documentation import CheckOutcome, Section
from domain.sessions.cancellations import TOLD_REASONS, CancelReason
from reports.case_alerts import CaseAlert, channel_lines, render_case_alert
from reports.case_texts import case_texts
from reports.catalogue import LANGUAGES, PAGES, SUBJECTS, WORDS, filled, page_words
from reports.directions import direction_of, isolated
from reports.invitations import render_invitation
from reports.moments import moment
from reports.offer_alerts import render_offer_alert
from reports.sign_in import SignInOption, render_sign_in
from tests.reports.letters import CONTEXT, ParsedMail, example_mail

pytestmark = pytest.mark.unit

every_language = pytest.mark.parametrize("language", LANGUAGES)
other_languages = pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
# Texts that are the same in two languages.
_SAME = {
    "fr": {"topics"},
    "de": {"there"},
}
_ARABIC_LETTERS = range(0x0600, 0x0700)


def tables(language: str) -> dict[str, dict[str, str]]:
    subjects = {str(kind): text for kind, text in SUBJECTS[language].items()}
    return {"subjects": subjects, "mails": WORDS[language], **PAGES[language]}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def has_words(text: str) -> bool:
    """Whether there are words beside the placeholders, as there are not in `{title}, {when}`."""
    return any(char.isalpha() for part, *_ in Formatter().parse(text) for char in part)


@every_language
def test_every_language_has_every_text(language: str) -> None:
    for name, english in tables("en").items():
        own = tables(language)[name]
        assert own.keys() == english.keys(), name
        for key, text in own.items():
            assert text.strip(), key
            assert placeholders(text) == placeholders(english[key]), key


@every_language
def test_every_code_that_is_shown_has_a_text(language: str) -> None:
    assert SUBJECTS[language].keys() == set(NoticeKind)
    assert {*Section, *CheckOutcome, *TOLD_REASONS, *NoticeKind} <= WORDS[language].keys()


@other_languages
def test_every_text_is_translated(language: str) -> None:
    same = {
        key
        for name, english in tables("en").items()
        for key in english
        if has_words(english[key]) and tables(language)[name][key] == english[key]
    }
    assert same <= _SAME.get(language, set())


def test_arabic_texts_are_in_arabic_script() -> None:
    for table in tables("ar").values():
        for key, text in table.items():
            assert not has_words(text) or any(ord(char) in _ARABIC_LETTERS for char in text), key


def mails(language: str) -> list[str]:
    """The text of every mail in a language, with all that can stand in it."""
    further: dict[str, Any] = {
        "previous_start": CONTEXT.written_at,
        "cancel_reason": CancelReason.ILLNESS,
        "unheard_seconds": 90.0,
    }
    notices = [example_mail(kind, language=language, **further) for kind in NoticeKind]
    options = [SignInOption("Harbour", kind, "https://school.example") for kind in ("member", "guardian")]
    sign_in = render_sign_in(options, language=language, minutes=15)
    invitations = [
        render_invitation(
            reader="R", organization="O", by=by, url="https://school.example", language=language
        )
        for by in ("", "B")
    ]
    return [
        text
        for mail in (*notices, sign_in, *invitations)
        for text in (mail.subject, mail.text, ParsedMail(mail.html).text)
    ]


@other_languages
def test_no_english_sentence_stands_in_a_mail_of_another_language(language: str) -> None:
    fixed = [
        part.strip()
        for table in tables("en").values()
        for text in table.values()
        for part, *_ in Formatter().parse(text)
        if len(part.split()) > 1
    ]
    content = " ".join((CONTEXT.title, *(statement.text for statement in CONTEXT.statements)))
    for mail in mails(language):
        assert not [part for part in fixed if part in mail and part not in content]


@pytest.mark.parametrize(
    ("language", "minutes"), [("en", "1 minute."), ("de", "1 Minute "), ("fr", "1 minute."), ("ar", "دقيقة")]
)
def test_a_count_has_the_plural_form_of_its_language(language: str, minutes: str) -> None:
    option = SignInOption("Harbour", "member", "https://school.example")
    assert minutes in render_sign_in([option], language=language, minutes=1).text
    assert "10 دقائق" in render_sign_in([option], language="ar", minutes=10).text
    assert "15 دقيقة" in render_sign_in([option], language="ar", minutes=15).text


@every_language
def test_a_mail_has_the_direction_of_its_language(language: str) -> None:
    html = example_mail(NoticeKind.SUMMARY, language=language).html
    direction, start = ("rtl", "right") if language == "ar" else ("ltr", "left")
    assert f'<html lang="{language}" dir="{direction}">' in html
    assert f"text-align:{start}" in html
    assert f"padding-{start}:20px" in html
    assert page_words("family", language).direction == direction == direction_of(language)


def test_names_and_titles_are_isolated_from_text_of_the_other_direction() -> None:
    arabic = example_mail(language="ar")
    for value in (
        CONTEXT.reader,
        CONTEXT.title,
        CONTEXT.course,
        CONTEXT.instructor,
        CONTEXT.organization,
        "UTC",
    ):
        assert f"\u2068{value}\u2069" in arabic.text, value
        assert f"\u2068{value}\u2069" in arabic.html, value
    assert "\u2068مريم\u2069" in example_mail(reader="مريم").text
    assert "\u2068" not in example_mail().text
    assert isolated("Noor", "en") == "Noor"


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("de", "Donnerstag, 4. März 2027, 15:00"),
        ("fr", "jeudi 4 mars 2027, 15:00"),
        ("ar", "الخميس، 4 مارس 2027، 3:00 م"),
    ],
)
def test_dates_follow_the_conventions_of_the_language(language: str, shown: str) -> None:
    starts_at = CONTEXT.starts_at.replace(year=2027, day=4)
    assert shown in example_mail(language=language, starts_at=starts_at).text


@other_languages
def test_every_kind_of_exception_is_told_in_every_language(language: str) -> None:
    for kind in CATALOGUE.values():
        own, english = case_texts(kind, language), case_texts(kind, "en")
        for name in ("title", "happened", "runbook"):
            assert getattr(own, name) != getattr(english, name), (kind.code, name)
            assert getattr(own, name).strip()


@every_language
@pytest.mark.parametrize("reason", Reason)
def test_the_alert_of_an_exception_is_in_the_readers_language(language: str, reason: Reason) -> None:
    at = datetime(2030, 3, 4, 16, tzinfo=UTC)
    kind = CATALOGUE[ExceptionKind.ROOM_LOST]
    alert = CaseAlert(
        reader="Olu",
        language=language,
        organization="Harbour",
        kind=kind,
        severity=Severity.CRITICAL,
        reason=reason,
        subject="Fractions",
        starts_at=at,
        due_at=at,
        time_zone="UTC",
        url="https://school.example/exceptions/1",
        cases=3,
        now=at,
    )
    mail, texts = render_case_alert(alert), case_texts(kind, language)
    assert texts.title in mail.subject
    assert "Fractions" in mail.subject
    for text in (texts.happened, texts.runbook, WORDS[language]["case_open"], alert.url):
        assert text in mail.text
    if language != "en":
        assert kind.happened not in mail.text
        assert "due" not in mail.text.split()
    lines = channel_lines(kind, reason, language, opened_at=at, due_at=at, class_starts_at=at)
    assert texts.happened in lines[0]
    assert all("2030-03-04 16:00 UTC" in line for line in lines[1:])


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_offer_for_a_channel_is_in_the_language_and_zone_of_who_is_asked(language: str) -> None:
    at = datetime(2030, 3, 4, 16, tzinfo=UTC)
    told = render_offer_alert(
        language=language,
        time_zone="America/New_York",
        class_title="Fractions",
        starts_at=at,
        ends_at=at + timedelta(hours=1),
        answer_by=at,
        now=at,
    )
    assert told.title == f"{WORDS[language]['channel_offer']}: Fractions"
    when, answer = told.lines
    for text in ("11:00", "12:00", "America/New York"):
        assert text in when
    assert answer == filled(
        WORDS[language]["offer_lead_by"], language, when=moment(at, language, "America/New_York", now=at)
    )
