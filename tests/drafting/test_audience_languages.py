"""Whom a sentence speaks to is recognised in five languages; in others it stays with the student named before."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from domain.people.roles import Role
from domain.record.audience import EVERYBODY, StatementAudience, for_students
from domain.record.documentation import Citation, ClassRecord, Section, Statement
from domain.record.student_names import ClassStudent
from domain.record.transcript import Utterance
from drafting.audience import Audiences, languages_without_rules

pytestmark = pytest.mark.unit

STARTS_AT = datetime(2026, 11, 16, 15, tzinfo=UTC)
SARA, OMAR = ClassStudent(UUID(int=1), "sara", "Sara"), ClassStudent(UUID(int=2), "omar", "Omar")
SARA_IN_ARABIC = ClassStudent(UUID(int=1), "sara", "سارة")
FOR_SARA = for_students([SARA.id])


def audience_of_last(
    language: str, *lines: str, students: tuple[ClassStudent, ...] = (SARA, OMAR)
) -> StatementAudience | None:
    """The audience of a statement that quotes the last line; each line follows two seconds after the one before."""
    at, utterances = STARTS_AT, []
    for line in lines:
        ends_at = at + timedelta(seconds=4)
        utterances.append(Utterance(uuid4(), "tutor", "TR", at, ends_at, line, (), language, 0.9, "e"))
        at = ends_at + timedelta(seconds=2)
    record = ClassRecord("Mathematics", (), tuple(utterances), {"tutor": Role.INSTRUCTOR}, students=students)
    last = utterances[-1]
    statement = Statement(Section.HOMEWORK, "Page 12.", (Citation(last.id, last.text),))
    (decided,) = Audiences(record).decide([statement])
    return decided.audience


@pytest.mark.parametrize(
    ("language", "named", "to_all"),
    [
        ("en", "Sara, you still owe me page 7.", "Everybody does page 12."),
        ("es", "Sara, todavía me debes la página 7.", "Para casa, todos hacéis la página 12."),
        ("es", "Sara, todavía me debes la página 7.", "Ahora vamos a leer la página 12."),
        ("de", "Sara, du schuldest mir noch Seite 7.", "Alle machen bitte Seite 12."),
        ("de", "Sara, du schuldest mir noch Seite 7.", "Bis Montag lest ihr Seite 12."),
        ("de", "Sara, du schuldest mir noch Seite 7.", "Als Hausaufgabe Seite 12."),
        ("fr", "Sara, tu me dois encore la page 7.", "Tout le monde fait la page 12."),
        ("fr", "Sara, tu me dois encore la page 7.", "Nous lisons la page 12."),
        ("fr", "Sara, tu me dois encore la page 7.", "Comme devoirs, la page 12."),
    ],
)
def test_a_sentence_to_all_ends_what_was_said_to_one(language: str, named: str, to_all: str) -> None:
    assert audience_of_last(language, named, to_all) == EVERYBODY
    assert audience_of_last(language, f"{named} {to_all}") != EVERYBODY  # one utterance names her


def test_arabic_speaks_to_all_and_to_one() -> None:
    students = (SARA_IN_ARABIC, OMAR)
    named = "سارة، ما زلت مدينة لي بالصفحة 7."
    assert audience_of_last("ar", named, "الواجب للجميع الصفحة 12.", students=students) == EVERYBODY
    assert audience_of_last("ar", named, "هذا مع الصفحة 12.", students=students) == FOR_SARA


@pytest.mark.parametrize(
    ("language", "named", "goes_on"),
    [
        ("en", "Sara, you still owe me page 7.", "And with it page 12."),
        ("es", "Sara, todavía me debes la página 7.", "Y con eso la página 12."),
        ("de", "Sara, du schuldest mir noch Seite 7.", "Und dazu machst du Seite 12."),
        ("de", "Sara, du schuldest mir noch Seite 7.", "Nimm ihr Heft und mach Seite 12."),
        ("fr", "Sara, tu me dois encore la page 7.", "Et avec cela la page 12."),
        ("pl", "Sara, jesteś mi winna stronę 7.", "I strona 12."),
        ("zh", "Sara，你还欠我第7页。", "还有第12页。"),
    ],
)
def test_a_sentence_that_goes_on_stays_with_the_student_named_before(
    language: str, named: str, goes_on: str
) -> None:
    assert audience_of_last(language, named, goes_on) == FOR_SARA


@pytest.mark.parametrize(
    ("language", "verdict", "then"),
    [
        ("es", "Muy bien, Sara.", "Haced la página 12 con esto."),
        ("de", "Genau, Sara.", "Dazu gibt es Seite 12."),
        ("fr", "Très bien, Sara.", "Avec cela, la page 12."),
        ("en", "Well done, Sara.", "With it, page 12."),
    ],
)
def test_after_a_verdict_the_instructor_speaks_to_all_again(language: str, verdict: str, then: str) -> None:
    assert audience_of_last(language, verdict, then) == EVERYBODY


def test_in_a_language_without_rules_fewer_families_read_it_and_it_is_said() -> None:
    verdict, then = "Bardzo dobrze, Sara.", "I wszyscy robią stronę 12."
    assert audience_of_last("pl", verdict, then) == FOR_SARA
    line = Utterance(uuid4(), "tutor", "TR", STARTS_AT, STARTS_AT, then, (), "pl", 0.9, "e")
    others = [replace(line, language=language) for language in ("en", "es", "de", "fr", "ar")]
    assert languages_without_rules([line, *others]) == ["pl"]
    assert languages_without_rules(others) == []
