"""The mail with the join links that replace those in earlier messages."""

from datetime import timedelta

import pytest

from reports.catalogue import LANGUAGES
from reports.contexts import RenderedMessage
from reports.renewed_links import RenewedLink, render_renewed_links
from tests.reports.letters import CONTEXT, STARTS_AT, ParsedMail

pytestmark = pytest.mark.unit


def mail(language: str, *names: str, days: int = 1, title: str = "Fractions") -> RenderedMessage:
    links = [
        RenewedLink(
            name,
            title,
            STARTS_AT + timedelta(days=day),
            f"https://school.example/join/{day}?t={name}",
            f"https://school.example/j/{day}-{name}",
        )
        for day in range(days)
        for name in names
    ]
    return render_renewed_links(
        links,
        reader=CONTEXT.reader,
        organization=CONTEXT.organization,
        family_url="https://school.example/family",
        language=language,
        time_zone="Europe/Madrid",
        now=STARTS_AT - timedelta(days=1),
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_of_the_other_direction_do_not_turn_the_text_around_them(language: str) -> None:
    message = mail(language, "Noor", title="رياضيات (6)")
    for text in (message.text, message.html):
        assert "\u2068رياضيات (6)\u2069" in text


def test_links_of_several_children_are_named_and_a_long_list_is_cut() -> None:
    assert set(ParsedMail(mail("en", "Noor").html).links) >= {"Join the class"}
    message = mail("en", "Noor", "Leo", days=12)
    assert set(ParsedMail(message.html).links) >= {"Join as Noor", "Join as Leo"}
    assert message.text.count("/j/") == 20
    assert "/join/" not in message.text
    assert "and 4 more" in message.text
