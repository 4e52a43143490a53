"""Mails about swaps and leave, in every language."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from reports.catalogue import LANGUAGES
from reports.instructor_mails import (
    MailReader,
    NamedClass,
    render_leave_decided,
    render_swap_declined,
    render_swap_expired,
    render_swap_offer,
    render_volunteers_wanted,
)

pytestmark = pytest.mark.unit

NOW = datetime(2030, 3, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ADA = MailReader("Ada", "en", "Europe/Berlin", "Harbour", "https://school.example/teaching", NOW)
FRACTIONS = NamedClass("Fractions", NOW + 24 * HOUR, NOW + 25 * HOUR)
DECIMALS = NamedClass("Decimals", NOW + 48 * HOUR, NOW + 49 * HOUR)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_mail_names_what_it_is_about_and_where_to_answer(language: str) -> None:
    reader = replace(ADA, language=language)
    times = {"starts_at": NOW, "ends_at": NOW + 24 * HOUR}
    swap = render_swap_offer(
        reader, colleague="Ben", offered=FRACTIONS, returned=DECIMALS, note="Please.", answer_by=NOW + HOUR
    )
    mails = [
        (swap, ("Ben", "Fractions", "Decimals", "Please.")),
        (render_swap_declined(reader, colleague="Ben", offered=FRACTIONS), ("Ben", "Fractions")),
        (render_swap_expired(reader, colleague="Ben", offered=FRACTIONS), ("Ben", "Fractions", "Harbour")),
        (
            render_leave_decided(reader, approved=True, classes=2, answer="Get well.", **times),
            ("Get well.", "2"),
        ),
        (render_leave_decided(reader, approved=False, classes=2, answer="", **times), ("Harbour",)),
        (
            render_volunteers_wanted(reader, classes=[FRACTIONS, DECIMALS], note="Please."),
            ("Fractions", "Decimals", "Please."),
        ),
        (render_volunteers_wanted(reader, classes=[FRACTIONS] * 20, note=""), ("Fractions", "8")),
        (render_volunteers_wanted(reader, classes=[DECIMALS], note=""), ("Decimals",)),
    ]
    for mail, texts in mails:
        for text in (*texts, "https://school.example/teaching", "Ada"):
            assert text in mail.text
            assert text in mail.html
    assert len({mail.subject for mail, _ in mails}) == len(mails)


def test_a_class_that_is_given_away_asks_for_nothing_in_return() -> None:
    mail = render_swap_offer(
        ADA, colleague="Ben", offered=FRACTIONS, returned=None, note="", answer_by=NOW + HOUR
    )
    assert mail.subject == "Ben asks you to take a class"
    assert "In return" not in mail.text
