"""A digest lists each class under what happened to it, in the reader's language and time zone."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from domain.notices.kinds import NoticeKind
from domain.sessions.cancellations import CancelReason
from reports.catalogue import LANGUAGES
from reports.class_digests import DigestClass, render_class_digest
from reports.contexts import ClassContext, RenderedMessage

pytestmark = pytest.mark.unit

NOW = datetime(2026, 3, 20, 9, tzinfo=UTC)
GATHERED = (
    NoticeKind.CONFIRMATION,
    NoticeKind.RESCHEDULED,
    NoticeKind.CANCELLED,
    NoticeKind.SUBSTITUTION,
    NoticeKind.ASSIGNED,
    NoticeKind.REPLACED,
)


def one(kind: NoticeKind, days: int) -> DigestClass:
    starts_at = NOW + timedelta(days=days, hours=6)
    moved, cancelled = kind == NoticeKind.RESCHEDULED, kind == NoticeKind.CANCELLED
    context = ClassContext(
        organization="Harbour Tutoring",
        course="Mathematics",
        title="Fractions",
        instructor="Ada",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=45),
        reader="Samira",
        written_at=NOW,
        students=("Noor", "Leo"),
        previous_start=starts_at - timedelta(days=14) if moved else None,
        cancel_reason=CancelReason.HOLIDAY if cancelled else None,
        join_urls=(("Noor", "https://school.example/noor"), ("Leo", "https://school.example/leo")),
        short_links={"https://school.example/leo": "https://school.example/j/leo"},
        page_url="https://school.example/class",
    )
    return DigestClass(UUID(int=days), kind, context)


def digest(*classes: DigestClass, language: str = "en", for_instructor: bool = False) -> RenderedMessage:
    return render_class_digest(
        classes,
        for_instructor=for_instructor,
        page_url="https://school.example/own",
        language=language,
        time_zone="Europe/Madrid",
    )


def test_a_move_names_the_time_before_and_both_in_local_time() -> None:
    message = digest(one(NoticeKind.RESCHEDULED, 14), one(NoticeKind.CANCELLED, 1))
    text = message.text
    assert "Friday 3 April, 17:00–17:45\n  Noor and Leo · Fractions · Mathematics · with Ada" in text
    assert "Previously: Friday 20 March, 16:00" in text, "clocks went forward in between"
    assert "Reason: a holiday" in text
    assert "Join as Leo: https://school.example/j/leo" in text
    assert 'href="https://school.example/leo"' in message.html
    assert text.index("Cancelled (1)") < text.index("New times (1)")


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_all_that_can_happen(language: str) -> None:
    classes = [one(kind, days) for days, kind in enumerate(GATHERED, 1)]
    for for_instructor in (False, True):
        message = digest(*classes, language=language, for_instructor=for_instructor)
        assert message.text.count("\n- ") == len(classes)
        assert "{" not in message.subject + message.text
    for kind in GATHERED:
        assert "2" in digest(one(kind, 1), one(kind, 2), language=language).subject
    twice = (one(NoticeKind.RESCHEDULED, 1), one(NoticeKind.SUBSTITUTION, 1))
    assert "2" not in digest(*twice, language=language).subject, (
        "one class was moved and given to somebody else"
    )
    assert "2" in digest(*twice, one(NoticeKind.SUBSTITUTION, 2), language=language).subject
